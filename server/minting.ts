import { type RawBuilder, sql } from 'kysely';
import { breachesOf, type Policy } from '../decide/policy.ts';
import { assertWithin, isStillPolicy, policyFor, type StoredPolicy, storedPolicy } from './bounds.ts';
import { openAccount } from './db/open-account.ts';
import type { Database } from './db/schema.ts';
import { AccountNotFound, BeyondPolicy, KeyLimitReached } from './errors.ts';
import { type Act, recorded } from './events.ts';
import { newId } from './id.ts';
import { AlreadyClaimed, type Claim } from './idempotency.ts';
import { allScopesOf, type Key, newlyMinted } from './keys.ts';
import { limitFacts, mintedLimits } from './limit-rows.ts';

/** A key to be minted. */
export type NewKey = Pick<Key, 'accountId' | 'name' | 'scopes' | 'metadata' | 'expiresAt'> &
  Partial<Pick<Key, 'roles' | 'notBefore' | 'allowedIps' | 'audience' | 'limits' | 'quota'>> & {
    token: string;
    /** Scopes that it must not go beyond: those of a key that makes the call. Undefined: no such bound. */
    within: ReadonlySet<string> | undefined;
  };

/** The claim of a call's Idempotency-Key, and the answer that it seals: it is encrypted before the key is stored. */
export interface KeyClaim {
  claim: Claim;
  answer: (key: Omit<Key, 'number'>) => unknown;
}

/** The policy that a key was checked against: as it is stored, and how many keys it allows. */
interface Checked {
  stored: StoredPolicy;
  maxKeys: number;
}

/** A place for one more key in an account, as the CTEs that give it: `place` is empty where there is none. */
const placeIn = (accountId: string, { stored, maxKeys }: Checked) => sql`
  place as (
    update accounts set key_count = key_count + 1
    where id = ${accountId} and closed_at is null and key_count < ${maxKeys}::integer and ${isStillPolicy(stored)}
    returning id)`;

/**
 * The same, for a call with an Idempotency-Key: the account is locked before the key is claimed, and counts one more
 * after, so that no claim is left where there is no place, and no place is taken where the key is.
 */
const claimedPlaceIn = (accountId: string, { stored, maxKeys }: Checked, claimed: RawBuilder<never>) => sql`
  account as (
    select id, key_count < ${maxKeys}::integer as has_place from accounts
    where id = ${accountId} and closed_at is null and ${isStillPolicy(stored)} for no key update),
  claimed as ${claimed},
  place as (
    update accounts set key_count = key_count + 1 from claimed where id = claimed.account_id
    returning id)`;

/**
 * Stores a new key. Of its token only the hash and the start are kept, and with a claim the answer, encrypted.
 * @throws InsufficientScope where its scopes, or those of its roles, go beyond `within`
 * @throws AccountNotFound where the account is gone
 * @throws BeyondPolicy where the policy of the account does not allow it
 * @throws KeyLimitReached where the account has as many keys as its policy allows
 * @throws AlreadyClaimed
 */
export async function mintKey(
  { db, defaultPolicy }: { db: Database; defaultPolicy: Policy },
  { token, within, ...given }: NewKey,
  act: Act,
  keyClaim?: KeyClaim,
): Promise<Key> {
  const at = new Date(act.now);
  const current = newlyMinted(token, at, 'current');
  const by = { createdBy: act.actor, onBehalfOf: act.onBehalfOf };
  const stored = { tokens: [current] as const, disabledAt: null, ...by, createdAt: at, updatedAt: at };
  const usual = { roles: [], notBefore: null, allowedIps: null, audience: null, limits: [], quota: null };
  const key = { id: newId(act.now), ...usual, ...given, ...stored };
  assertWithin(allScopesOf(key), within);
  const claimed = keyClaim?.claim.insert(
    { accountId: key.accountId, key: { id: key.id, hash: current.hash } },
    sql`select from account where has_place`,
    keyClaim.answer(key),
  );
  // Most accounts have no policy of their own: this is assumed first, so that nothing is read before the statement.
  let assumed: StoredPolicy = null;
  for (;;) {
    const policy = policyFor(key.accountId, assumed, defaultPolicy);
    const breaches = breachesOf(policy, { scopes: allScopesOf(key), expiresAt: key.expiresAt, since: at });
    if (breaches.length === 0) {
      const number = await insertKey(db, key, { stored: assumed, maxKeys: policy.maxKeys }, act, claimed);
      if (number !== undefined) return { ...key, number };
    }
    const account = await openAccount(db, key.accountId)
      .select(['key_count', storedPolicy.as('policy')])
      .executeTakeFirst();
    if (!account) throw new AccountNotFound();
    if (account.policy === assumed) {
      if (breaches.length > 0) throw new BeyondPolicy(breaches);
      if (claimed && account.key_count < policy.maxKeys) throw new AlreadyClaimed();
      throw new KeyLimitReached(policy.maxKeys);
    }
    assumed = account.policy;
  }
}

/** Inserts a key, and gives its number; undefined where there is no place for it, or its claim is taken. */
async function insertKey(
  db: Database,
  { tokens: [current], ...key }: Omit<Key, 'number'>,
  checked: Checked,
  act: Act,
  claimed: RawBuilder<never> | undefined,
): Promise<number | undefined> {
  const at = sql`${key.createdAt}::timestamptz`;
  // Mints in one account take turns at its row, and each reads the count again in its turn: the bound is exact.
  // The setting says that the token is new, and counted: see the triggers token_inserted and keys_inserted.
  const { rows } = await sql<{ number: number }>`
    with ${claimed ? claimedPlaceIn(key.accountId, checked, claimed) : placeIn(key.accountId, checked)},
    minted as (
      insert into keys (id, account_id, name, scopes, roles, metadata, expires_at, not_before, allowed_ips, audience,
        created_by, on_behalf_of, created_at, updated_at, current_hash)
      select ${key.id}::text, place.id, ${key.name}::text, ${key.scopes}::text[], ${key.roles.map(({ id }) => id)}::text[],
        ${JSON.stringify(key.metadata)}::text::jsonb, ${key.expiresAt}::timestamptz,
        ${key.notBefore}::timestamptz, ${key.allowedIps}::text[], ${key.audience}::text[],
        ${key.createdBy}::text, ${key.onBehalfOf}::text, ${at}, ${at}, decode(${current.hash}::text, 'hex')
      from place, (select set_config('latchkey.minting', 'on', true)) as setting
      returning id, account_id, number, current_hash),
    token as (
      insert into tokens (hash, key_id, start, created_at, activated_at)
      select current_hash, id, ${current.start}::text, ${at}, ${at} from minted)${mintedLimits([key])},
    recorded as ${recorded(act, 'key.minted', sql`select account_id, id from minted`, {
      name: key.name,
      scopes: key.scopes,
      ...(key.roles.length > 0 && { roles: key.roles.map((role) => role.name) }),
      expiresAt: key.expiresAt,
      ...limitFacts(key),
    })}
    select number from minted`.execute(db);
  return rows[0]?.number;
}
