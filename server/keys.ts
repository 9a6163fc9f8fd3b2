import { type RawBuilder, sql } from 'kysely';
import { covers } from '../decide/scopes.ts';
import type { KeyStatus, TokenState } from '../decide/verdict.ts';
import { openAccount } from './db/open-account.ts';
import type { Database, Metadata } from './db/schema.ts';
import { AccountNotFound, beyondCaller, InvalidInput, KeyLimitReached, KeyNotFound } from './errors.ts';
import { type Act, recorded } from './events.ts';
import { newId } from './id.ts';
import { AlreadyClaimed, type Claim } from './idempotency.ts';
import { hashText, startOf } from './token.ts';

/** A token of a key as it is stored, without the secret. */
export interface Token {
  state: TokenState;
  /** SHA-512 of the token, 128 hexadecimal digits. */
  hash: string;
  start: string;
  createdAt: Date;
  /** When it became the current token: at its creation, or at its first use after a rotation. */
  activatedAt: Date | null;
  /** When the previous token ends; null for the others. */
  endsAt: Date | null;
  /** How many seconds the current token lives once this next token is used; null for the others. */
  overlapSeconds: number | null;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  lastUsedUserAgent: string | null;
}

/** A key as it is stored. */
export interface Key {
  id: string;
  /** Counts up with each key of the deployment: the order of lists, and the id that one contract shows. */
  number: number;
  accountId: string;
  name: string;
  /** The current token, and perhaps a second one: the next token, or the previous one, which may have ended. */
  tokens: readonly [current: Token, ...Token[]];
  scopes: string[];
  metadata: Metadata;
  expiresAt: Date | null;
  disabledAt: Date | null;
  /** From when on it is accepted; null: always. */
  notBefore: Date | null;
  /** The addresses that it is accepted from, as ranges in the form of `formatCidr`; null: all. */
  allowedIps: string[] | null;
  /** Who may accept it, as URIs; null: anybody. */
  audience: string[] | null;
  /** The actor that minted it. */
  createdBy: Act['actor'];
  /** Whom the operator minted it for, as it says. */
  onBehalfOf: Act['onBehalfOf'];
  createdAt: Date;
  updatedAt: Date;
}

/** The columns of a key, for a select from `keys` or from a CTE aliased so. */
export const keyColumns = sql`
  id, number, account_id as "accountId", name, scopes, metadata, expires_at as "expiresAt",
  disabled_at as "disabledAt", not_before as "notBefore", allowed_ips as "allowedIps", audience,
  created_by as "createdBy", on_behalf_of as "onBehalfOf", created_at as "createdAt", updated_at as "updatedAt",
  -- Ordered by state: the alphabet has current before next and previous.
  (select json_agg(token order by state) from (
    select encode(hash, 'hex') as hash, start, created_at as "createdAt", activated_at as "activatedAt",
      case hash when keys.current_hash then 'current' when keys.next_hash then 'next' else 'previous' end as state,
      case hash when keys.previous_hash then keys.previous_ends_at end as "endsAt",
      case hash when keys.next_hash then keys.next_overlap end as "overlapSeconds",
      last_used_at as "lastUsedAt", last_used_ip as "lastUsedIp", last_used_user_agent as "lastUsedUserAgent"
    from tokens where key_id = keys.id and hash in (keys.current_hash, keys.next_hash, keys.previous_hash)
  ) as token) as tokens`;

/** A value as JSON has it, with strings for dates. */
type Json<Value> = { [Name in keyof Value]: Date extends Value[Name] ? string | null : Value[Name] };
/** A key as `keyColumns` reads it. */
export type KeyRow = Omit<Key, 'tokens'> & { tokens: Json<Token>[] | null };

const dateOf = (text: string | null) => (text === null ? null : new Date(text));

