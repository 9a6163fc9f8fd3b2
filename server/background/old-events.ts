import { sql } from 'kysely';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';

/** The number of events deleted at once: few enough not to hold up requests on the embedded database. */
const stepSize = 250;

/**
 * Deletes some of the events that are older than the retention.
 *
 * Any number of replicas can run it: an advisory lock lets one of them work, and the others return at once and try later.
 * Row locks would need the right to update events, which the serving role should not have (deploy/restrict.sql).
 * @param now Unix time in milliseconds
 * @param retention in milliseconds
 * @returns whether there may be more
 */
export async function sweepEvents(db: Database, now: number, retention: number): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    with turn as materialized (
      select pg_try_advisory_xact_lock(hashtext('latchkey.sweep_events')) as is_ours),
    old as (
      select at, number from events
      where at < ${timestamptz(now - retention)} and (select is_ours from turn)
      order by at, number limit ${stepSize}),
    swept as (
      delete from events using old where events.at = old.at and events.number = old.number returning events.number)
    -- Counts what was deleted, not what was found: a role may see events that it may not delete yet (deploy/restrict.sql).
    -- A replica without the turn asks again: the one that has it may find only what another has just deleted, and rest.
    select not (select is_ours from turn) or (select count(*) = ${stepSize} from swept) as more`.execute(db);
  return onlyRow(rows).more;
}
