import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { components } from '../clients/typescript/schema.gen.ts';
import { nextRefill, type RefillPeriod, refillPeriods } from '../decide/limits.ts';
import { sweepClosedAccount } from '../server/background/closed-accounts.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

type NewKey = Partial<components['schemas']['NewKey']>;
type KeyPatch = components['schemas']['KeyPatch'];
type QuotaPatch = Exclude<KeyPatch['quota'], undefined>;
type Limit = components['schemas']['Limit'];

const day = 86_400_000;
const burst = { name: 'burst', limit: 10, windowSeconds: 60 };
const hourly = { name: 'hourly', limit: 1_000, windowSeconds: 3_600 };
const query = () => ({ accountId: ada.accountId });
const later = (milliseconds: number) => new Date(service.context.now() + milliseconds).toISOString();

const create = (body: NewKey, header: Record<string, string> = {}) =>
  service.operator.POST('/v1/keys', { params: { query: query(), header }, body: { name: 'Key', ...body } });
const mint = async (body: NewKey) => expectData(await create(body));
const change = (keyId: string, body: KeyPatch) =>
  service.operator.PATCH('/v1/keys/{keyId}', { params: { path: { keyId }, query: query() }, body });
const get = async (keyId: string, { client } = ada) =>
  expectData(await client.GET('/v1/keys/{keyId}', { params: { path: { keyId } } }));
const add = (keyId: string, units: number, key?: string) =>
  service.operator.POST('/v1/keys/{keyId}/quota', {
    params: { path: { keyId }, query: query(), header: key === undefined ? {} : { 'Idempotency-Key': key } },
    body: { add: units },
  });
const states = async (keyId: string, { client } = ada) =>
  expectData(await client.GET('/v1/keys/{keyId}/limits', { params: { path: { keyId } } })).data;
const limitAccount = async ({ accountId }: Pick<SignedIn, 'accountId'>, limits: Limit[]) =>
  expectData(
    await service.operator.PATCH('/v1/accounts/{accountId}', {
      params: { path: { accountId } },
      body: { limits },
    }),
  );

