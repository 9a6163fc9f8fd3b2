import { sql } from 'kysely';
import { afterAll, inject } from 'vitest';
import type { Limit } from '../../decide/limits.ts';
import { openListener, openPostgres } from '../../server/db/postgres.ts';
import type { Database } from '../../server/db/schema.ts';
import { operatorAccountId } from '../../server/id.ts';
import { Blocks } from '../../server/limits/blocks.ts';
import { encode } from '../../server/replication/messages.ts';
import { SoleReplica } from '../../server/replication/sole-replica.ts';
import { openEmbedded } from './embedded.ts';
import { createDatabase } from './harness.ts';

/** Several processes that hold blocks of limits of one database, and hear what it tells, without the service around. */

const cleanUp = new AsyncDisposableStack();
afterAll(() => cleanUp.disposeAsync());

export interface TestHolder {
  blocks: Blocks;
  /** False: it is cut off from what the database tells. */
  isFresh: boolean;
}

export interface Holders extends AsyncDisposable {
  at: (place: number) => TestHolder;
  /** Moves the clock on, by which the database goes as well. */
  pass: (milliseconds: number) => void;
  /** The same, but for the monotonic clock of the holders, which stands still while their machine sleeps. */
  sleep: (milliseconds: number) => void;
  /** Unix time in milliseconds. */
  now: () => number;
}

export interface HoldersDatabase {
  db: Database;
  open: (count: number) => Promise<Holders>;
  /** Waits until all holders have heard what is committed. */
  heard: () => Promise<void>;
  /** A limit that nothing is spent of; without a window it is a quota that is not refilled. */
  newLimit: (amount: number, windowSeconds?: number | null) => Promise<Limit>;
}

/** The beginning of a minute, of an hour and of a day. */
const midnight = Date.UTC(2026, 0, 31);

export async function holdersDatabase(): Promise<HoldersDatabase> {
  const listening = new Set<SoleReplica>();
  const marks = new Map<string, () => void>();
  const hear = (text: string) => {
    for (const replica of listening) replica.hear(text);
    marks.get(text)?.();
  };
  const db = await openDatabase(hear);

  const open = async (count: number): Promise<Holders> => {
    let now = midnight;
    let slept = 0;
    const clocks = {
      now: () => ({ monotonic: now - slept - midnight, wall: now }),
      // Time stands still meanwhile.
      after: (_: number, callback: () => void) => void setImmediate(callback),
      database: () => new Date(now),
    };
    await sql`delete from replicas`.execute(db);
    const opened: { holder: TestHolder; replica: SoleReplica }[] = [];
    for (let place = 0; place < count; place += 1) {
      const replica = new SoleReplica(() => {});
      const holder: TestHolder = {
        isFresh: true,
        blocks: new Blocks(db, { isFresh: () => holder.isFresh, clocks }),
      };
      replica.subscribe({ limits: holder.blocks });
      listening.add(replica);
      opened.push({ holder, replica });
      await sql`insert into replicas (id, beat) values (${String(place)}, 1)`.execute(db);
    }
    return {
      at(place) {
        const found = opened[place % count];
        if (!found) throw new Error('There are no holders.');
        return found.holder;
      },
      pass(milliseconds) {
        now += milliseconds;
      },
      sleep(milliseconds) {
        now += milliseconds;
        slept += milliseconds;
      },
      now: () => now,
      async [Symbol.asyncDispose]() {
        for (const { holder, replica } of opened) {
          await holder.blocks.close();
          listening.delete(replica);
        }
      },
    };
  };

  const heard = async () => {
    const text = encode.barrier('test', marks.size);
    const { promise, resolve } = Promise.withResolvers<void>();
    marks.set(text, resolve);
    await sql`select pg_notify('latchkey', ${text})`.execute(db);
    await promise;
  };

  let limits = 0;
  const newLimit = async (amount: number, windowSeconds: number | null = 60): Promise<Limit> => {
    limits += 1;
    const refill = windowSeconds === null ? null : amount;
    const { rows } = await sql<Limit>`
      insert into limits (account_id, name, amount, window_seconds, ungranted, resets_at)
      values (${operatorAccountId}, ${`limit-${limits}`}, ${refill}::bigint, ${windowSeconds}::integer, ${amount}::bigint,
        ${windowSeconds === null ? 'infinity' : '-infinity'}::timestamptz)
      returning id, name, amount, window_seconds as "windowSeconds", generation, true as "sharedByAccount"`.execute(
      db,
    );
    const [limit] = rows;
    if (!limit) throw new Error('Nothing was inserted.');
    return limit;
  };

  return { db, open, newLimit, heard };
}

async function openDatabase(hear: (text: string) => void): Promise<Database> {
  if (inject('database') === 'pglite') {
    const { db, close } = await openEmbedded(hear);
    cleanUp.defer(close);
    return db;
  }
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  cleanUp.defer(drop);
  const db = await openPostgres(url);
  cleanUp.defer(() => db.destroy());
  const listener = openListener(url)(hear, () => {});
  cleanUp.defer(async () => listener.close());
  await listener.send('listen latchkey');
  return db;
}
