import { type RawBuilder, sql } from 'kysely';
import type { AccountPolicy } from '../../decide/policy.ts';
import { isUniqueViolation } from '../db/errors.ts';
import { onlyRow } from '../db/only-row.ts';
import type { Database, Metadata } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { AccountNotFound, EmailTaken, ExternalIdTaken, InvalidInput, WrongPassword } from '../errors.ts';
import { type Act, actAsJson, recorded } from '../events/recording.ts';
import { newId, operatorAccountId } from '../id.ts';
import { AlreadyClaimed, type Claim } from '../idempotency.ts';
import {
  accountLimitColumns,
  afterChangedLimits,
  asMissingQuota,
  changedLimits,
  changesLimits,
  type GivenQuota,
  type LimitRule,
  type LimitsChange,
  limitFacts,
  limitsByName,
  newQuota,
  type QuotaRow,
  quotaOf,
} from '../keys/limit-rows.ts';
import { areWithinBounds, type MetadataPatch, mergedMetadata, tooMuchMetadata } from '../keys/metadata.ts';
import type { Quota } from '../keys/quota.ts';
import type { Store } from '../store.ts';
import { hashPassword, isPassword } from './password.ts';

/** Whoever holds keys: signed up here by email, or made by the operator for one of the product's own users. */
export interface Account {
  id: string;
  number: number;
  email: string | null;
  externalId: string | null;
  /** What the operator says of it, for itself and its services. Null: nothing. */
  metadata: Metadata | null;
  /** What its keys are held to, in place of the deployment's policy. Null: nothing of its own. */
  policy: AccountPolicy | null;
  /** What all of its keys share, in the order of their names. */
  limits: LimitRule[];
  /** What all of its keys share, as it is stored: see `quotaAt`. Null: none. */
  quota: Quota | null;
  /** How many keys it has, in whatever state. */
  keyCount: number;
  createdAt: Date;
  /** Since when it is disabled: no key of it is accepted, and none is created. */
  disabledAt: Date | null;
}

/** The columns of an account, for a select from `accounts` or from a CTE aliased so. */
const columns = sql`
  id, number, email, external_id as "externalId", metadata, policy, ${accountLimitColumns}, key_count as "keyCount",
  created_at as "createdAt", disabled_at as "disabledAt"`;

/** An account as these columns have it. */
type AccountRow = Omit<Account, 'quota'> & { quota: QuotaRow | null };

const accountFrom = ({ quota, ...account }: AccountRow): Account => ({
  ...account,
  quota: quota && quotaOf(quota),
});

/**
 * Creates an account that has a password.
 * @param signal that of the request: a client that hangs up leaves the queue
 * @throws EmailTaken or Overloaded
 */
export async function signUp(
  db: Database,
  { email, password }: { email: string; password: string },
  act: Act,
  signal: AbortSignal,
): Promise<Account> {
  const passwordHash = await hashPassword(password, signal);
  const { account } = await insertAccount(db, { id: newId(act.now), email, passwordHash }, act);
  if (!account) throw new EmailTaken();
  return account;
}

/** An account of one of the product's own users, and whether it was created just now. */
interface ExternalAccount {
  account: Account;
  isNew: boolean;
}

/** What an account of one of the product's own users is created with. */
export interface NewExternalAccount {
  externalId: string;
  metadata?: Metadata | undefined;
  /** Null, of a rule or of all: as the deployment has it. */
  policy?: AccountChange['policy'];
  limits?: LimitRule[] | undefined;
  quota?: GivenQuota | undefined;
}

/**
 * The fields of a new account that `given` says, as they are stored and shown.
 * @param at when it is created
 */
export function newAccountFields(
  { metadata = {}, policy, limits = [], quota }: Omit<NewExternalAccount, 'externalId'>,
  at: Date,
): Pick<Account, 'metadata' | 'policy' | 'limits' | 'quota'> {
  const rules = Object.entries(policy ?? {}).filter(([, value]) => value != null);
  return {
    metadata: Object.keys(metadata).length > 0 ? metadata : null,
    policy: rules.length > 0 ? Object.fromEntries(rules) : null,
    limits: limitsByName(limits),
    quota: quota ? newQuota(quota, at) : null,
  };
}

