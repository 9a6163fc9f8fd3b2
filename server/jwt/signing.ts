import { hkdfSync } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { exchangedType } from '../../decide/token-form.ts';
import { newId } from '../id.ts';
import { type ExchangedClaims, exchangedReader } from './exchanged-claims.ts';
import { ExchangedTokens } from './exchanged-tokens.ts';
import { JwtReader, jwtHeader, type PublicJwk } from './reader.ts';

/** The type of access tokens (RFC 9068). */
export const accessType = 'at+jwt';

/** How long an access token lives, in seconds. */
export const accessLifetime = 900;

/** The expiry in a JWT for a key that never expires: 100 calendar years after its creation, in whole seconds. */
export function neverExpires(createdAt: Date): Date {
  const date = new Date(createdAt);
  return new Date(Math.floor(date.setUTCFullYear(date.getUTCFullYear() + 100) / 1000) * 1000);
}

/** A key pair of Ed25519, as a JWK. */
interface PrivateJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  d: string;
  kid: string;
}

/** A private JWK Set (RFC 7517): the first key signs, all verify. */
export interface PrivateJwkSet {
  keys: PrivateJwk[];
}

/** A new private JWK Set of one key. */
export async function newSigningKeys(): Promise<PrivateJwkSet> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = (await exportJWK(privateKey)) as Omit<PrivateJwk, 'kid'>;
  return { keys: [{ ...jwk, kid: newId(Date.now()) }] };
}

/** @throws Error if a key is no Ed25519 key pair, or its two halves do not belong together */
async function assertWhole({ d, ...half }: PrivateJwk): Promise<void> {
  const fail = () => {
    throw new Error(`The key ${half.kid} is no Ed25519 key pair.`);
  };
  const probe = new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' });
  const signed = await importJWK({ ...half, d }, 'EdDSA').then((key) => probe.sign(key), fail);
  await importJWK(half, 'EdDSA')
    .then((key) => jwtVerify(signed, key), fail)
    .catch(fail);
}

/** Who makes a request, for the backend behind a gateway, in the claims of an introspection (RFC 7662). */
export interface IdentityClaims extends JWTPayload {
  /** The account that holds the key. */
  sub: string;
  /** The key. */
  client_id: string;
  /** The product's own id of the account. */
  username?: string;
  /** The key that acts for this one (RFC 8693, section 4.1). */
  act?: { sub: string };
  /** The scopes, separated by spaces. */
  scope: string;
}

export type Signer = Awaited<ReturnType<typeof createSigner>>;

/**
 * Signs and checks our JWTs, all of them EdDSA with Ed25519.
 * @throws Error if a key of the set is not valid
 * @param issuer the `iss` and the `aud` of access tokens: the public URL
 * @param siteName names the product in the `iss` of keys that are JWTs
 */
export async function createSigner(
  set: PrivateJwkSet,
  { issuer, siteName }: { issuer: string; siteName: string },
) {
  const [first] = set.keys;
  if (!first) throw new Error('The JWK Set is empty.');
  for (const key of set.keys) await assertWhole(key);
  const signingKey = await importJWK(first, 'EdDSA');
  const publicKeys = set.keys.map(
    ({ x, kid }): PublicJwk => ({ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }),
  );
  const accessReader = await JwtReader.of(accessType, publicKeys);
  const reader = await exchangedReader(issuer, publicKeys);

  const { kid } = first;
  const sign = (typ: string, claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader(jwtHeader(typ, kid)).sign(signingKey);

  return {
    /** The public keys. */
    jwks: { keys: publicKeys },

    /** The id of the key that signs. */
    kid,

    /**
     * Key material for another purpose than signing (HKDF with SHA-256, RFC 5869). Undefined if the set has no such key.
     * @param wanted the id of the signing key from whose private part it is derived
     * @param secret is part of the input as well
     * @param salt random, so that no two results are related
     * @param info names the purpose: what is derived for one tells nothing of another
     * @param length in bytes
     */
    derive(
      wanted: string,
      { secret, salt, info, length }: { secret: string; salt: Uint8Array; info: string; length: number },
    ): Buffer | undefined {
      const key = set.keys.find(({ kid }) => kid === wanted);
      if (!key) return undefined;
      const material = Buffer.concat([Buffer.from(key.d, 'base64url'), Buffer.from(secret)]);
      return Buffer.from(hkdfSync('sha256', material, salt, info, length));
    },

    /** An access token (RFC 9068) of a session, good for `accessLifetime` from `now` (milliseconds) on. */
    signAccess(
      { accountId, sessionId }: { accountId: string; sessionId: string },
      now: number,
    ): Promise<string> {
      const iat = Math.floor(now / 1000);
      return sign(accessType, {
        iss: issuer,
        aud: issuer,
        sub: `acc_${accountId}`,
        // RFC 9068 requires it. People sign in to this service itself: there are no registered clients.
        client_id: 'latchkey',
        sid: sessionId,
        jti: newId(now),
        iat,
        exp: iat + accessLifetime,
      });
    },

    /**
     * The account and the session of an access token. Undefined if it is forged, expired or something else.
     * Its `typ` and `aud` tell it from the keys that are JWTs (RFC 8725, section 3.11).
     */
    async readAccess(
      token: string,
      now: number,
    ): Promise<{ accountId: string; sessionId: string } | undefined> {
      const { iss, aud, sub, sid, exp, nbf } = (await accessReader.read(token)) ?? {};
      if (iss !== issuer || aud !== issuer || nbf !== undefined) return undefined;
      if (typeof exp !== 'number' || now >= exp * 1000) return undefined;
      if (typeof sub !== 'string' || !sub.startsWith('acc_') || typeof sid !== 'string') return undefined;
      return { accountId: sub.slice('acc_'.length), sessionId: sid };
    },

    /**
     * A JWT that tells the backend behind a gateway who makes a request. Its `typ` keeps it from being used as a token here.
     * @param endsAt with `now`, Unix time in milliseconds
     */
    signIdentity(
      claims: IdentityClaims,
      { audience, now, endsAt }: { audience: string; now: number; endsAt: number },
    ): Promise<string> {
      const times = { iat: Math.floor(now / 1000), exp: Math.floor(endsAt / 1000) };
      return sign('latchkey-identity+jwt', { iss: issuer, aud: audience, ...claims, ...times });
    },

    /** The exchanged tokens that these keys have signed. */
    exchanged: new ExchangedTokens(reader),

    /** Signs an exchanged token. Its `typ` tells it from all other JWTs. */
    signExchanged: (claims: Omit<ExchangedClaims, 'iss'>): Promise<string> =>
      sign(exchangedType, { iss: issuer, ...claims }),

    /** A key that is a JWT, for third-party applications: `iat` and `exp` in Unix seconds. */
    signKey({ accountId, iat, exp }: { accountId: string; iat: number; exp: number }): Promise<string> {
      const jti = newId(iat * 1000);
      return sign('JWT', { sub: accountId, iss: `${siteName} 3rd-party API`, jti, iat, exp });
    },
  };
}
