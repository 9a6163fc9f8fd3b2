import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type AccountPolicy, type HeldPolicy, onlyMaxKeys, type Policy } from '../../decide/policy.ts';
import { covers } from '../../decide/scopes.ts';
import type { Database } from '../db/schema.ts';
import { InsufficientScope } from '../errors.ts';
import { operatorAccountId } from '../id.ts';

/**
 * What a key can be given, in the order of the checks: no scopes that the calling key lacks, nothing beyond the policy of
 * the account, and no more keys than the policy allows.
 */

/** @throws InsufficientScope where scopes go beyond others */
export function assertWithin(scopes: readonly string[], within: ReadonlySet<string> | undefined): void {
  const beyond = within ? scopes.filter((scope) => !covers(within, scope)) : [];
  if (beyond.length > 0)
    throw new InsufficientScope(beyond, `A key cannot grant scopes it lacks: "${beyond.join(' ')}".`);
}

/**
 * The policy of an account as it is stored: the JSON that Postgres writes, which is the same text for equal policies.
 * Null: the account has none.
 */
export type StoredPolicy = string | null;

/** The stored policy, for a select from `accounts`. */
export const storedPolicy = sql<StoredPolicy>`policy::text`;

/**
 * Whether an account still has the policy that a key was checked against, for a where on `accounts`. The row has to be
 * locked or updated there: then a statement that waits for a change of the policy tests it again.
 */
export const isStillPolicy = (stored: StoredPolicy): RawBuilder<SqlBool> =>
  sql`policy is not distinct from ${stored}::text::jsonb`;

/**
 * Selects the account of `target`, a CTE with the locked row of a key, where it still has this policy. It is locked, so that
 * no change of the policy is answered before that of the key is made; not `for share`, which many could hold in turn, so that
 * whoever counts keys never had its turn. The key is locked first: see the trigger that counts keys.
 */
export const accountStillWith = (stored: StoredPolicy): RawBuilder<unknown> => sql`
  select from accounts
  where id = (select account_id from target) and closed_at is null and ${isStillPolicy(stored)} for no key update`;

/** The stored policy of an account; null also where there is no account. */
export async function storedPolicyOf(db: Database, accountId: string): Promise<StoredPolicy> {
  const row = await db
    .selectFrom('accounts')
    .select(storedPolicy.as('policy'))
    .where('id', '=', accountId)
    .executeTakeFirst();
  return row?.policy ?? null;
}

/**
 * The policy that holds for an account: its own over that of the deployment. In the operator's own account, which has
 * the keys of the deployment itself, only the number of keys is bounded.
 */
export function policyFor(accountId: string, stored: StoredPolicy, defaults: Policy): HeldPolicy {
  if (accountId === operatorAccountId) return { ...onlyMaxKeys(defaults.maxKeys), ofAccount: [] };
  const own = stored === null ? {} : (JSON.parse(stored) as AccountPolicy);
  return { ...defaults, ...own, ofAccount: Object.keys(own) };
}
