import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { CountDiffers } from '../errors.ts';
import { endedColumns, everyToken, recordedEnd } from '../events/ended-tokens.ts';
import type { Act } from '../events/recording.ts';
import type { Store } from '../store.ts';
import { type KeyFilter, meets } from './key-filter.ts';

/** The number of keys revoked by one statement: few enough not to hold up requests on the embedded database. */
const partSize = 250;
/** The number of keys that one statement searches: few enough for it to end in time, however many keys there are. */
const rangeSize = 100_000;
/** The number of keys that one call revokes: more would take longer than its caller waits. */
const maxRevoked = 10_000;

/** The keys that one statement searches. */
const isInRange = (after: number) =>
  sql`number > ${after}::bigint and number <= ${after + rangeSize}::bigint`;
const newestNumber = sql`(select coalesce(max(number), 0) from keys)`;

/** How many keys meet a filter, range by range. */
async function* countsOf(db: Database, filter: KeyFilter): AsyncGenerator<number, void> {
  let newest = 1;
  for (let after = 0; after < newest; after += rangeSize) {
    const { rows } = await sql<{ count: number; newest: number }>`
      select count(*)::integer as count, ${newestNumber} as newest
      from keys where ${isInRange(after)} and ${meets(filter)}`.execute(db);
    const found = onlyRow(rows);
    newest = found.newest;
    yield found.count;
    // The embedded database answers within one turn of the event loop. Other requests run in between.
    await nextTurn();
  }
}

async function countKeys(db: Database, filter: KeyFilter): Promise<number> {
  let counted = 0;
  for await (const count of countsOf(db, filter)) counted += count;
  return counted;
}

async function hasKeys(db: Database, filter: KeyFilter): Promise<boolean> {
  for await (const count of countsOf(db, filter)) if (count > 0) return true;
  return false;
}

/**
 * Revokes the first keys that meet a filter, of those in the range above `after`.
 * @returns how many there were, the number above which to go on, and whether there are keys above it
 */
async function revokePart(
  db: Database,
  filter: KeyFilter,
  after: number,
  act: Act,
): Promise<{ count: number; next: number; more: boolean }> {
  // Locked in the order of their numbers, so that two calls at once do not deadlock.
  const { rows } = await sql<{ count: number; last: number; newest: number }>`
    with part as (
      select id, number from keys where ${isInRange(after)} and ${meets(filter)}
      order by number limit ${partSize} for update),
    revoked as (delete from keys where id in (select id from part) returning ${endedColumns}),
    recorded as ${recordedEnd(act, 'key.revoked', sql`revoked`, everyToken, { reason: 'bulk' })}
    select count(*)::integer as count, coalesce(max(number), 0) as last, ${newestNumber} as newest
    from part`.execute(db);
  const { count, last, newest } = onlyRow(rows);
  const next = count === partSize ? last : after + rangeSize;
  return { count, next, more: next < newest };
}

/** What a call has done. */
interface RevokedKeys {
  /** How many keys met the filter at the beginning. */
  matched: number;
  revoked: number;
  /** Whether none meets it any more. */
  complete: boolean;
}

/**
 * Revokes the keys that meet a filter, in parts. When this returns, no replica accepts a token of a key that this call
 * revoked, or an earlier one that failed. If it throws after the count, some keys may be revoked.
 * @param dryRun counts the keys and revokes none
 * @throws CountDiffers where another number than `expectedCount` meets the filter
 */
export async function revokeKeys(
  { db, settled }: Store,
  filter: KeyFilter,
  { dryRun = false, expectedCount }: { dryRun?: boolean | undefined; expectedCount?: number | undefined },
  act: Act,
): Promise<RevokedKeys> {
  const matched = await countKeys(db, filter);
  if (expectedCount !== undefined && matched !== expectedCount) {
    // Those that are missing may have been revoked by an earlier attempt, a moment ago.
    await settled();
    throw new CountDiffers(matched, expectedCount);
  }
  if (dryRun) return { matched, revoked: 0, complete: matched === 0 };

  let revoked = 0;
  let after = 0;
  let more = true;
  while (more && revoked < maxRevoked) {
    const part = await revokePart(db, filter, after, act);
    revoked += part.count;
    after = part.next;
    more = part.more;
    await nextTurn();
  }
  const complete = !(await hasKeys(db, filter));
  await settled();
  return { matched, revoked, complete };
}
