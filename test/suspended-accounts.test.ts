import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { expectData, password, type SignedIn, startService, type TestService } from './support/harness.ts';
import { spyOnInvalidations } from './support/invalidations.ts';

/** The operator suspends an account, and lets it back. */

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

/** When an account was suspended. */
const disabledAt = expect.any(String);
const set = async ({ accountId }: Pick<SignedIn, 'accountId'>, disabled: boolean) => {
  const params = { path: { accountId } };
  return expectData(await service.operator.PATCH('/v1/accounts/{accountId}', { params, body: { disabled } }));
};
const mint = async ({ client }: SignedIn, facts: object = {}) =>
  expectData(await client.POST('/v1/keys', { body: { name: 'Key', ...facts } }));
const of = ({ id }: { id: string }) => ({ params: { path: { keyId: id } } });
const verdict = async (token: string) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));

const form = (fields: Record<string, string>, token?: string): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
});
const exchange = (token: string) =>
  service.fetch(
    '/oauth2/token',
    form({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }),
  );

/** What is said of a token wherever it can be presented. */
async function everywhere(token: string, exchanged: string) {
  const headers = { Authorization: `Bearer ${token}` };
  const statusOf = async (path: string, init: RequestInit = { headers }) =>
    (await service.fetch(path, init)).status;
  const gateway = { ...headers, 'Latchkey-Authorization': `Bearer ${service.operatorToken}` };
  const introspection = await service.fetch('/oauth2/introspect', form({ token }, service.operatorToken));
  const { verdicts } = expectData(
    await service.operator.POST('/v1/keys/verify/batch', { body: { tokens: [token, exchanged] } }),
  );
  return {
    verified: [await verdict(token), await verdict(exchanged), ...verdicts].map((one) =>
      one.valid ? 'valid' : one.reason,
    ),
    authorized: await statusOf('/v1/authorize', { headers: gateway }),
    introspected: (await introspection.json()).active,
    exchanged: (await exchange(token)).status,
    itself: await statusOf('/v1/keys/current'),
    journal: await statusOf('/api/settings/api'),
  };
}

test('a suspended account shows that it is, and its keys are refused everywhere until it is let back', async () => {
  const ada = await service.signIn();
  const { token } = await mint(ada, { scopes: ['keys:read'] });
  const { access_token: exchanged } = await (await exchange(token)).json();
  const accepted = {
    verified: Array(4).fill('valid'),
    ...{ authorized: 200, introspected: true, exchanged: 200, itself: 200, journal: 200 },
  };
  expect(await everywhere(token, exchanged)).toEqual(accepted);

  expect(await set(ada, true)).toMatchObject({ id: ada.accountId, disabledAt });
  expect(expectData(await ada.client.GET('/v1/account'))).toMatchObject({ disabledAt });
  const query = { email: ada.email };
  expect(expectData(await service.operator.GET('/v1/accounts', { params: { query } })).data).toMatchObject([
    { disabledAt },
  ]);
  expect(await everywhere(token, exchanged)).toEqual({
    verified: Array(4).fill('account_disabled'),
    ...{ authorized: 401, introspected: false, exchanged: 400, itself: 401, journal: 401 },
  });
  const { error } = await service.as(token).GET('/v1/keys/current');
  expect(error).toMatchObject({ code: 'invalid_token', detail: 'The account of the key is disabled.' });

  expect(await set(ada, false)).toMatchObject({ disabledAt: null });
  expect(await everywhere(token, exchanged)).toEqual(accepted);
});

test('the keys of other accounts are accepted meanwhile', async () => {
  const [ada, bob] = [await service.signIn(), await service.signIn()];
  const { token } = await mint(bob);
  await set(ada, true);
  expect(await verdict(token)).toMatchObject({ valid: true });
});

