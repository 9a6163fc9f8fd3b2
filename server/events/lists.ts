import { type SqlBool, sql } from 'kysely';
import type { EventType } from '../../decide/events.ts';
import type { Database } from '../db/schema.ts';
import { AccountNotFound } from '../errors.ts';
import { operatorAccountId } from '../id.ts';
import type { Act } from './recording.ts';

/** An event as it is stored. */
export interface Event extends Omit<Act, 'now'> {
  /** Counts up with each event of the deployment. */
  number: number;
  at: Date;
  type: EventType;
  accountId: string;
  keyId: string | null;
  data: Record<string, unknown>;
}

/** Which events a list shows: those that every filter matches. */
export interface EventFilter {
  accountId?: string | undefined;
  keyId?: string | undefined;
  type?: EventType | undefined;
  actor?: string | undefined;
  /** Only events at or after this instant. */
  from?: Date | undefined;
  /** Only events before this instant. */
  to?: Date | undefined;
  /** What the operator alone sees is left out: its address and its user agent, and the metadata of accounts. */
  hidesOperator?: boolean;
}

/**
 * Whether the operator did it: with its token, or with a key of its own account. A key that is gone is known by its last
 * event, which is kept longer than those of what it did. Null: a key of which nothing is known.
 */
const byOperator = sql<SqlBool>`(events.actor = 'operator' or starts_with(events.actor, 'key_') and coalesce(
  (select account_id from keys where id = substr(events.actor, 5)),
  (select own.account_id from events as own where own.key_id = substr(events.actor, 5) order by at desc, number desc limit 1)
) = ${operatorAccountId})`;

/** Maximum number of events that are read for one page, if filters leave events out. */
export const maxRead = 5_000;

/**
 * The query for the events of a filter, in no order.
 * @param among those that are looked at
 */
export const matching = (db: Database, filter: EventFilter, among = db.selectFrom('events').selectAll()) => {
  const shown = (column: 'ip' | 'user_agent') => {
    const stored = sql.ref<string | null>(column);
    return filter.hidesOperator ? sql<string | null>`case when not ${byOperator} then ${stored} end` : stored;
  };
  const ownerData = sql<
    Event['data']
  >`case when type in ('account.created', 'account.changed') then data - 'metadata' else data end`;
  return db
    .selectFrom(among.as('events'))
    .select([
      'number',
      'at',
      'type',
      'actor',
      'on_behalf_of as onBehalfOf',
      'request_id as requestId',
      'account_id as accountId',
      'key_id as keyId',
      filter.hidesOperator ? ownerData.as('data') : 'data',
      shown('ip').as('ip'),
      shown('user_agent').as('userAgent'),
    ])
    .where((e) => e.and([...given(filter).map((by) => isOf(filter, by)), ...ofPeriod(filter)]));
};

/** The place of an event in the list of all, newest first. */
interface Place {
  at: Date;
  number: number;
}

/** A page of events, newest first. */
interface Page {
  /** Maximum number of events. */
  limit: number;
  /** Only events older than this one, which is the last that was read for the page before. */
  before?: Place | undefined;
  reach?: Reach | undefined;
}

/** The filters, each with the column that it compares. The column has an index with the events of each value in order. */
const columns = { keyId: 'key_id', actor: 'actor', accountId: 'account_id', type: 'type' } as const;
type Indexed = keyof typeof columns;
const filters = Object.keys(columns) as Indexed[];

const given = (filter: EventFilter) => filters.filter((by) => filter[by] !== undefined);
/** Whether several filters are given: a page then reads events that it does not show. */
export const combines = (filter: EventFilter): boolean => given(filter).length > 1;
const isOf = (filter: EventFilter, by: Indexed) => sql<SqlBool>`${sql.ref(columns[by])} = ${filter[by]}`;

/** What one page reads of filters that combine: the events of one filter, down to an event, or all of them. */
interface Reach {
  by: Indexed;
  downTo: Place | undefined;
}

