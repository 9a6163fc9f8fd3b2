import { hash, randomBytes } from 'node:crypto';
import {
  alphabet,
  checksum,
  checksumLength,
  isForeign,
  isMinted,
  isPlausible,
  randomLength,
} from '../decide/token-form.ts';

/** `length` characters of base62, each equally likely: bytes past the last whole multiple of 62 are redrawn. */
function randomCharacters(length: number, random: (length: number) => Buffer): string {
  let characters = '';
  while (characters.length < length)
    for (const byte of random(length * 2))
      if (byte < 248 && characters.length < length) characters += alphabet[byte % 62];
  return characters;
}

/**
 * A new token: `prefix` (it ends in `_`), 190 random bits, and the checksum of both.
 * @param random a source of that many bytes
 */
export function newToken(prefix: string, random: (length: number) => Buffer = randomBytes): string {
  const body = prefix + randomCharacters(randomLength, random);
  return body + checksum(body);
}

/** What operator tokens that are made here begin with. */
export const operatorPrefix = 'lko_';
/** What refresh tokens begin with. */
export const refreshPrefix = 'lkr_';

/** What new tokens of a deployment can begin with; the first is the default. */
export type TokenPrefixes = readonly [usual: string, ...others: string[]];

/**
 * The prefix of the token that follows another one: the longest prefix of the deployment that it begins with, and otherwise
 * the default. Where the prefix ends, a `_` does not tell: an imported token can have others behind it.
 */
export function nextPrefix(start: string, prefixes: TokenPrefixes): string {
  const [longest] = prefixes
    .filter((prefix) => start.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length);
  return longest ?? prefixes[0];
}

/** All that is stored of a token: SHA-512, 64 bytes. Not salted or slow, since the token is random. */
export const hashToken = (token: string): Buffer => hash('sha512', token, 'buffer');

/** The same as text: 128 hexadecimal digits. */
export const hashText = (token: string): string => hash('sha512', token, 'hex');

/**
 * The hash by which the token of an imported key is found, in hexadecimal digits.
 * @param sha256 the SHA-256 of the token, which the system that made it may have stored, in hexadecimal digits
 */
export const importedHash = (sha256: string): string => hashText(sha256);

/** The hash by which a token of a key is found, in hexadecimal digits. Undefined: it can be none. */
export function keyHash(token: string): string | undefined {
  if (isPlausible(token)) return hashText(token);
  return isForeign(token) ? importedHash(hash('sha256', token, 'hex')) : undefined;
}

/**
 * The displayable beginning of a token: the prefix and 4 of its 32 random characters; of a JWT, part of its header; of any
 * other text, 4 characters.
 */
export function startOf(token: string): string {
  if (isMinted(token)) return token.slice(0, token.length - randomLength - checksumLength + 4);
  return token.slice(0, isPlausible(token) ? 12 : 4);
}
