import type { Client } from '../../decide/client.ts';
import type { ServiceContext } from '../context.ts';
import { clientOf, type Peer, type ReadHeader } from './peer.ts';

/** A request as an operation reads it, whether it came by the fast path or through the full app. */
export interface Incoming {
  request: Request;
  header: ReadHeader;
  /** The parameters of the path, decoded. */
  params: Record<string, string>;
  /** What stands after the `?` of the URL. */
  search: string;
  target: Peer['target'];
  /** Names the request in its answer and in the logs. */
  requestId: string;
  /** Who sent it. */
  client: () => Client;
  readBody: Peer['readBody'] | undefined;
  disconnect: Peer['disconnect'] | undefined;
}

/** The path of a URL, as it stands there. On Bun, a URL can begin with it. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const end = url.indexOf('?', start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** The path of a request as it was sent, with its dots, if the runtime tells it. */
export const sentPathOf = (url: string, target: Peer['target']): string =>
  target?.startsWith('/') ? (target.split('?', 1)[0] ?? '') : pathOf(target ?? url);

/** Reads a header by the runtime's own way, where it has one. */
export const headerReader = (request: Request, peer: Peer | undefined): ReadHeader =>
  peer?.header ?? ((name) => request.headers.get(name));

/** @param params those of the path, decoded */
export function incomingOf(
  context: ServiceContext,
  request: Request,
  peer: Peer | undefined,
  { params, requestId }: Pick<Incoming, 'params' | 'requestId'>,
): Incoming {
  const { url } = request;
  const query = url.indexOf('?');
  const header = headerReader(request, peer);
  return {
    request,
    header,
    params,
    search: query < 0 ? '' : url.slice(query + 1),
    target: peer?.target,
    requestId,
    client: () => clientOf(header, peer, context),
    readBody: peer?.readBody,
    disconnect: peer?.disconnect,
  };
}
