import { accounts } from '../../../api/accounts.ts';
import {
  type Account,
  createExternalAccount,
  deleteAccount,
  getAccount,
  listAccounts,
  setPassword,
  signUp,
} from '../../accounts.ts';
import { accountOf, actOf, type Caller, selfOf, sessionOf } from '../../callers.ts';
import type { ServiceContext } from '../../context.ts';
import { SignUpClosed, Unauthenticated, WrongCaller } from '../../errors.ts';
import { contractApp } from '../../http/contract.ts';
import { guardedBy } from '../../http/guard.ts';
import { numberOf, pageAfter } from './page.ts';

const accountBody = ({ id, email, externalId, createdAt }: Account) => ({
  id: `acc_${id}`,
  email,
  externalId,
  createdAt: createdAt.toISOString(),
});

/** What is said to a caller who would have to be somebody else: to come with a credential, or with another one. */
const refused = (message: string, { kind }: Caller) =>
  kind === 'anyone' ? new Unauthenticated(message, { sent: false }) : new WrongCaller(message);

export function accountRoutes(context: ServiceContext) {
  const { db, now, attempts } = context;
  const app = contractApp();
  const guarded = guardedBy(context);

  app.openapi(guarded(accounts.create), async (c) => {
    const body = c.req.valid('json');
    const { caller } = c.var;
    const act = actOf(caller, now());
    if ('externalId' in body) {
      if (caller.kind !== 'operatorToken')
        throw refused('Only the operator creates accounts with an externalId.', caller);
      return c.json(accountBody(await createExternalAccount(db, body.externalId, act)), 201);
    }
    if (context.signUp === 'closed' && caller.kind !== 'operatorToken') throw new SignUpClosed();
    return c.json(accountBody(await signUp(db, body, act, c.req.raw.signal)), 201);
  });

  app.openapi(guarded(accounts.list), async (c) => {
    const { cursor, ...filter } = c.req.valid('query');
    const { accounts, more } = await listAccounts(db, { ...filter, before: numberOf(cursor) });
    return c.json({ data: accounts.map(accountBody), nextCursor: pageAfter(accounts, more) }, 200);
  });

  app.openapi(guarded(accounts.get), async (c) => {
    const { accountId: named } = c.req.valid('query');
    const id = named === undefined ? selfOf(c.var.caller) : accountOf(c.var.caller, named);
    return c.json(accountBody(await getAccount(db, id)), 200);
  });

  app.openapi(guarded(accounts.setPassword), async (c) => {
    const { currentPassword: current, newPassword: next } = c.req.valid('json');
    const session = sessionOf(c.var.caller);
    const act = actOf(session, now());
    const { signal } = c.req.raw;
    await attempts.count(session.accountId, () => setPassword(db, session, { current, next }, act, signal));
    return c.body(null, 204);
  });

  app.openapi(guarded(accounts.delete), async (c) => {
    const id = accountOf(c.var.caller, c.req.valid('query').accountId);
    await deleteAccount(context, id, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  return app;
}
