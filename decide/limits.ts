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
  /** Whether all keys of the account share it. One of the key may have the same name. */
  sharedByAccount: boolean;
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

/** How much is spent of a limit. */
export const costOf = ({ cost, named }: Costs, { name }: Limit): number =>
  named && Object.hasOwn(named, name) ? (named[name] ?? cost) : cost;

/** Whether more is asked for than a window begins with, or a refill sets. */
const isMoreThanWhole = (cost: number, { amount }: Limit): boolean => amount !== null && cost > amount;

/** Whether more is asked for than a window ever has. A quota may have been given more than it is refilled to. */
export const isBeyond = (cost: number, limit: Limit): boolean =>
  limit.windowSeconds !== null && isMoreThanWhole(cost, limit);

/** How long until a limit is full again, in seconds, rounded up. */
export const secondsUntilReset = ({ resetsIn }: LimitState): number =>
  Math.max(1, Math.ceil(resetsIn / 1000));

/**
 * Seconds until a retry can succeed, where some limits had too little. Undefined: it never can, since a quota is not
 * refilled, or this costs more than a whole limit, or than a quota is refilled to.
 */
export function retryAfter(exceeded: readonly LimitState[], costs: Costs): number | undefined {
  if (exceeded.some(({ limit }) => isMoreThanWhole(costOf(costs, limit), limit))) return undefined;
  const seconds = Math.max(...exceeded.map(secondsUntilReset));
  return seconds === Number.POSITIVE_INFINITY ? undefined : seconds;
}
