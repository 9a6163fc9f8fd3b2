import { sql } from 'kysely';
import { openAccount } from '../accounts.ts';
import type { Database } from '../db/schema.ts';
import { type Counts, outcomes } from './tally.ts';

/** Lengths of buckets in milliseconds. All begin at a multiple of them, since days are those of UTC. */
export const bucketLengths = { hour: 3_600_000, day: 86_400_000 };
export type Bucket = keyof typeof bucketLengths;

export interface BucketUsage extends Counts {
  start: Date;
}

/**
 * How often the keys of an account were presented in each bucket, and what was said of them; the oldest first, and
 * none without any use.
 * @param keyId of one key alone; absent: of all, also of those that are revoked
 * @param range whole buckets, without `to` itself
 */
export async function usageOf(
  db: Database,
  { accountId, keyId }: { accountId: string; keyId?: string },
  { from, to, bucket }: { from: Date; to: Date; bucket: Bucket },
): Promise<BucketUsage[]> {
  const { rows } = await sql<BucketUsage>`
    select date_trunc(${bucket}::text, hour, 'UTC') as start,
      coalesce(sum(count) filter (where verdict = 'valid'), 0)::bigint as valid,
      coalesce(sum(count) filter (where verdict = 'expired'), 0)::bigint as expired,
      coalesce(sum(count) filter (where verdict = 'disabled'), 0)::bigint as disabled,
      coalesce(sum(count) filter (where verdict = 'insufficient_scope'), 0)::bigint as insufficient_scope
    from usage
    where exists ${openAccount(db, accountId)} and account_id = ${accountId}
      and ${keyId === undefined ? sql`true` : sql`key_id = ${keyId}`}
      and hour >= ${from}::timestamptz and hour < ${to}::timestamptz
    group by start
    order by start`.execute(db);
  return rows;
}

/** The sum of all buckets. */
export function totalOf(buckets: readonly Counts[]): Counts {
  const total: Counts = { valid: 0, expired: 0, disabled: 0, insufficient_scope: 0 };
  for (const bucket of buckets) for (const outcome of outcomes) total[outcome] += bucket[outcome];
  return total;
}
