import { keyLimits } from '../../../api/key-limits.ts';
import { accountOf, type Caller, isOperator } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { KeyNotFound, WrongCaller } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Reply } from '../../http/reply.ts';
import { once } from '../../idempotency.ts';
import { listKeyLimits } from '../../keys/key-limits.ts';
import { getKey } from '../../keys/keys.ts';
import { addToQuota } from '../../keys/quota-additions.ts';
import { idempotentCall, replayedHeaders } from './idempotency.ts';
import { keyBody } from './key-body.ts';

/**
 * Limits are the product's: whoever else may change a key could otherwise raise what the product allows it.
 * @throws WrongCaller where somebody else than the operator sends some
 */
export function assertMayLimit(caller: Caller, sent: { limits?: unknown; quota?: unknown }): void {
  if (!isOperator(caller) && (sent.limits !== undefined || sent.quota !== undefined))
    throw new WrongCaller('Only the operator sets limits and quotas of keys.');
}

const ofKey = { notFound: KeyNotFound };

export function keyLimitOperations(context: ServiceContext): Operation[] {
  const { db, now } = context;
  return [
    operation(
      keyLimits.list,
      async ({ caller, params, query }) => {
        const accountId = await accountOf(context, caller, query);
        const limits = await listKeyLimits(db, { accountId, id: params.keyId }, now());
        return {
          data: limits.map(({ resetsAt, ...state }) => ({
            ...state,
            resetAt: resetsAt?.toISOString() ?? null,
          })),
        };
      },
      ofKey,
    ),

    operation(
      keyLimits.add,
      async ({ act, caller, headers, json, params, query }) => {
        const place = { accountId: await accountOf(context, caller, query), id: params.keyId };
        const call = idempotentCall({ caller, headers }, 'addToQuota', { params, query, json });
        const body = async () => keyBody(context, await getKey(db, place));
        const { answer, isReplay } = await once(context, call, act, {
          about: `the quota of key_${params.keyId}`,
          async attempt(claim) {
            await addToQuota(context, place, json.add, act, claim);
            return body();
          },
          recall: async () => ({ answer: await body(), accountId: place.accountId }),
        });
        return new Reply(answer, replayedHeaders(isReplay));
      },
      ofKey,
    ),
  ];
}
