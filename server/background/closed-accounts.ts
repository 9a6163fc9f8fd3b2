import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../db/schema.ts';
import { endedColumns, everyToken, recordedEnd } from '../events/ended-tokens.ts';
import type { Act } from '../events/recording.ts';

/**
 * The number of keys, counts, tombstones, sessions and refresh tokens removed at once: few enough for the deadline of a
 * statement, and not to hold up requests on the embedded database.
 */
const stepSize = 250;

/**
 * How long a closed account is left alone, in milliseconds: longer than a statement may take. A statement that began
 * before it was closed, and takes it for open, can then write nothing for it after it is swept.
 */
const grace = 5_000;

/**
 * Removes a part of a deleted account, and the account itself once nothing is left of it: see `deleteAccount`. Records
 * `key.revoked` for each key, with the time and the actor of the deletion.
 *
 * Any number of replicas can run it: each takes an account that no other has, and waits for no lock.
 * @param now Unix time in milliseconds
 * @param failed the accounts that could not be swept. Others go before, and when none is left, these are tried again
 * @returns whether there may be more to do
 */
export async function sweepClosedAccount(
  db: Database,
  now: number,
  failed = new Set<string>(),
): Promise<boolean> {
  const account = await db
    .selectFrom('accounts')
    .select(['id', 'closed_at', 'closed_by'])
    .where('closed_at', '<=', new Date(now - grace))
    .where(sql<boolean>`id <> all(${[...failed]}::text[])`)
    .orderBy('closed_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (!account?.closed_at || !account.closed_by) {
    if (failed.size === 0) return false;
    failed.clear();
    return sweepClosedAccount(db, now, failed);
  }

  const act = { ...account.closed_by, now: account.closed_at.getTime() };
  try {
    const { rows } = await removal(account.id, act).execute(db);
    return rows.length > 0;
  } catch (error) {
    failed.add(account.id);
    throw error;
  }
}

/** Removes a part of a deleted account, unless another replica is doing so. */
export function removal(accountId: string, act: Act): RawBuilder<unknown> {
  // A range of one account in the order of an index makes the planner use that index. Where it knows an account that has
  // much of a table, it would read the table instead, to its end once the rows of the account are gone.
  const isOwn = sql`account_id between ${accountId} and ${accountId}`;
  const isLeft = (table: string) => sql`
        (select account_id from ${sql.table(table)} where ${isOwn} order by account_id limit 1) is not null`;
  const isTaken = sql`${isOwn} and exists (select from account)`;
  return sql`
    with account as (
      select id from accounts where id = ${accountId} and closed_at is not null for update skip locked),
    some_keys as (
      select id from keys where ${isTaken}
      order by account_id, number limit ${stepSize} for update skip locked),
    revoked as (
      delete from keys where id = any(array(select id from some_keys)) returning ${endedColumns}),
    recorded as ${recordedEnd(act, 'key.revoked', sql`revoked`, everyToken)},
    some_usage as (
      select ctid from usage where ${isTaken}
      order by account_id, hour limit ${stepSize} for update skip locked),
    uncounted as (
      delete from usage where ctid = any(array(select ctid from some_usage))),
    some_sessions as (
      select id from sessions where ${isTaken}
      order by account_id limit ${stepSize} for update skip locked),
    some_tokens as (
      select hash from refresh_tokens where session_id = any(array(select id from some_sessions))
      limit ${stepSize} for update skip locked),
    forgotten as (
      delete from refresh_tokens where hash = any(array(select hash from some_tokens))),
    signed_out as (
      -- Its tokens first: a session may have more of them than one statement can delete in time.
      delete from sessions where id = any(array(select id from some_sessions))
        and not exists (select from refresh_tokens where session_id = sessions.id)),
    some_tombstones as (
      select hash from tombstones where ${isTaken}
      order by account_id limit ${stepSize} for update skip locked),
    erased as (
      delete from tombstones where hash = any(array(select hash from some_tombstones))),
    removed as (
      delete from accounts where id in (select id from account) and not (
        ${sql.join(['keys', 'usage', 'tombstones', 'sessions'].map(isLeft), sql` or `)}))
    select id from account`;
}
