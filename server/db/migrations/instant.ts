import { type RawBuilder, sql } from 'kysely';

/**
 * A column of instants that a JavaScript Date reads as they are and RFC 3339 can write. It has no infinity, takes the
 * year 26 for 2026, and writes the year 10000 in six digits.
 */
export const instant = (column: string): RawBuilder<unknown> =>
  sql.raw(
    `${column} timestamptz check (${column} >= '1970-01-01T00:00Z' and ${column} < '10000-01-01T00:00Z')`,
  );
