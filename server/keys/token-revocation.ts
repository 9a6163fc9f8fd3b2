import { type RawBuilder, sql } from 'kysely';
import type { EventType } from '../../decide/events.ts';
import type { TokenState } from '../../decide/verdict.ts';
import type { Keys } from '../../decide/verified-key.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { endedColumns, everyToken, recordedEnd } from '../events/ended-tokens.ts';
import type { Act } from '../events/recording.ts';
import type { Store } from '../store.ts';
import { keyHash } from '../token.ts';
import { rememberedKeys } from './remembered.ts';
import { noNext, noPrevious } from './rotation.ts';

/**
 * Ends one token of a key. Ending the current token revokes the key. Ending a next or a previous token leaves the key, so
 * whoever revokes the old token after a rotation does not end the new one. When this returns, no replica accepts the
 * token, even if it was gone already: an earlier attempt may have succeeded without an answer.
 * @param act if its actor is `anyone`, the event names the key as the actor: the caller has nothing but the token
 * @returns false if the token belongs to no key, and did not lately
 * @throws DatabaseUnavailable if the token may still be accepted
 */
export async function revokeToken(
  { db, keys, settled }: Store & { keys: Keys },
  token: string,
  act: Act,
): Promise<boolean> {
  const hash = keyHash(token);
  if (!hash) return false;
  // Anybody may call this, so an unknown token costs no more than two look-ups: it needs no barrier.
  const found = await keys.find(hash);
  // A token that was imported a moment ago can still be cached as unknown.
  const id = found?.id ?? (await rememberedKeys(db, [hash])).get(hash);
  if (id === undefined) return false;
  if (!found?.gone) {
    const actor = act.actor === 'anyone' ? `key_${id}` : act.actor;
    await endToken(hash, { ...act, actor }).execute(db);
  }
  await settled();
  return true;
}

/** One statement that reads the state of the token from the locked row: a rotation may change it at the same time. */
function endToken(hash: string, act: Act): RawBuilder<unknown> {
  const ended = sql`decode(${hash}::text, 'hex')`;
  const at = timestamptz(act.now);
  const inState = (state: TokenState) => sql`id in (select id from target where state = ${sql.lit(state)})`;
  const event = (type: EventType, state: TokenState) =>
    recordedEnd(
      act,
      type,
      sql`target where state = ${sql.lit(state)}`,
      state === 'current' ? everyToken : sql`hash = ${ended}`,
    );
  return sql`
    with target as (
      select ${endedColumns}, case
        when current_hash = ${ended} then 'current'
        when next_hash = ${ended} then 'next'
        when previous_hash = ${ended} and previous_ends_at > ${at} then 'previous' end as state
      from keys
      where id = (select key_id from tokens where hash = ${ended})
        and account_id in (select id from accounts where closed_at is null)
      for update),
    revoked as (delete from keys where ${inState('current')}),
    cancelled as (
      update keys set updated_at = ${at}, ${noNext} where ${inState('next')}),
    finished as (
      update keys set updated_at = ${at}, ${noPrevious} where ${inState('previous')}),
    revoked_event as ${event('key.revoked', 'current')},
    cancelled_event as ${event('key.rotation_cancelled', 'next')},
    finished_event as ${event('key.rotation_finished', 'previous')}
    select from target`;
}
