import { exchangedType } from '../../decide/token-form.ts';
import type { VerifiedKey } from '../../decide/verified-key.ts';
import { newId } from '../id.ts';
import type { ExchangedFacts, ReadsExchanged } from './exchanged-tokens.ts';
import { JwtReader, type PublicJwk } from './reader.ts';

/** The claims of an exchanged token. Times are Unix times in seconds. */
export interface ExchangedClaims {
  iss: string;
  /** The account that holds the key. */
  sub: string;
  /** The key. */
  client_id: string;
  /** Separated by spaces; missing where there are none. */
  scope?: string;
  aud?: string[];
  /** The key that acts for that key (RFC 8693, section 4.1). */
  act?: { sub: string };
  jti: string;
  iat: number;
  exp: number;
  /** SHA-512 of the token that it was exchanged for, in base64url. It is looked up by this, so it ends when that token ends. */
  subject_token_hash: string;
}

/** What a token is given at its exchange. */
export type ExchangeGrant = Omit<ExchangedFacts, 'parent' | 'issuedAt'>;

/**
 * The claims of a new exchanged token.
 * @param key as the token presents it that is exchanged
 * @param now Unix time in milliseconds
 */
export function exchangedClaims(
  { id, accountId, hash }: VerifiedKey,
  { scopes, audience, actor, expiresAt }: ExchangeGrant,
  now: number,
): Omit<ExchangedClaims, 'iss'> {
  return {
    sub: `acc_${accountId}`,
    client_id: `key_${id}`,
    ...(scopes.size > 0 && { scope: [...scopes].join(' ') }),
    ...(audience && { aud: [...audience] }),
    ...(actor && { act: { sub: `key_${actor}` } }),
    jti: newId(now),
    iat: Math.floor(now / 1000),
    exp: Math.floor(expiresAt.getTime() / 1000),
    subject_token_hash: Buffer.from(hash, 'hex').toString('base64url'),
  };
}

/** Reads the exchanged tokens that an issuer has signed with these keys. */
export async function exchangedReader(issuer: string, keys: readonly PublicJwk[]): Promise<ReadsExchanged> {
  const reader = await JwtReader.of(exchangedType, keys);
  return {
    claims: (text) => reader.claims(text),
    async read(token) {
      const claims = (await reader.read(token)) as ExchangedClaims | undefined;
      return claims?.iss === issuer ? factsOf(claims) : undefined;
    },
  };
}

const factsOf = ({ scope, aud, act, iat, exp, subject_token_hash }: ExchangedClaims): ExchangedFacts => ({
  parent: Buffer.from(subject_token_hash, 'base64url').toString('hex'),
  scopes: new Set(scope?.split(' ')),
  audience: aud ?? null,
  issuedAt: new Date(iat * 1000),
  expiresAt: new Date(exp * 1000),
  actor: act?.sub.replace(/^key_/, '') ?? null,
});
