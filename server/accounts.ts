import { sql } from 'kysely';
import { openAccount } from './db/open-account.ts';
import type { Database } from './db/schema.ts';
import { AccountNotFound, EmailTaken, WrongPassword } from './errors.ts';
import { type Act, recorded, stored } from './events.ts';
import { newId, operatorAccountId } from './id.ts';
import { hashPassword, isPassword } from './password.ts';

/** Whoever holds keys: signed up here by email, or made by the operator for one of the product's own users. */
export interface Account {
  id: string;
  number: number;
  email: string | null;
  externalId: string | null;
  createdAt: Date;
}

const columns = ['id', 'number', 'email', 'external_id as externalId', 'created_at as createdAt'] as const;

/**
 * Creates an account that has a password.
 * @param signal that of the request: who hangs up while many sign in waits no longer
 * @throws EmailTaken or Overloaded
 */
export async function signUp(
  db: Database,
  { email, password }: { email: string; password: string },
  act: Act,
  signal: AbortSignal,
): Promise<Account> {
  const account = await insertAccount(
    db,
    { email, password_hash: await hashPassword(password, signal) },
    act,
  );
  if (!account) throw new EmailTaken();
  return account;
}

/**
 * Creates an account that has no password: the operator acts for it. An account that has this id already is returned
 * unchanged.
 */
export async function createExternalAccount(
  db: Database,
  externalId: string,
  act: Act,
): Promise<{ account: Account; isNew: boolean }> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const account = await insertAccount(db, { external_id: externalId }, act);
    if (account) return { account, isNew: true };
    const { accounts } = await listAccounts(db, { limit: 1, externalId });
    // Absent where it was deleted in between.
    if (accounts[0]) return { account: accounts[0], isNew: false };
  }
  throw new Error('The externalId is taken by an account that is not listed.');
}

/** The id of the account with this id of the product's own. @throws AccountNotFound */
export async function accountIdOf(db: Database, externalId: string): Promise<string> {
  const account = await db
    .selectFrom('accounts')
    .select('id')
    .where('external_id', '=', externalId)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (!account) throw new AccountNotFound();
  return account.id;
}

const insertAccount = (
  db: Database,
  values: { email: string; password_hash: string } | { external_id: string },
  act: Act,
): Promise<Account | undefined> =>
  db
    .with('created', (q) =>
      q
        .insertInto('accounts')
        .values({ id: newId(act.now), created_at: new Date(act.now), ...values })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll(),
    )
    .with('recorded', () => recorded(act, 'account.created', sql`select id, null::text from created`))
    .selectFrom('created')
    .select(columns)
    .executeTakeFirst();

/** @throws AccountNotFound */
export async function getAccount(db: Database, id: string): Promise<Account> {
  const account = await openAccount(db, id).clearSelect().select(columns).executeTakeFirst();
  if (!account) throw new AccountNotFound();
  return account;
}

/** Which accounts a list shows: at most `limit`, those after the one numbered `before`, of this email or id. */
export interface AccountFilter {
  limit: number;
  before?: number | undefined;
  email?: string | undefined;
  externalId?: string | undefined;
}

/** One page of the deployment's accounts, newest first, and whether more follow. */
export async function listAccounts(
  db: Database,
  { limit, before, email, externalId }: AccountFilter,
): Promise<{ accounts: Account[]; more: boolean }> {
  const accounts = await db
    .selectFrom('accounts')
    .select(columns)
    .where('id', '!=', operatorAccountId)
    .where('closed_at', 'is', null)
    .$if(before !== undefined, (q) => q.where('number', '<', before ?? 0))
    .$if(email !== undefined, (q) => q.where('email', '=', email ?? null))
    .$if(externalId !== undefined, (q) => q.where('external_id', '=', externalId ?? null))
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute();
  return { accounts: accounts.slice(0, limit), more: accounts.length > limit };
}

/**
 * Sets a new password. Sessions that began with the old one have ended, save `sessionId`; so has one that begins at
 * this very moment, since it carries the version of the password it was checked against.
 * @param signal that of the request: who hangs up while many sign in waits no longer
 * @throws WrongPassword where `current` is not the password
 * @throws Overloaded
 */
export async function setPassword(
  db: Database,
  { accountId, sessionId }: { accountId: string; sessionId: string },
  { current, next }: { current: string; next: string },
  act: Act,
  signal: AbortSignal,
): Promise<void> {
  const account = await db
    .selectFrom('accounts')
    .select('password_hash')
    .where('id', '=', accountId)
    .executeTakeFirst();
  const stored = account?.password_hash ?? null;
  if (!(await isPassword(current, stored, signal))) throw new WrongPassword();

  const password_hash = await hashPassword(next, signal);
  // It is still the password that was checked, or somebody else has changed it meanwhile.
  const changed = await db
    .with('changed', (q) =>
      q
        .updateTable('accounts')
        .set((e) => ({ password_hash, password_version: e('password_version', '+', 1) }))
        .where('id', '=', accountId)
        .where('password_hash', '=', stored)
        .returning(['id', 'password_version']),
    )
    .with('kept', (q) =>
      q
        .updateTable('sessions')
        .from('changed')
        .set((e) => ({ password_version: e.ref('changed.password_version') }))
        .where('sessions.id', '=', sessionId),
    )
    .with('recorded', () => recorded(act, 'password.changed', sql`select id, null::text from changed`))
    .selectFrom('changed')
    .select('id')
    .executeTakeFirst();
  if (!changed) throw new WrongPassword();
}

/**
 * Deletes an account. One statement closes it, however much it has: when this ends, no replica accepts a token of its
 * keys or its sessions, nobody finds it, and its email and externalId are free. What is left of it is removed by
 * `background/closed-accounts.ts`, which also writes `key.revoked` for each key.
 * @throws AccountNotFound; so does the operator's own account, which is not for deleting
 */
export async function deleteAccount(
  { db, settled }: { db: Database; settled: () => Promise<void> },
  id: string,
  act: Act,
): Promise<void> {
  const closed = await db
    .with('closed', (q) =>
      q
        .updateTable('accounts')
        .set({
          closed_at: new Date(act.now),
          closed_by: stored(act),
          email: null,
          password_hash: null,
          external_id: null,
        })
        .where('id', '=', id)
        .where('id', '!=', operatorAccountId)
        .where('closed_at', 'is', null)
        .returning('id'),
    )
    .with('recorded', () => recorded(act, 'account.deleted', sql`select id, null::text from closed`))
    .selectFrom('closed')
    .select('id')
    .executeTakeFirst();
  await settled();
  if (!closed) throw new AccountNotFound();
}
