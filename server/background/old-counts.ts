import { sql } from 'kysely';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';

/** The number of counts deleted at once: few enough not to hold up requests on the embedded database. */
const stepSize = 500;

/** Some of the counts from before an instant, by their places in the table. @param before Unix time in milliseconds */
export const oldCounts = (before: number) => sql`
  select ctid from usage where hour < ${timestamptz(before)} order by hour limit ${stepSize} for update skip locked`;

/**
 * Deletes some of the counts of uses that are older than the retention. Any number of replicas can run it: each takes rows
 * that no other has, and waits for no lock.
 * @param now Unix time in milliseconds
 * @param retention in milliseconds
 * @returns whether there may be more
 */
export async function sweepCounts(db: Database, now: number, retention: number): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    with old as (${oldCounts(now - retention)}),
    swept as (
      delete from usage where ctid = any(array(select ctid from old)))
    select count(*) = ${stepSize} as more from old`.execute(db);
  return onlyRow(rows).more;
}