/** @param minted a token that the same statement has inserted, which its own select cannot see */
export function keyOf({ tokens, ...key }: KeyRow, ...minted: Token[]): Key {
  const stored = (tokens ?? []).map(
    ({ createdAt, activatedAt, endsAt, lastUsedAt, ...token }): Token => ({
      ...token,
      createdAt: new Date(createdAt ?? 0),
      activatedAt: dateOf(activatedAt),
      endsAt: dateOf(endsAt),
      lastUsedAt: dateOf(lastUsedAt),
    }),
  );
  const [current, ...others] = [...stored, ...minted];
  if (!current) throw new Error(`The key ${key.id} has no token.`);
  return { ...key, tokens: [current, ...others] };
}

/** How a key is named: by its id, or by its number. */
export type KeyName = { id: string } | { number: number };

const named = (name: KeyName) => ('id' in name ? sql`id = ${name.id}` : sql`number = ${name.number}`);

/** Whether a key belongs to an account that is not deleted. */
export const ownedBy = (accountId: string) =>
  sql`account_id in (select id from accounts where id = ${accountId} and closed_at is null)`;

const isExpired = (at: Date) => sql`expires_at is not null and expires_at <= ${at}::timestamptz`;
const isEarly = (at: Date) => sql`not_before is not null and not_before > ${at}::timestamptz`;
const hasStatus = (status: KeyStatus, at: Date): RawBuilder<unknown> =>
  ({
    active: sql`disabled_at is null and not (${isExpired(at)}) and not (${isEarly(at)})`,
    expired: sql`disabled_at is null and ${isExpired(at)}`,
    not_yet_valid: sql`disabled_at is null and not (${isExpired(at)}) and ${isEarly(at)}`,
    disabled: sql`disabled_at is not null`,
  })[status];

/** A key to be minted. */
export type NewKey = Pick<Key, 'accountId' | 'name' | 'scopes' | 'metadata' | 'expiresAt'> &
  Partial<Pick<Key, 'notBefore' | 'allowedIps' | 'audience'>> & {
    token: string;
    /** Scopes that it must not go beyond: those of a key that makes the call. Undefined: no such bound. */
    within: ReadonlySet<string> | undefined;
  };

/** @throws InsufficientScope where scopes go beyond others */
function assertWithin(scopes: readonly string[], within: ReadonlySet<string> | undefined): void {
  const beyond = within ? scopes.filter((scope) => !covers(within, scope)) : [];
  if (beyond.length > 0) throw beyondCaller(beyond);
}

/** The claim of a call's Idempotency-Key, and the answer that it seals: it is encrypted before the key is stored. */
export interface KeyClaim {
  claim: Claim;
  answer: (key: Omit<Key, 'number'>) => unknown;
}

/** A place for one more key in an account, as the CTEs that give it: `place` is empty where there is none. */
const placeIn = (accountId: string, maxKeysPerAccount: number) => sql`
  place as (
    update accounts set key_count = key_count + 1
    where id = ${accountId} and closed_at is null and key_count < ${maxKeysPerAccount}::integer
    returning id)`;

/**
 * The same, for a call with an Idempotency-Key: the account is locked before the key is claimed, and counts one more
 * after, so that no claim is left where there is no place, and no place is taken where the key is.
 */
const claimedPlaceIn = (accountId: string, maxKeysPerAccount: number, claimed: RawBuilder<never>) => sql`
  account as (
    select id, key_count < ${maxKeysPerAccount}::integer as has_place from accounts
    where id = ${accountId} and closed_at is null for no key update),
  claimed as ${claimed},
  place as (
    update accounts set key_count = key_count + 1 from claimed where id = claimed.account_id
    returning id)`;

/**
 * Stores a new key. Of its token only the hash and the start are kept, and with a claim the answer, encrypted.
 * @throws InsufficientScope where its scopes go beyond `within`
 * @throws AccountNotFound where the account is gone
 * @throws KeyLimitReached where it has `maxKeysPerAccount` keys
 * @throws AlreadyClaimed
 */