test('a key that is let back is what it was: disabled, or with a next token that was never used', async () => {
  const ada = await service.signIn();
  const [disabled, rotating, rotated, revoked] = [
    await mint(ada),
    await mint(ada),
    await mint(ada),
    await mint(ada),
  ];
  await ada.client.PATCH('/v1/keys/{keyId}', { ...of(disabled), body: { disabled: true } });
  const rotate = async (key: { id: string }) =>
    expectData(await ada.client.POST('/v1/keys/{keyId}/rotate', { ...of(key), body: { overlapSeconds: 0 } }))
      .token;
  const next = await rotate(rotating);
  expect(await verdict(await rotate(rotated))).toMatchObject({ valid: true });
  await ada.client.DELETE('/v1/keys/{keyId}', of(revoked));

  await set(ada, true);
  const reasons = async () => {
    const verdicts = [];
    for (const { token } of [disabled, { token: next }, rotating, rotated, revoked])
      verdicts.push(await verdict(token));
    return verdicts.map((one) => (one.valid ? 'valid' : one.reason));
  };
  expect(await reasons()).toEqual([...Array(3).fill('account_disabled'), 'rotated', 'revoked']);
  await set(ada, false);
  const { tokens } = expectData(await ada.client.GET('/v1/keys/{keyId}', of(rotating)));
  expect(tokens.map(({ state }) => state)).toEqual(['current', 'next']);
  expect(await reasons()).toEqual(['disabled', 'valid', 'rotated', 'rotated', 'revoked']);
});

test('the owner of a suspended account signs in, sees its keys, rotates and revokes them', async () => {
  const ada = await service.signIn();
  const [rotated, revoked, leaked] = [await mint(ada), await mint(ada), await mint(ada)];
  await set(ada, true);

  const { email } = ada;
  const session = expectData(await service.as().POST('/v1/sessions', { body: { email, password } }));
  const { refreshToken } = session;
  expectData(await service.as().POST('/v1/sessions/refresh', { body: { refreshToken } }));
  const client = service.as(session.accessToken);
  expect(expectData(await client.GET('/v1/keys')).data).toHaveLength(3);
  const { token } = expectData(
    await client.POST('/v1/keys/{keyId}/rotate', { ...of(rotated), body: { immediate: true } }),
  );
  expect(await verdict(token)).toMatchObject({ reason: 'account_disabled' });
  expect((await client.DELETE('/v1/keys/{keyId}', of(revoked))).response.status).toBe(204);
  expect((await service.fetch('/oauth2/revoke', form({ token: leaked.token }))).status).toBe(200);

  await set(ada, false);
  for (const [sent, expected] of [
    [token, { valid: true }],
    [rotated.token, { reason: 'rotated' }],
    [revoked.token, { reason: 'revoked' }],
    [leaked.token, { reason: 'revoked' }],
  ] as const)
    expect(await verdict(sent)).toMatchObject(expected);
});

test('an owner can undo what the operator does to a key, and nothing of a suspension', async () => {
  const ada = await service.signIn();
  const key = await mint(ada);
  const query = { accountId: ada.accountId };
  const barred = { disabled: true, allowedIps: ['203.0.113.7'] };
  expectData(
    await service.operator.PATCH('/v1/keys/{keyId}', {
      params: { ...of(key).params, query },
      body: barred,
    }),
  );
  expect(await verdict(key.token)).toMatchObject({ reason: 'disabled' });
  const free = { ...of(key), body: { disabled: false, allowedIps: null } };
  expectData(await ada.client.PATCH('/v1/keys/{keyId}', free));
  expect(await verdict(key.token)).toMatchObject({ valid: true });
  await set(ada, true);
  expectData(await ada.client.PATCH('/v1/keys/{keyId}', free));
  expect(await verdict(key.token)).toMatchObject({ reason: 'account_disabled' });
});

test('no key is created in a suspended account, through any contract and whoever asks', async () => {
  const ada = await service.signIn();
  await set(ada, true);
  const refused = { status: 403, code: 'account_disabled' };
  const params = { query: { accountId: ada.accountId } };
  const body = { name: 'Key' };
  expect((await ada.client.POST('/v1/keys', { body })).error).toMatchObject(refused);
  expect((await service.operator.POST('/v1/keys', { params, body })).error).toMatchObject(refused);

  const headers = { Authorization: `Bearer ${ada.accessToken}` };
  const journal = await service.fetch('/api/settings/api?name=Key', { method: 'POST', headers });
  expect([journal.status, await journal.json()]).toEqual([
    403,
    { status: 403, message: expect.stringContaining('The account is disabled') },
  ]);
  const share = await service.fetch('/api/apikey', { method: 'POST', headers });
  expect([share.status, await share.json()]).toEqual([
    403,
    { code: 'ACCOUNT_DISABLED', message: 'The account is disabled.' },
  ]);

  expect(await set(ada, false)).toMatchObject({ keyCount: 0 });
  await mint(ada);
});

