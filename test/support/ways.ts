/** Requests for what has a fast path (server/http/fast-path.ts), in spellings that make no difference to the answer. */

export const verifyPath = '/v1/keys/verify';
export const createPath = '/v1/keys';
export const userAgent = 'files-cli/2.4';

export interface Asked {
  path?: string;
  token?: string | undefined;
  /** In place of the token's. */
  authorization?: string;
  body: string | object;
}
/** Header lines. */
export type Lines = Record<string, string>;

/** A request that is in order, with these headers beside the usual ones. */
export function sent(
  { token, authorization = token === undefined ? undefined : `Bearer ${token}`, body }: Asked,
  headers: Lines = {},
): RequestInit {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(text)),
      'User-Agent': userAgent,
      ...(authorization !== undefined && { Authorization: authorization }),
      ...headers,
    },
    body: text,
  };
}

/** Headers that make no difference to the answer. With an Origin a request falls through to the full app. */
export const spellings: [name: string, headers: Lines][] = [
  ['an origin', { Origin: 'https://app.example.com' }],
  ['an id of its own', { 'X-Request-Id': 'mine-1' }],
  ['another spelling of the content type', { 'Content-Type': 'application/json; charset=UTF-8' }],
  ['chunks', { 'Transfer-Encoding': 'chunked' }],
];
export const everySpelling: [name: string, headers: Lines][] = [['nothing else', {}], ...spellings];
