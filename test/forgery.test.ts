import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportJWK, exportSPKI, importJWK, type JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSigner, newSigningKeys } from '../server/jwt/signing.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

interface Parts {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

const base64url = (data: string | Uint8Array) => Buffer.from(data).toString('base64url');

/** A JWS, whatever stands in it: a library would refuse to make most of these. */
function jws({ header, claims }: Parts, signature: (data: Buffer) => string | Uint8Array): string {
  const data = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${data}.${base64url(signature(Buffer.from(data)))}`;
}

const by = (key: KeyObject) => (data: Buffer) => sign(null, data, key);
const hmac = (secret: string | Uint8Array) => (data: Buffer) =>
  createHmac('sha256', secret).update(data).digest();

let service: TestService;
let ada: SignedIn;
let ours: KeyObject;
let publicJwk: JWK;
let publicPem: string;
/** The header and the claims of a good access token. */
let good: Parts;

beforeAll(async () => {
  const set = await newSigningKeys();
  const signer = await createSigner(set, { issuer: 'http://latchkey.test', siteName: 'Share' });
  service = await startService({ signer });
  ada = await service.signIn();
  ours = createPrivateKey({ key: { ...set.keys[0] }, format: 'jwk' });
  publicJwk = { ...signer.jwks.keys[0] };
  publicPem = await exportSPKI((await importJWK(publicJwk, 'EdDSA')) as CryptoKey);
  good = { header: { ...decodeProtectedHeader(ada.accessToken) }, claims: decodeJwt(ada.accessToken) };
});

const theirs = generateKeyPairSync('ed25519');
const theirsOnCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const theirsRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const withHeader = (header: object): Parts => ({ ...good, header: { ...good.header, ...header } });
const withClaims = (claims: object): Parts => ({ ...good, claims: { ...good.claims, ...claims } });
const seconds = () => Math.floor(service.context.now() / 1000);

/** Two parts of a good token that an attacker keeps, and what they make of the third. */
const altered = (change: (header: string, claims: string, signature: string) => string) => {
  const [header = '', claims = '', signature = ''] = ada.accessToken.split('.');
  return change(header, claims, signature);
};

/** The same signature, with those bits of its last character set that carry nothing. */
function withLooseBits(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const loose = signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.at(-1) ?? '') | 1];
  expect(Buffer.from(loose, 'base64url')).toEqual(bytes);
  return loose;
}

/** Tokens that somebody makes who has our public keys and a good token, or of some other time or purpose. */
const forgeries: Record<string, () => string | Promise<string>> = {
  ...Object.fromEntries(
    ['none', 'None', 'NONE', 'nOnE', '', ' none'].flatMap((alg): [string, () => string][] => [
      [`alg "${alg}" without a signature`, () => jws(withHeader({ alg }), () => '')],
      [`alg "${alg}" with the signature left on`, () => jws(withHeader({ alg }), by(ours))],
    ]),
  ),
  'no alg': () => jws(withHeader({ alg: undefined }), by(ours)),
  'alg null': () => jws(withHeader({ alg: null }), by(ours)),
  'HS256, the public key as the secret': () =>
    jws(withHeader({ alg: 'HS256' }), hmac(Buffer.from(publicJwk.x ?? '', 'base64url'))),
  'HS256, the x of the public key as the secret': () =>
    jws(withHeader({ alg: 'HS256' }), hmac(publicJwk.x ?? '')),
  'HS256, the public JWK as the secret': () =>
    jws(withHeader({ alg: 'HS256' }), hmac(JSON.stringify(publicJwk))),
  'HS256, the JWK Set as the secret': () =>
    jws(withHeader({ alg: 'HS256' }), hmac(JSON.stringify({ keys: [publicJwk] }))),
  'HS256, the public PEM as the secret': () => jws(withHeader({ alg: 'HS256' }), hmac(publicPem)),
  'HS256, an empty secret': () => jws(withHeader({ alg: 'HS256' }), hmac('')),
  'EdDSA by another key under our kid': () => jws(good, by(theirs.privateKey)),
  'EdDSA by another key under its own kid': () => jws(withHeader({ kid: 'theirs' }), by(theirs.privateKey)),
  'EdDSA by another key without a kid': () => jws(withHeader({ kid: undefined }), by(theirs.privateKey)),
  'EdDSA under a kid that is a path': () => jws(withHeader({ kid: '../../dev/null' }), by(theirs.privateKey)),
  'ES256 under our kid': () =>
    jws(withHeader({ alg: 'ES256' }), (data) =>
      sign('sha256', data, { key: theirsOnCurve.privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
  'RS256 under our kid': () =>
    jws(withHeader({ alg: 'RS256' }), (data) => sign('sha256', data, theirsRsa.privateKey)),
  'the attacker’s key in jwk': async () =>
    jws(withHeader({ jwk: await exportJWK(theirs.publicKey) }), by(theirs.privateKey)),
  'the attacker’s key in jwk, without a kid': async () =>
    jws(withHeader({ jwk: await exportJWK(theirs.publicKey), kid: undefined }), by(theirs.privateKey)),
  'the attacker’s key behind jku': () =>
    jws(withHeader({ jku: 'https://attacker.example/jwks.json', kid: 'theirs' }), by(theirs.privateKey)),
  'the attacker’s key behind x5u': () =>
    jws(withHeader({ x5u: 'https://attacker.example/cert.pem' }), by(theirs.privateKey)),
  'the attacker’s certificate in x5c': () =>
    jws(
      withHeader({ x5c: [theirs.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }),
      by(theirs.privateKey),
    ),
  'another aud': () => jws(withClaims({ aud: 'http://elsewhere.test' }), by(ours)),
  'no aud': () => jws(withClaims({ aud: undefined }), by(ours)),
  'an empty list as aud': () => jws(withClaims({ aud: [] }), by(ours)),
  'another iss': () => jws(withClaims({ iss: 'http://elsewhere.test' }), by(ours)),
  'an iss that begins with ours': () => jws(withClaims({ iss: 'http://latchkey.test.evil' }), by(ours)),
  'no iss': () => jws(withClaims({ iss: undefined }), by(ours)),
  expired: () => jws(withClaims({ exp: seconds() }), by(ours)),
  'an exp that is text': () => jws(withClaims({ exp: '9999999999' }), by(ours)),
  'no exp': () => jws(withClaims({ exp: undefined }), by(ours)),
  'not yet valid': () => jws(withClaims({ nbf: seconds() + 1 }), by(ours)),
  'no sub': () => jws(withClaims({ sub: undefined }), by(ours)),
  'no sid': () => jws(withClaims({ sid: undefined }), by(ours)),
  'a sid that does not exist': () => jws(withClaims({ sid: 'f'.repeat(24) }), by(ours)),
  'a list as sid': () => jws(withClaims({ sid: ['f'.repeat(24), 'x'] }), by(ours)),
  'the sub of another account': async () => {
    const { accountId } = await service.signIn();
    return jws(withClaims({ sub: accountId }), by(ours));
  },
  'the sub without acc_': () => jws(withClaims({ sub: ada.accountId.slice(4) }), by(ours)),
  'the sub with another prefix': () => jws(withClaims({ sub: `key_${ada.accountId.slice(4)}` }), by(ours)),
  'the sub of the operator': () => jws(withClaims({ sub: `acc_${'0'.repeat(24)}` }), by(ours)),
  'another typ': () => jws(withHeader({ typ: 'JWT' }), by(ours)),
  'typ in capitals': () => jws(withHeader({ typ: 'AT+JWT' }), by(ours)),
  'no typ, and at+jwt elsewhere in the header': () =>
    jws(withHeader({ typ: undefined, cty: 'at+jwt' }), by(ours)),
  'an unknown crit': () => jws(withHeader({ crit: ['urgent'], urgent: true }), by(ours)),
  'an empty crit': () => jws(withHeader({ crit: [] }), by(ours)),
  'an altered payload': () =>
    altered((header, _, signature) => {
      const { claims } = withClaims({ sub: `acc_${'f'.repeat(24)}` });
      return `${header}.${base64url(JSON.stringify(claims))}.${signature}`;
    }),
  'an altered header': () =>
    altered((_, claims, signature) => {
      const { header } = withHeader({ extra: true });
      return `${base64url(JSON.stringify(header))}.${claims}.${signature}`;
    }),
  'the signature of another token': async () => {
    const [, , signature] = (await service.signIn()).accessToken.split('.');
    return altered((header, claims) => `${header}.${claims}.${signature}`);
  },
  'a signature cut short': () => ada.accessToken.slice(0, -4),
  'no signature': () => altered((header, claims) => `${header}.${claims}.`),
  'two parts': () => altered((header, claims) => `${header}.${claims}`),
  'four parts': () => `${ada.accessToken}.e30`,
  'five parts, as if encrypted': () => `${ada.accessToken}.e30.e30`,
  'a signature of zeros': () =>
    altered((header, claims) => `${header}.${claims}.${base64url(new Uint8Array(64))}`),
  'a padded signature': () => `${ada.accessToken}==`,
  'padded claims': () => altered((header, claims, signature) => `${header}.${claims}=.${signature}`),
  'white space within': () => altered((header, claims, signature) => `${header}.${claims} .${signature}`),
  'a tab within': () => altered((header, claims, signature) => `${header}.\t${claims}.${signature}`),
  'the signature in the other base64': () =>
    altered((header, claims, signature) => {
      const other = signature.replaceAll('-', '+').replaceAll('_', '/');
      return `${header}.${claims}.${other === signature ? `${signature}=` : other}`;
    }),
  'the signature spelt with loose bits': () =>
    altered((header, claims, signature) => `${header}.${claims}.${withLooseBits(signature)}`),
  'a JWT key that calls itself an access token': async () => {
    const body = { label: 'Key', expires: 'One Day' };
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' };
    const response = await service.fetch('/apikey', { method: 'POST', headers, body: JSON.stringify(body) });
    const { api_key } = await response.json();
    const [header = '', claims, signature] = api_key.split('.');
    const renamed = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), typ: 'at+jwt' };
    return `${base64url(JSON.stringify(renamed))}.${claims}.${signature}`;
  },
  'the claims of a JWT key, signed as an access token': () => {
    const claims = { sub: ada.accountId.slice(4), iss: 'Share 3rd-party API', exp: seconds() + 900 };
    return jws({ ...good, claims }, by(ours));
  },
};

/** An operation of each contract. */
const paths = ['/v1/account', '/api/settings/api', '/apikey'];

const callWith = (token: string, path: string) =>
  service.fetch(path, { headers: { Authorization: `Bearer ${token}` } });

test('a token made by the test as ours are is accepted, so each one below is refused for its one difference', async () => {
  for (const path of paths) expect((await callWith(jws(good, by(ours)), path)).status).toBe(200);
});

describe('an access token is refused if anything about it is not ours:', () => {
  test.each(Object.entries(forgeries))('%s', async (_, forge) => {
    const forged = await forge();
    for (const path of paths) {
      const response = await callWith(forged, path);
      expect(response.status, path).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="latchkey", error="invalid_token"');
    }
  });
});

test('a JWT key that we signed, but do not hold, is unknown', async () => {
  const key = { accountId: ada.accountId.slice(4), iat: seconds(), exp: seconds() + 86_400 };
  const token = await service.context.signer.signKey(key);
  const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  expect(verdict).toEqual({ valid: false, reason: 'unknown' });
});
