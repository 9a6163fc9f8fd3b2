import { type RawBuilder, sql } from 'kysely';
import { quotaName, type RefillPeriod } from '../../decide/limits.ts';
import { isNoQuota } from '../db/errors.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { InvalidInput } from '../errors.ts';
import { nextRefill, type Quota } from './quota.ts';

/** Limits and quotas as rows of `limits`: how they are read and written along with their keys and accounts. */

/** A limit as it is set. */
export interface LimitRule {
  name: string;
  limit: number;
  windowSeconds: number;
}

/** A quota as it is set. */
export interface GivenQuota {
  remaining: number;
  refill?: { amount: number; every: RefillPeriod } | null | undefined;
}

/** A change of limits. Absent fields stay as they are. A list replaces the one before. */
export interface LimitsChange {
  limits?: LimitRule[] | undefined;
  /** Merged (RFC 7396): null removes the quota. */
  quota?: { [Name in keyof GivenQuota]?: GivenQuota[Name] | undefined } | null | undefined;
}

/** A quota that is new, as it is stored. */
export const newQuota = ({ remaining, refill }: GivenQuota, at: Date): Quota => ({
  remaining,
  refill: refill ? { ...refill, from: at } : null,
  refillsAt: refill ? nextRefill({ ...refill, from: at }, at) : null,
});

/** Limits in the order in which they are shown: that of their names, as the database compares them. */
export const limitsByName = (limits: readonly LimitRule[]): LimitRule[] =>
  limits.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** The columns of a key, or of an account, that are its limits and its quota. */
const columnsOf = (isTheirs: RawBuilder<unknown>) => sql`
  (select coalesce(json_agg(json_build_object('name', name, 'limit', amount, 'windowSeconds', window_seconds)
      order by name), '[]')
    from limits where ${isTheirs} and window_seconds is not null) as limits,
  (select json_build_object('remaining', ungranted, 'refillsAt', case when isfinite(resets_at) then resets_at end,
      'refill', case when refill_every is not null then
        json_build_object('amount', amount, 'every', refill_every, 'from', refills_from) end)
    from limits where ${isTheirs} and window_seconds is null) as quota`;

/** Those of an account, for a select from `accounts` or from a CTE aliased so. */
export const accountLimitColumns = columnsOf(sql`account_id = accounts.id and key_id is null`);

/** Those of a key, for a select from `keys` or from a CTE aliased so. */
export const keyLimitColumns = columnsOf(sql`key_id = keys.id`);

/** A quota as these columns have it. */
export interface QuotaRow {
  remaining: number;
  refill: { amount: number; every: RefillPeriod; from: string } | null;
  refillsAt: string | null;
}

export const quotaOf = ({ remaining, refill, refillsAt }: QuotaRow): Quota => ({
  remaining,
  refill: refill && { ...refill, from: new Date(refill.from) },
  refillsAt: refillsAt === null ? null : new Date(refillsAt),
});

/** A key with limits that is being minted. */
interface MintedLimits {
  id: string;
  limits: readonly LimitRule[];
  quota: Quota | null;
}

/**
 * The CTE that inserts the limits of new keys, with a comma before it; empty if they have none. It uses the CTE `minted`:
 * the ids and the account ids of the keys.
 */
export function mintedLimits(keys: readonly MintedLimits[]): RawBuilder<unknown> {
  const rows = keys.flatMap(({ id, limits, quota }) => [
    ...limits.map(({ name, limit, windowSeconds }) => ({
      key_id: id,
      name,
      amount: limit,
      window_seconds: windowSeconds,
      ungranted: limit,
      resets_at: '-infinity',
    })),
    ...(quota ? [{ key_id: id, ...quotaRow(quota) }] : []),
  ]);
  if (rows.length === 0) return sql``;
  return sql`,
    limited as (
      insert into limits (account_id, key_id, name, amount, window_seconds, refill_every, refills_from, ungranted, resets_at)
      select minted.account_id, minted.id, given.name, given.amount, given.window_seconds, given.refill_every,
        given.refills_from, given.ungranted, given.resets_at
      from minted join json_to_recordset(${JSON.stringify(rows)}::text::json) as given (
        key_id text, name text, amount bigint, window_seconds integer, refill_every text, refills_from timestamptz,
        ungranted bigint, resets_at timestamptz) on given.key_id = minted.id)`;
}

const quotaRow = ({ remaining, refill, refillsAt }: Quota) => ({
  name: quotaName,
  amount: refill?.amount ?? null,
  refill_every: refill?.every ?? null,
  refills_from: refill?.from ?? null,
  ungranted: remaining,
  resets_at: refillsAt ?? 'infinity',
});

/** The limits of a new key or account, as its event records them. */
export const limitFacts = ({ limits, quota }: Omit<MintedLimits, 'id'>) => ({
  ...(limits.length > 0 && { limits }),
  ...(quota && {
    quota: {
      remaining: quota.remaining,
      refill: quota.refill && { amount: quota.refill.amount, every: quota.refill.every },
    },
  }),
});

/** Whether a change is one of limits or of a quota. */
export const changesLimits = ({ limits, quota }: LimitsChange): boolean =>
  limits !== undefined ||
  quota === null ||
  (quota !== undefined && Object.values(quota).some((part) => part !== undefined));

/**
 * The CTE that changes limits, with a comma before it; empty if there is nothing to change. It uses the CTE `changed`: the
 * row of the key or the account, whose lock makes concurrent changes wait for each other. A select of the same statement
 * sees the limits as they were before.
 * @param owner the account id and the key id, or null for the limits of the account itself, as columns of `changed`
 * @param now Unix time in milliseconds
 */
export const changedLimits = (
  change: LimitsChange,
  owner: { account: RawBuilder<unknown>; key: RawBuilder<unknown> },
  now: number,
): RawBuilder<unknown> =>
  changesLimits(change)
    ? sql`,
    limited as materialized (
      select change_limits(${owner.account}, ${owner.key}, ${jsonOf(change.limits)}::text::json,
        ${jsonOf(change.quota)}::text::jsonb, ${timestamptz(now)})
      from changed)`
    : sql``;

/** A condition for the select of such a statement: Postgres does not run a CTE that nothing reads. */
export const afterChangedLimits = (change: LimitsChange): RawBuilder<unknown> =>
  changesLimits(change) ? sql`(select count(*) from limited) >= 0` : sql`true`;

const jsonOf = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

/** An error of a statement that changes limits, as InvalidInput if a quota is changed that is not there. */
export const asMissingQuota = (whose: 'key' | 'account', error: unknown): unknown =>
  isNoQuota(error)
    ? new InvalidInput({
        detail: `The ${whose} has no quota: say how many units remain.`,
        pointer: '#/quota/remaining',
      })
    : error;