interface Row {
  name: string;
  generation: number;
  ungranted: number;
  held: number;
}
/** The rows of a key's own limits, by name. */
async function rowsOf(keyId: string): Promise<Record<string, Row>> {
  const { rows } = await sql<Row & { id: number }>`
    select id, name, generation, ungranted, held from limits where key_id = ${keyId.slice(4)}`.execute(
    service.db,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}
/** Has a replica take units of a limit, which it holds for a second, in a window that is on. */
const take = (keyId: string, name: string, units: number) =>
  sql`
    update limits set ungranted = ungranted - ${units}::bigint, held = ${units}::bigint,
      held_until = ${new Date(service.context.now() + 1_000)}::timestamptz,
      resets_at = case when window_seconds is null then resets_at
        else next_reset(window_seconds, null, null, ${new Date(service.context.now())}::timestamptz) end
    where key_id = ${keyId.slice(4)} and name = ${name}`.execute(service.db);

const eventsOf = async (keyId: string) =>
  expectData(await ada.client.GET('/v1/events', { params: { query: { keyId } } })).data.map(
    ({ type, data }) => ({ type, data }),
  );

describe('a key', () => {
  test('is created with limits and a quota, and shows them', async () => {
    const quota = { remaining: 500, refill: { amount: 1_000, every: 'day' as const } };
    const key = await mint({ limits: [hourly, burst], quota });
    expect(key).toMatchObject({ limits: [burst, hourly], quota: { ...quota, refillsAt: later(day) } });
    const { token: _, ...shown } = key;
    expect(await get(key.id)).toEqual(shown);
    const { data } = expectData(await ada.client.GET('/v1/keys', { params: { query: { limit: 1 } } }));
    expect(data).toEqual([shown]);
    expect((await eventsOf(key.id))[0]?.data).toMatchObject({ limits: [burst, hourly], quota });
  });

  test('has neither, unless it is given some', async () => {
    const key = await mint({});
    expect(key).toMatchObject({ limits: [], quota: null });
    expect(await states(key.id)).toEqual([]);
    expect((await eventsOf(key.id))[0]?.data).not.toHaveProperty('limits');
  });

  test('that is created twice with an Idempotency-Key has its limits once', async () => {
    const header = { 'Idempotency-Key': randomUUID() };
    const body = { limits: [burst], quota: { remaining: 5 } };
    const [first, again] = [await create(body, header), await create(body, header)];
    expect(again.data).toEqual(first.data);
    expect(Object.keys(await rowsOf(first.data?.id ?? ''))).toEqual(['burst', 'quota']);
    expect(first.data?.quota).toEqual({ remaining: 5, refill: null, refillsAt: null });
  });

  test.each([
    [
      [
        { ...burst, limit: 1, windowSeconds: 1 },
        { ...hourly, limit: 1e9, windowSeconds: 2_678_400 },
      ],
    ],
    [Array.from({ length: 8 }, (_, n) => ({ ...burst, name: `${n}` }))],
    [
      [
        { ...burst, name: 'a.b:c-d_E9'.padEnd(64, 'x') },
        { ...burst, name: 'quotas' },
        { ...burst, name: 'Quota' },
      ],
    ],
  ])('can have the limits %j', async (limits) => {
    expect((await mint({ limits })).limits).toHaveLength(limits.length);
  });

  test.each<[unknown, string]>([
    [[{ ...burst, limit: 0 }], '#/limits/0/limit'],
    [[{ ...burst, limit: 1e9 + 1 }], '#/limits/0/limit'],
    [[{ ...burst, limit: 1.5 }], '#/limits/0/limit'],
    [[{ ...burst, windowSeconds: 0 }], '#/limits/0/windowSeconds'],
    [[{ ...burst, windowSeconds: 2_678_401 }], '#/limits/0/windowSeconds'],
    [[{ ...burst, name: '' }], '#/limits/0/name'],
    [[{ ...burst, name: 'a b' }], '#/limits/0/name'],
    [[{ ...burst, name: 'x'.repeat(65) }], '#/limits/0/name'],
    [[{ ...burst, name: 'quota' }], '#/limits/0/name'],
    [[{ ...burst, name: '__proto__' }], '#/limits/0/name'],
    [[burst, { ...hourly, name: 'burst' }], '#/limits/1/name'],
    [[{ name: 'burst', limit: 1 }], '#/limits/0/windowSeconds'],
    [Array.from({ length: 9 }, (_, n) => ({ ...burst, name: `${n}` })), '#/limits'],
  ])('cannot have the limits %j', async (limits, pointer) => {
    const errors = [{ pointer, detail: expect.any(String) }];
    const refused = { status: 422, errors };
    expect((await create({ limits: limits as Limit[] })).error).toMatchObject(refused);
    const { id } = await mint({});
    expect((await change(id, { limits: limits as Limit[] })).error).toMatchObject(refused);
    expect(await rowsOf(id)).toEqual({});
  });

  test.each<[object, string]>([
    [{ remaining: -1 }, '#/quota/remaining'],
    [{ remaining: 1e12 + 1 }, '#/quota/remaining'],
    [{ remaining: 1, refill: { amount: -1, every: 'day' } }, '#/quota/refill/amount'],
    [{ remaining: 1, refill: { amount: 1, every: 'year' } }, '#/quota/refill/every'],
    [{ remaining: 1, refill: { amount: 1 } }, '#/quota/refill/every'],
    [{ refill: { amount: 1, every: 'day' } }, '#/quota/remaining'],
  ])('cannot be created with the quota %j', async (quota, pointer) => {
    expect((await create({ quota: quota as NonNullable<NewKey['quota']> })).error).toMatchObject({
      status: 422,
      errors: [{ pointer }],
    });
  });

  test('can have a quota of nothing, and of 1e12', async () => {
    for (const remaining of [0, 1e12]) {
      const refill = { amount: remaining, every: 'month' as const };
      expect(await mint({ quota: { remaining, refill } })).toMatchObject({ quota: { remaining, refill } });
    }
  });
});

test('only the operator sets limits and quotas, and adds to one', async () => {
  const { id } = await mint({ quota: { remaining: 5 } });
  const caller = await mint({ scopes: ['keys:read', 'keys:write'] });
  const refused = { status: 403, code: 'wrong_caller' };
  const path = { keyId: id };
  for (const client of [ada.client, service.as(caller.token)]) {
    for (const body of [{ limits: [] }, { limits: [burst] }, { quota: { remaining: 9 } }]) {
      const detail = 'Only the operator sets limits and quotas of keys.';
      expect((await client.POST('/v1/keys', { body: { name: 'Key', ...body } })).error).toMatchObject({
        ...refused,
        detail,
      });
      expect((await client.PATCH('/v1/keys/{keyId}', { params: { path }, body })).error).toMatchObject(
        refused,
      );
    }
    const removal = { params: { path }, body: { quota: null } };
    expect((await client.PATCH('/v1/keys/{keyId}', removal)).error).toMatchObject(refused);
    const addition = { params: { path }, body: { add: 5 } };
    expect((await client.POST('/v1/keys/{keyId}/quota', addition)).error).toMatchObject(refused);
    expect(await get(id, { ...ada, client })).toMatchObject({ quota: { remaining: 5 } });
    expect(await states(id, { ...ada, client })).toMatchObject([{ name: 'quota' }]);
  }
});

describe('the limits of a key', () => {
  test('are replaced by a list, and removed by an empty one', async () => {
    const { id } = await mint({ limits: [burst, hourly] });
    const daily = { name: 'daily', limit: 5, windowSeconds: 86_400 };
    const changed = expectData(await change(id, { limits: [hourly, daily] }));
    expect(changed.limits).toEqual([daily, hourly]);
    expect(changed).toEqual(await get(id));
    expect(expectData(await change(id, { name: 'Renamed' })).limits).toEqual([daily, hourly]);
    expect(expectData(await change(id, { limits: [] })).limits).toEqual([]);
    expect(await rowsOf(id)).toEqual({});
    const [removed, , replaced] = await eventsOf(id);
    expect(removed).toEqual({ type: 'key.changed', data: { limits: [] } });
    expect(replaced).toEqual({ type: 'key.changed', data: { limits: [hourly, daily] } });
  });

  test('that are sent as they are keep their rows, what is left and what is held', async () => {
    const { id } = await mint({ limits: [burst, hourly] });
    await take(id, 'burst', 3);
    const before = await rowsOf(id);
    await change(id, { limits: [{ ...hourly, limit: 2_000 }, burst] });
    const after = await rowsOf(id);
    expect(after.burst).toEqual(before.burst);
    expect(after.hourly).toEqual({ ...before.hourly, ungranted: 2_000, generation: 1 });
  });

  test('that get another amount count what was taken in their window, and void what is held', async () => {
    const { id } = await mint({ limits: [burst] });
    await take(id, 'burst', 4);
    await change(id, { limits: [{ ...burst, limit: 15 }] });
    expect(await rowsOf(id)).toMatchObject({ burst: { ungranted: 11, held: 0, generation: 1 } });
    await change(id, { limits: [{ ...burst, limit: 2 }] });
    expect(await rowsOf(id)).toMatchObject({ burst: { ungranted: -2, held: 0, generation: 2 } });
    expect(await states(id)).toMatchObject([{ limit: 2, ungranted: 0, resetAt: later(60_000) }]);
  });

  test('that get another length begin a new window', async () => {
    const { id } = await mint({ limits: [burst] });
    await take(id, 'burst', 4);
    await change(id, { limits: [{ ...burst, windowSeconds: 120 }] });
    expect(await rowsOf(id)).toMatchObject({ burst: { ungranted: 10, held: 0, generation: 1 } });
    expect(await states(id)).toMatchObject([{ ungranted: 10, resetAt: later(120_000) }]);
  });

  test('are those of one change, however many are made at once', async () => {
    const { id } = await mint({});
    const lists = Array.from({ length: 10 }, (_, n) => [
      { ...burst, limit: n + 1 },
      { ...hourly, name: `${n}` },
    ]);
    await Promise.all(lists.map(async (limits) => expectData(await change(id, { limits }))));
    const { limits } = await get(id);
    expect(lists.map((list) => [...list].reverse())).toContainEqual(limits);
  });
});

describe('the quota of a key', () => {
  const refill = { amount: 100, every: 'week' as const };

  test('is merged: what is left out stays, and null removes it', async () => {
    const { id } = await mint({});
    const patch = async (quota: QuotaPatch) => expectData(await change(id, { quota })).quota;
    const refillsAt = later(7 * day);
    expect(await patch({ remaining: 10 })).toEqual({ remaining: 10, refill: null, refillsAt: null });
    expect(await patch({ refill })).toEqual({ remaining: 10, refill, refillsAt });
    expect(await patch({ remaining: 20 })).toEqual({ remaining: 20, refill, refillsAt });
    expect(await patch({ refill: null })).toEqual({ remaining: 20, refill: null, refillsAt: null });
    expect(await patch(null)).toBeNull();
    expect(await rowsOf(id)).toEqual({});
    expect((await eventsOf(id))[0]).toEqual({ type: 'key.changed', data: { quota: null } });
    expect(await patch(null)).toBeNull();
  });

  test('that is not there cannot be changed without what remains, and nothing else of the change is made', async () => {
    const { id } = await mint({});
    expect((await change(id, { name: 'Other', quota: { refill } })).error).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/quota/remaining' }],
    });
    expect(await get(id)).toMatchObject({ name: 'Key', quota: null });
    const { updatedAt } = await get(id);
    service.pass(1_000);
    expect(expectData(await change(id, { quota: {} }))).toMatchObject({ updatedAt, quota: null });
  });

  test('gets a new generation where what remains is set or the refill is another, and not where it is the same', async () => {
    const { id } = await mint({ quota: { remaining: 10, refill } });
    const patch = async (quota: QuotaPatch) => {
      await take(id, 'quota', 1);
      service.pass(1);
      await change(id, { quota });
      return (await rowsOf(id)).quota;
    };
    const from = later(7 * day);
    expect(await patch({ refill })).toMatchObject({ generation: 0, ungranted: 9, held: 1 });
    expect((await get(id)).quota).toMatchObject({ refillsAt: from });
    expect(await patch({ remaining: 10 })).toMatchObject({ generation: 1, ungranted: 10, held: 0 });
    expect((await get(id)).quota).toMatchObject({ refillsAt: from });
    expect(await patch({ refill: { ...refill, amount: 50 } })).toMatchObject({
      generation: 2,
      ungranted: 9,
      held: 0,
    });
    expect((await get(id)).quota).toMatchObject({ refillsAt: later(7 * day) });
    expect(await patch({ refill: null })).toMatchObject({ generation: 3, ungranted: 8 });
  });

  test('is shown refilled once its time has come, though nothing was used since', async () => {
    const { id } = await mint({ quota: { remaining: 1, refill } });
    service.pass(7 * day - 1);
    expect((await get(id)).quota).toEqual({ remaining: 1, refill, refillsAt: later(1) });
    service.pass(1);
    const refilled = { remaining: 100, refill, refillsAt: later(7 * day) };
    expect((await get(id)).quota).toEqual(refilled);
    expect(await states(id)).toMatchObject([{ ungranted: 100, held: 0, resetAt: later(7 * day) }]);
    // What is added or changed by then comes on top of that.
    expect(expectData(await add(id, 5)).quota).toEqual({ ...refilled, remaining: 105 });
    service.pass(7 * day);
    const changed = { ...refill, every: 'day' as const };
    expect(expectData(await change(id, { quota: { refill: changed } })).quota).toEqual({
      ...{ remaining: 100, refill: changed },
      refillsAt: later(day),
    });
    service.pass(day);
    expect(expectData(await change(id, { quota: { remaining: 3 } })).quota).toEqual({
      ...{ remaining: 3, refill: changed },
      refillsAt: later(day),
    });
  });

  test('gets more, which leaves what is held', async () => {
    const { id } = await mint({ quota: { remaining: 10 } });
    await take(id, 'quota', 4);
    const { updatedAt, quota } = expectData(await add(id, 1e12));
    expect(quota).toEqual({ remaining: 1e12 + 6, refill: null, refillsAt: null });
    expect(updatedAt).toBe((await get(id)).updatedAt);
    expect(await rowsOf(id)).toMatchObject({ quota: { generation: 0, held: 4 } });
    expect((await eventsOf(id))[0]).toEqual({ type: 'key.quota_added', data: { add: 1e12 } });
  });

  test('gets more once for each Idempotency-Key', async () => {
    const { id } = await mint({ quota: { remaining: 10 } });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => add(id, 5, key)));
    for (const answer of answers) expect(expectData(answer).quota).toMatchObject({ remaining: 15 });
    const replayed = answers.filter(({ response }) => response.headers.get('idempotent-replayed') === 'true');
    expect(replayed).toHaveLength(4);
    expect((await add(id, 6, key)).error).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect(expectData(await add(id, 5, randomUUID())).quota).toMatchObject({ remaining: 20 });
  });

  test('that is not there gets nothing, and the key is not used up by that', async () => {
    const { id } = await mint({});
    const key = randomUUID();
    expect((await add(id, 5, key)).error).toMatchObject({ status: 409, code: 'no_quota' });
    expect((await add(id, 5)).error).toMatchObject({ status: 409, code: 'no_quota' });
    await change(id, { quota: { remaining: 1 } });
    expect(expectData(await add(id, 5, key)).quota).toMatchObject({ remaining: 6 });
    expect((await add('key_000000000000000000000000', 5)).error).toMatchObject({ code: 'key_not_found' });
  });

  test('never has more than 1e15', async () => {
    const { id } = await mint({ quota: { remaining: 0 } });
    await sql`update limits set ungranted = 1e15 - 5 where key_id = ${id.slice(4)}`.execute(service.db);
    expect((await add(id, 6)).error).toMatchObject({ status: 422, errors: [{ pointer: '#/add' }] });
    expect(expectData(await add(id, 5)).quota).toMatchObject({ remaining: 1e15 });
  });

  test.each([0, 1e12 + 1, 1.5])('does not get %d units', async (units) => {
    const { id } = await mint({ quota: { remaining: 0 } });
    expect((await add(id, units)).error).toMatchObject({ status: 422, errors: [{ pointer: '#/add' }] });
  });
});

