import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createVerifier } from '../clients/typescript/verifier/verifier.ts';
import { sweepClosedAccount } from '../server/background/closed-accounts.ts';
import { sweepTombstones } from '../server/background/tombstones.ts';
import { TokenExists } from '../server/errors.ts';
import { withoutRequest } from '../server/events/recording.ts';
import { importKey } from '../server/keys/imports.ts';
import { KeyInserts } from '../server/keys/inserts.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** Keys that another system made are imported by the hashes that it has stored. */

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const newForeign = () => `sk_live_${randomBytes(18).toString('base64url')}.4+/`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

type Facts = Partial<Parameters<typeof ada.client.POST<'/v1/keys/import'>>[1]['body']>;
const send = (token: string, facts: Facts = {}, { accountId } = ada) =>
  service.operator.POST('/v1/keys/import', {
    params: { query: { accountId } },
    body: { name: 'Old key', sha256: sha256(token), start: token.slice(0, 10), ...facts },
  });
const imported = async (token: string, facts?: Facts) => expectData(await send(token, facts));

/** `valid`, or the reason why not. */
async function verdictOn(token: string): Promise<string> {
  const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  return verdict.valid ? 'valid' : verdict.reason;
}

const ofKey = ({ id }: { id: string }) => ({ params: { path: { keyId: id } } });

test('an imported key is accepted once it is answered, also where its token was refused a moment ago', async () => {
  const token = newForeign();
  expect(await verdictOn(token)).toBe('unknown');
  const { response, ...answer } = await send(token, { scopes: ['files:read'], metadata: { plan: 'pro' } });
  const key = expectData({ response, ...answer });
  expect(response.headers.get('location')).toBe(`/v1/keys/${key.id}`);
  expect(key).toMatchObject({ name: 'Old key', start: token.slice(0, 10), scopes: ['files:read'] });
  expect(expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }))).toMatchObject({
    valid: true,
    key: { id: key.id, accountId: ada.accountId, metadata: { plan: 'pro' } },
  });
  const { data } = expectData(await ada.client.GET('/v1/events', { params: { query: { keyId: key.id } } }));
  expect(data.map(({ type, actor }) => [type, actor])).toEqual([['key.imported', 'operator']]);
});

test('an imported key calls this API with its token', async () => {
  const token = newForeign();
  const { id } = await imported(token);
  for (let call = 0; call < 2; call += 1)
    expect(expectData(await service.as(token).GET('/v1/keys/current'))).toMatchObject({ id });
});

test('neither its hash nor another token opens an imported key', async () => {
  const token = newForeign();
  await imported(token);
  for (const other of [sha256(token), token.toLowerCase(), `${token}=`, token.slice(1)])
    expect(await verdictOn(other)).toBe('unknown');
});

test('a text that can be no token of an imported key is not looked up', async () => {
  let lookUps = 0;
  const { find } = service.context.keys;
  service.context.keys.find = (hash) => {
    lookUps += 1;
    return find.call(service.context.keys, hash);
  };
  const forged = 'lk_0123456789abcdefghijABCDEFGHIJ00000000';
  for (const text of ['short', 'with a space in it', 'x'.repeat(513), forged]) await verdictOn(text);
  service.context.keys.find = find;
  expect(lookUps).toBe(0);
});

test('a token is imported once, also after it was revoked or rotated away', async () => {
  const tokens = [newForeign(), newForeign(), newForeign()] as const;
  const [first, revoked, rotated] = await Promise.all(tokens.map((token) => imported(token)));
  if (!first || !revoked || !rotated) throw new Error('Not imported.');
  await ada.client.DELETE('/v1/keys/{keyId}', ofKey(revoked));
  await ada.client.POST('/v1/keys/{keyId}/rotate', { ...ofKey(rotated), body: { immediate: true } });
  for (const [place, { id }] of [first, revoked, rotated].entries())
    expect((await send(tokens[place] ?? '')).error).toMatchObject({
      status: 409,
      code: 'token_exists',
      keyId: id,
    });
  expect(await verdictOn(tokens[1])).toBe('revoked');
});

