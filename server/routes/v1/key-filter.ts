import { accountIdOf, getAccount } from '../../accounts/accounts.ts';
import type { ServiceContext } from '../../context.ts';
import { AccountNotFound, InvalidInput } from '../../errors.ts';
import type { KeyFilter } from '../../keys/key-filter.ts';
import { findRoles } from '../../keys/roles.ts';

/**
 * Refuses a filter that names what does not exist: else a misspelt name would read as "no key meets the filter".
 * @throws AccountNotFound also where the id and the externalId are not those of one account
 * @throws InvalidInput where there is no such role
 */
export async function assertNamesExist(
  { db }: ServiceContext,
  { accountId, externalId, role }: KeyFilter,
): Promise<void> {
  if (externalId === undefined) {
    if (accountId !== undefined) await getAccount(db, accountId);
  } else {
    const named = await accountIdOf(db, externalId);
    if (accountId !== undefined && accountId !== named) throw new AccountNotFound();
  }
  if (role !== undefined && (await findRoles(db, [role])).length === 0)
    throw new InvalidInput({ detail: `There is no role named "${role}".`, pointer: '#/filter/role' });
}
