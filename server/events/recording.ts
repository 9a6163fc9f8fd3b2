import { isExpression, type RawBuilder, sql } from 'kysely';
import type { Client } from '../../decide/client.ts';
import type { EventType } from '../../decide/events.ts';
import { timestamptz } from '../db/timestamptz.ts';

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
export const actAsJson = (act: Act): RawBuilder<Act> => sql`${JSON.stringify(act)}::text::jsonb`;

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
): RawBuilder<unknown> => sql`(
  insert into events (at, type, actor, on_behalf_of, request_id, ip, user_agent, account_id, key_id, data)
  select ${timestamptz(now)}, ${type}::text, ${actor}::text, ${onBehalfOf}::text, ${requestId}::text,
    ${ip}::text, ${userAgent}::text, written.account_id, written.key_id,
    ${isExpression(data) ? data : sql`${JSON.stringify(data)}::text::jsonb`}
  from (${written}) as written (account_id, key_id))`;

/**
 * The same for writes of several acts.
 * @param written a query with a row for each event, in the order of the columns below
 */
export const recordedEach = (type: EventType, written: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  insert into events (at, actor, on_behalf_of, request_id, ip, user_agent, account_id, key_id, data, type)
  select written.*, ${type}::text from (${written}) as written)`;

/**
 * The same for what the service notices by itself. Nobody is told of an account that is deleted.
 * @param now Unix time in milliseconds
 * @param found a query with a row for each event: its type, the account id, the key id, and further facts as jsonb
 */
export const noticed = (now: number, found: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  insert into events (at, type, actor, account_id, key_id, data)
  select ${timestamptz(now)}, found.type, 'latchkey', found.account_id, found.key_id, found.data
  from (${found}) as found (type, account_id, key_id, data)
  where exists (select from accounts where id = found.account_id and closed_at is null))`;