test('an import that finds its token waits as the one before it does, which may have had no answer', async () => {
  const token = newForeign();
  await imported(token);
  let barriers = 0;
  const settled = async () => {
    barriers += 1;
  };
  const given = {
    accountId: ada.accountId.slice(4),
    name: 'Old key',
    scopes: [],
    metadata: {},
    expiresAt: null,
  };
  const act = withoutRequest('operator', service.context.now());
  const again = importKey(
    { ...service.context, settled },
    { sha256: sha256(token), start: 'sk_live_' },
    given,
    act,
  );
  await expect(again).rejects.toBeInstanceOf(TokenExists);
  expect(barriers).toBe(1);
});

test('a token that came and went while its import was under way is not revived', async () => {
  const token = newForeign();
  class Late extends KeyInserts {
    override async insertAlone(...given: Parameters<KeyInserts['insertAlone']>) {
      await ada.client.DELETE('/v1/keys/{keyId}', ofKey(await imported(token)));
      return super.insertAlone(...given);
    }
  }
  const given = {
    accountId: ada.accountId.slice(4),
    name: 'Old key',
    scopes: [],
    metadata: {},
    expiresAt: null,
  };
  const late = importKey(
    { ...service.context, keyInserts: new Late(service.db) },
    { sha256: sha256(token), start: 'sk_live_' },
    given,
    withoutRequest('operator', service.context.now()),
  );
  await expect(late).rejects.toBeInstanceOf(TokenExists);
  expect(await verdictOn(token)).toBe('revoked');
});

/** Imports a token into the account with this id of the product, which is created if it is not there. */
async function migrate(externalId: string, token: string) {
  const { id: accountId } = await service.operator.accounts.create({ externalId });
  return { accountId, ...(await send(token, {}, { ...ada, accountId })) };
}

test('an import that is run again does not revive the keys of an account that was deleted', async () => {
  const token = newForeign();
  const { accountId } = await migrate('user_gone', token);
  await service.operator.accounts.delete(accountId);
  service.pass(5_000);
  while (await sweepClosedAccount(service.db, service.context.now()));
  const again = await migrate('user_gone', token);
  expect(again.accountId).not.toBe(accountId);
  expect(again.error).toMatchObject({ status: 409, code: 'token_exists' });
  expect(again.error).not.toHaveProperty('keyId');
  expect(await verdictOn(token)).toBe('unknown');
});

test('a token that is forgotten but for its import is not imported again', async () => {
  const [revoked, rotated] = [newForeign(), newForeign()] as const;
  await ada.client.DELETE('/v1/keys/{keyId}', ofKey(await imported(revoked)));
  const rotation = { ...ofKey(await imported(rotated)), body: { immediate: true } };
  await ada.client.POST('/v1/keys/{keyId}/rotate', rotation);
  while (await sweepTombstones(service.db, Date.now() + 86_400_000, 1));
  for (const token of [revoked, rotated]) {
    const { error } = await send(token);
    expect(error).toMatchObject({ status: 409, code: 'token_exists' });
    expect(error).not.toHaveProperty('keyId');
    expect(await verdictOn(token)).toBe('unknown');
  }
});

test('an import that is refused does not use the token up', async () => {
  const token = newForeign();
  expect((await send(token, { expiresAt: '2020-01-31T12:00:00.000Z' })).error).toMatchObject({ status: 422 });
  await service.operator.accounts.update(ada.accountId, { disabled: true });
  expect((await send(token)).error).toMatchObject({ code: 'account_disabled' });
  await service.operator.accounts.update(ada.accountId, { disabled: false });
  await imported(token);
  expect(await verdictOn(token)).toBe('valid');
});

test('one of two imports of a token at once succeeds', async () => {
  const token = newForeign();
  const answers = await Promise.all([send(token), send(token)]);
  expect(answers.map(({ response }) => response.status).toSorted()).toEqual([201, 409]);
  expect(await verdictOn(token)).toBe('valid');
});

