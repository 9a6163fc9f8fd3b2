import { type RawBuilder, sql } from 'kysely';
import type { EventType } from '../../decide/events.ts';
import type { VerifiedKey } from '../../decide/verified-key.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { RotationConflict, type RotationConflictCode } from '../errors.ts';
import { recordedEnd, replacedTokens } from '../events/ended-tokens.ts';
import { type Act, recorded, withoutRequest } from '../events/events.ts';
import { AlreadyClaimed, type Claim } from '../idempotency.ts';
import { neverExpires, type Signer } from '../jwt/signing.ts';
import { lease } from '../replication/freshness.ts';
import { newToken, nextPrefix, type TokenPrefixes } from '../token.ts';
import {
  getKey,
  isAt,
  type Key,
  type KeyById,
  type KeyRow,
  keyColumns,
  keyOf,
  newlyMinted,
  type Store,
  type Token,
} from './keys.ts';

/**
 * Rotation gives a key another token. The key keeps its id. The next token sleeps until its first use, which makes it
 * the current token and ends the previous one after an overlap. If the response with the next token is lost, the token
 * is never used, and the current one lives on.
 *
 * Each step is one update of the row of the key and tests only that row. If two steps run at once, the second waits and
 * then sees the result of the first. A trigger deletes the tokens that the row no longer names.
 */

/** A new token of the same kind as the key's current one: a minted token, with the same prefix if it can be, or a JWT. */
export function tokenFor(
  { signer, tokenPrefixes }: { signer: Signer; tokenPrefixes: TokenPrefixes },
  { accountId, createdAt, expiresAt, tokens: [{ start }] }: Key,
  now: number,
): string | Promise<string> {
  if (!start.startsWith('eyJ')) return newToken(nextPrefix(start, tokenPrefixes));
  const exp = Math.floor((expiresAt ?? neverExpires(createdAt)).getTime() / 1000);
  return signer.signKey({ accountId, iat: Math.floor(now / 1000), exp });
}

const noNext = sql`next_hash = null, next_overlap = null`;
const noPrevious = sql`previous_hash = null, previous_ends_at = null`;
const hashOf = ({ hash }: Token) => sql`decode(${hash}::text, 'hex')`;
const isDraining = (now: number) =>
  sql`(previous_hash is not null and previous_ends_at > ${timestamptz(now)})`;

/**
 * Gives a key another token. A next token that was never used is replaced.
 * @param overlap how many seconds the current token lives once the new one is used. `immediate`: the new token is the
 * current one at once, and no replica accepts any other token of the key when this returns
 * @param claim that of an Idempotency-Key: it seals the token
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the previous token is still accepted and this is not immediate
 * @throws AlreadyClaimed
 */
export function rotateKey(
  store: Store,
  place: KeyById,
  { token, overlap }: { token: string; overlap: number | 'immediate' },
  act: Act,
  claim?: Claim,
): Promise<Key> {
  const at = new Date(act.now);
  const isImmediate = overlap === 'immediate';
  const minted = isImmediate
    ? newlyMinted(token, at, 'current')
    : { ...newlyMinted(token, at, 'next'), overlapSeconds: overlap };
  return take(store, place, act, {
    set: isImmediate
      ? sql`current_hash = ${hashOf(minted)}, ${noNext}, ${noPrevious}`
      : sql`next_hash = ${hashOf(minted)}, next_overlap = ${overlap}::integer, ${noPrevious}`,
    where: isImmediate ? sql`true` : sql`not ${isDraining(act.now)}`,
    otherwise: 'rotation_draining',
    type: isImmediate ? 'key.token_replaced' : 'key.rotated',
    minted,
    claimed: claim?.insert(
      { accountId: place.accountId, key: { id: place.id, hash: minted.hash } },
      sql`select from target`,
      token,
    ),
  });
}

/**
 * Deletes the next token of a key, which was never used.
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the key has no next token
 */
export const cancelRotation = (store: Store, place: KeyById, act: Act): Promise<Key> =>
  take(store, place, act, {
    set: noNext,
    where: sql`next_hash is not null`,
    type: 'key.rotation_cancelled',
    otherwise: 'rotation_not_pending',
  });

/**
 * Ends the previous token of a key. No replica accepts it when this returns.
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the key has no previous token that is still accepted
 */
