import { type RawBuilder, sql } from 'kysely';

/** An instant in a statement. @param time Unix time in milliseconds */
export const timestamptz = (time: number): RawBuilder<Date> => sql`${new Date(time)}::timestamptz`;
