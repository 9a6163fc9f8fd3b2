import { sql } from 'kysely';
import { instantText } from '../db/instant-text.ts';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { noticed } from '../events/recording.ts';

/**
 * Notices: events of keys that expire, or are not used. The row of a key says when to look at it next (see the trigger
 * `notices_planned`), so an index finds what is due. The replica that locks the row records the event. Any number of
 * replicas can run it: each takes rows that no other has, and waits for no lock.
 */

/** The number of keys looked at in one step: few enough not to hold up requests on the embedded database. */
const stepSize = 250;

/** A key is unused after 90 days without a use. In hours: the length of a day depends on the time zone. */
const unusedAfter = sql`interval '2160 hours'`;

/**
 * Records `key.expiring` for keys that expire within 30, 7 or 1 days, and `key.expired`. If several became due since the
 * last look, only the last one is recorded.
 * @param now Unix time in milliseconds
 * @returns whether there may be more to do
 */
export async function noticeExpiries(db: Database, now: number): Promise<boolean> {
  const at = timestamptz(now);
  const { rows } = await sql<{ more: boolean }>`
    with due as (
      select id from keys where expiry_check_at <= ${at} and expiry_check_at < 'infinity'
      order by expiry_check_at limit ${stepSize} for no key update skip locked),
    looked_at as (
      update keys set expiry_check_at = next_expiry_check(expires_at, ${at})
      where id in (select id from due) returning id, account_id, expires_at),
    recorded as ${noticed(
      now,
      sql`
        select case when expires_at <= ${at} then 'key.expired' else 'key.expiring' end, account_id, id,
          jsonb_build_object('expiresAt', ${instantText(sql`expires_at`)})
            || case
              when expires_at <= ${at} then '{}'
              when expires_at <= ${at} + interval '24 hours' then '{"daysLeft": 1}'
              when expires_at <= ${at} + interval '168 hours' then '{"daysLeft": 7}'
              else '{"daysLeft": 30}' end::jsonb
        from looked_at`,
    )}
    select count(*) = ${stepSize} as more from due`.execute(db);
  return onlyRow(rows).more;
}

/**
 * Records `key.unused` for keys that were not used for 90 days, once until they are used again. A key that was used is
 * looked at again 90 days after that use. A key that was not is looked at again in 90 days: if its last activity is 180
 * days ago by then, its event is already recorded.
 * @param now Unix time in milliseconds
 * @returns whether there may be more to do
 */
export async function noticeUnused(db: Database, now: number): Promise<boolean> {
  const at = timestamptz(now);
  const isUnused = sql`active_at <= ${at} - ${unusedAfter}`;
  const { rows } = await sql<{ more: boolean }>`
    with due as (
      select id, account_id, expires_at, unused_check_at from keys where unused_check_at <= ${at}
      order by unused_check_at limit ${stepSize} for no key update skip locked),
    looked_at as (
      select due.*, last_used_at, greatest(keys.created_at, last_used_at, activated_at) as active_at
      from due join keys on keys.id = due.id cross join lateral (
        select max(tokens.last_used_at) as last_used_at, max(tokens.activated_at) as activated_at
        from tokens where tokens.key_id = due.id) as used),
    planned as (
      update keys set unused_check_at =
        ${unusedAfter} + case when ${isUnused} then ${at} else active_at end
      from looked_at where keys.id = looked_at.id),
    recorded as ${noticed(
      now,
      sql`
        select 'key.unused', account_id, id, jsonb_build_object('lastUsedAt', ${instantText(sql`last_used_at`)})
        from looked_at
        where ${isUnused} and active_at > unused_check_at - 2 * ${unusedAfter}
          and (expires_at is null or expires_at > ${at})`,
    )}
    select count(*) = ${stepSize} as more from due`.execute(db);
  return onlyRow(rows).more;
}
