import { refuseUnreadable } from './malformed.ts';
import type { Fetch } from './peer.ts';

/** A host and an optional port (RFC 9110, section 7.2; RFC 3986, section 3.2). */
const hostAndPort = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;
/** What precedes the path of a request's URL. On Bun nothing does when the Host makes no URL. */
const origin = /^(?:https?:\/\/[^/?#@\\]*)?\//;

/**
 * Refuses a Host that would change the path. Deno builds a request's URL by putting the Host before the path, so that
 * `GET /livez` with the Host `a/v1/account#` became a request for `/v1/account`, behind the back of a proxy that
 * filters paths.
 */
export function checkedHost(fetch: Fetch): Fetch {
  // Nearly every request brings the same Host.
  let lastPlain: string | undefined;
  const isPlain = (host: string | null | undefined) => {
    if (host == null || host === lastPlain) return true;
    if (!hostAndPort.test(host)) return false;
    lastPlain = host;
    return true;
  };
  return (request, peer) => {
    const host = peer?.header ? peer.header('host') : request.headers.get('host');
    return isPlain(host) && origin.test(request.url) ? fetch(request, peer) : refuseUnreadable();
  };
}
