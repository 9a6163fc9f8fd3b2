import { sql } from 'kysely';
import { outcomes } from '../../decide/outcomes.ts';
import type { HourUses, TokenUses } from '../../decide/uses.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';

/** Rows of these texts, in the order of the names: as columns, which are less work for Postgres than a list of objects. */
const rowsFrom = <Row>(rows: readonly Row[], ...names: (keyof Row)[]) =>
  sql`rows from (${sql.join(
    names.map(
      (name) => sql`json_array_elements_text(${JSON.stringify(rows.map((row) => row[name]))}::text::json)`,
    ),
  )})`;

/** The counts of uses that are not 0. */
const countsOf = (uses: readonly TokenUses[]) =>
  uses.flatMap((token) =>
    outcomes.flatMap((verdict) => {
      const { accountId, keyId, [verdict]: count } = token;
      return count === 0 ? [] : { accountId, keyId, verdict, count };
    }),
  );

/**
 * Writes last uses and counts. It waits for no token that somebody else has locked, and every writer of counts locks them in
 * the order of key and verdict, so none can deadlock. If the database's reply is lost, a use may be counted twice. Counts of
 * deleted accounts are dropped.
 * @returns the tokens that somebody else had locked: their last use is left for later
 */
export async function writeUses(db: Database, { hour, uses }: HourUses): Promise<ReadonlySet<string>> {
  const valid = uses.filter(({ lastUsedAt }) => lastUsedAt > 0);
  const isLater = sql`(tokens.last_used_at is null or tokens.last_used_at < used.at)`;
  const { rows } = await sql<{ hash: string }>`
    with used as materialized (
      select *, decode(hash_text, 'hex') as hash, to_timestamp(used_at::float8 / 1000) as at
      from ${rowsFrom(valid, 'hash', 'lastUsedAt', 'ip', 'userAgent')} as u(hash_text, used_at, ip, user_agent)
    ),
    locked as materialized (
      select used.* from used join tokens on tokens.hash = used.hash
      where ${isLater}
      for no key update of tokens skip locked
    ),
    last_uses as (
      update tokens set last_used_at = used.at, last_used_ip = used.ip, last_used_user_agent = used.user_agent
      from locked as used where tokens.hash = used.hash and ${isLater}
    ),
    counts as (
      insert into usage (account_id, key_id, hour, verdict, count)
      select account_id, key_id, ${timestamptz(hour)}, verdict, sum(count::bigint)
      from ${rowsFrom(countsOf(uses), 'accountId', 'keyId', 'verdict', 'count')} as c(account_id, key_id, verdict, count)
      join accounts on accounts.id = account_id and accounts.closed_at is null
      -- Makes the insert wait for the locks above.
      where (select count(*) from locked) >= 0
      group by account_id, key_id, verdict
      order by key_id collate "C", verdict collate "C"
      on conflict (key_id, hour, verdict) do update set count = usage.count + excluded.count
    )
    select hash_text as hash from used join tokens on tokens.hash = used.hash
    where used.hash not in (select hash from locked) and ${isLater}`.execute(db);
  return new Set(rows.map(({ hash }) => hash));
}
