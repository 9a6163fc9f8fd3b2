import { bulkRevocation } from '../../../api/bulk-revocation.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { revokeKeys } from '../../keys/bulk-revocation.ts';

export const bulkRevocationOperations = (context: ServiceContext): Operation[] => [
  operation(bulkRevocation.revoke, ({ act, json: { filter, ...bounds } }) =>
    revokeKeys(context, filter, bounds, act),
  ),
];
