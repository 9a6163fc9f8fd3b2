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
}

/** What a verification spends of each limit: `cost`, save of those that are named. */
export interface Costs {
  cost: number;
  named?: Readonly<Record<string, number>> | undefined;
}
