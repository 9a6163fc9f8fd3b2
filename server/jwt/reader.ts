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

/** The header of a JWT that a key signs. The order of its fields matters: see `JwtReader`. */
export const jwtHeader = (typ: string, kid: string) => ({ alg: 'EdDSA', typ, kid });

/** Whether a token's signature has no padding and no stray bits, so that each token has one spelling (RFC 7515). */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** How a JWT begins that this key has signed: its header and the dot. */
interface Known {
  start: string;
  key: CryptoKey;
}

/**
 * Reads JWTs of one type that our own keys have signed. It compares their headers with the one text that each key writes,
 * so nothing in the header of a token decides how the token is checked.
 */
export class JwtReader {
  readonly #known: readonly Known[];

  private constructor(known: readonly Known[]) {
    this.#known = known;
  }

  static async of(typ: string, keys: readonly PublicJwk[]): Promise<JwtReader> {
    const known = keys.map(async (jwk) => ({
      start: `${Buffer.from(JSON.stringify(jwtHeader(typ, jwk.kid))).toString('base64url')}.`,
      key: (await importJWK({ ...jwk }, 'EdDSA')) as CryptoKey,
    }));
    return new JwtReader(await Promise.all(known));
  }

  /** Whether a text begins as such a JWT does. */
  claims(text: string): boolean {
    return this.#keyOf(text) !== undefined;
  }

  /**
   * The claims of such a JWT, not validated. Undefined if its signature is wrong. The signature is checked off the event
   * loop, which thousands of forged tokens would block.
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
    // By index: this runs for every verification.
    for (let at = 0; at < this.#known.length; at += 1) {
      const known = this.#known[at];
      if (known && text.startsWith(known.start)) return known.key;
    }
    return undefined;
  }
}
