import { sql } from 'kysely';
import type { Counts } from '../../decide/uses.ts';
import { type Outcome, outcomes, zeroUses } from '../../decide/verdict.ts';
import { openAccount } from '../db/open-account.ts';
import type { Database } from '../db/schema.ts';

/** Lengths of buckets in milliseconds. A bucket begins at a multiple of its length: days are those of UTC. */
export const bucketLengths = { hour: 3_600_000, day: 86_400_000 };
export type Bucket = keyof typeof bucketLengths;

export interface BucketUsage extends Counts {
  start: Date;
}

/**
 * Counts the uses of an account's keys in each bucket, by verdict. Oldest first, without buckets that have no use.
 * The inner select adds up what may be millions of rows; the outer one has few left to sort into buckets and columns.
 * @param keyId only this key; absent: all keys, revoked ones included
 * @param range whole buckets; `to` is exclusive
 */
export async function usageOf(
  db: Database,
  { accountId, keyId }: { accountId: string; keyId?: string },
  { from, to, bucket }: { from: Date; to: Date; bucket: Bucket },
): Promise<BucketUsage[]> {
  const { rows } = await sql<BucketUsage>`
    select date_trunc(${bucket}::text, hour, 'UTC') as start,
      ${sql.join(outcomes.map(sumOf))}
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

const sumOf = (outcome: Outcome) =>
  sql`coalesce(sum(count) filter (where verdict = ${sql.lit(outcome)}), 0)::bigint as ${sql.ref(outcome)}`;

/** The sum of all buckets. */
export function totalOf(buckets: readonly Counts[]): Counts {
  const total = zeroUses();
  for (const bucket of buckets) for (const outcome of outcomes) total[outcome] += bucket[outcome];
  return total;
}