describe('the limits of an account', () => {
  test('are set by the operator, and shown with the account and with each of its keys', async () => {
    const account = await service.signIn();
    expect(await limitAccount(account, [hourly, burst])).toMatchObject({ limits: [burst, hourly] });
    expect(expectData(await account.client.GET('/v1/account'))).toMatchObject({ limits: [burst, hourly] });
    const key = expectData(await account.client.POST('/v1/keys', { body: { name: 'Key' } }));
    expect(key.limits).toEqual([]);
    const resetsAt = (await states(key.id, account)).map((state) => state.resetAt);
    expect(await states(key.id, account)).toEqual([
      { ...burst, sharedByAccount: true, ungranted: 10, held: 0, resetAt: resetsAt[0] },
      { ...hourly, sharedByAccount: true, ungranted: 1_000, held: 0, resetAt: resetsAt[1] },
    ]);
    expect(await limitAccount(account, [])).toMatchObject({ limits: [] });
    expect(await states(key.id, account)).toEqual([]);
    const { data } = expectData(await account.client.GET('/v1/events'));
    expect(data.filter(({ type }) => type === 'account.changed').map((event) => event.data)).toEqual([
      { limits: [] },
      { limits: [hourly, burst] },
    ]);
  });

  test('are changed as those of a key are, and beside what else is changed', async () => {
    const account = await service.signIn();
    await limitAccount(account, [burst, hourly]);
    const id = account.accountId.slice(4);
    const rows = async () => {
      const found = await sql<Row>`
        select id, name, generation, ungranted from limits where account_id = ${id} order by name`.execute(
        service.db,
      );
      return found.rows;
    };
    const [before] = await rows();
    const changed = expectData(
      await service.operator.PATCH('/v1/accounts/{accountId}', {
        params: { path: { accountId: account.accountId } },
        body: { policy: { maxKeys: 5 }, limits: [burst, { ...hourly, limit: 900 }] },
      }),
    );
    expect(changed).toMatchObject({ policy: { maxKeys: 5 }, limits: [burst, { ...hourly, limit: 900 }] });
    expect(await rows()).toEqual([
      before,
      { id: expect.anything(), name: 'hourly', generation: 1, ungranted: 900 },
    ]);
  });

  test.each<[Limit[], string]>([
    [[{ ...burst, name: 'quota' }], '#/limits/0/name'],
    [[burst, burst], '#/limits/1/name'],
  ])('cannot be %j', async (limits, pointer) => {
    const params = { path: { accountId: ada.accountId } };
    const { error } = await service.operator.PATCH('/v1/accounts/{accountId}', { params, body: { limits } });
    expect(error).toMatchObject({ status: 422, errors: [{ pointer }] });
  });
});

