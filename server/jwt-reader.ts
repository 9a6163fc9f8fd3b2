import { importJWK } from 'jose';

/** The public part of a signing key, as `/.well-known/jwks.json` shows it. */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

/** The header of each JWT of a type that a key signs, in this order. */
export const headerOf = (typ: string, kid: string) => ({ alg: 'EdDSA', typ, kid });

/** Whether a token's signature has no padding and no loose bits, so that each token has one spelling (RFC 7515). */
export function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** What begins as a JWT of one type does, and the key that is to have signed it. */
interface Known {
  start: string;
  key: CryptoKey;
}

/**
 * Reads JWTs of one type that are signed by our own keys. It knows the exact text of their headers: there is one for each
 * key, so nothing in the header of a token decides how the token is checked.
 */
export class JwtReader {
  readonly #known: readonly Known[];

  private constructor(known: readonly Known[]) {
    this.#known = known;
  }

  static async of(typ: string, keys: readonly PublicJwk[]): Promise<JwtReader> {
    const known = keys.map(async (jwk) => ({
      start: `${Buffer.from(JSON.stringify(headerOf(typ, jwk.kid))).toString('base64url')}.`,
      key: (await importJWK({ ...jwk }, 'EdDSA')) as CryptoKey,
    }));
    return new JwtReader(await Promise.all(known));
  }

  /** Whether a text begins as such a JWT does. */
  claims(text: string): boolean {
    return this.#keyOf(text) !== undefined;
  }

  /**
   * The claims of such a JWT, whatever they are; undefined where its signature is not good. The signature is checked
   * beside the event loop, which thousands of forged tokens would hold up for longer than anybody may.
   */
  async read(token: string): Promise<Record<string, unknown> | undefined> {
    const key = this.#keyOf(token);
    if (!key || !isCanonical(token)) return undefined;
    const [start, end] = [token.indexOf('.'), token.lastIndexOf('.')];
    const signed = Buffer.from(token.slice(0, end));
    const signature = Buffer.from(token.slice(end + 1), 'base64url');
    if (!(await crypto.subtle.verify('Ed25519', key, signature, signed))) return undefined;
    return JSON.parse(Buffer.from(token.slice(start + 1, end), 'base64url').toString());
  }

  #keyOf(text: string): CryptoKey | undefined {
    // By index: every token that is verified comes by here.
    for (let at = 0; at < this.#known.length; at += 1) {
      const known = this.#known[at];
      if (known && text.startsWith(known.start)) return known.key;
    }
    return undefined;
  }
}
