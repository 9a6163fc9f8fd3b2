import {
  type Expression,
  type ExpressionBuilder,
  type RawBuilder,
  type Selectable,
  type SqlBool,
  sql,
} from 'kysely';
import type { KeyStatus } from '../decide/verdict.ts';
import { getAccount } from './accounts.ts';
import { openAccount } from './db/open-account.ts';
import type { Database, Metadata, Schema } from './db/schema.ts';
import { beyondCaller, InvalidInput, KeyLimitReached, KeyNotFound } from './errors.ts';
import { type Act, recorded } from './events.ts';
import { newId } from './id.ts';
import { hashText, startOf } from './token.ts';

/** A key as it is stored, without its token, which is not. */
export interface Key {
  id: string;
  /** Counts up with each key of the deployment: the order of lists, and the id that one contract shows. */
  number: number;
  accountId: string;
  name: string;
  /** SHA-512 of the token, 128 hexadecimal digits. */
  hash: string;
  start: string;
  scopes: string[];
  metadata: Metadata;
  expiresAt: Date | null;
  disabledAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  lastUsedUserAgent: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const columns = [
  'id',
  'number',
  'account_id as accountId',
  'name',
  sql<string>`encode(hash, 'hex')`.as('hash'),
  'start',
  'scopes',
  'metadata',
  'expires_at as expiresAt',
  'disabled_at as disabledAt',
  'last_used_at as lastUsedAt',
  'last_used_ip as lastUsedIp',
  'last_used_user_agent as lastUsedUserAgent',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const;

type KeyRow = Selectable<Schema['keys']>;

/** How a key is named: by its id, or by its number. */
export type KeyName = { id: string } | { number: number };

const named = (name: KeyName) =>
  'id' in name ? sql<SqlBool>`id = ${name.id}` : sql<SqlBool>`number = ${name.number}`;

/** Whether an account has the key, and is not deleted. */
const ownedBy = (db: Database, accountId: string) => (q: ExpressionBuilder<Schema, 'keys'>) =>
  q('account_id', 'in', openAccount(db, accountId));

const hasStatus =
  (status: KeyStatus, at: Date) =>
  (q: ExpressionBuilder<Schema, 'keys'>): Expression<SqlBool> =>
    ({
      active: q.and([
        q('disabled_at', 'is', null),
        q.or([q('expires_at', 'is', null), q('expires_at', '>', at)]),
      ]),
      expired: q.and([q('disabled_at', 'is', null), q('expires_at', '<=', at)]),
      disabled: q('disabled_at', 'is not', null),
    })[status];

/** A key to be minted. */
export type NewKey = Pick<Key, 'accountId' | 'name' | 'scopes' | 'metadata' | 'expiresAt'> & {
  token: string;
  /** Scopes that it must not go beyond: those of a key that makes the call. Undefined: no such bound. */
  within: readonly string[] | undefined;
};

/** @throws InsufficientScope where scopes go beyond others */
function assertWithin(scopes: readonly string[], within: readonly string[] | undefined): void {
  const beyond = within ? scopes.filter((scope) => !within.includes(scope)) : [];
  if (beyond.length > 0) throw beyondCaller(beyond);
}

/**
 * Stores a new key. Of its token only the hash and the start are kept.
 * @throws InsufficientScope where its scopes go beyond `within`
 * @throws AccountNotFound where the account is gone
 * @throws KeyLimitReached where it has `maxKeysPerAccount` keys
 */
export async function mintKey(
  { db, maxKeysPerAccount }: { db: Database; maxKeysPerAccount: number },
  { token, within, ...given }: NewKey,
  act: Act,
): Promise<Key> {
  assertWithin(given.scopes, within);
  const at = new Date(act.now);
  const key = { id: newId(act.now), ...given, hash: hashText(token), start: startOf(token) };
  // Mints in one account take turns at its row, and each reads the count again in its turn: the bound is exact.
  // The setting says that the token is new, and counted: see the triggers key_inserted and keys_inserted.
  const { rows } = await sql<{ number: number }>`
    with account as (
      update accounts set key_count = key_count + 1
      where id = ${key.accountId} and closed_at is null and key_count < ${maxKeysPerAccount}::integer
      returning id),
    minted as (
      insert into keys (id, account_id, name, hash, start, scopes, metadata, expires_at, created_at, updated_at)
      select ${key.id}::text, account.id, ${key.name}::text, decode(${key.hash}::text, 'hex'),
        ${key.start}::text, ${key.scopes}::text[], ${JSON.stringify(key.metadata)}::text::jsonb,
        ${key.expiresAt}::timestamptz, ${at}::timestamptz, ${at}::timestamptz
      from account, (select set_config('latchkey.minting', 'on', true)) as setting
      returning id, account_id, number),
    recorded as ${recorded(act, 'key.minted', sql`select account_id, id from minted`)}
    select number from minted`.execute(db);
  const [minted] = rows;
  if (!minted) {
    await getAccount(db, key.accountId);
    throw new KeyLimitReached(maxKeysPerAccount);
  }
  const unused = { disabledAt: null, lastUsedAt: null, lastUsedIp: null, lastUsedUserAgent: null };
  return { ...key, ...minted, ...unused, createdAt: at, updatedAt: at };
}

/** Every key of an account, oldest first. */
export const allKeys = (db: Database, accountId: string): Promise<Key[]> =>
  db.selectFrom('keys').select(columns).where(ownedBy(db, accountId)).orderBy('number').execute();

/** Which keys a list shows. */
export interface KeyFilter {
  /** At most so many. */
  limit: number;
  /** Only keys with a smaller number: that of the last key on the page before. */
  before?: number | undefined;
  status?: KeyStatus | undefined;
  /** Part of a name, in whatever case, or the beginning of a start. */
  search?: string | undefined;
}

/** One page of an account's keys, newest first, and whether more follow. */
export async function listKeys(
  db: Database,
  accountId: string,
  { limit, before, status, search }: KeyFilter,
  now: number,
): Promise<{ keys: Key[]; more: boolean }> {
  const literal = search?.replaceAll(/[\\%_]/g, '\\$&');
  const keys = await db
    .selectFrom('keys')
    .select(columns)
    .where(ownedBy(db, accountId))
    .$if(before !== undefined, (q) => q.where('number', '<', before ?? 0))
    .$if(status !== undefined, (q) => q.where(hasStatus(status ?? 'active', new Date(now))))
    .$if(literal !== undefined, (q) =>
      q.where((e) => e.or([e('name', 'ilike', `%${literal}%`), e('start', 'like', `${literal}%`)])),
    )
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute();
  return { keys: keys.slice(0, limit), more: keys.length > limit };
}

/** @throws KeyNotFound where the account has no such key */
export async function getKey(db: Database, accountId: string, name: KeyName): Promise<Key> {
  const key = await db
    .selectFrom('keys')
    .select(columns)
    .where(ownedBy(db, accountId))
    .where(named(name))
    .executeTakeFirst();
  if (!key) throw new KeyNotFound();
  return key;
}

/** What a key may be changed to: what is absent stays. Metadata is merged, and null removes an entry (RFC 7396). */
export interface KeyChange {
  name?: string | undefined;
  scopes?: string[] | undefined;
  metadata?: Record<string, string | number | boolean | null> | undefined;
  expiresAt?: Date | null | undefined;
  disabled?: boolean | undefined;
}

const isNothing = ({ metadata = {}, ...change }: KeyChange) =>
  Object.keys(metadata).length === 0 && Object.values(change).every((value) => value === undefined);

/** How many entries metadata may have, and how many bytes their names and texts may take as JSON. */
const maxMetadataEntries = 50;
const maxMetadataBytes = 4_096;

/** Whether metadata keep these bounds: counted as the contract counts them (api/keys.ts). */
const isWithinBounds = (metadata: RawBuilder<unknown>) => sql`(
  select count(*) <= ${maxMetadataEntries} and coalesce(sum(octet_length(to_json(name)::text) +
    case jsonb_typeof(value) when 'string' then octet_length(value::text) else 0 end), 0) <= ${maxMetadataBytes}
  from jsonb_each(${metadata}) as facts(name, value))`;

/** Where keys are changed, and when that is in force in every replica: see `ServiceContext`. */
type Store = { db: Database; settled: () => Promise<void> };

/**
 * Changes a key, and answers with what it is now, once that is in force everywhere. Where nothing is to change, nothing
 * is written.
 * @param within scopes that the key must not go beyond, before and after: those of a key that makes the call, which
 * could otherwise bring a stronger one back to life. Absent: no such bound
 * @throws KeyNotFound where the account has no such key
 * @throws InsufficientScope where the key has scopes beyond `within`, or would get some
 * @throws InvalidInput where the merged metadata would be too many, or too long
 */
export async function changeKey(
  { db, settled }: Store,
  accountId: string,
  name: KeyName,
  { within, ...change }: KeyChange & { within?: readonly string[] | undefined },
  act: Act,
): Promise<Key> {
  assertWithin(change.scopes ?? [], within);
  if (isNothing(change)) return getKey(db, accountId, name);
  const at = sql`${new Date(act.now)}::timestamptz`;
  const merged = sql`jsonb_strip_nulls(metadata || ${JSON.stringify(change.metadata ?? {})}::text::jsonb)`;
  const changes = [sql`updated_at = ${at}`, sql`metadata = ${merged}`];
  if (change.name !== undefined) changes.push(sql`name = ${change.name}`);
  if (change.scopes !== undefined) changes.push(sql`scopes = ${change.scopes}::text[]`);
  if (change.expiresAt !== undefined) changes.push(sql`expires_at = ${change.expiresAt}::timestamptz`);
  if (change.disabled === true) changes.push(sql`disabled_at = coalesce(disabled_at, ${at})`);
  if (change.disabled === false) changes.push(sql`disabled_at = null`);

  const changed = await db
    .with(
      'changed',
      () => sql<KeyRow>`(
        update keys set ${sql.join(changes)}
        where account_id in ${openAccount(db, accountId)} and ${named(name)}
          and (${change.metadata === undefined}::boolean or ${isWithinBounds(merged)})
          and (${within ?? null}::text[] is null or scopes <@ ${within ?? null}::text[])
        returning *)`,
    )
    .with('recorded', () => recorded(act, 'key.changed', sql`select account_id, id from changed`, change))
    .selectFrom('changed')
    .select(columns)
    .executeTakeFirst();
  if (changed) {
    await settled();
    return changed;
  }

  assertWithin((await getKey(db, accountId, name)).scopes, within);
  throw new InvalidInput({
    detail: `Would have more than ${maxMetadataEntries} entries, or take more than ${maxMetadataBytes} bytes as JSON: remove some with null.`,
    pointer: '#/metadata',
  });
}

/**
 * Deletes a key. When this ends, no replica accepts its token any more, also where it throws KeyNotFound: an earlier
 * try may have been done without being answered.
 * @throws KeyNotFound where the account has no such key
 */
export async function revokeKey(
  { db, settled }: Store,
  accountId: string,
  name: KeyName,
  act: Act,
): Promise<void> {
  const revoked = await db
    .with('revoked', (q) =>
      q.deleteFrom('keys').where(ownedBy(db, accountId)).where(named(name)).returning(['id', 'account_id']),
    )
    .with('recorded', () => recorded(act, 'key.revoked', sql`select account_id, id from revoked`))
    .selectFrom('revoked')
    .select('id')
    .executeTakeFirst();
  await settled();
  if (!revoked) throw new KeyNotFound();
}
