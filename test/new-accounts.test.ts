import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { ExternalAccount } from '../clients/typescript/schema.gen.ts';
import { expectData, startService, type TestService } from './support/harness.ts';

/** Accounts that the operator creates with what they are held to, in one call. */

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const plan = {
  metadata: { plan: 'pro', region: 'eu' },
  policy: { maxKeys: 1, allowedScopes: ['files:*'] },
  limits: [
    { name: 'hour', limit: 1, windowSeconds: 3_600 },
    { name: 'day', limit: 5, windowSeconds: 86_400 },
  ],
};
const shown = { ...plan, limits: [...plan.limits].reverse() };

let users = 0;
const newUser = () => `user_${++users}`;
const create = (body: ExternalAccount, header = {}) =>
  service.operator.POST('/v1/accounts', { params: { header }, body });
const read = async (accountId: string) =>
  expectData(await service.operator.GET('/v1/accounts/{accountId}', { params: { path: { accountId } } }));
const eventsOf = async (accountId: string) => {
  const { data } = expectData(
    await service.operator.GET('/v1/events', { params: { query: { accountId, order: 'asc' } } }),
  );
  return data.map(({ type, data }) => ({ type, data }));
};

test('an account has its metadata, its policy and its limits from its first key on', async () => {
  const externalId = newUser();
  const account = expectData(await create({ externalId, ...plan }));
  expect(account).toMatchObject({ externalId, ...shown });
  expect(await read(account.id)).toEqual(account);
  expect(await eventsOf(account.id)).toEqual([{ type: 'account.created', data: { externalId, ...shown } }]);

  const params = { query: { externalId } };
  const mint = (scopes: string[]) =>
    service.operator.POST('/v1/keys', { params, body: { name: 'Key', scopes } });
  expect((await mint(['orders:read'])).error).toMatchObject({ code: 'beyond_policy' });
  const { token } = expectData(await mint(['files:read']));
  expect((await mint(['files:read'])).error).toMatchObject({ code: 'key_limit_reached' });
  const verify = async () => expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  expect(await verify()).toMatchObject({
    key: { accountMetadata: plan.metadata },
    limits: [
      { name: 'day', remaining: 4, sharedByAccount: true },
      { name: 'hour', remaining: 0, sharedByAccount: true },
    ],
  });
  expect(await verify()).toMatchObject({ reason: 'rate_limited', exceeded: ['hour'] });
});

test('a call that is repeated leaves an account that is there as it is', async () => {
  const externalId = newUser();
  const bare = expectData(await create({ externalId }));
  const repeated = await create({ externalId, ...plan });
  expect([repeated.response.status, repeated.data]).toEqual([200, bare]);
  expect(await read(bare.id)).toEqual(bare);
  expect(await eventsOf(bare.id)).toHaveLength(1);
});

test('a call that is repeated with its Idempotency-Key is answered alike, whatever has changed', async () => {
  const externalId = newUser();
  const header = { 'Idempotency-Key': randomUUID() };
  const first = await create({ externalId, ...plan }, header);
  const { id } = expectData(first);
  const params = { path: { accountId: id } };
  const body = { metadata: { plan: 'free' }, policy: null, limits: [] };
  expectData(await service.operator.PATCH('/v1/accounts/{accountId}', { params, body }));
  const again = await create({ externalId, ...plan }, header);
  expect(again.response.headers.get('idempotent-replayed')).toBe('true');
  expect([again.response.status, again.data]).toEqual([201, first.data]);
  const { error } = await create({ externalId, ...plan, limits: [] }, header);
  expect(error).toMatchObject({ code: 'idempotency_key_reused' });
});

test('what is empty, or null, is as if it was not there', async () => {
  const empty = { metadata: {}, policy: { maxKeys: null }, limits: [] };
  for (const given of [empty, { policy: null }, { policy: {} }]) {
    const externalId = newUser();
    const account = expectData(await create({ externalId, ...given }));
    expect(account).toMatchObject({ metadata: {}, policy: null, limits: [] });
    expect(await read(account.id)).toEqual(account);
    expect(await eventsOf(account.id)).toEqual([{ type: 'account.created', data: { externalId } }]);
  }
});

test('a sign-up sets none of them, whoever makes it', async () => {
  const body = { email: 'zoe@example.com', password: 'correct horse battery', metadata: { plan: 'pro' } };
  for (const client of [service.operator, service.as()])
    expect((await client.POST('/v1/accounts', { body })).error).toMatchObject({ code: 'invalid_input' });
});

test('the event of a deletion names the account as the product does', async () => {
  const externalId = newUser();
  const { id } = expectData(await create({ externalId }));
  await service.operator.DELETE('/v1/accounts/{accountId}', { params: { path: { accountId: id } } });
  expect((await eventsOf(id)).at(-1)).toEqual({ type: 'account.deleted', data: { externalId } });
  const ada = await service.signIn();
  await ada.client.DELETE('/v1/account');
  expect((await eventsOf(ada.accountId)).at(-1)).toEqual({ type: 'account.deleted', data: {} });
});