export async function mintKey(
  { db, maxKeysPerAccount }: { db: Database; maxKeysPerAccount: number },
  { token, within, ...given }: NewKey,
  act: Act,
  keyClaim?: KeyClaim,
): Promise<Key> {
  assertWithin(given.scopes, within);
  const at = new Date(act.now);
  const current = newlyMinted(token, at, 'current');
  const by = { createdBy: act.actor, onBehalfOf: act.onBehalfOf };
  const stored = { tokens: [current] as const, disabledAt: null, ...by, createdAt: at, updatedAt: at };
  const unconditional = { notBefore: null, allowedIps: null, audience: null };
  const key = { id: newId(act.now), ...unconditional, ...given, ...stored };
  const claimed = keyClaim?.claim.insert(
    { accountId: key.accountId, key: { id: key.id, hash: current.hash } },
    sql`select from account where has_place`,
    keyClaim.answer(key),
  );
  // Mints in one account take turns at its row, and each reads the count again in its turn: the bound is exact.
  // The setting says that the token is new, and counted: see the triggers token_inserted and keys_inserted.
  const { rows } = await sql<{ number: number }>`
    with ${claimed ? claimedPlaceIn(key.accountId, maxKeysPerAccount, claimed) : placeIn(key.accountId, maxKeysPerAccount)},
    minted as (
      insert into keys (id, account_id, name, scopes, metadata, expires_at, not_before, allowed_ips, audience,
        created_by, on_behalf_of, created_at, updated_at, current_hash)
      select ${key.id}::text, place.id, ${key.name}::text, ${key.scopes}::text[],
        ${JSON.stringify(key.metadata)}::text::jsonb, ${key.expiresAt}::timestamptz,
        ${key.notBefore}::timestamptz, ${key.allowedIps}::text[], ${key.audience}::text[],
        ${key.createdBy}::text, ${key.onBehalfOf}::text, ${at}::timestamptz, ${at}::timestamptz,
        decode(${current.hash}::text, 'hex')
      from place, (select set_config('latchkey.minting', 'on', true)) as setting
      returning id, account_id, number, current_hash),
    token as (
      insert into tokens (hash, key_id, start, created_at, activated_at)
      select current_hash, id, ${current.start}::text, ${at}::timestamptz, ${at}::timestamptz from minted),
    recorded as ${recorded(act, 'key.minted', sql`select account_id, id from minted`, {
      name: key.name,
      scopes: key.scopes,
      expiresAt: key.expiresAt,
    })}
    select number from minted`.execute(db);
  const [minted] = rows;
  if (minted) return { ...key, number: minted.number };
  const account = await openAccount(db, key.accountId).select('key_count').executeTakeFirst();
  if (!account) throw new AccountNotFound();
  if (keyClaim && account.key_count < maxKeysPerAccount) throw new AlreadyClaimed();
  throw new KeyLimitReached(maxKeysPerAccount);
}

/** A new token as it will be stored. */
export const newlyMinted = (token: string, createdAt: Date, state: 'current' | 'next'): Token => ({
  state,
  hash: hashText(token),
  start: startOf(token),
  createdAt,
  activatedAt: state === 'current' ? createdAt : null,
  endsAt: null,
  overlapSeconds: null,
  lastUsedAt: null,
  lastUsedIp: null,
  lastUsedUserAgent: null,
});

/** Every key of an account, oldest first. */
export async function allKeys(db: Database, accountId: string): Promise<Key[]> {
  const { rows } = await sql<KeyRow>`
    select ${keyColumns} from keys where ${ownedBy(accountId)} order by number`.execute(db);
  return rows.map((row) => keyOf(row));
}

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
  const conditions = [ownedBy(accountId)];
  if (before !== undefined) conditions.push(sql`number < ${before}`);
  if (status !== undefined) conditions.push(hasStatus(status, new Date(now)));
  if (search !== undefined) {
    const literal = search.replaceAll(/[\\%_]/g, '\\$&');
    conditions.push(sql`(name ilike ${`%${literal}%`} or exists (
      select from tokens where key_id = keys.id and start like ${`${literal}%`}))`);
  }
  const { rows } = await sql<KeyRow>`
    select ${keyColumns} from keys where ${sql.join(conditions, sql` and `)}
    order by number desc limit ${limit + 1}`.execute(db);
  return { keys: rows.slice(0, limit).map((row) => keyOf(row)), more: rows.length > limit };
}