/**
 * Creates an account without a password, for the operator to act on. If an account has this externalId already, that one
 * is returned as it is, and nothing else that is given counts.
 * @param claim that of an Idempotency-Key
 * @throws AlreadyClaimed
 */
export async function createExternalAccount(
  db: Database,
  given: NewExternalAccount,
  act: Act,
  claim?: Claim,
): Promise<ExternalAccount> {
  const id = newId(act.now);
  const { externalId } = given;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const unclaimed = attempt === 0 ? claim : undefined;
    const { isAllowed, account } = await insertAccount(db, { id, ...given }, act, unclaimed);
    if (!isAllowed) throw new AlreadyClaimed();
    if (account) return { account, isNew: true };
    const existing = await findExternalAccount(db, externalId);
    // Undefined if it was deleted in between.
    if (existing) return { account: existing, isNew: false };
  }
  throw new Error('The externalId is taken by an account that is not listed.');
}

/** The account that meets a condition, unless it is deleted. */
async function findWhere(db: Database, condition: RawBuilder<unknown>): Promise<Account | undefined> {
  const { rows } = await sql<AccountRow>`
    select ${columns} from accounts where ${condition} and closed_at is null`.execute(db);
  return rows[0] && accountFrom(rows[0]);
}

/** The account with this id, unless it is deleted. */
export const findAccount = (db: Database, id: string): Promise<Account | undefined> =>
  findWhere(db, sql`id = ${id}`);

/** The account with this id of the product's own, unless it is deleted. */
export const findExternalAccount = (db: Database, externalId: string): Promise<Account | undefined> =>
  findWhere(db, sql`external_id = ${externalId}`);

/** The id of the account with this id of the product's own. @throws AccountNotFound */
async function accountIdOf(db: Database, externalId: string): Promise<string> {
  const account = await db
    .selectFrom('accounts')
    .select('id')
    .where('external_id', '=', externalId)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (!account) throw new AccountNotFound();
  return account.id;
}

/** How an account is named. If in both ways, both must name the same one. */
export interface AccountName {
  accountId?: string | undefined;
  externalId?: string | undefined;
}

/**
 * The id of the account that is named, undefined where none is. One that is named by its id alone may not exist.
 * @throws AccountNotFound if no account has the externalId, or it is not that of the account with the id
 */
export async function namedAccountId(
  db: Database,
  { accountId, externalId }: AccountName,
): Promise<string | undefined> {
  const named = externalId === undefined ? accountId : await accountIdOf(db, externalId);
  if (accountId !== undefined && named !== accountId) throw new AccountNotFound();
  return named;
}

/** What an account is created with: an email and a password, or an externalId. */
type NewAccount = { id: string } & ({ email: string; passwordHash: string } | NewExternalAccount);

/**
 * Inserts an account and its event.
 * @returns no account where its email or its externalId is taken; `isAllowed` is false where the claimed key is
 */
async function insertAccount(
  db: Database,
  given: NewAccount,
  act: Act,
  claim?: Claim,
): Promise<{ isAllowed: boolean; account: Account | undefined }> {
  const none = { email: null, passwordHash: null, externalId: null };
  const { id, email, passwordHash, externalId } = { ...none, ...given };
  const asked: Partial<NewExternalAccount> = 'externalId' in given ? given : {};
  const fields = newAccountFields(asked, new Date(act.now));
  const limits = { limits: fields.limits.length > 0 ? fields.limits : undefined, quota: asked.quota };
  const facts = {
    ...(externalId !== null && { externalId }),
    ...(fields.metadata && { metadata: fields.metadata }),
    ...(fields.policy && { policy: fields.policy }),
    ...limitFacts(fields),
  };
  const stored = (value: object | null) => sql`${value && JSON.stringify(value)}::text::jsonb`;
  const { rows } = await sql<AccountRow & { isAllowed: boolean; isCreated: boolean }>`
    with allowed as ${claim?.insert({ accountId: id }, sql`select`) ?? sql`(select)`},
    created as (
      insert into accounts (id, email, password_hash, external_id, metadata, policy, created_at)
      select ${id}::text, ${email}::text, ${passwordHash}::text, ${externalId}::text,
        ${stored(fields.metadata)}, ${stored(fields.policy)}, ${timestamptz(act.now)}
      from allowed
      on conflict do nothing
      returning id, number, email, external_id, metadata, policy, key_count, created_at, disabled_at),
    changed as (select id from created),
    recorded as ${recorded(act, 'account.created', sql`select id, null::text from created`, facts)}
    ${changedLimits(limits, { account: sql`id`, key: sql`null` }, act.now)}
    select exists (select from allowed) as "isAllowed", id is not null as "isCreated",
      ${columns}
    from (select) as outcome left join created as accounts on true
    where ${afterChangedLimits(limits)}`.execute(db);
  const { isAllowed, isCreated, ...account } = onlyRow(rows);
  // A select does not see the limits that its own statement inserts.
  return { isAllowed, account: isCreated ? { ...account, ...fields } : undefined };
}

