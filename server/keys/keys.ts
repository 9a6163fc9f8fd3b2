import { sql } from 'kysely';
import type { TokenState } from '../../decide/verdict.ts';
import type { Database, Metadata } from '../db/schema.ts';
import { KeyNotFound, WrongCaller } from '../errors.ts';
import { endedColumns, everyToken, recordedEnd } from '../events/ended-tokens.ts';
import type { Act } from '../events/recording.ts';
import type { Store } from '../store.ts';
import { hashText, startOf } from '../token.ts';
import { keyLimitColumns, type LimitRule, type QuotaRow, quotaOf } from './limit-rows.ts';
import type { Quota } from './quota.ts';

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

/** A role of a key. */
export interface KeyRole {
  id: string;
  name: string;
  scopes: string[];
}

/** What a key may do: its own scopes, and those of its roles. */
export const allScopesOf = ({ scopes, roles }: Pick<Key, 'scopes' | 'roles'>): string[] => [
  ...scopes,
  ...roles.flatMap((role) => role.scopes),
];

/** A key as it is stored. */
export interface Key {
  id: string;
  /** Counts up with each key of the deployment: the order of lists, and the id that one contract shows. */
  number: number;
  accountId: string;
  name: string;
  /** The current token, and during a rotation the next one or the previous one, which may have ended. */
  tokens: readonly [current: Token, ...Token[]];
  /** Its own, without those of its roles: see `allScopesOf`. */
  scopes: string[];
  /** In the order of their names. */
  roles: KeyRole[];
  metadata: Metadata;
  expiresAt: Date | null;
  /** What `expiresAt` becomes with the first use of its next token. Null: never, or it has no next token. */
  nextExpiresAt: Date | null;
  disabledAt: Date | null;
  /** From when on it is accepted; null: always. */
  notBefore: Date | null;
  /** The addresses that it is accepted from, as ranges in the form of `formatCidr`; null: all. */
  allowedIps: string[] | null;
  /** Who may accept it, as URIs; null: anybody. */
  audience: string[] | null;
  /** In the order of their names. */
  limits: LimitRule[];
  /** As it is stored: see `quotaAt`. Null: none. */
  quota: Quota | null;
  /** The actor that minted it. */
  createdBy: Act['actor'];
  /** Whom the operator minted it for, as it says. */
  onBehalfOf: Act['onBehalfOf'];
  createdAt: Date;
  updatedAt: Date;
}

/** The columns of a key, for a select from `keys`, or from a CTE aliased so (`rotatedKey` in rotation.ts). */
export const keyColumns = sql`
  id, number, account_id as "accountId", name, scopes, metadata, expires_at as "expiresAt",
  next_expires_at as "nextExpiresAt",
  case when roles = '{}' then '[]' else (
    select coalesce(json_agg(json_build_object('id', id, 'name', name, 'scopes', scopes) order by name), '[]')
    from roles where id = any(keys.roles)) end as roles,
  disabled_at as "disabledAt", not_before as "notBefore", allowed_ips as "allowedIps", audience,
  ${keyLimitColumns},
  created_by as "createdBy", on_behalf_of as "onBehalfOf", created_at as "createdAt", updated_at as "updatedAt",
  -- Ordered by state: the alphabet has current before next and previous.
  (select json_agg(token order by state) from (
    select encode(hash, 'hex') as hash, start, created_at as "createdAt", activated_at as "activatedAt",
      case hash when keys.current_hash then 'current' when keys.next_hash then 'next' else 'previous' end as state,
      case hash when keys.previous_hash then keys.previous_ends_at end as "endsAt",
      case hash when keys.next_hash then keys.next_overlap end as "overlapSeconds",
      last_used_at as "lastUsedAt", last_used_ip as "lastUsedIp", last_used_user_agent as "lastUsedUserAgent"
    from tokens where key_id = keys.id and hash in (keys.current_hash, keys.next_hash, keys.previous_hash)
  ) as token) as tokens,
  num_nonnulls(keys.current_hash, keys.next_hash, keys.previous_hash) as "tokenCount"`;