const row = ({ at, number }: Place) => sql`(${at}::timestamptz, ${number}::bigint)`;
const isBefore = (place: Place) => sql<SqlBool>`(at, number) < ${row(place)}`;
const isFrom = (place: Place) => sql<SqlBool>`(at, number) >= ${row(place)}`;

/** The conditions that the events of a filter are of its period, and older than one that was read. */
const ofPeriod = ({ from, to }: EventFilter, before?: Place) => [
  ...(from ? [sql<SqlBool>`at >= ${from}::timestamptz`] : []),
  ...(to ? [sql<SqlBool>`at < ${to}::timestamptz`] : []),
  ...(before ? [isBefore(before)] : []),
];

/** The events that one of the filters matches, newest first: in the order of its index. */
const ofOne = (db: Database, filter: EventFilter, by: Indexed, before: Place | undefined) =>
  db
    .selectFrom('events')
    .where((e) => e.and([isOf(filter, by), ...ofPeriod(filter, before)]))
    .orderBy('at', 'desc')
    .orderBy('number', 'desc');

/**
 * What one page reads where filters combine, since there may be hardly any event, or none, that all of them match. Of each
 * filter it could read as many events: it reads those that go back the furthest. Undefined: there is one filter at most.
 */
export async function reachOf(
  db: Database,
  filter: EventFilter,
  before: Place | undefined,
): Promise<Reach | undefined> {
  if (!combines(filter)) return undefined;
  let furthest: Reach | undefined;
  for (const by of given(filter)) {
    const last = ofOne(db, filter, by, before).offset(maxRead - 1);
    const downTo = await last.select(['at', 'number']).limit(1).executeTakeFirst();
    if (!downTo) return { by, downTo };
    if (!furthest?.downTo || isOlder(downTo, furthest.downTo)) furthest = { by, downTo };
  }
  return furthest;
}

const isOlder = (one: Place, other: Place) =>
  one.at < other.at || (one.at.getTime() === other.at.getTime() && one.number < other.number);

/** The events of a reach. The offset keeps the planner from using the index of another filter, which may have many more. */
const within = (db: Database, filter: EventFilter, { by, downTo }: Reach, before: Place | undefined) =>
  ofOne(db, filter, by, before)
    .selectAll()
    .where((e) => e.and(downTo ? [isFrom(downTo)] : []))
    .offset(0);

/** The query for a page of the events of a filter, newest first. Each filter has an index in this order. */
export const newestFirst = (db: Database, filter: EventFilter, { limit, before, reach }: Page) =>
  matching(db, filter, reach && within(db, filter, reach, before))
    .where((e) => e.and(before ? [isBefore(before)] : []))
    .orderBy('at', 'desc')
    .orderBy('number', 'desc')
    .limit(limit);

/**
 * One page of events, newest first. If filters combine, it may have fewer than `limit`, or none, while more follow.
 * @returns the place before which the next page begins; undefined on the last page
 */
export async function listEvents(
  db: Database,
  filter: EventFilter,
  { limit, before }: Omit<Page, 'reach'>,
): Promise<{ events: Event[]; next: Place | undefined }> {
  const reach = await reachOf(db, filter, before);
  const found = await newestFirst(db, filter, { limit: limit + 1, before, reach }).execute();
  const events = found.slice(0, limit);
  return { events, next: found.length > limit ? events.at(-1) : reach?.downTo };
}

/**
 * Tells an account without events of a filter from one that never was. A deleted account is known by its events, for as
 * long as they are kept.
 * @throws AccountNotFound
 */
export async function assertKnown(db: Database, accountId: string): Promise<void> {
  const { rows } = await sql`
    select where exists (select from accounts where id = ${accountId})
      or exists (select from events where account_id = ${accountId})`.execute(db);
  if (rows.length === 0) throw new AccountNotFound();
}
