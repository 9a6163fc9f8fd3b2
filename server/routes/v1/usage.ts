import { maxBuckets, usage } from '../../../api/usage.ts';
import { dayLength } from '../../../decide/durations.ts';
import { AccountQueue } from '../../account-queue.ts';
import { getAccount } from '../../accounts/accounts.ts';
import { accountOf, turnOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { InvalidInput, KeyNotFound } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { getKey } from '../../keys/keys.ts';
import { type KeyUsage, listUsageByKey, type Place } from '../../usage/by-key.ts';
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
import { cursorAt, placeAt } from './page.ts';

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
      detail: `Spans ${last - first} ${bucket}s, and one response at most ${maxBuckets}.`,
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

const keyUsageBody = ({ accountId, keyId, start, ...rest }: KeyUsage) => ({
  ...rest,
  accountId: `acc_${accountId}`,
  keyId: `key_${keyId}`,
  start: start.toISOString(),
});

/** The cursor has a key id as three numbers: as one, it would be too large to be exact. */
const numbersOf = (keyId: string) => [0, 8, 16].map((at) => Number.parseInt(keyId.slice(at, at + 8), 16));
const keyIdOf = (numbers: readonly number[]) =>
  numbers.map((number) => number.toString(16).padStart(8, '0')).join('');

const cursorAfter = (list: string, { keyId, upTo }: Place) =>
  cursorAt(list, [...numbersOf(keyId), ...(upTo ? [upTo.getTime() / bucketLengths.day] : [])]);

function placeAfter(list: string, cursor: string | undefined, { from, to }: Range): Place | undefined {
  const place = placeAt(list, cursor);
  if (!place) return undefined;
  const day = place[3];
  const within = (time: number) => new Date(Math.max(from.getTime(), Math.min(time, to.getTime())));
  const upTo = day === undefined ? undefined : within(day * bucketLengths.day);
  return { keyId: keyIdOf(place.slice(0, 3)), upTo };
}

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

    operation(usage.byKey, async ({ caller, query: { limit, cursor, bucket, ...bounds }, signal }) => {
      if (cursor !== undefined && !(bounds.from && bounds.to))
        throw new InvalidInput({
          detail: 'Is needed with a cursor: without it, each page would count another range.',
          parameter: bounds.from ? 'to' : 'from',
        });
      const byDay = bucket === 'day';
      const range = rangeOf({ ...bounds, bucket: bucket ?? 'hour' }, context.now());
      const list = byDay ? 'usage of keys by day' : 'usage of keys';
      const asked = { limit, after: placeAfter(list, cursor, range) };
      const { rows, next } = await reports.run(turnOf(caller, list), signal, () =>
        listUsageByKey(context.db, { ...range, byDay }, asked),
      );
      return { data: rows.map(keyUsageBody), nextCursor: next ? cursorAfter(list, next) : null };
    }),
  ];
}
