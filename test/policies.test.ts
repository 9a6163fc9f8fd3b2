import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { components } from '../clients/typescript/schema.gen.ts';
import type { AccountPolicy } from '../decide/policy.ts';
import { createApp } from '../server/app.ts';
import { connectByHand, untilWaiting } from './support/by-hand.ts';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const day = 86_400;
type NewKey = Partial<components['schemas']['NewKey']>;
type KeyPatch = components['schemas']['KeyPatch'];

const setPolicy = async (accountId: string, policy: AccountPolicy | null) =>
  expectData(
    await service.operator.PATCH('/v1/accounts/{accountId}', {
      params: { path: { accountId } },
      body: { policy },
    }),
  );

/** An account with a policy, signed in. */
async function accountWith(policy: AccountPolicy): Promise<SignedIn> {
  const account = await service.signIn();
  await setPolicy(account.accountId, policy);
  return account;
}

const mint = ({ client }: Pick<SignedIn, 'client'>, body: NewKey = {}) =>
  client.POST('/v1/keys', { body: { name: 'Key', ...body } });
const change = ({ client }: SignedIn, keyId: string, body: KeyPatch) =>
  client.PATCH('/v1/keys/{keyId}', { params: { path: { keyId } }, body });

/** So many days from now. */
const inDays = (days: number) => new Date(service.context.now() + days * day * 1000).toISOString();

const refusedAt = (...pointers: string[]) => ({
  status: 403,
  code: 'beyond_policy',
  errors: pointers.map((pointer) => ({ pointer, detail: expect.any(String) })),
});

describe('a key that is created', () => {
  test.each<[AccountPolicy, NewKey, string]>([
    [{ allowedScopes: ['files:*'] }, { scopes: ['files:read', 'orders:read'] }, '#/scopes'],
    [{ allowedScopes: ['files:read'] }, { scopes: ['files:*'] }, '#/scopes'],
    [{ allowedScopes: ['keys:verify'] }, { scopes: ['keys:read'] }, '#/scopes'],
    [{ maxLifetimeSeconds: 30 * day }, { expiresIn: '90d' }, '#/expiresAt'],
    [{ maxLifetimeSeconds: 30 * day }, {}, '#/expiresAt'],
    [{ expiryRequired: true }, { expiresIn: 'never' }, '#/expiresAt'],
  ])('is refused by %o with %o', async (policy, body, pointer) => {
    const account = await accountWith(policy);
    expect((await mint(account, body)).error).toMatchObject(refusedAt(pointer));
    expect(expectData(await account.client.GET('/v1/keys')).data).toEqual([]);
  });

  test.each<[AccountPolicy, NewKey]>([
    [{ allowedScopes: ['files:*', 'keys:read'] }, { scopes: ['files:eu:*', 'keys:read'] }],
    [{ allowedScopes: [] }, {}],
    [{ maxLifetimeSeconds: 30 * day }, { expiresIn: '30d' }],
    [{ expiryRequired: true }, { expiresIn: '1y' }],
    [{ maxKeys: 1 }, {}],
  ])('is accepted by %o with %o', async (policy, body) => {
    expectData(await mint(await accountWith(policy), body));
  });

  test('is refused with every rule that it would break, in words for people', async () => {
    const account = await accountWith({ allowedScopes: [], maxLifetimeSeconds: day, expiryRequired: true });
    const { error } = await mint(account, { scopes: ['a', 'b'] });
    expect(error).toMatchObject(refusedAt('#/scopes', '#/expiresAt'));
    expect(error?.errors?.map(({ detail }) => detail)).toEqual([
      'The policy of the account does not allow "a b" (allowedScopes).',
      'The policy of the account lets a key live for at most 1 day after its current token was created (maxLifetimeSeconds): choose an earlier expiry.',
    ]);
  });

  test('is held to the policy also by the operator, and counted by it', async () => {
    const account = await accountWith({ maxKeys: 2, allowedScopes: ['files:*'] });
    const query = { accountId: account.accountId };
    const asOperator = (body: NewKey) =>
      service.operator.POST('/v1/keys', { params: { query }, body: { name: 'Key', ...body } });
    expect((await asOperator({ scopes: ['orders:read'] })).error).toMatchObject(refusedAt('#/scopes'));
    expectData(await asOperator({ scopes: ['files:read'] }));
    expectData(await mint(account));
    expect((await asOperator({})).error).toMatchObject({
      code: 'key_limit_reached',
      detail: 'The account has 2 keys, and may have no more: delete one that is not needed first.',
    });
  });

  test('is checked against the calling key, then the policy, then the number of keys', async () => {
    const account = await accountWith({ maxKeys: 1, allowedScopes: ['keys:write', 'files:*'] });
    const { token } = expectData(await mint(account, { scopes: ['keys:write', 'files:read'] }));
    const client = service.as(token);
    const codeOf = async (scopes: string[]) => (await mint({ client }, { scopes })).error?.code;
    expect(await codeOf(['orders:read'])).toBe('insufficient_scope');
    await setPolicy(account.accountId, { allowedScopes: ['keys:write'] });
    expect(await codeOf(['files:read'])).toBe('beyond_policy');
    expect(await codeOf(['keys:write'])).toBe('key_limit_reached');
  });
});

