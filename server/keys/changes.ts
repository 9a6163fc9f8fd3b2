import { type RawBuilder, sql } from 'kysely';
import { breachesOf, type Given, type Policy } from '../../decide/policy.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { BeyondPolicy, KeyNotFound } from '../errors.ts';
import { type Act, recorded } from '../events/recording.ts';
import { onceGone, type Store } from '../store.ts';
import { accountStillWith, assertWithin, policyFor, type StoredPolicy, storedPolicyOf } from './bounds.ts';
import { allScopesOf, getKey, isAt, type Key, type KeyPlace, type KeyRole } from './keys.ts';
import {
  afterChangedLimits,
  asMissingQuota,
  changedLimits,
  changesLimits,
  type LimitsChange,
} from './limit-rows.ts';
import { areWithinBounds, type MetadataPatch, mergedMetadata, tooMuchMetadata } from './metadata.ts';

/** A change of a key. Absent fields stay as they are. Metadata is merged: null removes an entry (RFC 7396). */
interface KeyChange extends LimitsChange {
  name?: string | undefined;
  scopes?: string[] | undefined;
  roles?: KeyRole[] | undefined;
  metadata?: MetadataPatch | undefined;
  expiresAt?: Date | null | undefined;
  disabled?: boolean | undefined;
  notBefore?: Date | null | undefined;
  allowedIps?: string[] | null | undefined;
  audience?: string[] | null | undefined;
}

const isNothing = ({ metadata = {}, limits, quota, ...change }: KeyChange) =>
  Object.keys(metadata).length === 0 &&
  !changesLimits({ limits, quota }) &&
  Object.values(change).every((value) => value === undefined);

/** What a change was checked against. It is made only if both are still the same. */
interface Basis {
  key: Key;
  policy: StoredPolicy;
}

async function basisOf({ db, settled }: Store, place: KeyPlace): Promise<Basis> {
  const found = getKey(db, place).catch(onceGone({ settled }));
  const [key, policy] = await Promise.all([found, storedPolicyOf(db, place.accountId)]);
  return { key, policy };
}

const idsOf = (roles: readonly KeyRole[]) => roles.map(({ id }) => id);

const expiryTime = (expiresAt: Date | null) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;

/**
 * What a change adds to a key: own scopes, roles, and a later expiry. The policy judges nothing else of a change. A scope
 * that the key has by a role is new as its own, and with another role: it would stay when the first role loses it.
 */
function gained({ scopes = [], roles = [], expiresAt }: KeyChange, key: Key): Given {
  const own = scopes.filter((scope) => !key.scopes.includes(scope));
  const newRoles = roles.filter(({ id }) => !idsOf(key.roles).includes(id));
  return {
    scopes: allScopesOf({ scopes: own, roles: newRoles }),
    own,
    expiresAt:
      expiresAt !== undefined && expiryTime(expiresAt) > expiryTime(key.expiresAt) ? expiresAt : undefined,
    since: key.tokens[0].createdAt,
  };
}

/** Whether a change can give the key something that the policy of its account judges: see `gained`. */
const isJudged = ({ scopes, roles, expiresAt }: KeyChange) =>
  [scopes, roles, expiresAt].some((given) => given !== undefined);

/**
 * Checks a change against the key and the policy of its account.
 * @returns what it was checked against; undefined if nothing bounds it
 */
async function checked(
  store: Store & { defaultPolicy: Policy },
  place: KeyPlace,
  change: KeyChange,
  within: ReadonlySet<string> | undefined,
): Promise<Basis | undefined> {
  if (!within && !isJudged(change)) return undefined;
  const basis = await basisOf(store, place);
  assertWithin(allScopesOf(basis.key), within);
  const policy = policyFor(place.accountId, basis.policy, store.defaultPolicy);
  const breaches = breachesOf(policy, gained(change, basis.key));
  if (breaches.length > 0) throw new BeyondPolicy(breaches, policy);
  return basis;
}

/**
 * Changes a key, and returns what it is now, once that is in force everywhere. An empty change writes nothing.
 * @param within scopes that the key must not go beyond, neither before nor after: those of the calling key, which could
 * re-enable a stronger one otherwise. Absent: no bound
 * @throws KeyNotFound where the account has no such key: no replica accepts one then
 * @throws InsufficientScope where the key has scopes beyond `within`, or would get some
 * @throws BeyondPolicy where it would get scopes or an expiry that the policy of the account does not allow
 * @throws InvalidInput where the merged metadata would be too many, or too long, or where a quota is changed that is not
 * there
 */
