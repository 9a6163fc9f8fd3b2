import { decodeJwt } from 'jose';
import { sql } from 'kysely';
import { newId } from '../../server/id.ts';
import { expectData, type TestService } from '../support/harness.ts';
import type { Operation } from '../support/operations.ts';

/** An account that is signed in, and what the service issues to it. */
export interface Account {
  accountId: string;
  accessToken: string;
}

/** Makes accounts that are signed in. One signs up; the others are copies, which spares hashing passwords. */
export async function accountsOf(service: TestService): Promise<() => Promise<Account>> {
  const { db, context } = service;
  const first = await service.signIn();
  const { sub = '', sid } = decodeJwt<{ sid: string }>(first.accessToken);
  const { number: _, ...account } = await db
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', sub.slice(4))
    .executeTakeFirstOrThrow();
  const { number: __, ...session } = await db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', sid)
    .executeTakeFirstOrThrow();

  /** Many at once: most calls take one of their own. */
  const insert = async () => {
    const made = Array.from({ length: 100 }, () => ({
      accountId: newId(context.now()),
      sessionId: newId(context.now()),
    }));
    await db
      .insertInto('accounts')
      .values(made.map(({ accountId: id }) => ({ ...account, id, email: `${id}@example.com` })))
      .execute();
    await db
      .insertInto('sessions')
      .values(made.map(({ accountId: account_id, sessionId: id }) => ({ ...session, id, account_id })))
      .execute();
    return made;
  };
  const inserted = (async function* () {
    for (;;) yield* await insert();
  })();

  return async () => {
    const { value } = await inserted.next();
    return {
      accountId: value.accountId,
      accessToken: await context.signer.signAccess(value, context.now()),
    };
  };
}

/** What an operation's `security` lets in: the access token, else an API key with the scopes, else the operator. */
export async function credentialFor(
  service: TestService,
  { security }: Operation,
  account: Account,
): Promise<{ name: string; token: string; gateway?: string } | undefined> {
  const find = (scheme: string) => security.find((schemes) => scheme in schemes)?.[scheme];
  if (find('accessToken')) return { name: 'ACCESS_TOKEN', token: account.accessToken };
  const scopes = find('apiKey');
  if (scopes) return { name: 'API_KEY', token: (await mint(service, account, scopes)).token };
  // The key of a gateway's client; the gateway itself is the operator.
  if (find('presentedKey')) {
    const { token } = await mint(service, account);
    return { name: 'API_KEY', token, gateway: service.operatorToken };
  }
  return find('operatorToken') && { name: 'OPERATOR_TOKEN', token: service.operatorToken };
}

const mint = async (service: TestService, { accessToken }: Account, scopes: string[] = []) =>
  expectData(await service.as(accessToken).POST('/v1/keys', { body: { name: 'Key', scopes } }));

/**
 * How the service gives out what a parameter of this name takes. The only thing about the operations that is
 * written here by hand: which resource an id in a path is of, no document says.
 */
const issuers: Record<
  string,
  (service: TestService, account: Account, operation: Operation, token: string) => Promise<string>
> = {
  async keyId(service, account, { path }) {
    const { id: keyId } = await mint(service, account);
    const place = { path: { keyId }, query: { accountId: `acc_${account.accountId}` } };
    if (path.endsWith('/quota'))
      await service.operator.PATCH('/v1/keys/{keyId}', { params: place, body: { quota: { remaining: 0 } } });
    return keyId;
  },
  async roleId({ operator, context }) {
    const name = `role-${newId(context.now())}`;
    return expectData(await operator.POST('/v1/roles', { body: { name, scopes: [] } })).id;
  },
  async sessionId({ db, context }, { accountId }) {
    const id = newId(context.now());
    await sql`
      insert into sessions (id, account_id, password_version, created_at, last_used_at, expires_at)
      select ${id}, account_id, password_version, created_at, last_used_at, expires_at
      from sessions where account_id = ${accountId} limit 1`.execute(db);
    return `session_${id}`;
  },
  apikey_id: async (service, account) => (await mint(service, account)).id.slice(4),
  async id(service, { accessToken }) {
    const headers = { Authorization: `Bearer ${accessToken}` };
    const response = await service.fetch('/api/settings/api?name=Key', { method: 'POST', headers });
    return (await response.json()).data[0].id;
  },
  async accountId({ operator }, account, { path }) {
    const accountId = `acc_${account.accountId}`;
    // What is changed of a quota, or added to it, needs one.
    if (path.startsWith('/v1/account'))
      await operator.PATCH('/v1/account', {
        params: { query: { accountId } },
        body: { quota: { remaining: 0 } },
      });
    return accountId;
  },
  async externalId({ db }, { accountId }) {
    const external_id = `user_${accountId}`;
    await db.updateTable('accounts').set({ external_id }).where('id', '=', accountId).execute();
    return external_id;
  },
  async cursor(service, account, operation, token) {
    const { method, path } = operation;
    // Two of what is listed: roles, sessions, or keys and what comes with them.
    const listed = { '/v1/roles': 'roleId', '/v1/account/sessions': 'sessionId' }[path] ?? 'keyId';
    for (let time = 0; time < 2; time += 1) await issue(service, listed, account, operation, token);
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const init = { method, headers, ...(method === 'POST' && { body: '{}' }) };
    return (await (await service.fetch(`${path}?limit=1`, init)).json()).nextCursor;
  },
};

/** Names of parameters whose good values only the service knows. A schema can but tell how they look. */
export const issuedNames = new Set(Object.keys(issuers));

/** Has the service give out a value for a parameter. */
export async function issue(
  service: TestService,
  name: string,
  account: Account,
  operation: Operation,
  token = account.accessToken,
): Promise<string> {
  const issuer = issuers[name];
  if (!issuer) throw new Error(`Nothing here makes a {${name}}, which ${operation.path} takes: see issuers.`);
  return issuer(service, account, operation, token);
}