describe('a key that goes beyond a new policy', () => {
  const policy = { allowedScopes: ['files:*'], maxLifetimeSeconds: 30 * day, maxKeys: 0 };
  const beyond = async () => {
    const account = await service.signIn();
    const key = expectData(await mint(account, { scopes: ['orders:read', 'files:read'] }));
    await setPolicy(account.accountId, policy);
    return { account, key };
  };

  test('stays as it is, and can be used, rotated, and changed in what the policy does not judge', async () => {
    const { account, key } = await beyond();
    const params = { path: { keyId: key.id } };
    const body = { immediate: true as const };
    const { token } = expectData(await account.client.POST('/v1/keys/{keyId}/rotate', { params, body }));
    const verdict = expectData(await account.client.POST('/v1/keys/verify', { body: { token } }));
    expect(verdict).toMatchObject({ valid: true, key: { scopes: key.scopes, expiresAt: null } });
    for (const some of [{ name: 'New' }, { disabled: true }, { disabled: false }, { metadata: { a: 1 } }])
      expectData(await change(account, key.id, some));
  });

  test('can lose scopes and expire sooner, and cannot gain what the policy does not allow', async () => {
    const { account, key } = await beyond();
    const scopes = ['orders:read', 'files:*'];
    expect(expectData(await change(account, key.id, { scopes })).scopes).toEqual(scopes);
    expectData(await change(account, key.id, { scopes: ['orders:read'], expiresAt: null }));
    expectData(await change(account, key.id, { expiresAt: inDays(300) }));
    expectData(await change(account, key.id, { expiresAt: inDays(200) }));
    const refused = async (body: KeyPatch, ...pointers: string[]) =>
      expect((await change(account, key.id, body)).error).toMatchObject(refusedAt(...pointers));
    await refused({ scopes: ['orders:read', 'orders:write'] }, '#/scopes');
    await refused({ expiresAt: inDays(201) }, '#/expiresAt');
    await refused({ expiresAt: null, scopes: ['invoices:read'] }, '#/scopes', '#/expiresAt');
    const kept = { scopes: ['orders:read'], expiresAt: inDays(200) };
    const params = { path: { keyId: key.id } };
    expect(expectData(await account.client.GET('/v1/keys/{keyId}', { params }))).toMatchObject(kept);
  });
});

test('a lifetime is counted from the creation of the current token: a key is rotated before it is prolonged', async () => {
  const account = await accountWith({ maxLifetimeSeconds: 30 * day });
  const { id } = expectData(await mint(account, { expiresIn: '30d' }));
  service.pass(20 * day * 1000);
  expect((await change(account, id, { expiresAt: inDays(30) })).error).toMatchObject(
    refusedAt('#/expiresAt'),
  );
  const params = { path: { keyId: id } };
  const body = { immediate: true as const };
  expectData(await account.client.POST('/v1/keys/{keyId}/rotate', { params, body }));
  expectData(await change(account, id, { expiresAt: inDays(30) }));
});

