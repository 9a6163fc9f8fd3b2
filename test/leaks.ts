import { sql } from 'kysely';
import type { Database } from '../server/db/schema.ts';

/** What a token of ours looks like, wherever it stands: with a prefix and a checksum, or a JWT. */
const tokenShapes = /\b[a-z]+_[0-9A-Za-z]{38}\b|\beyJ[\w-]+\.[\w-]+\.[\w-]{43,}/g;

/** The tokens in a text. */
export const tokensIn = (text: string): string[] => text.match(tokenShapes) ?? [];

/** Throws where a token that was issued stands in the database, in whatever table, or in the logs. */
export async function assertKept(issued: Set<string>, db: Database, logs: readonly string[]): Promise<void> {
  const { rows } = await sql<{ dump: string | null }>`
    select string_agg(t::text, e'\n') as dump from (
      select row_to_json(a)::text from accounts a union all
      select row_to_json(s)::text from sessions s union all
      select row_to_json(r)::text from refresh_tokens r union all
      select row_to_json(k)::text from keys k union all
      select row_to_json(u)::text from usage u union all
      select row_to_json(l)::text from audit l
    ) as t`.execute(db);
  const places = { 'the database': rows[0]?.dump ?? '', 'the logs': logs.join('\n') };
  for (const [place, text] of Object.entries(places))
    for (const token of tokensIn(text))
      if (issued.has(token))
        throw new Error(`A token that was issued stands in ${place}: ${token.slice(0, 12)}…`);
}