test('once a suspension is answered no key comes, also of calls that were on their way', async () => {
  for (let round = 0; round < 4; round += 1) {
    const ada = await service.signIn();
    const create = (headers = {}) => ada.client.POST('/v1/keys', { body: { name: 'Key' }, headers });
    const onTheirWay = Array.from({ length: 12 }, (_, n) =>
      create(n % 2 ? { 'Idempotency-Key': randomUUID() } : {}),
    );
    const { keyCount } = await set(ada, true);
    const answers = await Promise.all([...onTheirWay, create(), create()]);
    expect(answers.filter(({ response }) => response.ok)).toHaveLength(keyCount);
    expect(expectData(await ada.client.GET('/v1/account')).keyCount).toBe(keyCount);
    for (const { error } of answers) if (error) expect(error).toMatchObject({ code: 'account_disabled' });
  }
});

test('an Idempotency-Key is not taken by a call that was refused, and gets the first response again', async () => {
  const ada = await service.signIn();
  const keyed = (key: string) =>
    ada.client.POST('/v1/keys', { body: { name: 'Key' }, headers: { 'Idempotency-Key': key } });
  const [before, meanwhile] = [randomUUID(), randomUUID()];
  const first = expectData(await keyed(before));
  await set(ada, true);
  expect((await keyed(meanwhile)).error).toMatchObject({ code: 'account_disabled' });
  expect(expectData(await keyed(before))).toEqual(first);
  await set(ada, false);
  const { data, response } = await keyed(meanwhile);
  expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([201, null]);
  expect(data?.id).not.toBe(first.id);
});

test('an account is suspended and changed otherwise in one call', async () => {
  const ada = await service.signIn();
  const params = { path: { accountId: ada.accountId } };
  const facts = { policy: { maxKeys: 3 }, externalId: 'user_suspended' };
  const body = { disabled: true, ...facts };
  expect(
    expectData(await service.operator.PATCH('/v1/accounts/{accountId}', { params, body })),
  ).toMatchObject({ disabledAt, ...facts });
  const policy = { expiryRequired: true };
  expect(
    expectData(await service.operator.PATCH('/v1/accounts/{accountId}', { params, body: { policy } })),
  ).toMatchObject({ disabledAt, policy: { maxKeys: 3, ...policy } });
});

test('events say who suspended an account and who let it back', async () => {
  const ada = await service.signIn();
  await set(ada, true);
  await set(ada, false);
  const query = { accountId: ada.accountId, type: 'account.changed' as const };
  const { data } = expectData(await service.operator.GET('/v1/events', { params: { query } }));
  expect(data.map(({ actor, keyId, data }) => ({ actor, keyId, data }))).toEqual(
    [false, true].map((disabled) => ({ actor: 'operator', keyId: null, data: { disabled } })),
  );
});

test('uses in the meantime are counted as such', async () => {
  const ada = await service.signIn();
  const key = await mint(ada);
  await set(ada, true);
  for (let time = 0; time < 2; time += 1) await verdict(key.token);
  await service.context.usage.flush();
  // The hour that begins now is not told yet.
  service.pass(1);
  const { total } = expectData(await ada.client.GET('/v1/keys/{keyId}/usage', of(key)));
  expect(total).toMatchObject({ valid: 0, disabled: 0, account_disabled: 2 });
});

test('to suspend an account, and to let it back, sends one message each, however many keys it has', async () => {
  const ada = await service.signIn();
  for (let count = 0; count < 5; count += 1) await mint(ada);
  const told = spyOnInvalidations(service);
  await set(ada, true);
  await set(ada, false);
  expect(told.account.mock.calls).toEqual(Array(2).fill([ada.accountId.slice(4)]));
  expect(told.key).not.toHaveBeenCalled();
  expect(told.all).not.toHaveBeenCalled();
});
