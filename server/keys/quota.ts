import { dayLength } from '../../decide/durations.ts';
import type { RefillPeriod } from '../../decide/limits.ts';

/** How a quota is refilled: to `amount`, whole periods after `from`. */
interface Refill {
  amount: number;
  every: RefillPeriod;
  from: Date;
}

/** A quota as its row has it, which changes only with its use: see `quotaAt`. */
export interface Quota {
  /** Not granted to any replica. */
  remaining: number;
  /** Null: it is never refilled. */
  refill: Refill | null;
  refillsAt: Date | null;
}

const length = { day: dayLength, week: 7 * dayLength };

/**
 * The first refill after an instant. The function `next_reset` of the database computes the same. A month is a calendar
 * month in UTC; in one without the day of `from`, the refill comes on its last day.
 */
export function nextRefill({ every, from }: Pick<Refill, 'every' | 'from'>, at: Date): Date {
  const passed = at.getTime() - from.getTime();
  if (every !== 'month')
    return new Date(from.getTime() + (Math.floor(passed / length[every]) + 1) * length[every]);
  const months = 12 * (at.getUTCFullYear() - from.getUTCFullYear()) + at.getUTCMonth() - from.getUTCMonth();
  const refill = monthsAfter(from, months);
  return refill > at ? refill : monthsAfter(from, months + 1);
}

function monthsAfter(from: Date, months: number): Date {
  const date = new Date(from);
  date.setUTCMonth(from.getUTCMonth() + months);
  // A day that the month does not have is one of the next month.
  if (date.getUTCDate() < from.getUTCDate()) date.setUTCDate(0);
  return date;
}

/** A quota as it is at an instant. Its row is not refilled until it is used, so a refill that came due is added here. */
export function quotaAt({ remaining, refill, refillsAt }: Quota, at: Date): Quota {
  if (!refill) return { remaining, refill, refillsAt: null };
  if (refillsAt && at < refillsAt) return { remaining, refill, refillsAt };
  return { remaining: refill.amount, refill, refillsAt: nextRefill(refill, at) };
}
