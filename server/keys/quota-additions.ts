import { sql } from 'kysely';
import { quotaName } from '../../decide/limits.ts';
import { onlyRow } from '../db/only-row.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { AccountNotFound, InvalidInput, KeyNotFound, NoQuota } from '../errors.ts';
import { type Act, recorded } from '../events/recording.ts';
import { operatorAccountId } from '../id.ts';
import { AlreadyClaimed, type Claim } from '../idempotency.ts';
import { encodeInSql } from '../replication/messages.ts';
import type { Store } from '../store.ts';
import { isAt, type KeyById } from './keys.ts';

/** The most that may remain of a quota: the largest integer that a header can have (RFC 9651, section 3.3.1). */
const maxRemaining = 999_999_999_999_999;

/** What has a quota: a key, or an account, whose keys share it. */
type QuotaOwner = KeyById | { accountId: string };

/**
 * Adds units to a quota. Units that replicas hold stay valid. When this returns, or throws AlreadyClaimed, every replica
 * knows that there are units again.
 * @param claim that of an Idempotency-Key
 * @throws KeyNotFound if the account has no such key
 * @throws AccountNotFound also for the operator's own account
 * @throws NoQuota
 * @throws InvalidInput where more would remain than a quota can have
 * @throws AlreadyClaimed
 */
export async function addToQuota(
  { db, settled }: Store,
  owner: QuotaOwner,
  add: number,
  act: Act,
  claim?: Claim,
): Promise<void> {
  const isOfKey = 'id' in owner;
  const found = isOfKey
    ? sql`select id as key_id from keys where ${isAt(owner)}`
    : sql`select id as account_id from accounts
        where id = ${owner.accountId} and id <> ${operatorAccountId} and closed_at is null`;
  const isTheirs = isOfKey
    ? sql`limits.key_id = owner.key_id`
    : sql`limits.key_id is null and limits.account_id = owner.account_id`;
  const type = isOfKey ? 'key.quota_added' : 'account.quota_added';
  const at = timestamptz(act.now);
  const hasRoom = sql`select from quota where remaining + unreturned + ${add}::bigint <= ${maxRemaining}::bigint`;
  const { rows } = await sql<{ isThere: boolean; hasQuota: boolean; hasRoom: boolean; isAdded: boolean }>`
    with owner as (${found}),
    quota as materialized (
      select limits.id, case when is_over then amount else ungranted end as remaining,
        case when is_over then next_reset(null, refill_every, refills_from, ${at}) else resets_at end as resets_at,
        case when is_over then 0 else held end as held,
        case when not is_over and ${at} < held_until then held else 0 end as unreturned
      from owner join limits on ${isTheirs} and name = ${quotaName}
      cross join lateral (select ${at} >= resets_at as is_over) as period
      for no key update of limits),
    allowed as ${claim?.insert({ accountId: owner.accountId }, hasRoom) ?? sql`(${hasRoom})`},
    added as (
      update limits set ungranted = quota.remaining + ${add}::bigint, resets_at = quota.resets_at, held = quota.held
      from quota, allowed where limits.id = quota.id
      returning limits.id, limits.account_id, limits.key_id),
    told as materialized (
      select pg_notify('latchkey', ${sql.raw(encodeInSql.limitReplenished('id::text'))}) from added),
    recorded as ${recorded(act, type, sql`select account_id, key_id from added`, { add })}
    select exists (select from owner) as "isThere", exists (select from quota) as "hasQuota",
      exists (${hasRoom}) as "hasRoom", (select count(*) from told) > 0 as "isAdded"`.execute(db);
  // Also where nothing was added: an earlier call with this Idempotency-Key may have added units without an answer.
  await settled();
  const { isThere, hasQuota, hasRoom: had, isAdded } = onlyRow(rows);
  if (isAdded) return;
  if (!isThere) throw isOfKey ? new KeyNotFound() : new AccountNotFound();
  if (!hasQuota) throw new NoQuota(isOfKey ? 'key' : 'account');
  if (had) throw new AlreadyClaimed();
  throw new InvalidInput({
    detail: `More than ${maxRemaining} units would remain.`,
    pointer: '#/add',
  });
}
