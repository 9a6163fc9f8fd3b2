import { getAccount, namedAccountId } from '../../accounts/accounts.ts';
import type { ServiceContext } from '../../context.ts';
import { InvalidInput } from '../../errors.ts';
import type { KeyFilter } from '../../keys/key-filter.ts';
import { findRoles } from '../../keys/roles.ts';

/**
 * Refuses a filter that names what does not exist: else a misspelt name would read as "no key meets the filter".
 * @throws AccountNotFound also where the id and the externalId are not those of one account
 * @throws InvalidInput where there is no such role
 */
export async function assertNamesExist(
  { db }: ServiceContext,
  { role, ...filter }: KeyFilter,
): Promise<void> {
  const accountId = await namedAccountId(db, filter);
  // One by its externalId is known to exist.
  if (accountId !== undefined && filter.externalId === undefined) await getAccount(db, accountId);
  if (role !== undefined && (await findRoles(db, [role])).length === 0)
    throw new InvalidInput({ detail: `There is no role named "${role}".`, pointer: '#/filter/role' });
}