/** @throws AccountNotFound */
export async function getAccount(db: Database, id: string): Promise<Account> {
  const account = await findAccount(db, id);
  if (!account) throw new AccountNotFound();
  return account;
}

/** An account as the operator names it in a path: never its own. @throws AccountNotFound */
export async function getNamedAccount(db: Database, id: string): Promise<Account> {
  if (id === operatorAccountId) throw new AccountNotFound();
  return getAccount(db, id);
}

/** A change of an account. Absent fields stay as they are. */
interface AccountChange extends LimitsChange {
  externalId?: string | null | undefined;
  /** True: no key of it is accepted any more, and none is created, until it is false again. */
  disabled?: boolean | undefined;
  /** Merged (RFC 7396): null removes an entry. */
  metadata?: MetadataPatch | undefined;
  /** Merged (RFC 7396): null removes one rule, or all of them. */
  policy?: { [Rule in keyof AccountPolicy]?: AccountPolicy[Rule] | null | undefined } | null | undefined;
}

/**
 * Changes an account, and returns what it is now. An empty change writes nothing. When this returns, a new externalId, new
 * metadata, `disabled`, new limits and a new quota are in force in every replica, since verdicts depend on them. A new
 * policy holds for what is minted or changed from then on, and leaves every existing key as it is.
 * @throws AccountNotFound also for the operator's own account
 * @throws ExternalIdTaken
 * @throws InvalidInput where neither an email nor an externalId would be left, or the merged metadata would be too many, or
 * too long, or where a quota is changed that is not there
 */
export async function changeAccount(
  { db, settled }: Store,
  id: string,
  change: AccountChange,
  act: Act,
): Promise<Account> {
  const { externalId, disabled, metadata, policy } = change;
  const changes = [];
  if (externalId !== undefined) changes.push(sql`external_id = ${externalId}::text`);
  if (disabled === true) changes.push(sql`disabled_at = coalesce(disabled_at, ${timestamptz(act.now)})`);
  if (disabled === false) changes.push(sql`disabled_at = null`);
  const changesMetadata = metadata !== undefined && Object.keys(metadata).length > 0;
  const merged = mergedMetadata(metadata ?? {});
  const fits = changesMetadata ? areWithinBounds(merged) : sql`true`;
  if (changesMetadata) changes.push(sql`metadata = nullif(${merged}, '{}')`);
  if (policy === null) changes.push(sql`policy = null`);
  else if (policy && Object.keys(policy).length > 0)
    changes.push(sql`policy = nullif(
      jsonb_strip_nulls(coalesce(policy, '{}') || ${JSON.stringify(policy)}::text::jsonb), '{}')`);
  const setsLimits = changesLimits(change);
  // Changes nothing: new limits, and a new quota, need the row in `changed`, locked.
  if (setsLimits) changes.push(sql`key_count = key_count`);
  if (changes.length === 0) return getNamedAccount(db, id);
  const wanted = sql`${externalId ?? null}::text`;
  // Taking an externalId waits for a change that gives it away. Two changes that take each other's would deadlock, so both
  // accounts are locked first.
  const { rows } = await sql<AccountRow>`
    with involved as (
      select id from accounts where ${wanted} is not null and (id = ${id}::text or external_id = ${wanted})
      order by id for update),
    changed as (
      update accounts set ${sql.join(changes)}
      where id = ${id}::text and id <> ${operatorAccountId}::text and closed_at is null
        and (email is not null or ${externalId !== null}::boolean) and ${fits} and (select count(*) from involved) >= 0
      returning *),
    recorded as ${recorded(act, 'account.changed', sql`select id, null::text from changed`, change)}
    ${changedLimits(change, { account: sql`id`, key: sql`null` }, act.now)}
    select ${columns} from changed as accounts where ${afterChangedLimits(change)}`
    .execute(db)
    .catch((error) => {
      throw isUniqueViolation(error) ? new ExternalIdTaken() : asMissingQuota('account', error);
    });
  if (externalId !== undefined || disabled !== undefined || changesMetadata || setsLimits) await settled();
  const [changed] = rows;
  if (changed) return setsLimits ? getNamedAccount(db, id) : accountFrom(changed);
  const { email } = await getNamedAccount(db, id);
  if (email !== null || externalId !== null) throw tooMuchMetadata();
  throw new InvalidInput({
    detail: 'The account has no email, so it needs an externalId: nothing else tells whose it is.',
    pointer: '#/externalId',
  });
}

