import { maxBuckets, usage } from '../../../api/usage.ts';
import { dayLength } from '../../../decide/durations.ts';
import { AccountQueue } from '../../account-queue.ts';
import { getAccount } from '../../accounts/accounts.ts';
import { accountOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { InvalidInput, KeyNotFound } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { getKey } from '../../keys/keys.ts';
import {
  type Bucket,
  type BucketUsage,
  bucketLengths,
  countRetention,
  hasCounts,
  type Range,
  totalOf,
  usageOf,
} from '../../usage/report.ts';

const defaultLengths = { hour: dayLength, day: 30 * dayLength };

/** The range that a request asks for, as whole buckets. */
function rangeOf(
  { bucket, from, to }: { bucket: Bucket; from?: Date | undefined; to?: Date | undefined },
  now: number,
): Range {
  const end = to?.getTime() ?? now;
  const begin = from?.getTime() ?? end - defaultLengths[bucket];
  if (begin >= end) throw new InvalidInput({ detail: 'Must be before `to`.', parameter: 'from' });
  const length = bucketLengths[bucket];
  const [first, last] = [Math.floor(begin / length), Math.ceil(end / length)];
  if (last - first > maxBuckets)
    throw new InvalidInput({
      detail: `Would make ${last - first} buckets, and one answer spans at most ${maxBuckets}.`,
      parameter: 'from',
    });
  if ((first + 1) * length <= now - countRetention)
    throw new InvalidInput({
      detail: `Must be after ${new Date(now - countRetention).toISOString()}: counts are kept for 90 days.`,
      parameter: 'from',
    });
  return { from: new Date(first * length), to: new Date(last * length), bucket };
}

const reportOf = ({ from, to, bucket }: Range, buckets: BucketUsage[]) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  bucket,
  total: totalOf(buckets),
  data: buckets.map(({ start, ...counts }) => ({ start: start.toISOString(), ...counts })),
});

export function usageOperations(context: ServiceContext): Operation[] {
  // One reads up to millions of counts, which takes the database a second.
  const reports = new AccountQueue('reports wait to be made', 5);
  return [
    operation(
      usage.ofKey,
      async ({ caller, params, query }) => {
        const accountId = await accountOf(context, caller, query);
        const range = rangeOf(query, context.now());
        const { keyId } = params;
        if (!(await hasCounts(context.db, { accountId, keyId })))
          await getKey(context.db, { accountId, id: keyId });
        return reportOf(range, await usageOf(context.db, { accountId, keyId }, range));
      },
      { notFound: KeyNotFound },
    ),

    operation(usage.ofAccount, async ({ caller, query, signal }) => {
      const accountId = await accountOf(context, caller, query);
      const range = rangeOf(query, context.now());
      const buckets = await reports.run(accountId, signal, () => usageOf(context.db, { accountId }, range));
      // An account that does not exist has no uses either: see `accountOf`.
      if (buckets.length === 0) await getAccount(context.db, accountId);
      return reportOf(range, buckets);
    }),
  ];
}
