/** The form of a token: what tells whether a text can be one without hashing it or looking it up. */

/** The digits of base62. */
export const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const randomLength = 32;
export const checksumLength = 6;

/** No token of ours is longer, so that nothing longer is hashed. */
const maxLength = 4096;

const prefix = '[a-z][a-z0-9_]{0,15}_';

/** What a token can begin with, and what to say of anything else. */
export const prefixForm = new RegExp(`^${prefix}$`);
export const prefixFault = 'must be 2 to 17 of a-z, 0-9 and _, begin with a letter and end with _';

/** Prefix, 32 random characters, 6 of checksum. Secret scanners can use it (GitHub's partners do likewise). */
const minted = new RegExp(`^${prefix}[0-9A-Za-z]{${randomLength + checksumLength}}$`);

/** What finds the tokens of some prefixes in a text, as the source of a regular expression that every dialect reads. */
export function patternOf(prefixes: readonly string[]): string {
  const beginning = prefixes.length === 1 ? prefixes[0] : `(?:${prefixes.join('|')})`;
  return `\\b${beginning}[0-9A-Za-z]{${randomLength + checksumLength}}\\b`;
}

/** A token that another system made can have any characters that a bearer token can (RFC 6750, section 2.1). */
const foreign = /^[\w.~+/-]{16,512}={0,2}$/;

/** A JWT: three base64url parts, the first of them a JSON object. */
const jwt = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;

/** The type of the JWTs that tokens are exchanged for, which tells them from every other JWT (RFC 8725, section 3.11). */
export const exchangedType = 'latchkey-exchanged+jwt';

const crcOfByte = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The CRC32 (that of zip and PNG) of the first `length` characters of an ASCII text. */
function crc32(text: string, length: number): number {
  let crc = 0xffffffff;
  for (let at = 0; at < length; at += 1)
    crc = (crcOfByte[(crc ^ text.charCodeAt(at)) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The CRC32 of an ASCII text in six digits of base62. It finds typing errors and made-up tokens; it keeps no secret. */
export function checksum(text: string): string {
  let rest = crc32(text, text.length);
  let digits = '';
  for (let place = 0; place < checksumLength; place += 1) {
    digits = alphabet[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** The value of each digit of base62, by its code. */
const values = Uint8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));

/** Whether a token ends in its checksum. It compares numbers, not texts, since it runs for every request. */
function isWhole(token: string): boolean {
  const end = token.length - checksumLength;
  let sum = 0;
  for (let at = end; at < token.length; at += 1) sum = sum * 62 + (values[token.charCodeAt(at)] ?? 0);
  return crc32(token, end) === sum;
}

/** Whether a text has the form of a minted token, whatever its checksum. */
export const isMinted = (text: string): boolean => minted.test(text);

/**
 * Whether a text can be a token of ours, of whatever prefix: tells without hashing or looking anything up.
 * A JWT passes by its shape alone.
 */
export function isPlausible(text: string): boolean {
  if (text.length > maxLength) return false;
  if (isMinted(text)) return isWhole(text);
  return jwt.test(text);
}

/**
 * Whether a text that is not plausible can be the token of an imported key, which another system made. It has no checksum,
 * so only a look-up tells more. What has the form of a token of ours is taken for one, and cannot be imported.
 */
export const isForeign = (text: string): boolean => foreign.test(text) && !isMinted(text);

/** The type that a JWT says it has; undefined where a text is none, or says nothing. Only its signature tells what it is. */
export function typeOf(text: string): unknown {
  if (!text.startsWith('eyJ')) return undefined;
  const [header = ''] = text.split('.', 1);
  try {
    return JSON.parse(atob(header.replaceAll('-', '+').replaceAll('_', '/'))).typ;
  } catch {
    return undefined;
  }
}
