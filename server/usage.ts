import { sql } from 'kysely';
import type { Database } from './db/schema.ts';

/** How long a use may wait before it is written, in milliseconds. */
const flushDelay = 500;

/**
 * Last uses of keys, gathered in memory and written together, so that verifying never waits for a write.
 * Answers of this process are never late: `lastUse` knows what is not written yet.
 */
export class Usage {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  /** Uses by key id: those to be written, and those being written or written last. */
  #pending = new Map<string, Date>();
  #written = new Map<string, Date>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param onError told when a flush fails; its uses are kept and tried again */
  constructor(db: Database, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  /** Notes a use of a key. Costs two look-ups in memory. */
  record(keyId: string, at: Date): void {
    this.#pending.set(keyId, at);
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => this.flush().catch(this.#onError), flushDelay);
  }

  /** When a key, as it was read from the database, was last used. */
  lastUse({ id, lastUsedAt }: { id: string; lastUsedAt: Date | null }): Date | null {
    const known = this.#pending.get(id) ?? this.#written.get(id);
    return known && (!lastUsedAt || known > lastUsedAt) ? known : lastUsedAt;
  }

  /** Writes what was gathered, one flush after the other. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.catch(() => {}).then(() => this.#write());
    return this.#flushing;
  }

  /** Writes what was gathered a last time; what comes later stays in memory. */
  close(): Promise<void> {
    this.#closed = true;
    return this.flush();
  }

  async #write(): Promise<void> {
    if (this.#pending.size === 0) return;
    const batch = this.#pending;
    this.#written = batch;
    this.#pending = new Map();
    try {
      await writeLastUses(this.#db, batch);
    } catch (error) {
      for (const [id, at] of batch) if (!this.#pending.has(id)) this.record(id, at);
      throw error;
    }
  }
}

/** Rows are locked in the order of their ids, so that two replicas writing the same keys cannot deadlock. */
async function writeLastUses(db: Database, uses: ReadonlyMap<string, Date>): Promise<void> {
  const rows = JSON.stringify(Array.from(uses, ([id, at]) => ({ id, at })));
  await sql`
    with used as (
      select keys.id, u.at
      from keys join json_to_recordset(${rows}::text::json) as u(id text, at timestamptz) on u.id = keys.id
      where keys.last_used_at is null or keys.last_used_at < u.at
      order by keys.id
      for no key update of keys
    )
    update keys set last_used_at = used.at from used where keys.id = used.id`.execute(db);
}
