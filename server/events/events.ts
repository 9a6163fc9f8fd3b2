import { isExpression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Client } from '../../decide/client.ts';
import type { EventType } from '../../decide/events.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { AccountNotFound } from '../errors.ts';
import { operatorAccountId } from '../id.ts';

/** Who does something, when, and in which request. A fact that is unknown or missing is null. */
export interface Act extends Client {
  /** `session_<id>`, `key_<id>`, `operator`, `refresh_token`, `anyone`, `github`, or `latchkey` for the service itself. */
  actor: string;
  /** Whom the operator acts for, as it says. */
  onBehalfOf: string | null;
  /** The `x-request-id` of the response. */
  requestId: string | null;
  /** Unix time in milliseconds. */
  now: number;
}

/** An act without a request, such as that of a sweep. */
export const withoutRequest = (actor: string, now: number): Act => ({
  actor,
  onBehalfOf: null,
  requestId: null,
  ip: null,
  userAgent: null,
  now,
});

/** An act as JSON in the database, for the events that a sweep records for it later. */
export const stored = (act: Act): RawBuilder<Act> => sql`${JSON.stringify(act)}::text::jsonb`;

/**
 * The CTE that inserts the events of a write, for the statement that makes it.
 * @param written a query with a row for each event: the account id, and the key id or null
 * @param data further facts, never a secret: an object for all rows, or jsonb from further columns of `written`
 */
export const recorded = (
  { actor, onBehalfOf, requestId, ip, userAgent, now }: Act,
  type: EventType,
  written: RawBuilder<unknown>,
  data: object | RawBuilder<unknown> = {},
): RawBuilder<never> => sql`(
  insert into events (at, type, actor, on_behalf_of, request_id, ip, user_agent, account_id, key_id, data)
  select ${timestamptz(now)}, ${type}::text, ${actor}::text, ${onBehalfOf}::text, ${requestId}::text,
    ${ip}::text, ${userAgent}::text, written.account_id, written.key_id,
    ${isExpression(data) ? data : sql`${JSON.stringify(data)}::text::jsonb`}
  from (${written}) as written (account_id, key_id))`;

/**
 * The same for writes of several acts.
 * @param written a query with a row for each event, in the order of the columns below
 */
export const recordedEach = (type: EventType, written: RawBuilder<unknown>): RawBuilder<never> => sql`(
  insert into events (at, actor, on_behalf_of, request_id, ip, user_agent, account_id, key_id, data, type)
  select written.*, ${type}::text from (${written}) as written)`;

/**
 * The same for what the service notices by itself.
 * @param now Unix time in milliseconds
 * @param found a query with a row for each event: its type, the account id, the key id, and further facts as jsonb
 */
export const noticed = (now: number, found: RawBuilder<unknown>): RawBuilder<never> => sql`(
  insert into events (at, type, actor, account_id, key_id, data)
  select ${timestamptz(now)}, found.type, 'latchkey', found.account_id, found.key_id, found.data
  from (${found}) as found (type, account_id, key_id, data))`;

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
  /** The address and the user agent of the operator are left out. */
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

/** The query for the events of a filter, in no order. */
export const matching = (
  db: Database,
  { accountId, keyId, type, actor, from, to, hidesOperator = false }: EventFilter,
) => {
  const shown = (column: 'ip' | 'user_agent') => {
    const stored = sql.ref<string | null>(column);
    return hidesOperator ? sql<string | null>`case when not ${byOperator} then ${stored} end` : stored;
  };
  return db
    .selectFrom('events')
    .select([
      'number',
      'at',
      'type',
      'actor',
      'on_behalf_of as onBehalfOf',
      'request_id as requestId',
      'account_id as accountId',
      'key_id as keyId',
      'data',
      shown('ip').as('ip'),
      shown('user_agent').as('userAgent'),
    ])
    .where((e) =>
      e.and({
        ...(accountId !== undefined && { account_id: accountId }),
        ...(keyId !== undefined && { key_id: keyId }),
        ...(type !== undefined && { type }),
        ...(actor !== undefined && { actor }),
      }),
    )
    .$if(from !== undefined, (q) => q.where('at', '>=', from ?? null))
    .$if(to !== undefined, (q) => q.where('at', '<', to ?? null));
};

/** A page of events, newest first. */
interface Page {
  /** Maximum number of events. */
  limit: number;
  /** Only events older than this one: the last event on the page before. */
  before?: { at: Date; number: number } | undefined;
}

/** The query for a page of the events of a filter, newest first. Each filter has an index in this order. */
export const newestFirst = (db: Database, filter: EventFilter, { limit, before }: Page) =>
  matching(db, filter)
    .$if(before !== undefined, (q) =>
      q.where(sql<SqlBool>`(at, number) < (${before?.at}::timestamptz, ${before?.number}::bigint)`),
    )
    .orderBy('at', 'desc')
    .orderBy('number', 'desc')
    .limit(limit);

/** One page of events, newest first, and whether more follow. */
export async function listEvents(
  db: Database,
  filter: EventFilter,
  { limit, before }: Page,
): Promise<{ events: Event[]; more: boolean }> {
  const events = await newestFirst(db, filter, { limit: limit + 1, before }).execute();
  return { events: events.slice(0, limit), more: events.length > limit };
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
