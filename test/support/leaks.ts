import { sql } from 'kysely';
import type { Database } from '../../server/db/schema.ts';

/** What a token of ours looks like, wherever it stands: with a prefix and a checksum, or a JWT. */
const tokenShapes = /\b[a-z][a-z0-9_]{0,15}_[0-9A-Za-z]{38}\b|\beyJ[\w-]+\.[\w-]+\.[\w-]{43,}/g;

/** The tokens in a text. */
export const tokensIn = (text: string): string[] => text.match(tokenShapes) ?? [];

/** Every row of every table; bytes as hexadecimal digits. */
export async function dump(db: Database): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db);
  if (!tables.some(({ name }) => name === 'events'))
    throw new Error('The tables are not where they should be.');
  const dumps = await Promise.all(
    tables.map(({ name }) =>
      sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(name)} as t`.execute(db),
    ),
  );
  return dumps.flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
}

/** Throws where a token that was issued stands in the database, in whatever table, or in the logs. */
export async function assertKept(issued: Set<string>, db: Database, logs: readonly string[]): Promise<void> {
  const places = { 'the database': await dump(db), 'the logs': logs.join('\n') };
  for (const [place, text] of Object.entries(places))
    for (const token of tokensIn(text))
      if (issued.has(token))
        throw new Error(`A token that was issued stands in ${place}: ${token.slice(0, 12)}…`);
}
