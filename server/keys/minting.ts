import { type Breach, breachesOf, type Policy } from '../../decide/policy.ts';
import { openAccount } from '../db/open-account.ts';
import type { Database } from '../db/schema.ts';
import { AccountDisabled, AccountNotFound, BeyondPolicy, KeyLimitReached, KeyNotFound } from '../errors.ts';
import type { Act } from '../events/recording.ts';
import { newId } from '../id.ts';
import { AlreadyClaimed } from '../idempotency.ts';
import { assertWithin, policyFor, type StoredPolicy, storedPolicy } from './bounds.ts';
import type { KeyInserts } from './inserts.ts';
import { allScopesOf, getKey, type Key, type KeyById, newlyMinted, type StoredToken } from './keys.ts';
import { claimIfSlot, type KeyClaim } from './slots.ts';

/** A key to be minted. */
export type NewKey = Pick<Key, 'accountId' | 'name' | 'scopes' | 'metadata' | 'expiresAt'> &
  Partial<Pick<Key, 'roles' | 'notBefore' | 'allowedIps' | 'audience' | 'limits' | 'quota'>> &
  // Of an imported key.
  Partial<Pick<Key, 'createdAt' | 'disabledAt'>> & {
    /** The token, or what is known of that of an imported key. */
    token: string | StoredToken;
    /** Scopes that it must not go beyond: those of the calling key. Undefined: no bound. */
    within: ReadonlySet<string> | undefined;
  };

/** A new key as it will be stored. */
export function newKeyOf({ token, within, createdAt, ...given }: NewKey, act: Act): Omit<Key, 'number'> {
  const at = new Date(act.now);
  const usual = {
    roles: [],
    notBefore: null,
    allowedIps: null,
    audience: null,
    limits: [],
    quota: null,
    disabledAt: null,
  };
  return {
    ...usual,
    ...given,
    id: newId(act.now),
    // An imported token is used here from now on, however old it is.
    tokens: [{ ...newlyMinted(token, createdAt ?? at, 'current'), activatedAt: at }],
    nextExpiresAt: null,
    createdBy: act.actor,
    onBehalfOf: act.onBehalfOf,
    createdAt: createdAt ?? at,
    updatedAt: at,
  };
}

/** The rules of a policy that a new key would break. */
export const breachesIn = (key: Omit<Key, 'number'>, policy: Policy): Breach[] =>
  breachesOf(policy, {
    scopes: allScopesOf(key),
    own: key.scopes,
    expiresAt: key.expiresAt,
    since: key.createdAt,
  });

/**
 * Stores a new key. Of its token it stores the hash and the start, and with a claim the encrypted answer.
 * @throws InsufficientScope where its scopes, or those of its roles, go beyond `within`
 * @throws AccountNotFound where the account is gone
 * @throws AccountDisabled
 * @throws BeyondPolicy where the policy of the account does not allow it
 * @throws KeyLimitReached where the account has as many keys as its policy allows
 * @throws AlreadyClaimed
 */
export async function mintKey(
  { db, keyInserts, defaultPolicy }: { db: Database; keyInserts: KeyInserts; defaultPolicy: Policy },
  given: NewKey,
  act: Act,
  keyClaim?: KeyClaim,
): Promise<Key> {
  const origin = typeof given.token === 'string' ? 'minted' : 'imported';
  const key = newKeyOf(given, act);
  assertWithin(allScopesOf(key), given.within);
  const claimed = keyClaim && claimIfSlot(keyClaim, key);
  // Assumes first that the account has no policy, as most have none: then nothing is read before the statement.
  let assumed: StoredPolicy = null;
  let isTogether = !claimed && origin === 'minted';
  for (;;) {
    const policy = policyFor(key.accountId, assumed, defaultPolicy);
    const breaches = breachesIn(key, policy);
    if (breaches.length === 0) {
      const mint = { key, checked: { stored: assumed, maxKeys: policy.maxKeys }, act };
      const number = await (isTogether
        ? keyInserts.mintTogether(mint)
        : keyInserts.insertAlone(mint, origin, claimed));
      if (number !== undefined) return { ...key, number };
    }
    const account = await openAccount(db, key.accountId)
      .select(['key_count', 'disabled_at', storedPolicy.as('policy')])
      .executeTakeFirst();
    if (!account) throw new AccountNotFound();
    if (account.disabled_at) throw new AccountDisabled();
    if (account.policy === assumed) {
      if (breaches.length > 0) throw new BeyondPolicy(breaches, policy);
      const hasSlot = account.key_count < policy.maxKeys;
      if (claimed && hasSlot) throw new AlreadyClaimed();
      // A statement of its own waited for the account. So there was no slot, even if there is one by now.
      if (!isTogether || !hasSlot) throw new KeyLimitReached(policy.maxKeys);
    }
    assumed = account.policy;
    isTogether = false;
  }
}

/**
 * Whoever minted a key may have lost scopes since, and must not be given its token again. `mintKey` does not tell: a role
 * that is gone, or an expiry that is past, is refused before.
 * @throws InsufficientScope where the key has scopes beyond `within`
 */
export async function assertMayMintAgain(
  db: Database,
  place: KeyById,
  within: ReadonlySet<string> | undefined,
): Promise<void> {
  if (!within) return;
  try {
    assertWithin(allScopesOf(await getKey(db, place)), within);
  } catch (error) {
    // Its token is not given again in any case.
    if (!(error instanceof KeyNotFound)) throw error;
  }
}