test('a rotation gives an imported key a token of Latchkey', async () => {
  const token = newForeign();
  const key = await imported(token);
  const { token: next } = expectData(await ada.client.POST('/v1/keys/{keyId}/rotate', ofKey(key)));
  expect(next).toMatch(/^lk_/);
  expect([await verdictOn(next), await verdictOn(token)]).toEqual(['valid', 'valid']);
  expectData(await ada.client.POST('/v1/keys/{keyId}/rotation/finish', ofKey(key)));
  expect([await verdictOn(next), await verdictOn(token)]).toEqual(['valid', 'rotated']);
});

test('whoever has the token of an imported key can end it, and a report of a leak finds it', async () => {
  const [ended, leaked] = [newForeign(), newForeign()];
  await imported(ended);
  const key = await imported(leaked);
  const form = new URLSearchParams({ token: ended });
  expect((await service.fetch('/oauth2/revoke', { method: 'POST', body: form })).status).toBe(200);
  expect(await verdictOn(ended)).toBe('revoked');
  await service.operator.POST('/v1/leaks', { body: { token: leaked, url: `https://example.com/${leaked}` } });
  const { data } = expectData(await ada.client.GET('/v1/events', { params: { query: { keyId: key.id } } }));
  expect(data[0]).toMatchObject({ type: 'key.leaked', data: { url: 'https://example.com/sk_l…' } });
});

test('an imported key has its limits and its quota', async () => {
  const token = newForeign();
  const limits = [{ name: 'daily', limit: 1, windowSeconds: 86_400 }];
  const key = await imported(token, { limits, quota: { remaining: 5 } });
  expect(key).toMatchObject({ limits, quota: { remaining: 5 } });
  expect([await verdictOn(token), await verdictOn(token)]).toEqual(['valid', 'rate_limited']);
});

test('a key is imported disabled, and refused until its owner enables it', async () => {
  const token = newForeign();
  expect(await verdictOn(token)).toBe('unknown');
  const key = await imported(token, { disabled: true });
  expect(key).toMatchObject({ status: 'disabled', disabledAt: key.createdAt });
  expect(await verdictOn(token)).toBe('disabled');
  expect(await ada.client.keys.get(key.id)).toEqual(key);
  const { data } = await ada.client.events.list({ keyId: key.id });
  expect(data).toMatchObject([{ type: 'key.imported', data: { name: 'Old key', disabled: true } }]);
  await ada.client.keys.update(key.id, { disabled: false });
  expect(await verdictOn(token)).toBe('valid');
  expect((await imported(newForeign(), { disabled: false })).disabledAt).toBeNull();
});

test('an imported key is as old as it is said to be, and its import is of today', async () => {
  const bob = await service.signIn();
  const createdAt = '2022-05-03T09:00:00.000Z';
  const [day, now] = [86_400_000, service.context.now()];
  const today = new Date(now).toISOString();
  const key = expectData(await send(newForeign(), { createdAt }, bob));
  const fresh = expectData(await send(newForeign(), {}, bob));
  expect(key).toMatchObject({
    ...{ createdAt, updatedAt: today, tokens: [{ state: 'current', createdAt, activatedAt: today }] },
  });
  expect(await bob.client.keys.get(key.id)).toEqual(key);
  const { data: trail } = await bob.client.events.list({ keyId: key.id });
  expect(trail).toMatchObject([{ type: 'key.imported', at: today, data: { createdAt } }]);

  const idsOf = async (filter: object) =>
    (await service.operator.keys.search({ filter: { accountId: bob.accountId, ...filter } })).data.map(
      ({ id }) => id,
    );
  const lastYear = new Date(now - 365 * day).toISOString();
  const tomorrow = new Date(now + day).toISOString();
  expect(await idsOf({ createdBefore: lastYear })).toEqual([key.id]);
  expect(await idsOf({ notRotatedSince: lastYear })).toEqual([key.id]);
  expect(await idsOf({ unusedSince: lastYear })).toEqual([]);
  expect(await idsOf({ unusedSince: tomorrow })).toEqual([fresh.id, key.id]);
});

