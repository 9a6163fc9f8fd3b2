import type { Client } from '../usage/tally.ts';

/** Reads a header, named in lower case; one that was sent twice, both values as Headers joins them. */
export type ReadHeader = (name: string) => string | null | undefined;

/** A request as an operation reads it, whether it came by the fast path or through the full app. */
export interface Incoming {
  request: Request;
  header: ReadHeader;
  /** The parameters of the path, decoded. */
  params: Record<string, string>;
  /** What stands after the `?` of the URL. */
  search: string;
  /** Names the request in its answer and in the logs. */
  requestId: string;
  /** Who sent it. */
  client: () => Client;
  /** See `Peer`. */
  readBody?: ((limit: number) => Promise<Uint8Array>) | undefined;
  /** Closes the connection. Only Node can. */
  disconnect?: (() => void) | undefined;
}