/** A value as JSON has it, with strings for dates. */
type AsJson<Value> = {
  [Name in keyof Value]: Date extends Value[Name] ? string | Exclude<Value[Name], Date> : Value[Name];
};
/** A key as `keyColumns` reads it. */
export type KeyRow = Omit<Key, 'tokens' | 'quota'> & {
  tokens: AsJson<Token>[] | null;
  /** How many tokens the row of the key names. */
  tokenCount: number;
  quota: QuotaRow | null;
};

const dateOf = (text: string | null) => (text === null ? null : new Date(text));

/** @param minted a token that the same statement inserts, which the select of that statement cannot see */
export function keyOf({ tokens, tokenCount, quota, ...key }: KeyRow, ...minted: Token[]): Key {
  const stored = (tokens ?? []).map(
    ({ createdAt, activatedAt, endsAt, lastUsedAt, ...token }): Token => ({
      ...token,
      createdAt: new Date(createdAt),
      activatedAt: dateOf(activatedAt),
      endsAt: dateOf(endsAt),
      lastUsedAt: dateOf(lastUsedAt),
    }),
  );
  const [current, ...others] = [...stored, ...minted];
  if (!current) throw new Error(`The key ${key.id} has no token.`);
  return { ...key, quota: quota && quotaOf(quota), tokens: [current, ...others] };
}

/** Whether a key belongs to an account that is not deleted. */
export const ownedBy = (accountId: string) =>
  sql`account_id in (select id from accounts where id = ${accountId} and closed_at is null)`;

/** A key by its account and its id. */
export interface KeyById {
  accountId: string;
  id: string;
}

/** A key by its account, and by its id or its running number. */
export type KeyPlace = KeyById | { accountId: string; number: number };

/** The condition on the row of this key, if its account is not deleted. */
export const isAt = (place: KeyPlace) => {
  const named = 'id' in place ? sql`id = ${place.id}` : sql`number = ${place.number}`;
  return sql`${named} and ${ownedBy(place.accountId)}`;
};

/** A key that is changed, and, where it makes the call itself, the token that it presented. */
export interface ActedOn {
  /** The hash of that token. It must be the current one when the row is locked. Absent: somebody else makes the call. */
  by?: string | undefined;
}

/** The condition on the row of a key that the token which acts on it is its current one: a cache may not know yet. */
export const isBy = ({ by }: ActedOn) =>
  by === undefined ? sql`true` : sql`current_hash = decode(${by}::text, 'hex')`;

/** @throws WrongCaller where a key acts on itself by a token that is not its current one */
export function assertBy({ tokens: [current] }: Key, { by }: ActedOn): void {
  if (by !== undefined && by !== current.hash)
    throw new WrongCaller('Only the current token of a key can rotate or revoke the key.');
}

/** What is stored of a token. */
export type StoredToken = Pick<Token, 'hash' | 'start'>;

/** A new token as it will be stored. @param token the token, or what is known of that of an imported key */
export const newlyMinted = (
  token: string | StoredToken,
  createdAt: Date,
  state: 'current' | 'next',
): Token => ({
  ...(typeof token === 'string' ? { hash: hashText(token), start: startOf(token) } : token),
  state,
  createdAt,
  activatedAt: state === 'current' ? createdAt : null,
  endsAt: null,
  overlapSeconds: null,
  lastUsedAt: null,
  lastUsedIp: null,
  lastUsedUserAgent: null,
});

/** @throws KeyNotFound where the account has no such key */
export async function getKey(db: Database, place: KeyPlace): Promise<Key> {
  const { rows } = await sql<KeyRow>`select ${keyColumns} from keys where ${isAt(place)}`.execute(db);
  const [row] = rows;
  if (!row) throw new KeyNotFound();
  return keyOf(row);
}

/**
 * Deletes a key. When this returns, or throws KeyNotFound, no replica accepts a token of it: an earlier attempt may have
 * succeeded without an answer.
 * @throws KeyNotFound where the account has no such key
 * @throws WrongCaller
 */
export async function revokeKey({ db, settled }: Store, place: KeyPlace & ActedOn, act: Act): Promise<void> {
  const { rows } = await sql`
    with revoked as (
      delete from keys where ${isAt(place)} and ${isBy(place)} returning ${endedColumns}),
    recorded as ${recordedEnd(act, 'key.revoked', sql`revoked`, everyToken)}
    select id from revoked`.execute(db);
  await settled();
  if (rows.length > 0) return;
  assertBy(await getKey(db, place), place);
  throw new KeyNotFound();
}
