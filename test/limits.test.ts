import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sweepClosedAccount } from '../server/background/closed-accounts.ts';
import { expectData } from './support/harness.ts';
import {
  ada,
  burst,
  change,
  create,
  day,
  eventsOf,
  get,
  hourly,
  type Limit,
  later,
  limitAccount,
  mint,
  rowsOf,
  service,
  states,
  take,
} from './support/limits.ts';

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

test('what is left is listed in order: the limits of the key, its quota, and the limits of its account', async () => {
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
