import { sql } from 'kysely';
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
      expect(plan).not.toMatch(/Seq Scan on (?:keys|tokens|tombstones)|bytea\[\]/);
    }
  },
);

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
