import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 32;
const checksumLength = 6;

/** No token of ours is longer, so that nothing longer is hashed. */
const maxLength = 4096;

/** Prefix, 32 random characters, 6 of checksum. Secret scanners can use it (GitHub's partners do likewise). */
const minted = /^[a-z][a-z0-9_]{0,15}_[0-9A-Za-z]{38}$/;
/** A JWT: three base64url parts, the first of them a JSON object. */
const jwt = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;

/** `length` characters of base62, each equally likely: bytes past the last whole multiple of 62 are redrawn. */
function randomCharacters(length: number): string {
  let characters = '';
  while (characters.length < length)
    for (const byte of randomBytes(length * 2))
      if (byte < 248 && characters.length < length) characters += alphabet[byte % 62];
  return characters;
}

/** The CRC32 of `text` in six characters of base62. It finds typing errors and made-up tokens; it keeps no secret. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < checksumLength; place += 1) {
    digits = alphabet[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** The value of each character of base62, by its code. */
const values = Uint8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));

/** Whether a token ends in the checksum of what stands before: in numbers, since this is on the way of each request. */
function isWhole(token: string): boolean {
  const end = token.length - checksumLength;
  let sum = 0;
  for (let at = end; at < token.length; at += 1) sum = sum * 62 + (values[token.charCodeAt(at)] ?? 0);
  return crc32(token.slice(0, end)) === sum;
}

/** A new token: `prefix` (it ends in `_`), 190 random bits, and the checksum of both. */
export function newToken(prefix: string): string {
  const body = prefix + randomCharacters(randomLength);
  return body + checksum(body);
}

/**
 * Whether `text` could be a token of ours, of whatever prefix: tells without hashing or looking anything up.
 * A JWT passes by its shape alone.
 */
export function isPlausible(text: string): boolean {
  if (text.length > maxLength) return false;
  if (minted.test(text)) return isWhole(text);
  return jwt.test(text);
}

/** All that is stored of a token: SHA-512, 64 bytes. Not salted or slow, since the token is random. */
export const hashToken = (token: string): Buffer => hash('sha512', token, 'buffer');

/** The same as text: 128 hexadecimal digits. */
export const hashText = (token: string): string => hash('sha512', token, 'hex');

/** The displayable beginning of a token: the prefix and 4 of its 32 random characters; of a JWT, part of its header. */
export const startOf = (token: string): string =>
  token.slice(0, minted.test(token) ? token.length - randomLength - checksumLength + 4 : 12);
