import { type RawBuilder, sql } from 'kysely';
import type { Claim } from '../idempotency.ts';
import { isStillPolicy } from './bounds.ts';
import type { Mint } from './insert-statement.ts';

/**
 * The CTEs that take slots for new keys, each of which counts on its account. An account gives one if it is open, still has
 * the policy that the key was checked against, and has fewer keys than that allows. The last CTE, `slot`, returns the ids
 * of the accounts that gave theirs. Statements that take slots in one account are one after the other at its row, and read
 * the count again there, so the bound is exact.
 */

/** Whether keys can be created in an account: it is neither deleted nor disabled. */
const isOpen = sql`closed_at is null and disabled_at is null`;

/** A slot in one account, whose row the statement waits for. */
export const slotFor = ({ key, checked: { stored, maxKeys } }: Mint): RawBuilder<unknown> => sql`
  slot as (
    update accounts set key_count = key_count + 1
    where id = ${key.accountId} and ${isOpen} and key_count < ${maxKeys}::integer and ${isStillPolicy(stored)}
    returning id)`;

/**
 * The same for a call with an Idempotency-Key. The account is locked, then the key is claimed, then the slot is taken. So
 * an account without a slot leaves no claim, and a key that is taken takes no slot.
 * @param claimed made by `claimIfSlot`
 */
export const claimedSlotFor = (
  { key, checked: { stored, maxKeys } }: Mint,
  claimed: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  account as (
    select id, key_count < ${maxKeys}::integer as has_slot from accounts
    where id = ${key.accountId} and ${isOpen} and ${isStillPolicy(stored)} for no key update),
  claimed as ${claimed},
  slot as (
    update accounts set key_count = key_count + 1 from claimed where id = claimed.account_id
    returning id)`;

/** The claim of an Idempotency-Key, and the answer that it seals, which is encrypted before the key is stored. */
export interface KeyClaim {
  claim: Claim;
  answer: (key: Mint['key']) => unknown;
}

/** The CTE `claimed` of `claimedSlotFor`: claims the key, if the account has a slot. */
export const claimIfSlot = ({ claim, answer }: KeyClaim, key: Mint['key']): RawBuilder<unknown> =>
  claim.insert(
    { accountId: key.accountId, key: { id: key.id, hash: key.tokens[0].hash } },
    sql`select from account where has_slot`,
    answer(key),
  );

/**
 * A slot in each account of `given` that has no policy of its own, with one key for each. Accounts that are locked give
 * none: to wait for one while others are locked could deadlock, and would let one account hold up another.
 */
export const slotInEach = sql`
  account as (
    select account.id from given cross join lateral (
      select id from accounts
      where id = given.account_id and ${isOpen} and key_count < given.max_keys and ${isStillPolicy(null)}
      limit 1 for no key update skip locked) as account),
  slot as (
    update accounts set key_count = key_count + 1 where id = any(array(select id from account))
    returning id)`;

/** Slots for all keys that `given` has of an account, or for none of them. Accounts that are locked give none. */
export const slotsForAll = sql`
  asked as (
    select account_id, max_keys, checked_policy, count(*)::integer as count from given
    group by account_id, max_keys, checked_policy),
  account as (
    select account.id, asked.count from asked cross join lateral (
      select id from accounts
      where id = asked.account_id and ${isOpen} and key_count + asked.count <= asked.max_keys
        and policy is not distinct from asked.checked_policy::jsonb
      limit 1 for no key update skip locked) as account),
  slot as (
    update accounts set key_count = key_count + account.count from account where accounts.id = account.id
    returning accounts.id)`;
