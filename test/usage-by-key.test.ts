import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { paths } from '../clients/typescript/schema.gen.ts';
import { pageByKey } from '../server/usage/by-key.ts';
import { expectData, startService } from './support/harness.ts';
import { ada, bob, day, flush, hour, iso, mint, none, service, verify } from './support/usage.ts';

/** The list of what every key was used, over all accounts. */

type Listed = NonNullable<paths['/v1/usage/keys']['get']['parameters']['query']>;
type Item = paths['/v1/usage/keys']['get']['responses'][200]['content']['application/json']['data'][number];

/** The sizes of the pages, and the items of all. */
async function pages(query: Listed, { operator } = service) {
  const sizes: number[] = [];
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const params = { query: { ...query, ...(cursor && { cursor }) } };
    const { data, nextCursor } = expectData(await operator.GET('/v1/usage/keys', { params }));
    sizes.push(data.length);
    items.push(...data);
    cursor = nextCursor ?? undefined;
  } while (cursor);
  return { sizes, items };
}

test('each key that was used is listed once, with its account, also one that was revoked', async () => {
  const from = iso(service.context.now());
  const body = { externalId: 'user_1' };
  const { id: accountId } = expectData(await service.operator.POST('/v1/accounts', { body }));
  const params = { query: { accountId } };
  const named = expectData(await service.operator.POST('/v1/keys', { params, body: { name: 'Key' } }));
  // One more is never used.
  const [revoked, other] = [await mint(), await mint({}, bob), await mint()];
  for (const { token } of [named, named, revoked, other]) await verify(token);
  await verify(named.token, { scopes: ['missing'] });
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: revoked.id } } });
  service.pass(hour);
  await verify(named.token);
  await flush();
  service.pass(1);

  const rows = [
    { ...none, accountId, externalId: 'user_1', keyId: named.id, valid: 3, insufficient_scope: 1 },
    { ...none, accountId: ada.accountId, externalId: null, keyId: revoked.id, valid: 1 },
    { ...none, accountId: bob.accountId, externalId: null, keyId: other.id, valid: 1 },
  ];
  const start = iso(Math.floor(Date.parse(from) / hour) * hour);
  const sorted = rows.map((row) => ({ ...row, start })).sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
  const to = iso(service.context.now());
  expect(await pages({ from })).toEqual({ sizes: [3], items: sorted });
  expect(await pages({ from, to, limit: 1 })).toEqual({ sizes: [1, 1, 1], items: sorted });
  const later = await pages({ from: iso(Date.parse(start) + hour) });
  expect(later.items).toMatchObject([{ keyId: named.id, valid: 1, insufficient_scope: 0 }]);
});

test('by day, a page can end between two days of a key', async () => {
  const midnight = Math.ceil(service.context.now() / day) * day;
  service.pass(midnight - service.context.now());
  const [one, two] = [await mint(), await mint()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (let days = 0; days < 3; days += 1) {
    for (let use = 0; use <= days; use += 1) await verify(one?.token ?? '');
    service.pass(12 * hour);
    await verify(two?.token ?? '');
    await verify(one?.token ?? '');
    await flush();
    service.pass(12 * hour);
  }
  const query = { from: iso(midnight), to: iso(midnight + 3 * day), bucket: 'day' as const };
  const rows = [0, 1, 2].map((days) => [one?.id, iso(midnight + days * day), days + 2]);
  rows.push(...[0, 1, 2].map((days) => [two?.id, iso(midnight + days * day), 1]));
  for (const [limit, sizes] of [
    [1, [1, 1, 1, 1, 1, 1]],
    [2, [2, 2, 2]],
    [4, [4, 2]],
    [100, [6]],
  ] as const) {
    const listed = await pages({ ...query, limit });
    expect(listed.sizes).toEqual(sizes);
    expect(listed.items.map(({ keyId, start, valid }) => [keyId, start, valid])).toEqual(rows);
  }
});

test('a range is that of a report, and a cursor is of one list', async () => {
  const ask = async (query: Listed) =>
    (await service.operator.GET('/v1/usage/keys', { params: { query } })).error;
  const from = iso(service.context.now() - 50 * day);
  expect(await ask({ from })).toMatchObject({ status: 422, errors: [{ parameter: 'from' }] });
  expect(await ask({ from, bucket: 'day' })).toBeUndefined();
  const kept = iso(service.context.now() - 92 * day);
  expect(await ask({ from: kept, bucket: 'day' })).toMatchObject({ errors: [{ parameter: 'from' }] });

  const [one, two] = [await mint(), await mint()];
  for (const { token } of [one, two]) await verify(token);
  await flush();
  service.pass(1);
  const bounds = { from: iso(service.context.now() - day), to: iso(service.context.now()) };
  const params = { query: { ...bounds, limit: 1 } };
  const { nextCursor } = expectData(await service.operator.GET('/v1/usage/keys', { params }));
  const cursor = nextCursor ?? '';
  expect(await ask({ ...bounds, cursor })).toBeUndefined();
  expect(await ask({ ...bounds, cursor, bucket: 'day' })).toMatchObject({
    errors: [{ parameter: 'cursor' }],
  });
  // Time has passed since: it would be another range.
  expect(await ask({ cursor })).toMatchObject({ errors: [{ parameter: 'from' }] });
  expect(await ask({ cursor, from: bounds.from })).toMatchObject({ errors: [{ parameter: 'to' }] });
});

test('a page reads the counts of the range alone, and of no more keys than it may', async () => {
  const busy = await startService();
  const at = busy.context.now();
  // 5,000 keys in the order of their ids, with 20 days of counts each. Only every 2,500th was used on the last day.
  const id = sql`lpad(to_hex(key), 24, '0')`;
  await sql`
    insert into usage (account_id, key_id, hour, verdict, count)
    select ${'a'.repeat(24)}, ${id}, date_trunc('hour', ${new Date(at)}::timestamptz) - days * interval '1 day', 'valid', 1
    from generate_series(1, 5000) as key, generate_series(1, 20) as days`.execute(busy.db);
  await sql`
    insert into usage (account_id, key_id, hour, verdict, count)
    select ${'a'.repeat(24)}, ${id}, date_trunc('hour', ${new Date(at)}::timestamptz), 'valid', key
    from generate_series(2500, 5000, 2500) as key`.execute(busy.db);
  await sql`analyze usage`.execute(busy.db);
  busy.pass(1);

  const { sizes, items } = await pages({ from: iso(at), to: iso(at + hour), limit: 100 }, busy);
  expect(sizes).toEqual([0, 1, 1]);
  expect(items.map(({ valid, externalId }) => [valid, externalId])).toEqual([
    [2500, null],
    [5000, null],
  ]);

  const after = { keyId: `${'0'.repeat(23)}9`, upTo: new Date(at - 5 * day) };
  for (const listed of [
    { from: new Date(at), byDay: false },
    { from: new Date(at - 20 * day), byDay: false },
    { from: new Date(at - 20 * day), byDay: true },
  ]) {
    const page = pageByKey(
      { ...listed, to: new Date(at + hour) },
      { limit: 100, after: listed.byDay ? after : undefined },
    );
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain analyze ${page}`.execute(busy.db);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Cond: .*key_id = .*hour >= /);
    expect(plan).not.toMatch(
      /Seq Scan on usage|usage_hour_idx|usage_account_id|Filter: .*hour|Filter: .*key_id/,
    );
  }
});
