import { accounts } from '../../../api/accounts.ts';
import {
  type Account,
  changeAccount,
  deleteAccount,
  getAccount,
  getNamedAccount,
  listAccounts,
  setPassword,
  signUp,
} from '../../accounts/accounts.ts';
import { createExternalOnce } from '../../accounts/external-account.ts';
import {
  accountOf,
  type Caller,
  isOfOperator,
  isOperator,
  readableAccountOf,
  selfOf,
  sessionOf,
} from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import {
  AccountNotFound,
  InsufficientScope,
  SignUpClosed,
  Unauthenticated,
  WrongCaller,
} from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Reply } from '../../http/reply.ts';
import { once } from '../../idempotency.ts';
import { addToQuota } from '../../keys/quota-additions.ts';
import { onceGone } from '../../store.ts';
import { idempotentCall, replayedHeaders } from './idempotency.ts';
import { locationOf } from './location.ts';
import { numberOf, pageAfter } from './page.ts';
import { quotaBody } from './quota-body.ts';

const named = { notFound: AccountNotFound };

/** The refusal of a caller of the wrong kind: 401 without a credential, 403 with one. */
const refused = (message: string, { kind }: Caller) =>
  kind === 'anyone' ? new Unauthenticated(message, { sent: false }) : new WrongCaller(message);

/**
 * The externalId says to the product whose the keys of an account are. With that of another customer, they would be
 * accepted as this customer's.
 * @throws WrongCaller
 */
function assertMaySet({ kind }: Caller, { externalId }: { externalId?: unknown }): void {
  if (kind === 'operatorKey' && externalId !== undefined)
    throw new WrongCaller('Only the operator token changes the externalId of an account.');
}

/** Whether a caller sees the metadata of accounts: those are for the operator, and for its keys that read or change accounts. */
const seesMetadata = (caller: Caller): boolean =>
  caller.kind === 'operatorKey'
    ? ['operator:accounts', 'operator:read'].some((scope) => caller.key.scopes.has(scope))
    : isOfOperator(caller);

export function accountOperations(context: ServiceContext): Operation[] {
  const { db, now, passwordAttempts } = context;

  /** An account as the operator sees it. */
  const accountBody = (account: Account) => ({
    id: `acc_${account.id}`,
    email: account.email,
    externalId: account.externalId,
    disabledAt: account.disabledAt?.toISOString() ?? null,
    metadata: { ...account.metadata },
    policy: account.policy,
    limits: account.limits,
    quota: quotaBody(account.quota, now()),
    keyCount: account.keyCount,
    createdAt: account.createdAt.toISOString(),
  });

  /** An account as a caller sees it. */
  const bodyFor = (caller: Caller, account: Account) =>
    accountBody(seesMetadata(caller) ? account : { ...account, metadata: null });

  const atItsPath = ({ id }: Account) => locationOf(context, `/v1/accounts/acc_${id}`);
  return [
    operation(accounts.create, async ({ act, caller, headers, json, signal }) => {
      if ('externalId' in json) {
        if (!isOperator(caller))
          throw refused('Only the operator creates accounts with an externalId.', caller);
        // A key with `operator:keys` alone could allow itself more scopes than the deployment does.
        if (
          caller.kind === 'operatorKey' &&
          Object.keys(json).some((name) => name !== 'externalId') &&
          !caller.key.scopes.has('operator:accounts')
        )
          throw new InsufficientScope(['operator:accounts']);
        const call = idempotentCall({ caller, headers }, 'createAccount', json);
        const { answer, isReplay } = await createExternalOnce(context, call, json, act);
        const { account, isNew } = answer;
        const replayed = replayedHeaders(isReplay);
        if (!isNew) return new Reply(bodyFor(caller, account), replayed, 200);
        return new Reply(bodyFor(caller, account), { ...atItsPath(account), ...replayed });
      }
      // It could sign in, and mint keys that its scopes do not let it mint.
      if (caller.kind === 'operatorKey')
        throw new WrongCaller(
          'A key of the operator creates accounts with an externalId, and none with a password.',
        );
      const isOperatorToken = caller.kind === 'operatorToken';
      if (context.signUp === 'closed' && !isOperatorToken) throw new SignUpClosed();
      const account = await signUp(db, json, act, signal);
      const location = isOperatorToken ? atItsPath(account) : locationOf(context, '/v1/account');
      return new Reply(accountBody(account), location);
    }),

    operation(accounts.list, async ({ query: { cursor, ...filter } }) => {
      const list = 'accounts';
      const { accounts, more } = await listAccounts(db, { ...filter, before: numberOf(list, cursor) });
      return { data: accounts.map(accountBody), nextCursor: pageAfter(list, accounts, more) };
    }),

    operation(accounts.get, async ({ caller, query }) => {
      const id = (await readableAccountOf(context, caller, query)) ?? selfOf(caller);
      return bodyFor(caller, await getAccount(db, id));
    }),

    operation(
      accounts.getNamed,
      async ({ caller, params }) =>
        accountBody(await getNamedAccount(db, await accountOf(context, caller, params))),
      named,
    ),

    operation(
      accounts.updateNamed,
      async ({ act, caller, json, params }) => {
        assertMaySet(caller, json);
        return accountBody(await changeAccount(context, await accountOf(context, caller, params), json, act));
      },
      named,
    ),

    operation(
      accounts.deleteNamed,
      async ({ act, caller, params }) =>
        deleteAccount(context, await accountOf(context, caller, params), act),
      named,
    ),

    operation(accounts.setPassword, async ({ act, caller, json, signal }) => {
      const { currentPassword: current, newPassword: next } = json;
      const session = sessionOf(caller);
      await passwordAttempts.run(session.accountId, signal, () =>
        setPassword(db, session, { current, next }, act, signal),
      );
    }),

    operation(accounts.update, async ({ act, caller, json, query }) => {
      assertMaySet(caller, json);
      const id = await accountOf(context, caller, query).catch(onceGone(context));
      return accountBody(await changeAccount(context, id, json, act));
    }),

    operation(accounts.addToQuota, async ({ act, caller, headers, json, query }) => {
      const accountId = await accountOf(context, caller, query);
      const call = idempotentCall({ caller, headers }, 'addToAccountQuota', { query, json });
      const body = async () => accountBody(await getNamedAccount(db, accountId));
      const { answer, isReplay } = await once(context, call, act, {
        async attempt(claim) {
          await addToQuota(context, { accountId }, json.add, act, claim);
          return body();
        },
        // Another account may have the `externalId` by now: it got nothing.
        recall: async (made) =>
          made.accountId === accountId ? { answer: await body(), accountId } : undefined,
      });
      return new Reply(answer, replayedHeaders(isReplay));
    }),

    operation(accounts.delete, async ({ act, caller, query }) => {
      const id = await accountOf(context, caller, query).catch(onceGone(context));
      await deleteAccount(context, id, act);
    }),
  ];
}
