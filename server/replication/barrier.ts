import { clearTimeout, setTimeout } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../db/schema.ts';
import { lease } from './freshness.ts';
import { encode } from './messages.ts';

/** For how long a statement that does not return holds up the next one, in milliseconds. */
const patience = 250;

/**
 * Told of each wait: its length in milliseconds, whether all replicas confirmed in time, and the ids of those that did not
 * confirm at all.
 */
export type Waited = (milliseconds: number, confirmed: boolean, silent: readonly string[]) => void;

/** Waits for a promise that does not reject, but no longer than so many milliseconds. */
async function atMost(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([promise, over]);
  clearTimeout(timer);
}

/**
 * Waits until all replicas have received what is committed. A barrier is a notification behind all others; each replica
 * that receives it confirms it to the sender. See docs/REVOCATION.md.
 */
export class Barriers {
  readonly #db: Database;
  readonly #self: string;
  readonly #waited: Waited;
  #count = 0;
  /** The barrier that is sent next, for all calls until then. */
  #gathered: Promise<void> | undefined;
  /** Until the statement of the last one has returned, or is not waited for any more. */
  #sending: Promise<void> = Promise.resolve();
  /** Called with each confirmation, by the number of the barrier. */
  #waiting = new Map<number, (replica: string) => void>();

  /**
   * @param self the id of this replica
   * @param waited called after each wait
   */
  constructor(db: Database, self: string, waited: Waited) {
    this.#db = db;
    this.#self = self;
    this.#waited = waited;
  }

  /**
   * Waits until each replica has confirmed, or its cache is stale. Calls share the next barrier that is sent, and one is sent
   * at a time: so many calls, of which each may be about nothing, do not take the connections from others. Never rejects.
   */
  settled(): Promise<void> {
    this.#gathered ??= this.#gather();
    return atMost(lease, this.#gathered);
  }

  /** Notes that a replica has confirmed one of our barriers. */
  confirmed(barrier: number, replica: string): void {
    this.#waiting.get(barrier)?.(replica);
  }

  async #gather(): Promise<void> {
    const began = performance.now();
    await nextTurn();
    await this.#sending;
    // What is sent from here on comes after the changes of all calls so far, and of no later one.
    this.#gathered = undefined;
    await this.#settle(began);
  }

  /** @param began when the first of its calls came */
  async #settle(began: number): Promise<void> {
    const { promise: confirmedByAll, resolve } = Promise.withResolvers<void>();
    const barrier = ++this.#count;
    const confirmed = new Set<string>();
    let present: { id: string; beat: number }[] | undefined;
    let readAt = 0;
    const check = () => {
      if (present?.every(({ id }) => confirmed.has(id))) resolve();
    };
    this.#waiting.set(barrier, (replica) => {
      confirmed.add(replica);
      check();
    });
    const told = this.#tell(barrier).then(
      (replicas) => {
        present = replicas;
        readAt = performance.now();
        check();
      },
      // Without the database no replica can be asked: the whole lease has to pass.
      () => {},
    );
    this.#sending = atMost(patience, told);
    await atMost(lease, confirmedByAll);
    this.#waiting.delete(barrier);
    const silent = present?.filter(({ id }) => !confirmed.has(id)) ?? [];
    // No call waited for longer than the lease.
    const took = performance.now() - began;
    const isConfirmed = present !== undefined && silent.length === 0 && took <= lease;
    this.#waited(
      Math.min(took, lease),
      isConfirmed,
      silent.map(({ id }) => id),
    );
    if (silent.length > 0) this.#strikeAfter(silent, Math.max(0, readAt + lease - performance.now()));
  }

  /** Sends a barrier, and reads which replicas exist. A replica that starts later begins with everything committed. */
  async #tell(barrier: number): Promise<{ id: string; beat: number }[]> {
    const { rows } = await sql<{ id: string; beat: number }>`
      select id, beat from replicas, (select pg_notify('latchkey', ${encode.barrier(this.#self, barrier)})) as told`.execute(
      this.#db,
    );
    return rows;
  }

  /**
   * Deletes the rows of silent replicas, so that no change waits for them again. This happens a whole lease after their
   * heartbeats were read: as long as the cache of a replica may be fresh, every change has to wait for it. A replica that
   * is alive inserts its row again with its next heartbeat.
   */
  #strikeAfter(silent: { id: string; beat: number }[], delay: number): void {
    const strike = sql`
      delete from replicas using json_to_recordset(${JSON.stringify(silent)}::text::json) as silent(id text, beat bigint)
      where replicas.id = silent.id and replicas.beat = silent.beat`;
    setTimeout(() => strike.execute(this.#db).catch(() => {}), delay).unref();
  }
}
