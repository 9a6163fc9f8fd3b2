import { tokenLookup } from '../../../api/token-lookup.ts';
import { accountOf, readableAccountOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation, type Success } from '../../http/operation.ts';
import { type FoundToken, lookUpToken } from '../../keys/token-lookup.ts';
import { keyBody } from './key-body.ts';

export function tokenLookupOperations(context: ServiceContext): Operation[] {
  return [
    operation(tokenLookup.lookup, async ({ caller, json: { token }, query }) => {
      // Only who reads all accounts finds out which of them has a token.
      const readsAll = caller.kind !== 'operatorKey' || caller.scopes.includes('operator:read');
      const accountId = await (readsAll ? readableAccountOf : accountOf)(context, caller, query);
      return foundBody(context, await lookUpToken(context, token, accountId, context.now()));
    }),
  ];
}

function foundBody(context: ServiceContext, found: FoundToken): Success<typeof tokenLookup.lookup> {
  if (!found.gone) return { gone: false, state: found.state, key: keyBody(context, found.key) };
  const { id, accountId, name } = found.key;
  return { gone: true, reason: found.gone, key: { id: `key_${id}`, accountId: `acc_${accountId}`, name } };
}
