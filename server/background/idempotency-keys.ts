import { sql } from 'kysely';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { answerLifetime, claimLifetime } from '../idempotency.ts';

/** The number of rows changed at once: few enough not to hold up requests on the embedded database. */
const stepSize = 500;

/** Some of the claims that are too old to count. */
export const oldClaims = (now: number) => sql`
  select caller, hash from idempotency_keys where created_at <= ${timestamptz(now - claimLifetime)}
  order by created_at limit ${stepSize} for update skip locked`;

/** Some of the answers that are no longer returned. Without an order, the planner would read the table to find none. */
export const oldAnswers = (now: number) => sql`
  select caller, hash from idempotency_keys
  where sealed is not null and created_at <= ${timestamptz(now - answerLifetime)}
    and created_at > ${timestamptz(now - claimLifetime)}
  order by created_at limit ${stepSize} for update skip locked`;

/**
 * Erases some answers that are no longer returned, and removes some claims that no longer count. Any number of replicas can
 * run it: each takes rows that no other has, and waits for no lock.
 * @param now Unix time in milliseconds
 * @returns whether there may be more to do
 */
export async function sweepIdempotencyKeys(db: Database, now: number): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    with some_answers as (${oldAnswers(now)}),
    erased as (
      update idempotency_keys set sealed = null
      where (caller, hash) in (select caller, hash from some_answers) returning hash),
    some_claims as (${oldClaims(now)}),
    removed as (
      delete from idempotency_keys where (caller, hash) in (select caller, hash from some_claims) returning hash)
    select ${stepSize}::integer in ((select count(*) from erased), (select count(*) from removed)) as more`.execute(
    db,
  );
  return onlyRow(rows).more;
}
