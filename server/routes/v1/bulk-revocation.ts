import { bulkRevocation } from '../../../api/bulk-revocation.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { revokeKeys } from '../../keys/bulk-revocation.ts';
import { onceGone } from '../../store.ts';
import { assertNamesExist } from './key-filter.ts';

export const bulkRevocationOperations = (context: ServiceContext): Operation[] => [
  operation(bulkRevocation.revoke, async ({ act, json: { filter, ...bounds } }) => {
    await assertNamesExist(context, filter).catch(onceGone(context));
    return revokeKeys(context, filter, bounds, act);
  }),
];
