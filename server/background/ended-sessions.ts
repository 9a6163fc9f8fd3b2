import { sql } from 'kysely';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';

/** The number of sessions, and of their tokens, deleted at once: few enough not to hold up requests on the embedded database. */
const stepSize = 250;

/**
 * Deletes some of the sessions that have ended. The tokens of a session go first: one that was refreshed often has more
 * of them than one statement can delete in time. Any number of replicas can run it: each takes rows that no other has,
 * and waits for no lock.
 * @param now Unix time in milliseconds
 * @returns whether there may be more
 */
export async function sweepSessions(db: Database, now: number): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    with ended as (
      select id from sessions where expires_at <= ${timestamptz(now)}
      order by expires_at limit ${stepSize} for update skip locked),
    some_tokens as (
      select hash from refresh_tokens where session_id = any(array(select id from ended))
      limit ${stepSize} for update skip locked),
    forgotten as (
      delete from refresh_tokens where hash = any(array(select hash from some_tokens))),
    swept as (
      delete from sessions where id = any(array(select id from ended))
        and not exists (select from refresh_tokens where session_id = sessions.id))
    select exists (select from ended) as more`.execute(db);
  return onlyRow(rows).more;
}
