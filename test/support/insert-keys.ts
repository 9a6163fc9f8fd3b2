import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../server/db/schema.ts';

/**
 * Inserts keys by hand, each with one token. Those that are there already stay as they are.
 * @param rows a query for the id, account id, name and hash of each
 */
export const insertKeys = (db: Database, rows: RawBuilder<unknown>) =>
  sql`
    with inserted as (
      insert into keys (id, account_id, name, current_hash, scopes, metadata, created_at, updated_at)
      select id, account_id, name, hash, '{}', '{}', now(), now() from (${rows}) as row (id, account_id, name, hash)
      on conflict do nothing
      returning id, current_hash, created_at)
    insert into tokens (hash, key_id, start, created_at, activated_at)
    select current_hash, id, 'lk_', created_at, created_at from inserted`.execute(db);

/**
 * Inserts `count` keys in the same way, no more at a time than the deadline of a statement leaves time for.
 * @param rowsOf such a query, from the next numbers: a function that yields rows of one integer
 */
export async function insertManyKeys(
  db: Database,
  count: number,
  rowsOf: (numbers: RawBuilder<unknown>) => RawBuilder<unknown>,
): Promise<void> {
  for (let from = 1; from <= count; from += 1_000) {
    const to = Math.min(from + 999, count);
    await insertKeys(db, rowsOf(sql`generate_series(${from}::integer, ${to}::integer)`));
  }
}
