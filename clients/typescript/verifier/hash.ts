/** Hashes a text: SHA-512, in hexadecimal digits. */
export type Hash = (text: string) => string;

interface Crypto {
  hash(algorithm: string, data: string, encoding: 'hex'): string;
}

/**
 * The hash of node:crypto. It is not imported, so that bundlers do not stumble over it; and it is not that of WebCrypto,
 * which is a promise.
 * @throws TypeError where there is none
 */
export function builtInHash(): Hash {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const crypto = process?.getBuiltinModule?.('node:crypto') as Crypto | undefined;
  if (!crypto?.hash)
    throw new TypeError('A verifier needs node:crypto, which Node 22 or later, Bun and Deno have.');
  return (text) => crypto.hash('sha512', text, 'hex');
}