test('a rotation that names an expiry is judged as a token that is made now', async () => {
  const account = await accountWith({ maxLifetimeSeconds: 30 * day });
  const { id } = expectData(await mint(account, { expiresIn: '30d' }));
  service.pass(20 * day * 1000);
  const params = { path: { keyId: id } };
  const rotate = (body: { expiresIn?: '30d' | 'never'; expiresAt?: string }, key = randomUUID()) =>
    account.client.POST('/v1/keys/{keyId}/rotate', {
      params: { ...params, header: { 'Idempotency-Key': key } },
      body,
    });
  for (const body of [{ expiresAt: inDays(31) }, { expiresIn: 'never' as const }])
    expect((await rotate(body)).error).toMatchObject(refusedAt('#/expiresAt'));
  const key = randomUUID();
  const first = expectData(await rotate({ expiresIn: '30d' }, key));
  await setPolicy(account.accountId, { maxLifetimeSeconds: day });
  expect((await rotate({ expiresIn: '30d' })).error).toMatchObject(refusedAt('#/expiresAt'));
  expect(expectData(await rotate({ expiresIn: '30d' }, key))).toEqual(first);
});

test('each contract says in its own words that a policy does not allow a key', async () => {
  const { accessToken, accountId } = await service.signIn();
  const create = async (path: string) => {
    const headers = { Authorization: `Bearer ${accessToken}` };
    const response = await service.fetch(path, { method: 'POST', headers });
    return { status: response.status, body: await response.json() };
  };
  const journal = () => create('/api/settings/api?name=Key');
  const share = (expires: string) => create(`/apikey?expires=${encodeURIComponent(expires)}`);

  await setPolicy(accountId, { expiryRequired: true, allowedScopes: ['files:*'] });
  const neverExpires = {
    message: 'API keys created here never expire, which the policy of the account does not allow.',
    status: 403,
  };
  expect(await journal()).toEqual({ status: 403, body: neverExpires });
  expect(await share('Never')).toEqual({
    status: 400,
    body: {
      code: 'INVALID_EXPIRES',
      message: 'Your API Keys must expire: choose an expiry other than "Never".',
    },
  });
  expect((await share('One Year')).status).toBe(201);

  await setPolicy(accountId, { expiryRequired: false, maxLifetimeSeconds: 31 * day });
  expect(await journal()).toEqual({ status: 403, body: neverExpires });
  for (const expires of ['Never', 'One Year'])
    expect(await share(expires)).toEqual({
      status: 400,
      body: {
        code: 'INVALID_EXPIRES',
        message: 'Your API Keys must expire within 31 days: choose an earlier expiry.',
      },
    });
  expect((await share('One Month')).status).toBe(201);

  await setPolicy(accountId, null);
  await setPolicy(accountId, { allowedScopes: ['keys:read'] });
  expect(await journal()).toEqual({
    status: 403,
    body: {
      message: 'API keys created here can manage API keys, which the policy of the account does not allow.',
      status: 403,
    },
  });
  expect((await share('Never')).status).toBe(201);

  await setPolicy(accountId, { allowedScopes: ['keys:read', 'keys:write'], maxKeys: 4 });
  expect((await journal()).status).toBe(201);
  expect(await journal()).toEqual({
    status: 409,
    body: { message: 'The account has 4 API keys, and may have no more.', status: 409 },
  });
});

