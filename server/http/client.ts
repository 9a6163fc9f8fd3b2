import { type Client, plainIp, plainUserAgent } from '../../decide/client.ts';
import type { ServiceContext } from '../context.ts';

/** Reads a header, named in lower case; one that was sent twice, both values as Headers joins them. */
export type ReadHeader = (name: string) => string | null | undefined;

/** The other end of the connection that a request came on, as far as its runtime knows. */
export interface Peer {
  /** Asked for only where it matters: most requests never need it. */
  ip: () => string | undefined;
  /**
   * The target of the request as it was sent, where its URL has been resolved: of `/a/../b`, `/b` is left. Null where the
   * runtime does not tell it.
   */
  target?: string | null | undefined;
  /** Reads a header, where the runtime has a way that takes less than through Headers. */
  header?: ReadHeader;
  /** Reads the body, where the runtime has a way that takes less than through the request. It rejects as `readBytes` does. */
  readBody?: (limit: number) => Uint8Array | Promise<Uint8Array>;
  /** Closes the connection. Only Node can. */
  disconnect?: () => void;
}

/** For whoever asks about a token without saying who presented it. */
export const unknownClient = (): Client => ({ ip: null, userAgent: null });

/** The service, or a part of it, as a function from requests to responses. Without a peer, nothing is known of the connection. */
export type Fetch = (request: Request, peer?: Peer) => Response | Promise<Response>;

/**
 * Who made a request. Behind a proxy, the address is the last in the header that the proxy sets: what stands before
 * it was sent by the client, who may claim anything. Without it there is none, since the connection's is the proxy's.
 */
export function clientOf(
  header: ReadHeader,
  peer: Peer | undefined,
  { clientIpHeader }: Pick<ServiceContext, 'clientIpHeader'>,
): Client {
  const address = clientIpHeader
    ? header(clientIpHeader.toLowerCase())?.split(',').at(-1)?.trim()
    : peer?.ip();
  return {
    ip: address === undefined ? null : plainIp(address),
    userAgent: plainUserAgent(header('user-agent')),
  };
}
