import { createHash } from 'node:crypto';

/** The entity tag of a body (RFC 9110, section 8.8.3), in quotes: the same for the same bytes. */
export const etagOf = (sent: string | Uint8Array): string =>
  `"${createHash('sha256').update(sent).digest('base64url').slice(0, 22)}"`;

/**
 * Whether the client has what would be sent already (RFC 9110, section 13.1.2): `*`, or a list in which one tag is
 * this one, weak or not.
 * @param etag with its quotes, as sent in the header
 */
export const isKnown = (ifNoneMatch: string | null | undefined, etag: string): boolean =>
  ifNoneMatch != null &&
  (ifNoneMatch.trim() === '*' ||
    [...ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag));

/** Whether the client takes gzip (RFC 9110, section 12.5.3): not if it has q=0, named or by `*`. */
export function takesGzip(acceptEncoding: string | null | undefined): boolean {
  const weights = new Map(
    (acceptEncoding ?? '').split(',').map((coding) => {
      const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return [name, Number(q)];
    }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
