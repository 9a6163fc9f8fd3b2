import { type RawBuilder, sql } from 'kysely';
import type { KeyStatus } from '../../decide/verdict.ts';
import type { Database } from '../db/schema.ts';
import { type KeyFilter, meets } from './key-filter.ts';
import { type Key, type KeyRow, keyColumns, keyOf, ownedBy } from './keys.ts';

/** Every key of an account, oldest first. */
export async function allKeys(db: Database, accountId: string): Promise<Key[]> {
  const { rows } = await sql<KeyRow>`
    select ${keyColumns} from keys where ${ownedBy(accountId)} order by number`.execute(db);
  return rows.map((row) => keyOf(row));
}

/** Which page of a list is asked for. */
interface Asked {
  /** Maximum number of keys. */
  limit: number;
  /** Only keys with a smaller number: that of the last key on the page before. */
  before?: number | undefined;
}

/** One page of a list, newest first. */
export interface KeyPage {
  keys: Key[];
  /** The next page has the keys before this number; undefined on the last page. */
  next: number | undefined;
}

/** A condition on the rows of `keys`, and the order of an index in which the newest of them come first. */
interface Section {
  rows: RawBuilder<unknown>;
  order: RawBuilder<unknown>;
  /** Maximum number of keys that are read for one page, if a filter leaves keys out. */
  maxRead: number;
}

/** @param accountId the id, or a query for it. A range of one makes the planner use the index that has this order. */
const ofAccount = (accountId: string | RawBuilder<unknown>): Section => ({
  rows: sql`account_id between ${accountId} and ${accountId}`,
  order: sql`account_id desc, number desc`,
  maxRead: 5_000,
});

const ofDeployment: Section = { rows: sql`true`, order: sql`number desc`, maxRead: 20_000 };

/**
 * One page of the keys of a section that meet all conditions. If there are conditions, it may have fewer keys than
 * `limit`, or none, while more follow: otherwise conditions that hardly any key meets would read all keys.
 */
async function pageOf(
  db: Database,
  { rows: section, order, maxRead }: Section,
  { limit, before }: Asked,
  conditions: readonly RawBuilder<unknown>[],
): Promise<KeyPage> {
  const follows = before === undefined ? section : sql`${section} and number < ${before}::bigint`;
  /** The number of the newest key that this page does not read. 0: it reads all. */
  let unread = 0;
  if (conditions.length > 0) {
    const { rows } = await sql<{ number: number }>`
      select number from keys where ${follows} order by ${order} offset ${maxRead} limit 1`.execute(db);
    unread = rows[0]?.number ?? 0;
  }
  const all = sql.join([follows, sql`number > ${unread}::bigint`, ...conditions], sql` and `);
  // The inner select keeps the planner from reading the columns of all keys that meet the conditions, should it sort them.
  const { rows } = await sql<KeyRow>`
    select ${keyColumns} from (
      select * from keys where ${all} order by ${order} limit ${limit + 1}) as keys
    order by number desc`.execute(db);
  const keys = rows.slice(0, limit).map((row) => keyOf(row));
  if (rows.length > limit) return { keys, next: keys.at(-1)?.number };
  return { keys, next: unread > 0 ? unread + 1 : undefined };
}

/** Which keys of an account a list shows. */
interface Shown {
  status?: KeyStatus | undefined;
  /** Part of a name, in whatever case, or the beginning of a start. */
  search?: string | undefined;
}

/** One page of an account's keys. */
export async function listKeys(
  db: Database,
  accountId: string,
  { status, search, ...asked }: Asked & Shown,
  now: number,
): Promise<KeyPage> {
  const conditions = [];
  if (status !== undefined) conditions.push(hasStatus(status, new Date(now)));
  if (search !== undefined) conditions.push(contains(search));
  const section = ofAccount(accountId);
  return pageOf(db, { ...section, rows: sql`${section.rows} and ${ownedBy(accountId)}` }, asked, conditions);
}

/** One page of the keys of all accounts that meet a filter. */
export async function searchKeys(db: Database, filter: KeyFilter, asked: Asked): Promise<KeyPage> {
  const { accountId, externalId } = filter;
  const account =
    accountId ??
    (externalId === undefined ? undefined : sql`(select id from accounts where external_id = ${externalId})`);
  return pageOf(db, account === undefined ? ofDeployment : ofAccount(account), asked, [meets(filter)]);
}

const isExpired = (at: Date) => sql`expires_at is not null and expires_at <= ${at}::timestamptz`;
const isEarly = (at: Date) => sql`not_before is not null and not_before > ${at}::timestamptz`;
const hasStatus = (status: KeyStatus, at: Date): RawBuilder<unknown> =>
  ({
    active: sql`disabled_at is null and not (${isExpired(at)}) and not (${isEarly(at)})`,
    expired: sql`disabled_at is null and ${isExpired(at)}`,
    not_yet_valid: sql`disabled_at is null and not (${isExpired(at)}) and ${isEarly(at)}`,
    disabled: sql`disabled_at is not null`,
  })[status];

function contains(search: string): RawBuilder<unknown> {
  const literal = search.replaceAll(/[\\%_]/g, '\\$&');
  return sql`(name ilike ${`%${literal}%`} or exists (
    select from tokens where key_id = keys.id and start like ${`${literal}%`}))`;
}
