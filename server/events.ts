import { type RawBuilder, sql } from 'kysely';
import type { EventType } from '../decide/events.ts';
import type { Client } from './usage/tally.ts';

/** Who does something, when, and in which request. A fact that is unknown or missing is null. */
export interface Act extends Client {
  /** `session_<id>`, `key_<id>`, `operator`, `refresh_token`, `anyone`, or `latchkey` for the service itself. */
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

/** An act as JSON in the database, for events that a sweep records later on its behalf. */
export const stored = (act: Act): RawBuilder<Act> => sql`${JSON.stringify(act)}::text::jsonb`;

/**
 * The events of a write, for the same statement to insert: what happened and its record are one.
 * @param written a query for an account id and a key id (or null), a row for each thing that was written
 * @param data further facts; never a secret
 */
export const recorded = (
  { actor, onBehalfOf, requestId, ip, userAgent, now }: Act,
  type: EventType,
  written: RawBuilder<unknown>,
  data: object = {},
): RawBuilder<never> => sql`(
  insert into events (at, type, actor, on_behalf_of, request_id, ip, user_agent, account_id, key_id, data)
  select ${new Date(now)}::timestamptz, ${type}::text, ${actor}::text, ${onBehalfOf}::text, ${requestId}::text,
    ${ip}::text, ${userAgent}::text, written.account_id, written.key_id, ${JSON.stringify(data)}::text::jsonb
  from (${written}) as written (account_id, key_id))`;
