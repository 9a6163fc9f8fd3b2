/** How often a quota can be refilled. */
export const refillPeriods = ['day', 'week', 'month'] as const;
export type RefillPeriod = (typeof refillPeriods)[number];

/** What a quota is called where it stands among limits: no limit can have this name. */
export const quotaName = 'quota';

/** A limit, or a quota, as a verification needs it. */
export interface Limit {
  /** The id of its row. */
  id: number;
  name: string;
  /** What a window begins with, or a refill sets. Null: a quota that is not refilled. */
  amount: number | null;
  /** Null: it is a quota. */
  windowSeconds: number | null;
  /** Counts up whenever what a replica holds of it must not be spent any more. */
  generation: number;
}

/** What is known of a limit when a verdict is given. */
export interface LimitState {
  limit: Limit;
  /** An estimate: what was not granted to any replica when the row was last read, and what this one holds of it. */
  remaining: number;
  /** When the window ends, or the next refill comes, as Unix time in milliseconds; infinity: never. */
  resetsAt: number;
  /** How long that is from now on, in milliseconds. */
  resetsIn: number;
}

/** What a verification spends of each limit: `cost`, save of those that are named. */
export interface Costs {
  cost: number;
  named?: Readonly<Record<string, number>> | undefined;
}

/** How a quota is refilled: to `amount`, whole periods after `from`. */
export interface Refill {
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

const day = 86_400_000;
const length = { day, week: 7 * day };

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

/** How much is spent of a limit. */
export const costOf = ({ cost, named }: Costs, { name }: Limit): number =>
  named && Object.hasOwn(named, name) ? (named[name] ?? cost) : cost;

/** Whether more is asked for than a window ever has. A quota may have been given more than it is refilled to. */
export const isBeyond = (cost: number, { amount, windowSeconds }: Limit): boolean =>
  windowSeconds !== null && amount !== null && cost > amount;

/** How long until a limit is full again, in seconds, rounded up. */
export const secondsUntilReset = ({ resetsIn }: LimitState): number =>
  Math.max(1, Math.ceil(resetsIn / 1000));

/**
 * Seconds until a retry can succeed, where some limits had too little. Undefined: it never can, since a quota is not
 * refilled, or this costs more than a whole limit.
 */
export function retryAfter(exceeded: readonly LimitState[], costs: Costs): number | undefined {
  if (exceeded.some(({ limit }) => isBeyond(costOf(costs, limit), limit))) return undefined;
  const seconds = Math.max(...exceeded.map(secondsUntilReset));
  return seconds === Number.POSITIVE_INFINITY ? undefined : seconds;
}
