import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../db/schema.ts';
import { endedColumns, everyToken, recordedEnd } from '../events/ended-tokens.ts';
import type { Act } from '../events/events.ts';

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
 * @returns whether there may be more to do
 */
export async function sweepClosedAccount(db: Database, now: number): Promise<boolean> {
  const account = await db
    .selectFrom('accounts')
    .select(['id', 'closed_at', 'closed_by'])
    .where('closed_at', '<=', new Date(now - grace))
    .orderBy('closed_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (!account?.closed_at || !account.closed_by) return false;

  const act = { ...account.closed_by, now: account.closed_at.getTime() };
  const { rows } = await removal(account.id, act).execute(db);
  return rows.length > 0;
}

/** Removes a part of a deleted account, unless another replica is doing so. */
export const removal = (accountId: string, act: Act): RawBuilder<unknown> => sql`
    with account as (
      select id from accounts where id = ${accountId} and closed_at is not null for update skip locked),
    some_keys as (
      -- A range of one account makes the planner use the index on both columns, so that no step reads all keys.
      select id from keys where account_id between ${accountId} and ${accountId} and exists (select from account)
      order by account_id, number limit ${stepSize} for update skip locked),
    revoked as (
      delete from keys where id = any(array(select id from some_keys)) returning ${endedColumns}),
    recorded as ${recordedEnd(act, 'key.revoked', sql`revoked`, everyToken)},
    some_usage as (
      select usage.ctid from usage join account on account.id = account_id
      limit ${stepSize} for update of usage skip locked),
    uncounted as (
      delete from usage where ctid = any(array(select ctid from some_usage))),
    some_sessions as (
      select sessions.id from sessions join account on account.id = account_id
      limit ${stepSize} for update of sessions skip locked),
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
      select hash from tombstones join account on account.id = account_id
      limit ${stepSize} for update of tombstones skip locked),
    erased as (
      delete from tombstones where hash in (select hash from some_tombstones)),
    removed as (
      delete from accounts where id in (select id from account)
        and not exists (select from keys where account_id = accounts.id)
        and not exists (select from usage where account_id = accounts.id)
        and not exists (select from tombstones where account_id = accounts.id)
        and not exists (select from sessions where account_id = accounts.id))
    select id from account`;