test('what is left is listed by whose it is: the limits of the key, its quota, and those of its account', async () => {
  const account = await service.signIn();
  await limitAccount(account, [{ ...hourly, name: 'a' }]);
  const params = { query: { accountId: account.accountId } };
  const body = { name: 'Key', limits: [hourly, burst], quota: { remaining: 7 } };
  const { id } = expectData(await service.operator.POST('/v1/keys', { params, body }));
  await take(id, 'burst', 3);
  const shown = await states(id, account);
  expect(shown.map(({ name, sharedByAccount }) => [name, sharedByAccount])).toEqual([
    ['burst', false],
    ['hourly', false],
    ['quota', false],
    ['a', true],
  ]);
  expect(shown[0]).toMatchObject({ ...burst, ungranted: 7, held: 3 });
  expect(shown[2]).toEqual({
    ...{ name: 'quota', sharedByAccount: false, limit: null, windowSeconds: null },
    ...{ ungranted: 7, held: 0, resetAt: null },
  });
  service.pass(1_000);
  expect((await states(id, account))[0]).toMatchObject({ ungranted: 7, held: 0 });
  service.pass(60_000);
  expect((await states(id, account))[0]).toMatchObject({ ungranted: 10, held: 0 });
  const { client } = ada;
  const path = { keyId: id };
  expect((await client.GET('/v1/keys/{keyId}/limits', { params: { path } })).response.status).toBe(404);
});

