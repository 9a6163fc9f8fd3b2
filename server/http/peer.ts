import { type Client, plainIp, plainUserAgent } from '../../decide/client.ts';
import type { ServiceContext } from '../context.ts';

/** Reads a header by its name in lower case. The values of one that was sent twice are joined as Headers joins them. */
export type ReadHeader = (name: string) => string | null | undefined;

/** The other end of the connection that a request came on, as far as its runtime knows. */
export interface Peer {
  /** A function, since most requests never need it. */
  ip: () => string | undefined;
  /**
   * The target of the request as it was sent, if the URL of the request is resolved: `/b` instead of `/a/../b`. Null if the
   * runtime does not tell it.
   */
  target?: string | null | undefined;
  /** Reads a header, if the runtime has a cheaper way than Headers. */
  header?: ReadHeader;
  /**
   * Reads the body, if the runtime has a cheaper way than the request.
   * @throws BodyTooLarge when there are more bytes than `maxBytes`: at once, or by a rejection
   * @throws Error if the client hangs up, likewise
   */
  readBody?: (maxBytes: number) => Uint8Array | Promise<Uint8Array>;
  /** Closes the connection. Only Node can. */
  disconnect?: () => void;
}

/** For whoever asks about a token without saying who presented it. */
export const unknownClient = (): Client => ({ ip: null, userAgent: null });

/** The service, or a part of it, as a function from requests to responses. Without a peer, nothing is known of the connection. */
export type Fetch = (request: Request, peer?: Peer) => Response | Promise<Response>;

/**
 * Who made a request. Behind a proxy, the address is the last one in the header that the proxy sets: the client may have
 * sent any others. Without that header the address is unknown, since that of the connection is the proxy's.
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