/** @throws KeyNotFound where the account has no such key */
export async function getKey(db: Database, accountId: string, name: KeyName): Promise<Key> {
  const { rows } = await sql<KeyRow>`
    select ${keyColumns} from keys where ${ownedBy(accountId)} and ${named(name)}`.execute(db);
  const [row] = rows;
  if (!row) throw new KeyNotFound();
  return keyOf(row);
}

/** What a key may be changed to: what is absent stays. Metadata is merged, and null removes an entry (RFC 7396). */
export interface KeyChange {
  name?: string | undefined;
  scopes?: string[] | undefined;
  metadata?: Record<string, string | number | boolean | null> | undefined;
  expiresAt?: Date | null | undefined;
  disabled?: boolean | undefined;
  notBefore?: Date | null | undefined;
  allowedIps?: string[] | null | undefined;
  audience?: string[] | null | undefined;
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
export type Store = { db: Database; settled: () => Promise<void> };

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
  { within, ...change }: KeyChange & { within?: ReadonlySet<string> | undefined },
  act: Act,
): Promise<Key> {
  assertWithin(change.scopes ?? [], within);
  if (isNothing(change)) return getKey(db, accountId, name);
  const held = within && (await getKey(db, accountId, name)).scopes;
  assertWithin(held ?? [], within);
  const at = sql`${new Date(act.now)}::timestamptz`;
  const merged = sql`jsonb_strip_nulls(metadata || ${JSON.stringify(change.metadata ?? {})}::text::jsonb)`;
  const changes = [sql`updated_at = ${at}`, sql`metadata = ${merged}`];
  if (change.name !== undefined) changes.push(sql`name = ${change.name}`);
  if (change.scopes !== undefined) changes.push(sql`scopes = ${change.scopes}::text[]`);
  if (change.expiresAt !== undefined) changes.push(sql`expires_at = ${change.expiresAt}::timestamptz`);
  if (change.notBefore !== undefined) changes.push(sql`not_before = ${change.notBefore}::timestamptz`);
  if (change.allowedIps !== undefined) changes.push(sql`allowed_ips = ${change.allowedIps}::text[]`);
  if (change.audience !== undefined) changes.push(sql`audience = ${change.audience}::text[]`);
  if (change.disabled === true) changes.push(sql`disabled_at = coalesce(disabled_at, ${at})`);
  if (change.disabled === false) changes.push(sql`disabled_at = null`);

  const { rows } = await sql<KeyRow>`
    with changed as (
      update keys set ${sql.join(changes)}
      where ${ownedBy(accountId)} and ${named(name)}
        and (${change.metadata === undefined}::boolean or ${isWithinBounds(merged)})
        and (${held ?? null}::text[] is null or scopes = ${held ?? null}::text[])
      returning *),
    recorded as ${recorded(act, 'key.changed', sql`select account_id, id from changed`, change)}
    select ${keyColumns} from changed as keys`.execute(db);
  const [changed] = rows;
  if (changed) {
    await settled();
    return keyOf(changed);
  }

  const { scopes } = await getKey(db, accountId, name);
  // Its scopes were changed between the check and the update.
  if (held && held.join() !== scopes.join())
    return changeKey({ db, settled }, accountId, name, { within, ...change }, act);
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
  const { rows } = await sql`
    with revoked as (
      delete from keys where ${ownedBy(accountId)} and ${named(name)} returning id, account_id),
    recorded as ${recorded(act, 'key.revoked', sql`select account_id, id from revoked`)}
    select id from revoked`.execute(db);
  await settled();
  if (rows.length === 0) throw new KeyNotFound();
}
