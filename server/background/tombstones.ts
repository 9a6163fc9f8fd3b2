import { sql } from 'kysely';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';

/** The number of tombstones deleted at once: few enough not to hold up requests on the embedded database. */
const stepSize = 500;

/**
 * Deletes some of the tombstones that are older than the retention. Their tokens are `unknown` from then on. Any number of
 * replicas can run it: each takes rows that no other has, and waits for no lock.
 * @param now Unix time in milliseconds
 * @param retention in milliseconds
 * @returns whether there may be more
 */
export async function sweepTombstones(db: Database, now: number, retention: number): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    with old as (
      select hash from tombstones where at <= ${timestamptz(now - retention)}
      order by at limit ${stepSize} for update skip locked),
    swept as (
      delete from tombstones where hash in (select hash from old))
    select count(*) = ${stepSize} as more from old`.execute(db);
  return onlyRow(rows).more;
}
