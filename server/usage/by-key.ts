import { type RawBuilder, sql } from 'kysely';
import type { Counts } from '../../decide/uses.ts';
import type { Database } from '../db/schema.ts';
import { bucketLengths, type Range, sums } from './report.ts';

/** The uses of one key in a range, or on one day of it. */
export interface KeyUsage extends Counts {
  accountId: string;
  externalId: string | null;
  keyId: string;
  /** The beginning of the range, or of the day. */
  start: Date;
}

/** A place in the list: a key was listed, up to an instant if there is one. */
export interface Place {
  keyId: string;
  upTo?: Date | undefined;
}

/** Which uses are listed. */
interface Listed extends Pick<Range, 'from' | 'to'> {
  /** Whether each day has a row of its own. */
  byDay: boolean;
}

interface Asked {
  /** Maximum number of rows. */
  limit: number;
  after?: Place | undefined;
}

/** Maximum number of keys that are read for one page: hardly any may have been used in the range. */
const maxRead = 2_000;

interface Reached {
  lastKeyId: string;
  keysRead: number;
}

/** A row of a page, with how far the page has read. A page without rows is one row of nulls. */
type PageRow = Reached & (KeyUsage | { keyId: null });

/**
 * The query for one page. It goes from key to key in the order of the primary key, and reads only the counts in the range:
 * those of one day are few among those of the 90 days that are kept. It stops when the page is full.
 */
export function pageByKey({ from, to, byDay }: Listed, { limit, after }: Asked): RawBuilder<PageRow> {
  const start = byDay ? sql`date_trunc('day', hour, 'UTC')` : sql`${from}::timestamptz`;
  // In a query of its own, the planner does not know the instant. If it did, and believed that there is hardly any count
  // after it, as its statistics of yesterday may say, it would read those of all keys for each key.
  const hidden = (instant: Date) => sql`(select ${instant}::timestamptz)`;
  const countsOf = (keyId: RawBuilder<unknown>, since: RawBuilder<unknown>) =>
    sql`from usage where key_id = ${keyId} and hour >= ${since} and hour < ${hidden(to)}`;
  // Not `exists`, for which the planner may read the counts of all keys in the range, once for all.
  const rowsOf = (...counts: Parameters<typeof countsOf>) =>
    byDay
      ? sql`(select count(distinct ${start})::int ${countsOf(...counts)})`
      : sql`coalesce((select 1 ${countsOf(...counts)} limit 1), 0)`;
  const first = sql`${after?.keyId ?? ''}::text collate "C"`;
  const resumed = hidden(after?.upTo ?? to);
  const begin = hidden(from);
  return sql<PageRow>`
    with recursive visited as (
      select key_id, since, 0 as keys_read, row_count, row_count as rows_found
      from (select ${first} as key_id, ${resumed} as since, ${after?.upTo ? rowsOf(first, resumed) : sql`0`} as row_count) as first
      union all
      select next.key_id, ${begin}, keys_read + 1, next.row_count, rows_found + next.row_count
      from visited cross join lateral (
        select next.key_id, ${rowsOf(sql`next.key_id`, begin)} as row_count
        from usage as next where next.key_id > visited.key_id order by next.key_id limit 1) as next
      where rows_found <= ${limit}::int and keys_read < ${maxRead}::int
    ),
    page as (
      select visited.key_id as "keyId", counted.*
      from visited cross join lateral (
        select account_id as "accountId", start, ${sums}
        from (
          select account_id, ${start} as start, verdict, sum(count) as count
          ${countsOf(sql`visited.key_id`, sql`visited.since`)}
          group by account_id, start, verdict) as verdicts
        group by account_id, start) as counted
      where row_count > 0
      order by visited.key_id, start limit ${limit + 1}
    )
    select page.*, external_id as "externalId", reached.key_id as "lastKeyId", keys_read as "keysRead"
    from (select key_id, keys_read from visited order by keys_read desc limit 1) as reached
    left join page on true
    left join accounts on accounts.id = "accountId"
    order by "keyId", start`;
}

/**
 * One page of the uses of all keys, by key id and then by day. It may have fewer rows than `limit`, or none, while more
 * follow.
 * @returns the place after which the next page begins; undefined on the last page
 */
export async function listUsageByKey(
  db: Database,
  listed: Listed,
  asked: Asked,
): Promise<{ rows: KeyUsage[]; next: Place | undefined }> {
  const { rows: read } = await pageByKey(listed, asked).execute(db);
  const found = read.flatMap(({ lastKeyId, keysRead, ...row }) => (row.keyId === null ? [] : row));
  const rows = found.slice(0, asked.limit);
  const last = rows.at(-1);
  if (last && found.length > rows.length) {
    const upTo = listed.byDay ? new Date(last.start.getTime() + bucketLengths.day) : undefined;
    return { rows, next: { keyId: last.keyId, upTo } };
  }
  const reached = read[0];
  return { rows, next: reached && reached.keysRead === maxRead ? { keyId: reached.lastKeyId } : undefined };
}
