import { type RawBuilder, sql } from 'kysely';
import type { EventType } from '../decide/events.ts';
import { RotationConflict, type RotationConflictCode } from './errors.ts';
import { type Act, recorded, withoutRequest } from './events.ts';
import { AlreadyClaimed, type Claim } from './idempotency.ts';
import {
  getKey,
  type Key,
  type KeyRow,
  keyColumns,
  keyOf,
  newlyMinted,
  ownedBy,
  type Store,
  type Token,
} from './keys.ts';
import { lease } from './replication/freshness.ts';
import { neverExpires, type Signer } from './signing.ts';
import { newToken } from './token.ts';
import type { VerifiedKey } from './verify/verify.ts';

/**
 * Rotation: a key keeps its id and gets another token. The next token sleeps until its first use, which makes it the
 * current one and ends the previous one after an overlap. A next token that nobody received is never used, and so
 * harms nobody.
 *
 * Each step updates the row of the key and tests only what is in that row, so that of two steps at once the second
 * waits, and then sees what the first has left. A trigger deletes the tokens that the row no longer names.
 */

/** A new token of the kind that the key has: one of ours, or a JWT. */
export function tokenFor(
  { signer, tokenPrefix }: { signer: Signer; tokenPrefix: string },
  { accountId, createdAt, expiresAt, tokens: [{ start }] }: Key,
  now: number,
): string | Promise<string> {
  if (!start.startsWith('eyJ')) return newToken(tokenPrefix);
  const exp = Math.floor((expiresAt ?? neverExpires(createdAt)).getTime() / 1000);
  return signer.signKey({ accountId, iat: Math.floor(now / 1000), exp });
}

/** Which key a step is for. */
export interface KeyPlace {
  accountId: string;
  id: string;
}

const noNext = sql`next_hash = null, next_overlap = null`;
const noPrevious = sql`previous_hash = null, previous_ends_at = null`;
const hashOf = ({ hash }: Token) => sql`decode(${hash}::text, 'hex')`;
const instant = (time: number) => sql`${new Date(time)}::timestamptz`;
const isDraining = (now: number) => sql`(previous_hash is not null and previous_ends_at > ${instant(now)})`;

/**
 * Gives a key another token. One that sleeps already is replaced.
 * @param overlap how long the current token lives on once the new one is used, in seconds; `immediate`: the new one is
 * the current one at once, and when this ends no replica accepts any other
 * @param claim seals the token
 * @throws KeyNotFound where the account has no such key
 * @throws RotationConflict while its previous token is still accepted, unless this is immediate
 * @throws AlreadyClaimed
 */
export function rotateKey(
  store: Store,
  place: KeyPlace,
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
 * Drops the next token of a key, which was never used.
 * @throws KeyNotFound where the account has no such key
 * @throws RotationConflict where it has no next token
 */
export const cancelRotation = (store: Store, place: KeyPlace, act: Act): Promise<Key> =>
  take(store, place, act, {
    set: noNext,
    where: sql`next_hash is not null`,
    type: 'key.rotation_cancelled',
    otherwise: 'rotation_not_pending',
  });

/**
 * Ends the previous token of a key. When this ends, no replica accepts it.
 * @throws KeyNotFound where the account has no such key
 * @throws RotationConflict where it has no previous token that is still accepted
 */
export const finishRotation = (store: Store, place: KeyPlace, act: Act): Promise<Key> =>
  take(store, place, act, {
    set: noPrevious,
    where: isDraining(act.now),
    type: 'key.rotation_finished',
    otherwise: 'rotation_not_draining',
  });

/**
 * Lets the previous token of a key live so many seconds from now. It never ends earlier than before.
 * @throws KeyNotFound where the account has no such key
 * @throws RotationConflict where it has no previous token that is still accepted
 */
export const extendRotation = (
  store: Store,
  place: KeyPlace,
  overlapSeconds: number,
  act: Act,
): Promise<Key> =>
  take(store, place, act, {
    set: sql`previous_ends_at = greatest(previous_ends_at, ${instant(act.now + overlapSeconds * 1000)})`,
    where: isDraining(act.now),
    type: 'key.rotation_extended',
    otherwise: 'rotation_not_draining',
  });

/** A step of a rotation. */
interface Step {
  set: RawBuilder<unknown>;
  /** What must be true of the row, and of nothing else. */
  where: RawBuilder<unknown>;
  /** What is the matter where it is not. */
  otherwise: RotationConflictCode;
  type: EventType;
  /** A token that comes with it. */
  minted?: Token;
  /** The claim of an Idempotency-Key, from `target`: where it gives no row, nothing is done. */
  claimed?: RawBuilder<never> | undefined;
}

async function take(
  { db, settled }: Store,
  { accountId, id }: KeyPlace,
  act: Act,
  { set, where, otherwise, type, minted, claimed }: Step,
): Promise<Key> {
  const isReady = sql`id = ${id} and ${ownedBy(accountId)} and ${where}`;
  const update = sql`update keys set updated_at = ${instant(act.now)}, ${set}`;
  // The row is locked before the Idempotency-Key is claimed, so that no claim is left where it is not ready.
  const rotated = claimed
    ? sql`
    target as (select id from keys where ${isReady} for no key update),
    claimed as ${claimed},
    rotated as (${update} from claimed where id = ${id} returning keys.*)`
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
    recorded as ${recorded(act, type, sql`select account_id, id from rotated`)}
    select ${keyColumns} from rotated as keys`.execute(db);
  await settled();
  const [row] = rows;
  if (row) return keyOf(row, ...(minted ? [minted] : []));
  await getKey(db, accountId, { id });
  if (claimed && (await sql`select from keys where ${isReady}`.execute(db)).rows.length > 0)
    throw new AlreadyClaimed();
  throw new RotationConflict(otherwise);
}

/**
 * Makes a token that was presented for the first time the current one. When this ends, that is committed, and the
 * previous token is refused from its end on, in every replica. Changes nothing where the key has another next token by
 * now, or none: whoever calls this looks the token up again.
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
        previous_ends_at = ${instant(at)} + next_overlap * interval '1 second'
      where id = ${id} and next_hash = decode(${hash}::text, 'hex')
      returning id, account_id, current_hash, previous_ends_at),
    stamped as (
      update tokens set activated_at = ${instant(at)} from activated where hash = current_hash),
    recorded as ${recorded(withoutRequest(`key_${id}`, at), 'key.token_activated', sql`select account_id, id from activated`)}
    select previous_ends_at as "endsAt" from activated`.execute(db);
  const [activated] = rows;
  // Until then each replica hears of it by itself, or ceases to trust its cache.
  if (activated && activated.endsAt.getTime() < now() + lease) await settled();
}
