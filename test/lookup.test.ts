import { type RawBuilder, sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../server/db/schema.ts';
import { hashText, newToken } from '../server/token.ts';
import { findByHashes, KeyLookup } from '../server/verify/key-lookup.ts';
import { startService } from './support/harness.ts';
import { insertKeys } from './support/insert-keys.ts';

let db: Database;

beforeAll(async () => {
  ({ db } = await startService());
});

const unknown = (count: number) => Array.from({ length: count }, () => hashText(newToken('lk_')));

/** Adds keys until there are so many, ten to an account. */
async function grow(count: number) {
  await sql`
    insert into accounts (id, external_id, created_at)
    select 'account ' || n, n, now() from generate_series(1, ${count / 10}::int) n
    on conflict do nothing`.execute(db);
  await insertKeys(
    db,
    sql`select 'key ' || n, 'account ' || 1 + n / 10, 'Key', sha512(int4send(n)) from generate_series(0, ${count - 1}::int) n`,
  );
}

/** How the planner would find keys by so many hashes. */
async function planOf(count: number): Promise<string> {
  const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${findByHashes(unknown(count))}`.execute(db);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

test.each([200, 2_000, 5_000])(
  'among %i keys each hash is looked up in the index, and the hashes are parsed once',
  async (count) => {
    await grow(count);
    const grown = [await planOf(1), await planOf(1_000)];
    await sql`analyze keys, tokens, accounts`.execute(db);
    for (const plan of [...grown, await planOf(1), await planOf(1_000)]) {
      expect(plan).toContain('Index Scan using tokens_pkey on tokens');
      expect(plan).not.toMatch(/Seq Scan on (?:keys|tokens|tombstones)|bytea\[\]|on limits/);
    }
  },
);

test('the planner does not count the hashes, so one plan serves them all and is kept', async () => {
  expect(await planOf(1)).toBe(await planOf(1_000));
});

test('the limits that a look-up gives with a key are those of the table, however they are changed', async () => {
  await grow(20);
  const limitsOf = async (key: string) => {
    const { rows } = await sql<{ hash: string; rows: unknown }>`
      select encode(current_hash, 'hex') as hash, (
        select json_agg(json_build_object('id', limits.id, 'name', limits.name, 'amount', amount,
          'windowSeconds', window_seconds, 'generation', generation, 'sharedByAccount', key_id is null) order by limits.name, key_id is null)
        from limits where key_id = keys.id or key_id is null and limits.account_id = keys.account_id) as rows
      from keys where id = ${key}`.execute(db);
    const [{ hash, rows: stored } = { hash: '', rows: null }] = rows;
    const found = await new KeyLookup(db, () => {}).find(hash);
    if (!found || found.gone !== null) throw new Error('It is gone.');
    expect(found.limits).toEqual(stored);
    return found.limits?.map(({ name }) => name) ?? null;
  };
  const seen: unknown[] = [];
  const after = async (change: RawBuilder<unknown>) => {
    await change.execute(db);
    seen.push([await limitsOf('key 1'), await limitsOf('key 2'), await limitsOf('key 12')]);
  };
  const insert = (account: string, key: string | null, name: string) => sql`
    insert into limits (account_id, key_id, name, amount, window_seconds, ungranted)
    values (${account}, ${key}, ${name}, 10, 60, 10)`;
  await after(insert('account 1', 'key 1', 'b'));
  await after(insert('account 1', 'key 1', 'a'));
  await after(insert('account 1', null, 'a'));
  await after(sql`update limits set amount = 20 where key_id is null`);
  await after(sql`update limits set generation = 1`);
  await after(sql`update limits set key_id = 'key 2', name = 'c' where name = 'b'`);
  await after(sql`update limits set account_id = 'account 2' where key_id is null`);
  await after(sql`update limits set key_id = 'key 12' where account_id = 'account 2'`);
  await after(sql`delete from limits where key_id = 'key 1'`);
  await after(insert('account 1', null, 'd'));
  await after(sql`update keys set account_id = 'account 2' where id = 'key 2'`);
  await after(sql`truncate limits`);
  expect(seen).toEqual([
    [['b'], null, null],
    [['a', 'b'], null, null],
    [['a', 'a', 'b'], ['a'], null],
    [['a', 'a', 'b'], ['a'], null],
    [['a', 'a', 'b'], ['a'], null],
    [['a', 'a'], ['a', 'c'], null],
    [['a'], ['c'], ['a']],
    [['a'], ['c'], ['a']],
    [null, ['c'], ['a']],
    [['d'], ['c', 'd'], ['a']],
    [['d'], ['c'], ['a']],
    [null, null, null],
  ]);
});

test('a look-up gives the keys that are there, and tells the time of the database', async () => {
  await grow(200);
  const readings: number[][] = [];
  const lookup = new KeyLookup(db, (...reading) => readings.push(reading));
  const { rows } = await sql<{ hash: string }>`
    select encode(current_hash, 'hex') as hash from keys where id = 'key 7'`.execute(db);
  const hash = rows[0]?.hash ?? '';
  const before = Date.now();
  const [found, none] = await Promise.all([lookup.find(hash), lookup.find(hashText('none'))]);
  expect(found).toMatchObject({
    id: 'key 7',
    accountId: 'account 1',
    externalId: '1',
    scopes: new Set(),
    state: 'current',
    endsAt: null,
  });
  expect(none).toBeUndefined();
  expect(readings).toHaveLength(1);
  const [theirs = 0, sent = 0, received = 0] = readings[0] ?? [];
  expect(sent).toBeLessThan(received);
  expect(Math.abs(theirs - before)).toBeLessThan(60_000);
});
