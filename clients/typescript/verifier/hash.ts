/** Hashes a text, in hexadecimal digits. */
export type Hash = (text: string, algorithm?: 'sha256') => string;

interface Crypto {
  hash(algorithm: string, data: string, encoding: 'hex'): string;
}

/**
 * SHA-512, or SHA-256, of node:crypto. It is not imported, since bundlers for browsers could not resolve it. WebCrypto is not used, since
 * it is asynchronous.
 * @throws TypeError if the runtime has no node:crypto
 */
export function builtInHash(): Hash {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const crypto = process?.getBuiltinModule?.('node:crypto') as Crypto | undefined;
  if (!crypto?.hash)
    throw new TypeError('A verifier needs node:crypto, which Node 22 or later, Bun and Deno have.');
  return (text, algorithm: string = 'sha512') => crypto.hash(algorithm, text, 'hex');
}
