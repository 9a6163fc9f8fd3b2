import { type RawBuilder, sql } from 'kysely';

/** An instant as the API writes it: RFC 3339 in UTC, with milliseconds. */
export const instantText = (instant: RawBuilder<unknown>): RawBuilder<string> =>
  sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
