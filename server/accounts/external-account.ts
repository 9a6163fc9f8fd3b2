import type { Act } from '../events/recording.ts';
import { type IdempotentCall, once } from '../idempotency.ts';
import {
  createExternalAccount,
  findAccount,
  findExternalAccount,
  type NewExternalAccount,
  newAccountFields,
} from './accounts.ts';

/**
 * Creates an account with an externalId, or returns the one that has it. A call that is repeated is answered with the account
 * as it was when it was created, whatever has changed since.
 * @param call undefined if it has no Idempotency-Key
 * @throws what `once` throws
 */
export const createExternalOnce = (
  context: Parameters<typeof once>[0],
  call: IdempotentCall | undefined,
  given: NewExternalAccount,
  act: Act,
) =>
  once(context, call, act, {
    attempt: (claim) => createExternalAccount(context.db, given, act, claim),
    async recall({ accountId, at }) {
      const { externalId, ...facts } = given;
      const created = await findAccount(context.db, accountId);
      if (created) {
        const atFirst = {
          ...newAccountFields(facts, created.createdAt),
          externalId,
          disabledAt: null,
          keyCount: 0,
        };
        return { answer: { account: { ...created, ...atFirst }, isNew: true }, accountId };
      }
      const account = await findExternalAccount(context.db, externalId);
      // A younger account has replaced the one of the first answer.
      if (!account || account.createdAt > at) return undefined;
      return { answer: { account, isNew: false }, accountId: account.id };
    },
  });
