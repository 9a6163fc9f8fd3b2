interface Crypto {
  hash(algorithm: string, data: string, encoding: string): string;
}

/** Hashes tokens, to find their keys in memory. */
export interface Hashes {
  /** SHA-512 of a token. */
  of(token: string): string;
  /** The same of its SHA-256, which is what another system may have stored of an imported key. */
  ofForeign(token: string): string;
}

/**
 * Whether a hash has one character for each byte in memory, and not two hexadecimal digits. On Node and Bun, hashing and
 * looking up then take a tenth less time. On Deno they take up to twice the time.
 */
const isCompact = !('Deno' in globalThis);

/** Said where there is no WebSocket, or no SHA-512. */
export const whatItNeeds = 'A verifier needs Bun, Deno, or Node 22.3 or later.';

/**
 * The hashes of node:crypto. It is not imported, since bundlers for browsers could not resolve it. WebCrypto is not used, since
 * it is asynchronous.
 * @throws TypeError if the runtime has no node:crypto
 */
export function builtInHashes(): Hashes {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const crypto = process?.getBuiltinModule?.('node:crypto') as Crypto | undefined;
  if (!crypto?.hash) throw new TypeError(whatItNeeds);
  const of = (token: string) => crypto.hash('sha512', token, isCompact ? 'latin1' : 'hex');
  return { of, ofForeign: (token) => of(crypto.hash('sha256', token, 'hex')) };
}

/** A hash as messages have it: in hexadecimal digits. */
export const toDigits = (hash: string): string =>
  isCompact ? Array.from(hash, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('') : hash;

/** The hash that a message has. */
export const fromDigits = (digits: string): string =>
  isCompact ? digits.replaceAll(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))) : digits;
