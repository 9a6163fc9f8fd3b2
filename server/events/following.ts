import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { EventsPending } from '../errors.ts';
import { type Event, type EventFilter, matching, maxRead } from './lists.ts';

/*
 * Events in the order in which they were written: that of their numbers.
 *
 * An event gets its number when it is inserted, and is visible when its transaction has committed: later, and in another
 * order. Whoever goes on after the highest number that is visible misses a lower one that is committed afterwards. So a
 * list ends at a number below which none can appear any more (`settledNumber`):
 *
 * 1. One statement reads the highest number that is visible, and after that which transactions hold the lock that
 *    inserting takes on the table. A transaction with a lower number had its lock before its number, had its number
 *    before the statement began, and keeps its lock until what it wrote is visible. So it is found, or it has ended.
 * 2. Those that are found are waited for. Later ones draw higher numbers: the sequence of the column has no cache.
 * 3. Only then begins the statement that reads the events, up to that number.
 *
 * This rests on the locks of Postgres alone. It needs no clock and no bound on how long a commit takes, and holds for
 * transactions by hand as well. One that is prepared keeps its lock, and its virtual id while the server runs (Postgres
 * 14.1). The embedded database has one session, in which nothing is ever found.
 */

/** Maximum number of events after `from` of which the first to be written is looked for. */
const maxSince = 20_000;

/** How long writers are waited for, in milliseconds: each time twice as long, so twice that in all. */
const patience = 640;

/** Who holds the lock on events that every insert takes. */
const writers = sql`
  from pg_locks where locktype = 'relation' and mode = 'RowExclusiveLock' and granted
    and relation = 'events'::regclass
    and database = (select oid from pg_database where datname = current_database())`;

/**
 * A number below which no event can appear any more: the highest that is visible now.
 * @throws EventsPending if a transaction that may write events does not end
 */
export async function settledNumber(db: Database): Promise<number> {
  const { rows } = await sql<{ newest: number; writing: string[] }>`
    select coalesce((select max(number) from events), 0) as newest, array(select virtualtransaction ${writers}) as writing`.execute(
    db,
  );
  const { newest, writing } = onlyRow(rows);
  let remaining = writing;
  for (let wait = 5; remaining.length > 0; wait *= 2) {
    if (wait > patience) throw new EventsPending();
    await pause(wait);
    const { rows } = await sql<{ one: string }>`
      select virtualtransaction as one ${writers} and virtualtransaction = any(${remaining}::text[])`.execute(
      db,
    );
    remaining = rows.map(({ one }) => one);
  }
  return newest;
}

/** A part of the events, by their numbers: those after one, up to another. */
interface Span {
  after: number;
  upTo: number;
}

const within = ({ after, upTo }: Span, accountId: string | undefined) =>
  sql`number > ${after}::bigint and number <= ${upTo}::bigint ${accountId === undefined ? sql`` : sql`and account_id = ${accountId}`}`;

/** The query for a page of the events of a filter in a span, in their order. */
export const eventsInOrder = (db: Database, filter: EventFilter, { after, upTo }: Span, limit: number) =>
  matching(db, filter).where('number', '>', after).where('number', '<=', upTo).orderBy('number').limit(limit);

/**
 * Before which event a list begins: where few events have happened since its `from`, at the first of these that was
 * written. Otherwise at the first of all.
 */
async function beginning(db: Database, { from, accountId }: EventFilter, newest: number): Promise<number> {
  if (from === undefined) return 0;
  const { rows } = await sql<{ place: number }>`
    select case when count(*) < ${maxSince}::bigint then coalesce(min(number) - 1, ${newest}::bigint) else 0 end as place
    from (
      select number from events where at >= ${timestamptz(from.getTime())} and ${within({ after: 0, upTo: newest }, accountId)}
      order by at, number limit ${maxSince}
    ) as since`.execute(db);
  return onlyRow(rows).place;
}

/** Whether a page reads events that it does not show. An account has its events in their order. */
export const skipsEvents = ({ keyId, type, actor, from, to }: EventFilter): boolean =>
  [keyId, type, actor, from, to].some((filter) => filter !== undefined);

/** Up to which event one page reads. */
async function endOfPage(db: Database, filter: EventFilter, span: Span): Promise<number> {
  if (!skipsEvents(filter)) return span.upTo;
  const { accountId } = filter;
  const { rows } = await sql<{ number: number }>`
    select number from events where ${within(span, accountId)} order by number offset ${maxRead - 1} limit 1`.execute(
    db,
  );
  return rows[0]?.number ?? span.upTo;
}

/**
 * One page of events in the order in which they were written. With a filter it may have fewer than `limit`, or none, while
 * more follow.
 * @param newest what `settledNumber` returned: nothing after it is read
 * @param after the place of the page before; undefined on the first page
 * @returns the place where the next page goes on, now or later, and whether there are more events already
 */
export async function followEvents(
  db: Database,
  filter: EventFilter,
  { limit, newest, after }: { limit: number; newest: number; after: number | undefined },
): Promise<{ events: Event[]; place: number; more: boolean }> {
  const begin = after ?? (await beginning(db, filter, newest));
  const end = await endOfPage(db, filter, { after: begin, upTo: newest });
  const events = await eventsInOrder(db, filter, { after: begin, upTo: end }, limit + 1).execute();
  const last = events[limit - 1];
  if (last && events.length > limit)
    return { events: events.slice(0, limit), place: last.number, more: true };
  return { events, place: Math.max(begin, end), more: end < newest };
}