describe('an Idempotency-Key', () => {
  const mintWith = ({ client }: SignedIn, key: string, body: NewKey) =>
    client.POST('/v1/keys', { body: { name: 'Key', ...body }, headers: { 'Idempotency-Key': key } });

  test('is not taken by a call that the policy refused', async () => {
    const account = await accountWith({ allowedScopes: [] });
    const key = randomUUID();
    expect((await mintWith(account, key, { scopes: ['a'] })).error).toMatchObject(refusedAt('#/scopes'));
    await setPolicy(account.accountId, { allowedScopes: ['a'] });
    const first = await mintWith(account, key, { scopes: ['a'] });
    const again = await mintWith(account, key, { scopes: ['a'] });
    expect(again.response.headers.get('idempotent-replayed')).toBe('true');
    expect(expectData(again)).toEqual(expectData(first));
  });

  test('gets the first response again, whatever the policy has become', async () => {
    const account = await service.signIn();
    const key = randomUUID();
    const first = expectData(await mintWith(account, key, { scopes: ['a'] }));
    await setPolicy(account.accountId, { allowedScopes: [], maxKeys: 0 });
    expect(expectData(await mintWith(account, key, { scopes: ['a'] }))).toEqual(first);
  });
});

describe('the policy of the deployment', () => {
  const defaults = {
    maxKeys: 2,
    maxLifetimeSeconds: 30 * day,
    expiryRequired: true,
    allowedScopes: ['files:*'],
  };
  const minting = (by: string, path = '/v1/keys') => {
    const app = createApp({ ...service.context, defaultPolicy: defaults });
    return async (body: NewKey): Promise<Response> => {
      const request = new Request(`http://latchkey.test${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${by}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: 'Key', ...body }),
      });
      return app.fetch(request, { ip: () => clientIp });
    };
  };
  const codesOf = async (...by: Parameters<typeof minting>) => {
    const mintBy = minting(...by);
    const post = async (body: NewKey) => {
      const response = await mintBy(body);
      return response.ok ? response.status : (await response.json()).code;
    };
    return [
      await post({}),
      await post({ expiresIn: '90d' }),
      await post({ expiresIn: '7d', scopes: ['orders:read'] }),
      await post({ expiresIn: '7d', scopes: ['files:read'] }),
      await post({ expiresIn: '7d', scopes: ['files:read'] }),
      await post({ expiresIn: '7d', scopes: ['files:read'] }),
    ];
  };

  test('holds for accounts without one of their own', async () => {
    const { accessToken } = await service.signIn();
    const beyond = 'beyond_policy';
    expect(await codesOf(accessToken)).toEqual([beyond, beyond, beyond, 201, 201, 'key_limit_reached']);
  });

  test('gives way to each rule that an account has, be it narrower or wider', async () => {
    const { accessToken } = await accountWith({
      maxKeys: 3,
      maxLifetimeSeconds: 90 * day,
      allowedScopes: ['orders:*'],
    });
    const beyond = 'beyond_policy';
    expect(await codesOf(accessToken)).toEqual([beyond, 201, 201, beyond, beyond, beyond]);
  });

  test('is told from that of the account in a refusal', async () => {
    const { accessToken } = await accountWith({ allowedScopes: ['orders:*'] });
    const refused = await minting(accessToken)({ expiresIn: '90d', scopes: ['files:read'] });
    expect((await refused.json()).errors).toMatchObject([
      { detail: 'The policy of the account does not allow "files:read" (allowedScopes).' },
      { detail: expect.stringMatching(/^The policy of this deployment lets a key live for at most 30 days/) },
    ]);
  });

  test('bounds the number of keys in the operator’s own account, and nothing else', async () => {
    const { id } = expectData(await service.operator.GET('/v1/account'));
    expect(await codesOf(service.operatorToken, `/v1/keys?accountId=${id}`)).toEqual([
      ...[201, 201, 'key_limit_reached'],
      ...['key_limit_reached', 'key_limit_reached', 'key_limit_reached'],
    ]);
  });
});

describe('a policy that is changed while keys are minted', () => {
  test.each<AccountPolicy>([{ maxKeys: 3 }, { allowedScopes: ['b'] }, { expiryRequired: true }])(
    'holds from its answer on: %o',
    async (policy) => {
      for (let round = 0; round < 5; round += 1) {
        const account = await accountWith({ maxKeys: 1000 - round });
        const mints = Array.from({ length: 12 }, () => mint(account, { scopes: ['a'] }));
        const { keyCount } = await setPolicy(account.accountId, policy);
        const answers = await Promise.all([
          ...mints,
          ...Array.from({ length: 4 }, () => mint(account, { scopes: ['a'] })),
        ]);
        const minted = answers.filter(({ response }) => response.ok).length;
        expect(minted).toBe(Math.max(keyCount, policy.maxKeys ?? 0));
        const named = { params: { path: { accountId: account.accountId } } };
        expect(expectData(await service.operator.GET('/v1/accounts/{accountId}', named)).keyCount).toBe(
          minted,
        );
      }
    },
  );
});

describe.runIf(inject('database') === 'postgres')('a policy that is being changed', () => {
  let admin: postgres.Sql;

  beforeAll(async () => {
    admin = await connectByHand(service);
  });

  /** Makes a call that waits for an uncommitted change of the account's policy, then commits that. */
  async function during<Answer>(
    { accountId }: SignedIn,
    policy: AccountPolicy,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    let answer: Promise<Answer> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`update accounts set policy = ${transaction.json(policy)} where id = ${accountId.slice(4)}`;
      answer = call();
      await untilWaiting(admin);
    });
    return answer as Promise<Answer>;
  }

  test('is waited for by a key that is minted, and then holds for it', async () => {
    const account = await service.signIn();
    const policy = { allowedScopes: [] };
    const { error } = await during(account, policy, () => mint(account, { scopes: ['a'] }));
    expect(error).toMatchObject(refusedAt('#/scopes'));
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { name: 'Key', scopes: ['a'], expiresIn: '1d' as const };
    await setPolicy(account.accountId, { allowedScopes: ['a'] });
    const claimed = await during(account, policy, () => account.client.POST('/v1/keys', { body, headers }));
    expect(claimed.error).toMatchObject(refusedAt('#/scopes'));
  });

  test('is waited for by a change that it judges, and by no other', async () => {
    const account = await service.signIn();
    const key = expectData(await mint(account));
    const judged = () => change(account, key.id, { scopes: ['a'] });
    expect((await during(account, { allowedScopes: [] }, judged)).error).toMatchObject(refusedAt('#/scopes'));
    await admin.begin(async (transaction) => {
      await transaction`update accounts set policy = null where id = ${account.accountId.slice(4)}`;
      expectData(await change(account, key.id, { name: 'New' }));
    });
    expectData(await judged());
  });

  test('is waited for by a rotation that names an expiry, with and without an Idempotency-Key', async () => {
    const account = await service.signIn();
    const { id: keyId } = expectData(await mint(account));
    for (const header of [undefined, { 'Idempotency-Key': randomUUID() }]) {
      const rotate = (given = header) =>
        account.client.POST('/v1/keys/{keyId}/rotate', {
          params: { path: { keyId }, ...(given && { header: given }) },
          body: { expiresIn: '90d' as const },
        });
      await setPolicy(account.accountId, null);
      expectData(await during(account, { maxLifetimeSeconds: 90 * day }, rotate));
      const later = header && { 'Idempotency-Key': randomUUID() };
      const refused = await during(account, { maxLifetimeSeconds: day }, () => rotate(later));
      expect(refused.error).toMatchObject(refusedAt('#/expiresAt'));
    }
  });

  test('is no deadlock with changes, rotations and deletions of its keys', async () => {
    const account = await service.signIn();
    const statuses = new Set<number>();
    for (let round = 0; round < 10; round += 1) {
      const { id: keyId } = expectData(await mint(account));
      const calls = [
        ...Array.from({ length: 3 }, (_, n) => change(account, keyId, { scopes: [`a${n}`] })),
        account.client.POST('/v1/keys/{keyId}/rotate', {
          params: { path: { keyId } },
          body: { expiresIn: '90d' as const },
        }),
        account.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId } } }),
        mint(account),
        setPolicy(account.accountId, { maxKeys: 100 + round }).then(() => ({ response: { status: 200 } })),
      ];
      for (const { response } of await Promise.all(calls)) statuses.add(response.status);
    }
    expect([...statuses].filter((status) => ![200, 201, 204, 404].includes(status))).toEqual([]);
  });
});
