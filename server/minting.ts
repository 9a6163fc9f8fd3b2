import { type RawBuilder, sql } from 'kysely';
import { assertWithin } from './bounds.ts';
import { openAccount } from './db/open-account.ts';
import type { Database } from './db/schema.ts';
import { AccountNotFound, KeyLimitReached } from './errors.ts';
import { type Act, recorded } from './events.ts';
import { newId } from './id.ts';
import { AlreadyClaimed, type Claim } from './idempotency.ts';
import { type Key, newlyMinted } from './keys.ts';

/** A key to be minted. */
export type NewKey = Pick<Key, 'accountId' | 'name' | 'scopes' | 'metadata' | 'expiresAt'> &
  Partial<Pick<Key, 'notBefore' | 'allowedIps' | 'audience'>> & {
    token: string;
    /** Scopes that it must not go beyond: those of a key that makes the call. Undefined: no such bound. */
    within: ReadonlySet<string> | undefined;
  };

/** The claim of a call's Idempotency-Key, and the answer that it seals: it is encrypted before the key is stored. */
export interface KeyClaim {
  claim: Claim;
  answer: (key: Omit<Key, 'number'>) => unknown;
}

/** A place for one more key in an account, as the CTEs that give it: `place` is empty where there is none. */
const placeIn = (accountId: string, maxKeysPerAccount: number) => sql`
  place as (
    update accounts set key_count = key_count + 1
    where id = ${accountId} and closed_at is null and key_count < ${maxKeysPerAccount}::integer
    returning id)`;

/**
 * The same, for a call with an Idempotency-Key: the account is locked before the key is claimed, and counts one more
 * after, so that no claim is left where there is no place, and no place is taken where the key is.
 */
const claimedPlaceIn = (accountId: string, maxKeysPerAccount: number, claimed: RawBuilder<never>) => sql`
  account as (
    select id, key_count < ${maxKeysPerAccount}::integer as has_place from accounts
    where id = ${accountId} and closed_at is null for no key update),
  claimed as ${claimed},
  place as (
    update accounts set key_count = key_count + 1 from claimed where id = claimed.account_id
    returning id)`;

/**
 * Stores a new key. Of its token only the hash and the start are kept, and with a claim the answer, encrypted.
 * @throws InsufficientScope where its scopes go beyond `within`
 * @throws AccountNotFound where the account is gone
 * @throws KeyLimitReached where it has `maxKeysPerAccount` keys
 * @throws AlreadyClaimed
 */
export async function mintKey(
  { db, maxKeysPerAccount }: { db: Database; maxKeysPerAccount: number },
  { token, within, ...given }: NewKey,
  act: Act,
  keyClaim?: KeyClaim,
): Promise<Key> {
  assertWithin(given.scopes, within);
  const at = new Date(act.now);
  const current = newlyMinted(token, at, 'current');
  const by = { createdBy: act.actor, onBehalfOf: act.onBehalfOf };
  const stored = { tokens: [current] as const, disabledAt: null, ...by, createdAt: at, updatedAt: at };
  const unconditional = { notBefore: null, allowedIps: null, audience: null };
  const key = { id: newId(act.now), ...unconditional, ...given, ...stored };
  const claimed = keyClaim?.claim.insert(
    { accountId: key.accountId, key: { id: key.id, hash: current.hash } },
    sql`select from account where has_place`,
    keyClaim.answer(key),
  );
  // Mints in one account take turns at its row, and each reads the count again in its turn: the bound is exact.
  // The setting says that the token is new, and counted: see the triggers token_inserted and keys_inserted.
  const { rows } = await sql<{ number: number }>`
    with ${claimed ? claimedPlaceIn(key.accountId, maxKeysPerAccount, claimed) : placeIn(key.accountId, maxKeysPerAccount)},
    minted as (
      insert into keys (id, account_id, name, scopes, metadata, expires_at, not_before, allowed_ips, audience,
        created_by, on_behalf_of, created_at, updated_at, current_hash)
      select ${key.id}::text, place.id, ${key.name}::text, ${key.scopes}::text[],
        ${JSON.stringify(key.metadata)}::text::jsonb, ${key.expiresAt}::timestamptz,
        ${key.notBefore}::timestamptz, ${key.allowedIps}::text[], ${key.audience}::text[],
        ${key.createdBy}::text, ${key.onBehalfOf}::text, ${at}::timestamptz, ${at}::timestamptz,
        decode(${current.hash}::text, 'hex')
      from place, (select set_config('latchkey.minting', 'on', true)) as setting
      returning id, account_id, number, current_hash),
    token as (
      insert into tokens (hash, key_id, start, created_at, activated_at)
      select current_hash, id, ${current.start}::text, ${at}::timestamptz, ${at}::timestamptz from minted),
    recorded as ${recorded(act, 'key.minted', sql`select account_id, id from minted`, {
      name: key.name,
      scopes: key.scopes,
      expiresAt: key.expiresAt,
    })}
    select number from minted`.execute(db);
  const [minted] = rows;
  if (minted) return { ...key, number: minted.number };
  const account = await openAccount(db, key.accountId).select('key_count').executeTakeFirst();
  if (!account) throw new AccountNotFound();
  if (keyClaim && account.key_count < maxKeysPerAccount) throw new AlreadyClaimed();
  throw new KeyLimitReached(maxKeysPerAccount);
}