/** Which page of a list is asked for. With an email, or an externalId, the list has the accounts with it alone. */
interface AccountFilter {
  /** Maximum number of accounts. */
  limit: number;
  /** Only accounts with a smaller number: that of the last account on the page before. */
  before?: number | undefined;
  email?: string | undefined;
  externalId?: string | undefined;
}

/** One page of the deployment's accounts, newest first, and whether more follow. */
export async function listAccounts(
  db: Database,
  { limit, before, email, externalId }: AccountFilter,
): Promise<{ accounts: Account[]; more: boolean }> {
  const conditions = [sql`id <> ${operatorAccountId} and closed_at is null`];
  if (before !== undefined) conditions.push(sql`number < ${before}`);
  if (email !== undefined) conditions.push(sql`email = ${email}`);
  if (externalId !== undefined) conditions.push(sql`external_id = ${externalId}`);
  const { rows } = await sql<AccountRow>`
    select ${columns} from accounts where ${sql.join(conditions, sql` and `)}
    order by number desc limit ${limit + 1}`.execute(db);
  return { accounts: rows.slice(0, limit).map(accountFrom), more: rows.length > limit };
}

/**
 * Sets a new password. This ends every session that began with the old one, except `sessionId`. A session that begins at
 * the same moment ends too: it carries the version of the password that it was checked against.
 * @param signal that of the request: a client that hangs up leaves the queue
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
  const storedHash = account?.password_hash ?? null;
  if (!(await isPassword(current, storedHash, signal))) throw new WrongPassword();

  const hash = await hashPassword(next, signal);
  // Only if it is still the password that was checked: another request may have changed it meanwhile. The session is locked
  // before its account, in the order of all who lock both.
  const { rows } = await sql`
    with session as (
      select id from sessions where id = ${sessionId}::text for no key update),
    changed as (
      update accounts set password_hash = ${hash}::text, password_version = password_version + 1
      where id = ${accountId}::text and password_hash = ${storedHash}::text and (select count(*) from session) >= 0
      returning id, password_version),
    kept as (
      update sessions set password_version = changed.password_version from changed
      where sessions.id = ${sessionId}::text),
    recorded as ${recorded(act, 'password.changed', sql`select id, null::text from changed`)}
    select id from changed`.execute(db);
  if (rows.length === 0) throw new WrongPassword();
}

/**
 * Deletes an account. One statement closes it, however many keys it has. When this returns, no replica accepts a token of
 * its keys or its sessions, it is not found, and its email and externalId can be used again.
 * `background/closed-accounts.ts` removes the rest of it, and records `key.revoked` for each key.
 * @throws AccountNotFound also for the operator's own account, which cannot be deleted
 */
export async function deleteAccount({ db, settled }: Store, id: string, act: Act): Promise<void> {
  const { rows } = await sql`
    with open as (
      select id, external_id from accounts
      where id = ${id}::text and id <> ${operatorAccountId}::text and closed_at is null
      for update),
    closed as (
      update accounts set closed_at = ${timestamptz(act.now)}, closed_by = ${actAsJson(act)},
        email = null, password_hash = null, external_id = null
      from open where accounts.id = open.id
      returning open.id, open.external_id),
    recorded as ${recorded(
      act,
      'account.deleted',
      sql`select id, null::text, external_id from closed`,
      sql`jsonb_strip_nulls(jsonb_build_object('externalId', external_id))`,
    )}
    select id from closed`.execute(db);
  await settled();
  if (rows.length === 0) throw new AccountNotFound();
}
