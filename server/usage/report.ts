import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { dayLength, hourLength } from '../../decide/durations.ts';
import { type Outcome, outcomes, zeroUses } from '../../decide/outcomes.ts';
import type { Counts } from '../../decide/uses.ts';
import { openAccount } from '../db/open-account.ts';
import type { Database } from '../db/schema.ts';

/** Lengths of buckets in milliseconds. A bucket begins at a multiple of its length: days are those of UTC. */
export const bucketLengths = { hour: hourLength, day: dayLength };
export type Bucket = keyof typeof bucketLengths;

/** How long counts are kept, in milliseconds: 90 days. */
export const countRetention = 90 * dayLength;

export interface BucketUsage extends Counts {
  start: Date;
}

/** Whose uses are counted: those of one key, or of all keys of the account, revoked ones included. */
interface Whose {
  accountId: string;
  keyId?: string;
}

/** Whole buckets; `to` is exclusive. */
export interface Range {
  from: Date;
  to: Date;
  bucket: Bucket;
}

/**
 * How much of a report on a whole account one statement makes, in milliseconds: 3 days. For 1,000 keys in use these are
 * 72,000 counts, few enough for the deadline of a statement, and not to hold up requests on the embedded database.
 */
const partLength = 3 * dayLength;

/** Whether uses of a key are counted in an account: also of a key that was revoked, for as long as its counts are kept. */
export async function hasCounts(
  db: Database,
  { accountId, keyId }: { accountId: string; keyId: string },
): Promise<boolean> {
  const { rows } = await sql`
    select from usage where key_id = ${keyId} and account_id = ${accountId} and exists ${openAccount(db, accountId)}
    limit 1`.execute(db);
  return rows.length > 0;
}

/** Counts the uses of keys in each bucket, by verdict. Oldest first, without buckets that have no use. */
export async function usageOf(
  db: Database,
  whose: Whose,
  { from, to, bucket }: Range,
): Promise<BucketUsage[]> {
  const length = whose.keyId === undefined ? partLength : Number.POSITIVE_INFINITY;
  const buckets: BucketUsage[] = [];
  const end = to.getTime();
  for (let at = from.getTime(); at < end; at += length) {
    const part = { from: new Date(at), to: new Date(Math.min(at + length, end)), bucket };
    buckets.push(...(await partOf(db, whose, part)));
    // The embedded database answers within one turn of the event loop. Other requests run in between.
    await nextTurn();
  }
  return buckets;
}

/** The inner select adds up many rows; the outer one has few left to sort into buckets and columns. */
async function partOf(
  db: Database,
  { accountId, keyId }: Whose,
  { from, to, bucket }: Range,
): Promise<BucketUsage[]> {
  const { rows } = await sql<BucketUsage>`
    select date_trunc(${bucket}::text, hour, 'UTC') as start,
      ${sums}
    from (
      select hour, verdict, sum(count) as count from usage
      where exists ${openAccount(db, accountId)} and account_id = ${accountId}
        and ${keyId === undefined ? sql`true` : sql`key_id = ${keyId}`}
        and hour >= ${from}::timestamptz and hour < ${to}::timestamptz
      group by hour, verdict) as hours
    group by start
    order by start`.execute(db);
  return rows;
}

/** The sum of one verdict, of rows with `verdict` and `count`. */
const sumOf = (outcome: Outcome) =>
  sql`coalesce(sum(count) filter (where verdict = ${sql.lit(outcome)}), 0)::bigint as ${sql.ref(outcome)}`;

/** A column for each verdict. */
export const sums = sql.join(outcomes.map(sumOf));

/** The sum of all buckets. */
export function totalOf(buckets: readonly Counts[]): Counts {
  const total = zeroUses();
  for (const bucket of buckets) for (const outcome of outcomes) total[outcome] += bucket[outcome];
  return total;
}
