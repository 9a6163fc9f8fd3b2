import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { exchangedType, typeOf } from '../decide/token-form.ts';
import { exchangeToken } from '../server/auth/token-exchange.ts';
import { exchangedClaims, exchangedReader } from '../server/jwt/exchanged-claims.ts';
import { ExchangedToken, ExchangedTokens } from '../server/jwt/exchanged-tokens.ts';
import { createSigner, newSigningKeys } from '../server/jwt/signing.ts';
import { hashText, newToken } from '../server/token.ts';
import { expectData, startService, type TestService } from './support/harness.ts';
import { verifiedKey } from './support/verified-key.ts';

/** What a token is exchanged for, as it is read and verified. The exchange itself: test/token-exchange.test.ts. */

let service: TestService;
let ours: KeyObject;
/** A key, and what its token was exchanged for: the header and the claims. */
let key: { id: string; token: string };
let exchanged: string;
let good: Parts;

interface Parts {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

const client = () => ({ ip: null, userAgent: null });

beforeAll(async () => {
  const set = await newSigningKeys();
  const signer = await createSigner(set, { issuer: 'http://latchkey.test', siteName: 'Share' });
  service = await startService({ signer });
  ours = createPrivateKey({ key: { ...set.keys[0] }, format: 'jwk' });
  const { client: ada } = await service.signIn();
  key = expectData(await ada.POST('/v1/keys', { body: { name: 'Key', scopes: ['files:*'] } }));
  const asked = { subjectToken: key.token, lifetime: 300 };
  ({ token: exchanged } = await exchangeToken(service.context, asked, { client }));
  good = { header: { ...decodeProtectedHeader(exchanged) }, claims: decodeJwt(exchanged) };
});

const base64url = (data: string | Uint8Array) => Buffer.from(data).toString('base64url');

/** A JWS, whatever stands in it: a library would refuse to make most of these. */
function jws({ header, claims }: Parts, signature: (data: Buffer) => string | Uint8Array): string {
  const data = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${data}.${base64url(signature(Buffer.from(data)))}`;
}

const by = (key: KeyObject) => (data: Buffer) => sign(null, data, key);
const hmac = (secret: string) => (data: Buffer) => createHmac('sha256', secret).update(data).digest();
const theirs = generateKeyPairSync('ed25519').privateKey;
const withHeader = (header: object): Parts => ({ ...good, header: { ...good.header, ...header } });
const withClaims = (claims: object): Parts => ({ ...good, claims: { ...good.claims, ...claims } });

const altered = (change: (header: string, claims: string, signature: string) => string) => {
  const [header = '', claims = '', signature = ''] = exchanged.split('.');
  return change(header, claims, signature);
};

/** The same signature, with those bits of its last character set that carry nothing. */
function withLooseBits(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const loose = signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.at(-1) ?? '') | 1];
  expect(Buffer.from(loose, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
  return loose;
}

const verdictOn = async (token: string) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));

/** Tokens that somebody makes who has our public keys and a good token, or a token of ours for something else. */
const forgeries: Record<string, () => string> = {
  'alg none without a signature': () => jws(withHeader({ alg: 'none' }), () => ''),
  'alg none with the signature left on': () => jws(withHeader({ alg: 'none' }), by(ours)),
  'no alg': () => jws(withHeader({ alg: undefined }), by(ours)),
  'HS256, the public key as the secret': () =>
    jws(withHeader({ alg: 'HS256' }), hmac(service.context.signer.jwks.keys[0]?.x ?? '')),
  'another key under our kid': () => jws(good, by(theirs)),
  'another key under its own kid': () => jws(withHeader({ kid: 'theirs' }), by(theirs)),
  'no kid': () => jws(withHeader({ kid: undefined }), by(ours)),
  'another typ': () => jws(withHeader({ typ: 'JWT' }), by(ours)),
  'the typ of an access token': () => jws(withHeader({ typ: 'at+jwt' }), by(ours)),
  'the typ in capitals': () => jws(withHeader({ typ: exchangedType.toUpperCase() }), by(ours)),
  'the attacker’s key in jwk': () => jws(withHeader({ jwk: createPublicJwk() }), by(theirs)),
  'an unknown crit': () => jws(withHeader({ crit: ['urgent'], urgent: true }), by(ours)),
  'another iss': () => jws(withClaims({ iss: 'http://elsewhere.test' }), by(ours)),
  'no iss': () => jws(withClaims({ iss: undefined }), by(ours)),
  'altered claims': () =>
    altered((header, _, signature) => {
      const claims = JSON.stringify({ ...good.claims, scope: 'files:* orders:*' });
      return `${header}.${base64url(claims)}.${signature}`;
    }),
  'claims that are not JSON': () => altered((header, _, signature) => `${header}.bm9uZQ.${signature}`),
  'a signature of zeros': () =>
    altered((header, claims) => `${header}.${claims}.${base64url(new Uint8Array(64))}`),
  'a signature cut short': () => exchanged.slice(0, -4),
  'no signature': () => altered((header, claims) => `${header}.${claims}.`),
  'four parts': () => `${exchanged}.e30`,
  'a padded signature': () => `${exchanged}==`,
  'the signature spelt with loose bits': () =>
    altered((header, claims, signature) => `${header}.${claims}.${withLooseBits(signature)}`),
};
const createPublicJwk = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

test('a token made by the test as ours are is accepted, so each one below is refused for its one difference', async () => {
  expect(await verdictOn(jws(good, by(ours)))).toMatchObject({ valid: true, key: { id: key.id } });
});

describe('an exchanged token is unknown if anything about it is not ours:', () => {
  test.each(Object.entries(forgeries))('%s', async (_, forge) => {
    expect(await verdictOn(forge())).toEqual({ valid: false, reason: 'unknown' });
  });
});

test('a token whose signature is forged is refused without a look-up', async () => {
  const { verifications } = service.context;
  const before = verifications.counted('verify', 'none').unknown;
  const claims = { subject_token_hash: base64url(Buffer.from(hashText(newToken('lk_')), 'hex')) };
  await verdictOn(jws(withClaims(claims), by(theirs)));
  expect(verifications.counted('verify', 'none').unknown).toBe(before + 1);
});

test('a token with a valid signature that names an unknown parent is unknown', async () => {
  const claims = { subject_token_hash: base64url(Buffer.from(hashText(newToken('lk_')), 'hex')) };
  expect(await verdictOn(jws(withClaims(claims), by(ours)))).toEqual({ valid: false, reason: 'unknown' });
});

test('the signature of a token is checked once, and forged tokens are not remembered', async () => {
  const { signer, publicUrl } = service.context;
  const reader = await exchangedReader(publicUrl, signer.jwks.keys);
  let checked = 0;
  const tokens = new ExchangedTokens({
    claims: (text) => reader.claims(text),
    read(token) {
      checked += 1;
      return reader.read(token);
    },
  });
  const [first, second] = await Promise.all([tokens.find(exchanged), tokens.find(exchanged)]);
  expect(first?.parent).toBe(hashText(key.token));
  expect(second).toBe(first);
  expect(tokens.find(exchanged)).toBe(first);
  expect(checked).toBe(1);
  const forged = jws(good, by(theirs));
  for (const times of [2, 3]) {
    expect(await tokens.find(forged)).toBeUndefined();
    expect(checked).toBe(times);
  }
});

test('fewer tokens are cached if they have many scopes', async () => {
  const facts = { parent: '', audience: null, issuedAt: new Date(), expiresAt: new Date(), actor: null };
  const scopes = new Set(Array.from({ length: 500 }, (_, index) => `files:${index}`));
  let checked = 0;
  const tokens = new ExchangedTokens({
    claims: () => true,
    async read() {
      checked += 1;
      return { ...facts, scopes };
    },
  });
  for (let count = 0; count < 400; count += 1) await tokens.find(`token ${count}`);
  await tokens.find('token 399');
  expect(checked).toBe(400);
  await tokens.find('token 0');
  expect(checked).toBe(401);
});

test('a thousand forged tokens at once do not hold up the event loop', async () => {
  const forged = Array.from({ length: 1_000 }, (_, jti) => jws(withClaims({ jti }), by(theirs)));
  let checked = 0;
  const checks = forged.map(async (token) => {
    await service.context.signer.exchanged.find(token);
    checked += 1;
  });
  await nextTurn();
  expect(checked).toBeLessThan(forged.length / 2);
  await Promise.all(checks);
});

test('a key is narrowed once for a token, and anew when it has changed', async () => {
  const found = await service.context.signer.exchanged.find(exchanged);
  const before = verifiedKey({ scopes: new Set(['files:read', 'orders:read']) });
  const narrowed = found?.narrow(before);
  expect(found?.narrow(before)).toBe(narrowed);
  expect(narrowed?.scopes).toEqual(new Set(['files:read']));
  expect(found?.narrow({ ...before, scopes: new Set() }).scopes).toEqual(new Set());
});

test('a token is narrowed again after its key was looked up again, as at the first use of a next token', async () => {
  const { client: bob } = await service.signIn();
  const { id } = expectData(await bob.POST('/v1/keys', { body: { name: 'Key', scopes: ['files:*'] } }));
  const place = { params: { path: { keyId: id } } };
  const next = expectData(await bob.POST('/v1/keys/{keyId}/rotate', { ...place, body: {} }));
  const found = await service.context.keys.find(hashText(next.token));
  if (!found || found.gone) throw new Error('There is no such key.');
  const now = service.context.now();
  const expiresAt = new Date(now + 60_000);
  const grant = { scopes: new Set(['files:read']), audience: null, actor: null, expiresAt };
  const token = await service.context.signer.signExchanged(exchangedClaims(found, grant, now));
  const narrow = { id, scopes: ['files:read'], expiresAt: expiresAt.toISOString() };
  expect(await verdictOn(token)).toMatchObject({ valid: true, key: narrow });
  const { tokens } = expectData(await bob.GET('/v1/keys/{keyId}', place));
  expect(tokens.map(({ state }) => state)).toEqual(['current', 'previous']);
});

test('the audience of a token is what it and its key have in common', () => {
  const [a, b, c] = ['https://a.test', 'https://b.test', 'https://c.test'];
  const facts = {
    ...{ parent: '', actor: null, scopes: new Set<string>() },
    issuedAt: new Date(),
    expiresAt: new Date(),
  };
  const ofToken = (audience: string[] | null, ofKey: string[] | null) =>
    new ExchangedToken({ ...facts, audience }).narrow(verifiedKey({ audience: ofKey })).audience;
  expect(ofToken(null, null)).toBeNull();
  expect(ofToken(null, [a])).toEqual([a]);
  expect(ofToken([a], null)).toEqual([a]);
  expect(ofToken([a, b], [b, c])).toEqual([b]);
  expect(ofToken([a], [b])).toEqual([]);
});

test('a text says of which type of JWT it is, if it is one', () => {
  expect(typeOf(exchanged)).toBe(exchangedType);
  expect(typeOf(newToken('lk_'))).toBeUndefined();
  for (const header of ['eyJ', 'eyJ.e30.e30', 'eyJ!', `${base64url('{"alg":"none"}')}.e30.`])
    expect(typeOf(header), header).toBeUndefined();
});