export async function changeKey(
  store: Store & { defaultPolicy: Policy },
  place: KeyPlace,
  { within, ...change }: KeyChange & { within?: ReadonlySet<string> | undefined },
  act: Act,
): Promise<Key> {
  const { db, settled } = store;
  const { scopes: own = [], roles = [] } = change;
  assertWithin(allScopesOf({ scopes: own, roles }), within);
  if (isNothing(change)) {
    const key = await getKey(db, place).catch(onceGone({ settled }));
    assertWithin(allScopesOf(key), within);
    return key;
  }
  const merged = mergedMetadata(change.metadata ?? {});
  const fits = change.metadata === undefined ? sql`true` : areWithinBounds(merged);
  for (;;) {
    const basis = await checked(store, place, change, within);
    const conditions = [isAt(place), fits];
    if (basis) conditions.push(hasStill(basis.key), expiresStill(basis.key.expiresAt));
    if (isJudged(change)) conditions.push(sql`exists (select from account)`);
    const { rows } = await sql`
      with ${basis && isJudged(change) ? lockedAccount(place, basis.policy) : sql``}
      changed as (
        update keys set ${assignmentsOf(change, merged, timestamptz(act.now))}
        where ${sql.join(conditions, sql` and `)} returning *),
      recorded as ${recorded(act, 'key.changed', sql`select account_id, id from changed`, {
        ...change,
        ...(change.roles && { roles: change.roles.map((role) => role.name) }),
      })}
      ${changedLimits(change, { account: sql`account_id`, key: sql`id` }, act.now)}
      select from changed where ${afterChangedLimits(change)}`
      .execute(db)
      .catch((error) => {
        throw asMissingQuota('key', error);
      });
    if (rows.length > 0) {
      await settled();
      // Not by the statement itself: where it waited for another change, it would not see the tokens and limits of that.
      return getKey(db, place).catch(onceGone({ settled }));
    }

    const now = sql<{ fits: boolean }>`select ${fits} as fits from keys where ${isAt(place)}`;
    const [key] = (await now.execute(db)).rows;
    if (!key) {
      await settled();
      throw new KeyNotFound();
    }
    if (!key.fits) throw tooMuchMetadata();
    // The key or the policy was changed between the check and the update: both are read again.
  }
}

/** What the update of a change sets, with metadata that are merged already. */
function assignmentsOf(change: KeyChange, merged: RawBuilder<unknown>, at: RawBuilder<unknown>) {
  const assignments = [sql`updated_at = ${at}`, sql`metadata = ${merged}`];
  if (change.name !== undefined) assignments.push(sql`name = ${change.name}`);
  if (change.scopes !== undefined) assignments.push(sql`scopes = ${change.scopes}::text[]`);
  if (change.roles !== undefined) assignments.push(sql`roles = ${idsOf(change.roles)}::text[]`);
  if (change.expiresAt !== undefined)
    assignments.push(
      sql`expires_at = ${change.expiresAt}::timestamptz`,
      sql`next_expires_at = case when next_hash is not null then ${change.expiresAt}::timestamptz end`,
      // Later than before would give it more time than it had without the rotation. Null, for never, counts as the latest.
      sql`previous_expires_at = case when previous_hash is not null
        then least(previous_expires_at, ${change.expiresAt}::timestamptz) end`,
    );
  if (change.notBefore !== undefined) assignments.push(sql`not_before = ${change.notBefore}::timestamptz`);
  if (change.allowedIps !== undefined) assignments.push(sql`allowed_ips = ${change.allowedIps}::text[]`);
  if (change.audience !== undefined) assignments.push(sql`audience = ${change.audience}::text[]`);
  if (change.disabled === true) assignments.push(sql`disabled_at = coalesce(disabled_at, ${at})`);
  if (change.disabled === false) assignments.push(sql`disabled_at = null`);
  return sql.join(assignments);
}

/** Whether a key still has these scopes and these roles, and no others. */
const hasStill = ({ scopes, roles }: Key) => sql`(scopes = ${scopes}::text[]
  and keys.roles @> ${idsOf(roles)}::text[] and not exists (
    select from roles where id = any(keys.roles) and id <> all(${idsOf(roles)}::text[])))`;

/** Whether a key still has this expiry. One that was written by SQL may be finer than a Date. */
const expiresStill = (expiresAt: Date | null) =>
  sql`date_trunc('milliseconds', expires_at) is not distinct from ${expiresAt}::timestamptz`;

/** The CTEs that lock a key, and its account where it still has this policy. */
const lockedAccount = (place: KeyPlace, policy: StoredPolicy) => sql`
    target as (
      select account_id from keys where ${isAt(place)} for no key update),
    account as (${accountStillWith(policy)}),`;
