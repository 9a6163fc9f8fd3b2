import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { sql } from 'kysely';
import type { Database } from '../db/schema.ts';
import { encode } from './messages.ts';

/**
 * Waits for all replicas to know what is committed. A barrier is a notification behind all others; each replica that
 * has come so far confirms it to the one that asked. See docs/REVOCATION.md.
 */
export class Barriers {
  readonly #db: Database;
  readonly #self: string;
  readonly #lease: number;
  readonly #waited: (milliseconds: number, confirmed: boolean) => void;
  #count = 0;
  #gathered: Promise<void> | undefined;
  /** Who is told of confirmations, by the number of the barrier. */
  #waiting = new Map<number, (replica: string) => void>();

  /**
   * @param self the id of this replica
   * @param lease how long to wait at most, in milliseconds: whoever is silent for so long trusts no memory that is older
   * @param waited told how long each wait took, in milliseconds, and whether all replicas confirmed
   */
  constructor(
    db: Database,
    self: string,
    lease: number,
    waited: (milliseconds: number, confirmed: boolean) => void = () => {},
  ) {
    this.#db = db;
    this.#self = self;
    this.#lease = lease;
    this.#waited = waited;
  }

  /** Waits until each replica has confirmed, or has ceased to trust its memory. Those who ask in one tick share a barrier. Never fails. */
  settled(): Promise<void> {
    this.#gathered ??= new Promise((resolve) =>
      setImmediate(() => {
        this.#gathered = undefined;
        resolve(this.#settle());
      }),
    );
    return this.#gathered;
  }

  /** Notes that a replica has confirmed one of our barriers. */
  confirmed(barrier: number, replica: string): void {
    this.#waiting.get(barrier)?.(replica);
  }

  async #settle(): Promise<void> {
    const began = performance.now();
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#lease);
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
    this.#tell(barrier).then(
      (replicas) => {
        present = replicas;
        readAt = performance.now();
        check();
      },
      // Nobody can be asked, so the time must do.
      () => {},
    );
    await over;
    clearTimeout(timer);
    this.#waiting.delete(barrier);
    const silent = present?.filter(({ id }) => !confirmed.has(id)) ?? [];
    this.#waited(performance.now() - began, present !== undefined && silent.length === 0);
    if (silent.length > 0) this.#strikeAfter(silent, Math.max(0, readAt + this.#lease - performance.now()));
  }

  /** Sends a barrier, and says which replicas are there. One that comes later begins with all that is committed. */
  async #tell(barrier: number): Promise<{ id: string; beat: number }[]> {
    const { rows } = await sql<{ id: string; beat: number }>`
      select id, beat from replicas, (select pg_notify('latchkey', ${encode({ kind: 'barrier', replica: this.#self, barrier })})) as told
      `.execute(this.#db);
    return rows;
  }

  /**
   * Takes the silent off the table, so that nobody waits for them again, once they have been silent for a whole lease
   * since their beats were read: while one may trust its memory, everybody has to wait for it. Whoever lives is back
   * with its next beat.
   */
  #strikeAfter(silent: { id: string; beat: number }[], delay: number): void {
    const strike = sql`
      delete from replicas using json_to_recordset(${JSON.stringify(silent)}::text::json) as silent(id text, beat bigint)
      where replicas.id = silent.id and replicas.beat = silent.beat`;
    setTimeout(() => strike.execute(this.#db).catch(() => {}), delay).unref();
  }
}