test('no key is imported that was made in the future, or that outlives what the policy allows at its age', async () => {
  const bob = await service.signIn();
  const policy = { maxLifetimeSeconds: 365 * 86_400 };
  await service.operator.accounts.update(bob.accountId, { policy });
  const at = (days: number) => new Date(service.context.now() + days * 86_400_000).toISOString();
  const sendBobs = async (facts: Facts) => (await send(newForeign(), facts, bob)).error;
  expect(await sendBobs({ createdAt: at(1), expiresAt: at(2) })).toMatchObject({
    status: 422,
    errors: [{ pointer: '#/createdAt', detail: 'Must be in the past.' }],
  });
  expect(await sendBobs({ createdAt: at(-300), expiresAt: at(66) })).toMatchObject({ code: 'beyond_policy' });
  expect(await sendBobs({ createdAt: at(-300), expiresAt: at(65) })).toBeUndefined();
});

test('imported keys are counted, and the policy of the account holds for them', async () => {
  const bob = await service.signIn();
  await service.operator.PATCH('/v1/accounts/{accountId}', {
    params: { path: { accountId: bob.accountId } },
    body: { policy: { maxKeys: 2, allowedScopes: ['files:*'] } },
  });
  const sendBobs = (facts: Facts = {}) => send(newForeign(), facts, bob);
  expect((await sendBobs({ scopes: ['orders:read'] })).error).toMatchObject({ code: 'beyond_policy' });
  expect((await sendBobs()).response.status).toBe(201);
  expect((await sendBobs()).response.status).toBe(201);
  expect((await sendBobs()).error).toMatchObject({ status: 409, code: 'key_limit_reached' });
  expect((await bob.client.POST('/v1/keys', { body: { name: 'Key' } })).error).toMatchObject({
    code: 'key_limit_reached',
  });
});

test('only the operator imports keys, and none that has the form of a JWT', async () => {
  const body = { name: 'Old key', sha256: sha256(newForeign()), start: 'sk_live_' };
  const writer = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:write'] } }),
  );
  for (const client of [ada.client, service.as(writer.token)])
    expect((await client.POST('/v1/keys/import', { body })).response.status).toBe(403);
  expect((await send(newForeign(), { start: 'eyJhbGciOi' })).error).toMatchObject({ status: 422 });
});

test('a verifier accepts an imported key from memory, also where it knew its token as unknown', async () => {
  const verifier = await createVerifier({ baseUrl: await service.listen(), token: service.operatorToken });
  const token = newForeign();
  expect(await verifier.verify(token)).toEqual({ valid: false, reason: 'unknown' });
  expect(verifier.verify(token)).toEqual({ valid: false, reason: 'unknown' });
  const { id } = await imported(token, { scopes: ['files:read'] });
  expect(await verifier.verify(token, { scopes: ['files:read'] })).toMatchObject({
    valid: true,
    key: { id },
  });
  expect(verifier.verify(token)).toMatchObject({ valid: true, key: { id } });
  expect(verifier.verify('too short')).toEqual({ valid: false, reason: 'unknown' });
  await ada.client.DELETE('/v1/keys/{keyId}', ofKey({ id }));
  expect(await verifier.verify(token)).toMatchObject({ valid: false, reason: 'revoked' });
  await verifier.close();
});

test('a verifier does not take the hash of an imported token for the token, whatever it has cached', async () => {
  const verifier = await createVerifier({ baseUrl: await service.listen(), token: service.operatorToken });
  onTestFinished(() => verifier.close());
  const [token, long] = [newForeign(), randomBytes(32).toString('hex')];
  for (const one of [token, long]) {
    await imported(one);
    expect(await verifier.verify(one)).toMatchObject({ valid: true });
    // Both times: what is asked for, and what is in memory.
    for (let time = 0; time < 2; time += 1)
      expect(await verifier.verify(sha256(one))).toEqual({ valid: false, reason: 'unknown' });
    expect(verifier.verify(one)).toMatchObject({ valid: true });
  }
});
