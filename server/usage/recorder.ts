import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from '../../decide/client.ts';
import { outcomes, zeroUses } from '../../decide/outcomes.ts';
import { type HourUses, type TokenUses, Uses } from '../../decide/uses.ts';
import type { Verdict } from '../../decide/verified-key.ts';
import { isRefused } from '../db/errors.ts';
import type { Database } from '../db/schema.ts';
import { writeUses } from './write-uses.ts';

/** How long a use may wait before it is written, in milliseconds. */
const flushDelay = 1_000;

/** For how many tokens uses are kept in memory if they cannot be written. */
const capacity = 100_000;

/**
 * The number of tokens whose uses one statement writes: few enough to end in time on a busy server, and not to hold up
 * requests on the embedded database, where each takes 40 µs.
 */
const statementSize = 2_000;

/** The last use of a token, as it was read from the database. */
interface StoredUse {
  /** SHA-512 of the token, 128 hexadecimal digits. */
  hash: string;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  lastUsedUserAgent: string | null;
}

/**
 * Uses of tokens, gathered in memory and written together, so that verifying never waits for a write. `lastUse` includes
 * what is not written yet.
 */
export class UsageRecorder {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  readonly #capacity: number;
  #waiting: Uses;
  /** The uses that are being written, or were written last: a key may have been read before. */
  #written: Uses;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The last flush, and whether it still waits for the one before. */
  #flushing: Promise<void> = Promise.resolve();
  #isWaiting = false;
  #isFull = false;
  #dropped = 0;
  #closed = false;

  /** @param onError called when a flush fails, which is tried again, and once when no more uses can be kept */
  constructor(db: Database, onError: (error: unknown) => void, { tokens = capacity } = {}) {
    this.#db = db;
    this.#onError = onError;
    this.#capacity = tokens;
    this.#waiting = new Uses(tokens);
    this.#written = new Uses();
  }

  /**
   * Records the verdict on a token as a use of its key. An unknown token is no use.
   * @param client who presented the token
   * @param times how often it was presented
   */
  record(verdict: Verdict, client: () => Client, times = 1): void {
    if (!verdict.key) return;
    const outcome = verdict.valid ? 'valid' : verdict.reason;
    if (!this.#waiting.add(verdict.key, outcome, verdict.at, client, times)) {
      this.#dropped += times;
      this.#tellFull();
    }
    this.#plan();
  }

  /** Adds uses that another process has gathered. */
  add(uses: HourUses): void {
    this.#merge(this.#waiting, uses);
    this.#plan();
  }

  /** How many tokens have uses that wait to be written. */
  get backlog(): number {
    return this.#waiting.size;
  }

  /** How many uses were dropped because no more could be kept, or the database refused them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** When one of these tokens, as they were read from the database, was last valid, and who presented it. */
  lastUse(...tokens: readonly StoredUse[]): ({ at: Date } & Client) | null {
    let latest: ({ at: Date } & Client) | null = null;
    for (const { hash, lastUsedAt, lastUsedIp, lastUsedUserAgent } of tokens) {
      if (lastUsedAt && (!latest || lastUsedAt > latest.at))
        latest = { at: lastUsedAt, ip: lastUsedIp, userAgent: lastUsedUserAgent };
      for (const uses of [this.#written, this.#waiting]) {
        const known = uses.lastUse(hash);
        // The first of several in a millisecond stays, as in Uses.
        if (known && (!latest || known.at > latest.at.getTime()))
          latest = { ...known, at: new Date(known.at) };
      }
    }
    return latest;
  }

  /** Writes what was gathered. Flushes run one after the other, and at most one waits. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#flushing = this.#flushing
        .catch(() => {})
        .then(() => {
          this.#isWaiting = false;
          return this.#write();
        });
    }
    return this.#flushing;
  }

  /** Writes what was gathered, for the last time, and then what others had locked. Later uses stay in memory. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    if (this.backlog > 0) await this.flush();
  }

  #plan(): void {
    if (this.#closed || this.#isWaiting) return;
    this.#timer ??= setTimeout(() => this.flush().catch(this.#onError), flushDelay);
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const batch = this.#waiting;
    this.#written = batch;
    this.#waiting = new Uses(this.#capacity);
    const parts = batch.parts(statementSize);
    const late: HourUses[] = [];
    try {
      for (let part = parts[0]; part; part = parts[0]) {
        const skipped = await writeUses(this.#db, part).catch(asRefused);
        const isWritten = !(skipped instanceof Error);
        parts.splice(0, 1, ...(isWritten ? [] : this.#smaller(part, skipped)));
        if (isWritten && skipped.size > 0) late.push(lastUsesOf(part, skipped));
        // The embedded database does not yield to the event loop by itself: requests run in between.
        await nextTurn();
      }
      this.#isFull = false;
    } finally {
      const left = [...late, ...parts];
      if (left.length > 0) this.#takeBack(left);
    }
  }

  /**
   * The halves of a part that the database refuses for a value in it, such as a count that overflows its column. The uses
   * of a single token are dropped: they would be refused for ever, and all others with them.
   */
  #smaller({ hour, uses }: HourUses, error: Error): HourUses[] {
    const middle = Math.ceil(uses.length / 2);
    if (uses.length > 1)
      return [uses.slice(0, middle), uses.slice(middle)].map((half) => ({ hour, uses: half }));
    for (const token of uses) this.#drop(token);
    this.#onError(error);
    return [];
  }

  /** Adds uses to those that wait. What does not fit is dropped. */
  #merge(waiting: Uses, uses: HourUses): void {
    const surplus = waiting.merge(uses);
    for (const token of surplus) this.#drop(token);
    if (surplus.length > 0) this.#tellFull();
  }

  #drop(token: TokenUses): void {
    for (const outcome of outcomes) this.#dropped += token[outcome];
  }

  /** Puts back what could not be written, before the uses that came since. */
  #takeBack(parts: HourUses[]): void {
    const waiting = new Uses(this.#capacity);
    for (const part of [...parts, ...this.#waiting.parts(statementSize)]) this.#merge(waiting, part);
    this.#waiting = waiting;
    if (waiting.size > 0) this.#plan();
  }

  #tellFull(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#onError(
      new Error(
        `The uses of ${this.#capacity} tokens wait to be written; those of further tokens are dropped`,
      ),
    );
  }
}

/** Returns an error that refuses a value in the statement. @throws any other error */
function asRefused(error: unknown): Error {
  if (error instanceof Error && isRefused(error)) return error;
  throw error;
}

/** The last uses of some tokens, without their counts. */
const lastUsesOf = ({ hour, uses }: HourUses, hashes: ReadonlySet<string>): HourUses => ({
  hour,
  uses: uses.flatMap((token) => (hashes.has(token.hash) ? { ...token, ...zeroUses() } : [])),
});
