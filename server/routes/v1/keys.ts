import { keySearch } from '../../../api/key-search.ts';
import { keys } from '../../../api/keys.ts';
import type { AccountQueue } from '../../account-queue.ts';
import { getAccount } from '../../accounts/accounts.ts';
import { accountOf, boundsOf, turnOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { KeyNotFound } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { changeKey } from '../../keys/changes.ts';
import { getKey, revokeKey } from '../../keys/keys.ts';
import { type KeyPage, listKeys, searchKeys } from '../../keys/lists.ts';
import { rolesNamed } from '../../keys/roles.ts';
import { onceGone } from '../../store.ts';
import { expiryOf } from './given-key.ts';
import { keyBody } from './key-body.ts';
import { assertNamesExist } from './key-filter.ts';
import { assertMayLimit } from './key-limits.ts';
import { cursorAt, numberOf } from './page.ts';

const ofKey = { notFound: KeyNotFound };

const keyPage = (context: ServiceContext, list: string, { keys, next }: KeyPage) => ({
  data: keys.map((key) => keyBody(context, key)),
  nextCursor: next === undefined ? null : cursorAt(list, [next]),
});

/** @param lists where lists wait that read more rows than they show */
export function keyOperations(context: ServiceContext, lists: AccountQueue): Operation[] {
  const { db, now } = context;

  return [
    operation(keys.list, async ({ caller, query, signal }) => {
      const { cursor, limit, status, search } = query;
      const accountId = await accountOf(context, caller, query);
      const list = `keys of ${accountId}`;
      const filter = { limit, before: numberOf(list, cursor), status, search };
      const read = () => listKeys(db, accountId, filter, now());
      const isFiltered = status !== undefined || search !== undefined;
      const page = isFiltered ? await lists.run(turnOf(caller, list), signal, read) : await read();
      // An account that does not exist has no keys either: see `accountOf`.
      if (page.keys.length === 0) await getAccount(db, accountId);
      return keyPage(context, list, page);
    }),

    operation(
      keySearch.search,
      async ({ caller, query: { cursor, limit }, json: { filter = {} }, signal }) => {
        const list = 'keys of all accounts';
        const asked = { limit, before: numberOf(list, cursor) };
        await assertNamesExist(context, filter);
        const page = await lists.run(turnOf(caller, list), signal, () => searchKeys(db, filter, asked));
        return keyPage(context, list, page);
      },
    ),

    operation(
      keys.get,
      async ({ caller, params, query }) =>
        keyBody(
          context,
          await getKey(db, { accountId: await accountOf(context, caller, query), id: params.keyId }),
        ),
      ofKey,
    ),

    operation(
      keys.update,
      async ({ act, caller, json: { expiresIn, ...change }, params, query }) => {
        assertMayLimit(caller, change);
        const accountId = await accountOf(context, caller, query).catch(onceGone(context));
        const expiresAt = expiryOf({ expiresIn, expiresAt: change.expiresAt }, act.now);
        const key = await changeKey(
          context,
          { accountId, id: params.keyId },
          {
            ...change,
            expiresAt,
            roles: change.roles && (await rolesNamed(db, change.roles)),
            within: boundsOf(caller),
          },
          act,
        );
        return keyBody(context, key);
      },
      ofKey,
    ),

    operation(
      keys.delete,
      async ({ act, caller, params, query }) => {
        const accountId = await accountOf(context, caller, query).catch(onceGone(context));
        await revokeKey(context, { accountId, id: params.keyId }, act);
      },
      ofKey,
    ),
  ];
}
