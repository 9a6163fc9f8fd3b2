import { type RawBuilder, sql } from 'kysely';
import type { EventType } from '../../decide/events.ts';
import { breachesOf, type Policy } from '../../decide/policy.ts';
import type { VerifiedKey } from '../../decide/verified-key.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { BeyondPolicy, RotationConflict, type RotationConflictCode } from '../errors.ts';
import { recordedEnd, replacedTokens } from '../events/ended-tokens.ts';
import { type Act, recorded, withoutRequest } from '../events/recording.ts';
import { AlreadyClaimed, type Claim } from '../idempotency.ts';
import { neverExpires, type Signer } from '../jwt/signing.ts';
import { lease } from '../replication/freshness.ts';
import { onceGone, type Store } from '../store.ts';
import { newToken, nextPrefix, type TokenPrefixes } from '../token.ts';
import { accountStillWith, policyFor, type StoredPolicy, storedPolicyOf } from './bounds.ts';
import {
  type ActedOn,
  assertBy,
  getKey,
  isAt,
  isBy,
  type Key,
  type KeyById,
  type KeyRow,
  keyColumns,
  keyOf,
  newlyMinted,
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

/**
 * A new token of the same kind as the key's current one: a minted token, with the same prefix if it can be, or a JWT.
 * @param expiresAt when the key will expire for it. Null: never. Undefined: as before
 */
export function tokenFor(
  { signer, tokenPrefixes }: { signer: Signer; tokenPrefixes: TokenPrefixes },
  { accountId, createdAt, tokens: [{ start }], ...key }: Key,
  expiresAt: Date | null | undefined,
  now: number,
): string | Promise<string> {
  if (!start.startsWith('eyJ')) return newToken(nextPrefix(start, tokenPrefixes));
  const end = (expiresAt === undefined ? key.expiresAt : expiresAt) ?? neverExpires(createdAt);
  return signer.signKey({
    accountId,
    iat: Math.floor(now / 1000),
    exp: Math.floor(end.getTime() / 1000),
  });
}

/** What a row of a key without a next token has, for the `set` of an update. */
export const noNext = sql`next_hash = null, next_overlap = null, next_expires_at = null`;
export const noPrevious = sql`previous_hash = null, previous_ends_at = null, previous_expires_at = null`;
const hashOf = ({ hash }: Token) => sql`decode(${hash}::text, 'hex')`;
const isDraining = (now: number) =>
  sql`(previous_hash is not null and previous_ends_at > ${timestamptz(now)})`;

/** What a rotation gives a key. */
interface Rotation {
  token: string;
  /**
   * How many seconds the current token lives once the new one is used. `immediate`: the new token is the current one at
   * once.
   */
  overlap: number | 'immediate';
  /** When the key expires once the new token is the current one. Null: never. Undefined: as before. */
  expiresAt?: Date | null | undefined;
}

/**
 * Gives a key another token. A next token that was never used is replaced. If the rotation is immediate, no replica accepts
 * any other token of the key when this returns.
 * @param claim that of an Idempotency-Key: it seals the token
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the previous token is still accepted and this is not immediate
 * @throws BeyondPolicy if the policy of the account does not allow this expiry to a token that is created now
 * @throws AlreadyClaimed
 */
export async function rotateKey(
  store: Store & { defaultPolicy: Policy },
  place: KeyById & ActedOn,
  rotation: Rotation,
  act: Act,
  claim?: Claim,
): Promise<Key> {
  const { token, overlap, expiresAt } = rotation;
  const at = new Date(act.now);
  const isImmediate = overlap === 'immediate';
  const minted = isImmediate
    ? newlyMinted(token, at, 'current')
    : { ...newlyMinted(token, at, 'next'), overlapSeconds: overlap };
  const judged =
    expiresAt === undefined
      ? undefined
      : {
          policy: await policyThatAllows(store, place, expiresAt, at),
          again: () => rotateKey(store, place, rotation, act, claim),
        };
  const expiry = expiresAt === undefined ? sql`expires_at` : sql`${expiresAt}::timestamptz`;
  return takeStep(store, place, act, {
    set: isImmediate
      ? sql`current_hash = ${hashOf(minted)}, expires_at = ${expiry}, ${noNext}, ${noPrevious}`
      : sql`
        next_hash = ${hashOf(minted)}, next_overlap = ${overlap}::integer, next_expires_at = ${expiry}, ${noPrevious}`,
    where: isImmediate ? sql`true` : sql`not ${isDraining(act.now)}`,
    conflict: 'rotation_draining',
    type: isImmediate ? 'key.token_replaced' : 'key.rotated',
    data: { expiresAt },
    minted,
    claimed: claim?.insert(
      { accountId: place.accountId, key: { id: place.id, hash: minted.hash } },
      sql`select from allowed`,
      token,
    ),
    judged,
  });
}

/** The stored policy of an account. @throws BeyondPolicy if it does not allow this expiry to a token created at `since` */
async function policyThatAllows(
  { db, defaultPolicy }: Store & { defaultPolicy: Policy },
  { accountId }: KeyById,
  expiresAt: Date | null,
  since: Date,
): Promise<StoredPolicy> {
  const stored = await storedPolicyOf(db, accountId);
  const given = { scopes: [], own: [], expiresAt, since };
  const policy = policyFor(accountId, stored, defaultPolicy);
  const breaches = breachesOf(policy, given);
  if (breaches.length > 0) throw new BeyondPolicy(breaches, policy);
  return stored;
}

/**
 * Deletes the next token of a key, which was never used.
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the key has no next token
 */
export const cancelRotation = (store: Store, place: KeyById & ActedOn, act: Act): Promise<Key> =>
  takeStep(store, place, act, {
    set: noNext,
    where: sql`next_hash is not null`,
    type: 'key.rotation_cancelled',
    conflict: 'rotation_not_pending',
  });

/**
 * Ends the previous token of a key. No replica accepts it when this returns.
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the key has no previous token that is still accepted
 */
export const finishRotation = (store: Store, place: KeyById & ActedOn, act: Act): Promise<Key> =>
  takeStep(store, place, act, {
    set: noPrevious,
    where: isDraining(act.now),
    type: 'key.rotation_finished',
    conflict: 'rotation_not_draining',
  });

/**
 * Moves the end of the previous token to so many seconds from now, unless it ends later already, and never beyond when it
 * would have expired without the rotation.
 * @throws KeyNotFound if the account has no such key
 * @throws RotationConflict if the key has no previous token that is still accepted
 */
export const extendRotation = (
  store: Store,
  place: KeyById & ActedOn,
  overlapSeconds: number,
  act: Act,
): Promise<Key> =>
  takeStep(store, place, act, {
    set: sql`previous_ends_at = greatest(previous_ends_at,
      least(${timestamptz(act.now + overlapSeconds * 1000)}, previous_expires_at))`,
    where: isDraining(act.now),
    type: 'key.rotation_extended',
    conflict: 'rotation_not_draining',
  });

/** A step of a rotation. */
interface Step {
  set: RawBuilder<unknown>;
  /** The condition on the row of the key, and on nothing else. */
  where: RawBuilder<unknown>;
  /** The error if the condition does not hold. */
  conflict: RotationConflictCode;
  type: EventType;
  /** Facts for its event. */
  data?: object;
  /** The token that the step adds. */
  minted?: Token;
  /** The claim of an Idempotency-Key, which selects from `allowed`. If it returns no row, the step does nothing. */
  claimed?: RawBuilder<unknown> | undefined;
  /** The policy that allows the step. If the account has another one by now, the step does nothing, and is taken again. */
  judged?: { policy: StoredPolicy; again: () => Promise<Key> } | undefined;
}

/** Takes a step of a rotation, with its event, in one statement. */
async function takeStep(
  { db, settled }: Store,
  place: KeyById & ActedOn,
  act: Act,
  { set, where, conflict, type, data, minted, claimed, judged }: Step,
): Promise<Key> {
  const isReady = sql`${isAt(place)} and ${isBy(place)} and ${where}`;
  // The row is locked before the account, in the order of all who lock both, and before the Idempotency-Key is claimed, so
  // that a step that cannot be taken leaves no claim.
  const rotated = sql`
    target as (select id, account_id from keys where ${isReady} for no key update),
    allowed as (${judged ? accountStillWith(judged.policy) : sql`select from target`}),
    claimed as ${claimed ?? sql`(select from allowed)`},
    rotated as (
      update keys set updated_at = ${timestamptz(act.now)}, ${set}
      from claimed where id = ${place.id} returning keys.*)`;
  const token = minted
    ? sql`token as (
        insert into tokens (hash, key_id, start, created_at, activated_at)
        select ${hashOf(minted)}, id, ${minted.start}, ${minted.createdAt}::timestamptz, ${minted.activatedAt}::timestamptz
        from rotated, (select set_config('latchkey.minting', 'on', true)) as setting),`
    : sql``;
  const { rows } = await sql<KeyRow>`
    with ${rotated},
    ${token}
    recorded as ${recordedEnd(act, type, sql`rotated`, replacedTokens, data)}
    select ${keyColumns} from rotated as keys`.execute(db);
  await settled();
  const [row] = rows;
  if (row) return rotatedKey({ db, settled }, place, row, ...(minted ? [minted] : []));
  assertBy(await getKey(db, place).catch(onceGone({ settled })), place);
  if (judged && (await storedPolicyOf(db, place.accountId)) !== judged.policy) return judged.again();
  if (claimed && (await sql`select from keys where ${isReady}`.execute(db)).rows.length > 0)
    throw new AlreadyClaimed();
  throw new RotationConflict(conflict);
}

/**
 * The key that a step of a rotation has written, from the row that its statement returned: an immediate rotation must not
 * fail for want of another statement, since its token would be lost. Where it waited for another rotation, it could not see
 * the token that this had added. Then the key is read again.
 * @param minted a token that the same statement has inserted
 * @throws KeyNotFound where it is read again, and gone by now
 */
async function rotatedKey(
  { db, settled }: Store,
  place: KeyById,
  row: KeyRow,
  ...minted: Token[]
): Promise<Key> {
  const seen = (row.tokens ?? []).length + minted.length;
  return seen === row.tokenCount ? keyOf(row, ...minted) : getKey(db, place).catch(onceGone({ settled }));
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
      update keys set updated_at = ${timestamptz(at)}, current_hash = next_hash, previous_hash = current_hash, ${noNext},
        expires_at = next_expires_at, previous_expires_at = expires_at,
        previous_ends_at = least(${timestamptz(at)} + next_overlap * interval '1 second', expires_at)
      where id = ${id} and next_hash = decode(${hash}::text, 'hex')
      returning id, account_id, current_hash, least(previous_ends_at, expires_at) as ends_at),
    stamped as (
      update tokens set activated_at = ${timestamptz(at)} from activated where hash = current_hash),
    recorded as ${recorded(withoutRequest(`key_${id}`, at), 'key.token_activated', sql`select account_id, id from activated`)}
    select ends_at as "endsAt" from activated`.execute(db);
  const [activated] = rows;
  // When the previous token ends, by itself or with its key. A later end needs no barrier: by then every replica has heard
  // of it, or has ceased to trust its cache.
  if (activated && activated.endsAt.getTime() < now() + lease) await settled();
}