test('limits are gone with their key, and with their account', async () => {
  const account = await service.signIn();
  await limitAccount(account, [hourly]);
  const params = { query: { accountId: account.accountId } };
  const body = { name: 'Key', limits: [burst], quota: { remaining: 7 } };
  const keys = [
    expectData(await service.operator.POST('/v1/keys', { params, body })),
    expectData(await service.operator.POST('/v1/keys', { params, body })),
  ];
  const left = async () => {
    const { rows } = await sql<{ name: string }>`
      select name from limits where account_id = ${account.accountId.slice(4)} order by id`.execute(
      service.db,
    );
    return rows.map(({ name }) => name);
  };
  expect(await left()).toEqual(['hourly', 'burst', 'quota', 'burst', 'quota']);
  await account.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: keys[0]?.id ?? '' } } });
  expect(await left()).toEqual(['hourly', 'burst', 'quota']);
  await account.client.DELETE('/v1/account');
  while (await sweepClosedAccount(service.db, service.context.now() + 10_000));
  expect(await left()).toEqual([]);
});

describe.runIf(inject('database') === 'postgres')('whoever locks several limits', () => {
  let admin: postgres.Sql;

  beforeAll(async () => {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(service.db);
    const url = new URL(inject('postgresUrl'));
    url.pathname = rows[0]?.name ?? '';
    admin = postgres(url.href, { max: 2, onnotice() {} });
  });
  afterAll(() => admin.end());

  test.each<[string, (keyId: string) => Promise<{ response: Response }>]>([
    ['changes them', (keyId) => change(keyId, { limits: [] })],
    ['deletes their key', (keyId) => ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId } } })],
    [
      'deletes many keys',
      () => service.operator.POST('/v1/keys/revoke', { body: { filter: { accountId: ada.accountId } } }),
    ],
  ])('and %s does so in the order of their ids, as an exchange of units does', async (_, call) => {
    // In no other order: by name, which has an index, or by key.
    const [first, second] = [await mint({ limits: [hourly] }), await mint({ limits: [hourly] })];
    await change(second.id, { limits: [hourly, { ...burst, name: 'z' }] });
    await change(first.id, { limits: [hourly, burst] });
    const { rows } = await sql<{ id: number }>`
      select id from limits where key_id in (${first.id.slice(4)}, ${second.id.slice(4)}) order by id`.execute(
      service.db,
    );
    const [lowest = 0, ...others] = rows.map(({ id }) => id);
    let answer: Promise<{ response: Response }> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`select from limits where id = ${lowest} for update`;
      answer = call(first.id);
      const waiting = () => admin`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while ((await waiting()).length === 0) await pause(5);
      await transaction`select from limits where id = any(${others}) for update nowait`;
    });
    expect((await answer)?.response.ok).toBe(true);
  });
});

describe('a refill', () => {
  test.each<[RefillPeriod, from: string, at: string, expected: string]>([
    ['day', '2026-01-31T10:30:00Z', '2026-01-31T10:30:00Z', '2026-02-01T10:30:00Z'],
    ['day', '2026-01-31T10:30:00Z', '2026-03-01T10:29:59.999Z', '2026-03-01T10:30:00Z'],
    ['week', '2026-01-31T10:30:00Z', '2026-02-07T10:30:00Z', '2026-02-14T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2026-01-31T10:30:00Z', '2026-02-28T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2026-02-28T10:30:00Z', '2026-03-31T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2026-04-30T10:29:59.999Z', '2026-04-30T10:30:00Z'],
    ['month', '2026-01-31T10:30:00Z', '2028-02-01T00:00:00Z', '2028-02-29T10:30:00Z'],
    ['month', '2026-12-31T23:59:59Z', '2027-02-28T23:59:59Z', '2027-03-31T23:59:59Z'],
    ['month', '2026-05-15T00:00:00Z', '2026-12-15T00:00:00Z', '2027-01-15T00:00:00Z'],
  ])('every %s from %s on comes after %s at %s', async (every, from, at, expected) => {
    expect(nextRefill({ every, from: new Date(from) }, new Date(at))).toEqual(new Date(expected));
  });

  test('comes when the database says so', async () => {
    const from = new Date('2026-01-31T10:30:00.123Z');
    const wrong: string[] = [];
    for (const every of refillPeriods) {
      const { rows } = await sql<{ at: Date; next: Date }>`
        select at, next_reset(null, ${every}, ${from}::timestamptz, at) as next
        from generate_series(${from}::timestamptz, '2028-04-02', interval '7 hours 13 minutes') as at`.execute(
        service.db,
      );
      expect(rows.length).toBeGreaterThan(2_000);
      for (const { at, next } of rows)
        if (nextRefill({ every, from }, at).getTime() !== next.getTime()) wrong.push(`${every} ${at}`);
    }
    expect(wrong).toEqual([]);
  });
});
