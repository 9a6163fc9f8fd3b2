/** The token that a request was sent with, or why it has none. */
type Credential = { token: string } | { reason: 'missing' | 'malformed' };

// The b64token of RFC 6750, section 2.1, with no more padding than Base64 has: a token of any length could make the
// request that verifies it too large.
const plain = /^[\w.~+/-]{1,8192}={0,2}$/;
const bearer = /^bearer +([\w.~+/-]{1,8192}={0,2})$/i;
// Also in a header that was sent twice: its values are joined with a comma.
const hasBearer = /(?:^|,)\s*bearer(?:\s|$)/i;

/**
 * Finds the token of a request in two headers. Two different tokens are malformed: a proxy on the way may have looked at
 * the other one (RFC 6750, section 2). A credential of another scheme than Bearer is none.
 * @param authorization the `Authorization` header; its values joined with a comma, if it was sent several times
 * @param apiKey the header that may hold the token instead, in the same form; empty if there is none
 */
export function credentialOf(authorization: string, apiKey: string): Credential {
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined && !hasBearer.test(authorization)) {
    if (apiKey === '') return { reason: 'missing' };
    return plain.test(apiKey) ? { token: apiKey } : { reason: 'malformed' };
  }
  return token === undefined || (apiKey !== '' && apiKey !== token) ? { reason: 'malformed' } : { token };
}
