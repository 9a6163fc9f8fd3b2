import { sql } from 'kysely';
import { quotaName } from '../../decide/limits.ts';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { InvalidInput, KeyNotFound, NoQuota } from '../errors.ts';
import { type Act, recorded } from '../events/recording.ts';
import { AlreadyClaimed, type Claim } from '../idempotency.ts';
import { encodeInSql } from '../replication/messages.ts';
import { isAt, type KeyById, type Store } from './keys.ts';

/** What is left of a limit or of a quota, as its row has it. */
interface KeyLimitState {
  name: string;
  /** Whether it is one of the account, which its keys share. */
  sharedByAccount: boolean;
  /** Units per window. Of a quota: what it is refilled to; null: it is not refilled. */
  limit: number | null;
  /** Null: it is a quota. */
  windowSeconds: number | null;
  ungranted: number;
  /** How many units replicas hold, at most. */
  held: number;
  /** When the window ends, or the next refill comes; null: never. */
  resetsAt: Date | null;
}

/**
 * What is left of the limits of a key: its own, its quota, and those of its account, each group by name. A window that has
 * ended is shown as the next one.
 * @param now Unix time in milliseconds
 * @throws KeyNotFound
 */
export async function listKeyLimits(db: Database, place: KeyById, now: number): Promise<KeyLimitState[]> {
  const at = timestamptz(now);
  const { rows } = await sql<KeyLimitState>`
    select limits.name, limits.key_id is null as "sharedByAccount", window_seconds as "windowSeconds",
      amount as limit,
      case when is_on then greatest(0, ungranted) else amount end as ungranted,
      case when is_on and ${at} < held_until then held else 0 end as held,
      case when isfinite(ends_at) then ends_at end as "resetsAt"
    from (select id, account_id from keys where ${isAt(place)}) as key
    left join limits on key_id = key.id or key_id is null and limits.account_id = key.account_id
    cross join lateral (
      select ${at} < resets_at as is_on,
        case when ${at} < resets_at then resets_at else next_reset(window_seconds, refill_every, refills_from, ${at}) end
          as ends_at) as period
    order by key_id is null, window_seconds is null, limits.name`.execute(db);
  if (rows.length === 0) throw new KeyNotFound();
  // A key without limits is one row without a name.
  return rows.filter(({ name }) => name);
}

/** The most that may remain of a quota: the largest integer that a header can have (RFC 9651, section 3.3.1). */
const maxRemaining = 999_999_999_999_999;

/**
 * Adds units to the quota of a key. Units that replicas hold stay valid. When this returns, or throws AlreadyClaimed, every
 * replica knows that there are units again.
 * @param claim that of an Idempotency-Key
 * @throws KeyNotFound if the account has no such key
 * @throws NoQuota
 * @throws InvalidInput where more would remain than a quota can have
 * @throws AlreadyClaimed
 */
export async function addToQuota(
  { db, settled }: Store,
  place: KeyById,
  add: number,
  act: Act,
  claim?: Claim,
): Promise<void> {
  const at = timestamptz(act.now);
  const hasRoom = sql`select from quota where remaining + unreturned + ${add}::bigint <= ${maxRemaining}::bigint`;
  const { rows } = await sql<{ isThere: boolean; hasQuota: boolean; hasRoom: boolean; isAdded: boolean }>`
    with key as (
      select id, account_id from keys where ${isAt(place)}),
    quota as materialized (
      select limits.id, case when is_over then amount else ungranted end as remaining,
        case when is_over then next_reset(null, refill_every, refills_from, ${at}) else resets_at end as resets_at,
        case when is_over then 0 else held end as held,
        case when not is_over and ${at} < held_until then held else 0 end as unreturned
      from key join limits on key_id = key.id and name = ${quotaName}
      cross join lateral (select ${at} >= resets_at as is_over) as period
      for no key update of limits),
    allowed as ${claim?.insert(place, hasRoom) ?? sql`(${hasRoom})`},
    added as (
      update limits set ungranted = quota.remaining + ${add}::bigint, resets_at = quota.resets_at, held = quota.held
      from quota, allowed where limits.id = quota.id
      returning limits.id, limits.account_id, limits.key_id),
    told as materialized (
      select pg_notify('latchkey', ${sql.raw(encodeInSql.limitReplenished('id::text'))}) from added),
    recorded as ${recorded(act, 'key.quota_added', sql`select account_id, key_id from added`, { add })}
    select exists (select from key) as "isThere", exists (select from quota) as "hasQuota",
      exists (${hasRoom}) as "hasRoom", (select count(*) from told) > 0 as "isAdded"`.execute(db);
  // Also where nothing was added: an earlier call with this Idempotency-Key may have added units without an answer.
  await settled();
  const { isThere, hasQuota, hasRoom: had, isAdded } = onlyRow(rows);
  if (isAdded) return;
  if (!isThere) throw new KeyNotFound();
  if (!hasQuota) throw new NoQuota();
  if (had) throw new AlreadyClaimed();
  throw new InvalidInput({
    detail: `More than ${maxRemaining} units would remain.`,
    pointer: '#/add',
  });
}