export const finishRotation = (store: Store, place: KeyById, act: Act): Promise<Key> =>
  take(store, place, act, {
    set: noPrevious,
    where: isDraining(act.now),
    type: 'key.rotation_finished',
    otherwise: 'rotation_not_draining',
  });

/**
 * Moves the end of the previous token to so many seconds from now, unless it ends later already.
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the key has no previous token that is still accepted
 */
export const extendRotation = (
  store: Store,
  place: KeyById,
  overlapSeconds: number,
  act: Act,
): Promise<Key> =>
  take(store, place, act, {
    set: sql`previous_ends_at = greatest(previous_ends_at, ${timestamptz(act.now + overlapSeconds * 1000)})`,
    where: isDraining(act.now),
    type: 'key.rotation_extended',
    otherwise: 'rotation_not_draining',
  });

/** A step of a rotation. */
interface Step {
  set: RawBuilder<unknown>;
  /** The condition on the row of the key, and on nothing else. */
  where: RawBuilder<unknown>;
  /** The error if the condition does not hold. */
  otherwise: RotationConflictCode;
  type: EventType;
  /** The token that the step adds. */
  minted?: Token;
  /** The claim of an Idempotency-Key, which selects from `target`. If it returns no row, the step does nothing. */
  claimed?: RawBuilder<never> | undefined;
}

async function take(
  { db, settled }: Store,
  place: KeyById,
  act: Act,
  { set, where, otherwise, type, minted, claimed }: Step,
): Promise<Key> {
  const isReady = sql`${isAt(place)} and ${where}`;
  const update = sql`update keys set updated_at = ${timestamptz(act.now)}, ${set}`;
  // The row is locked before the Idempotency-Key is claimed, so that a step that cannot be taken leaves no claim.
  const rotated = claimed
    ? sql`
    target as (select id from keys where ${isReady} for no key update),
    claimed as ${claimed},
    rotated as (${update} from claimed where id = ${place.id} returning keys.*)`
    : sql`
    rotated as (${update} where ${isReady} returning *)`;
  const token = minted
    ? sql`token as (
        insert into tokens (hash, key_id, start, created_at, activated_at)
        select ${hashOf(minted)}, id, ${minted.start}, ${minted.createdAt}::timestamptz, ${minted.activatedAt}::timestamptz
        from rotated, (select set_config('latchkey.minting', 'on', true)) as setting),`
    : sql``;
  const { rows } = await sql<KeyRow>`
    with ${rotated},
    ${token}
    recorded as ${recordedEnd(act, type, sql`rotated`, replacedTokens)}
    select ${keyColumns} from rotated as keys`.execute(db);
  await settled();
  const [row] = rows;
  if (row) return keyOf(row, ...(minted ? [minted] : []));
  await getKey(db, place);
  if (claimed && (await sql`select from keys where ${isReady}`.execute(db)).rows.length > 0)
    throw new AlreadyClaimed();
  throw new RotationConflict(otherwise);
}

/**
 * Makes the next token of a key the current one, at its first use. When this returns, the change is committed, and every
 * replica will refuse the previous token from its end on. It changes nothing if the key has another next token by now, or
 * none: the caller looks the token up again, and decides on that.
 * @throws DatabaseUnavailable
 */
export async function activate(
  { db, settled, now }: Store & { now: () => number },
  { id, hash }: Pick<VerifiedKey, 'id' | 'hash'>,
): Promise<void> {
  const at = now();
  const { rows } = await sql<{ endsAt: Date }>`
    with activated as (
      update keys set current_hash = next_hash, previous_hash = current_hash, ${noNext},
        previous_ends_at = ${timestamptz(at)} + next_overlap * interval '1 second'
      where id = ${id} and next_hash = decode(${hash}::text, 'hex')
      returning id, account_id, current_hash, previous_ends_at),
    stamped as (
      update tokens set activated_at = ${timestamptz(at)} from activated where hash = current_hash),
    recorded as ${recorded(withoutRequest(`key_${id}`, at), 'key.token_activated', sql`select account_id, id from activated`)}
    select previous_ends_at as "endsAt" from activated`.execute(db);
  const [activated] = rows;
  // A later end needs no barrier: by then every replica has heard of it, or has ceased to trust its cache.
  if (activated && activated.endsAt.getTime() < now() + lease) await settled();
}
