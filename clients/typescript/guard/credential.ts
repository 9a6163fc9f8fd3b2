/** The headers of a request: a `Headers` object, or `headersDistinct` of a request of Node. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The token that a request was sent with, or why it has none. */
export type Credential = { token: string } | { reason: 'missing' | 'malformed' };

// The b64token of RFC 6750, section 2.1.
const plain = /^[\w.~+/-]{1,8192}=*$/;
const bearer = /^bearer +([\w.~+/-]{1,8192}=*)$/i;
// Also in a header that was sent twice: its values are joined with a comma.
const hasBearer = /(?:^|,)\s*bearer(?:\s|$)/i;

/**
 * The headers of a request of Node. In `headers` alone, the second of two Authorization headers would be overlooked;
 * requests that never were on a wire, as in tests of Fastify, have nothing else.
 */
export const headersOf = (request: {
  headersDistinct?: RequestHeaders & object;
  headers: RequestHeaders;
}): RequestHeaders => request.headersDistinct ?? request.headers;

/** The value of a header; of one that was sent several times, all of them, joined as a `Headers` object joins them. */
export function headerOf(headers: RequestHeaders, name: string): string {
  if (typeof headers.get === 'function') return headers.get(name) ?? '';
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name.toLowerCase()];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

/**
 * Finds the token in the headers of a request. Two tokens are malformed, also if they are the same: a proxy on the way
 * may have looked at the other one (RFC 6750, section 2). A credential of another scheme, such as Basic, is none.
 * @param apiKeyHeader where the token may stand instead of `Authorization`
 */
export function credentialOf(headers: RequestHeaders, apiKeyHeader?: string): Credential {
  const authorization = headerOf(headers, 'authorization');
  const other = apiKeyHeader ? headerOf(headers, apiKeyHeader) : '';
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined && !hasBearer.test(authorization)) {
    if (other === '') return { reason: 'missing' };
    return plain.test(other) ? { token: other } : { reason: 'malformed' };
  }
  return token === undefined || other !== '' ? { reason: 'malformed' } : { token };
}
