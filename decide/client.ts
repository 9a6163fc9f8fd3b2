import { isAddress } from './cidr.ts';

/** Who presented a token, as far as it is known. */
export interface Client {
  ip: string | null;
  userAgent: string | null;
}

/** How much of a User-Agent is kept, in UTF-16 code units. */
export const maxUserAgentLength = 500;

/** What a client calls itself, as it can be stored: clipped, without NUL characters and lone surrogates. */
export const plainUserAgent = (userAgent: string | null | undefined): string | null =>
  userAgent?.slice(0, maxUserAgentLength).replaceAll('\0', '').toWellFormed() ?? null;

/**
 * An address in plain form: an IPv4 address that came over an IPv6 socket (`::ffff:192.0.2.1`) as IPv4, without a zone, which
 * names an interface of one machine, and without the port that some proxies write behind it (`192.0.2.1:443`,
 * `[2001:db8::1]:443`). Null for a text that is no address.
 */
export function plainIp(address: string): string | null {
  const alone = /^(?:\[(.*)\]|([\d.]+))(?::\d{1,5})?$/.exec(address);
  const ip = (alone?.[1] ?? alone?.[2] ?? address).replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isAddress(ip) ? ip : null;
}
