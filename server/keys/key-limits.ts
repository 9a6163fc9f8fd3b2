import { sql } from 'kysely';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { KeyNotFound } from '../errors.ts';
import { isAt, type KeyById } from './keys.ts';

/** What is left of a limit or of a quota, as its row has it. */
interface KeyLimitState {
  name: string;
  /** Whether it is that of the account, which its keys share. */
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
 * What is left of the limits of a key: its own by name, its quota, and then the same of its account. A window that has ended
 * is shown as the next one.
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
