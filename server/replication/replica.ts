import { randomBytes } from 'node:crypto';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Line, OpenListener } from '../db/listener.ts';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { Barriers } from './barrier.ts';
import { Clock, databaseTime } from './clock.ts';
import { type Freshness, type Invalidated, invalidateChanged } from './freshness.ts';
import { encode, encodeInSql, parse } from './messages.ts';

/** Milliseconds between heartbeats. */
const beatInterval = 250;
/** So long after it was sent, a heartbeat that came back lets memory be trusted, in milliseconds. */
const trust = 1_000;
/** So long others wait for us to confirm, in milliseconds: `trust`, and far more than two clocks drift apart in that time. */
const lease = 1_500;
/** A line that is silent for so long is given up, and another tried after a moment; in milliseconds. */
const patience = 2_000;
const moment = 100;

/** What is told of a replica to whoever runs it. */
export interface Notices {
  /** Its line is lost: each verification asks the database. */
  lost(error: unknown): void;
  /** Its memory is trusted again. */
  current(): void;
  /** A notification was heard of a kind that is not known here: everything is forgotten. */
  unknown(text: string): void;
  /** A change waited so many milliseconds, and all replicas confirmed it, or one did not. */
  waited?(milliseconds: number, confirmed: boolean): void;
}

/** A line that is open, and the heartbeat that was sent on it last. */
interface Session {
  line: Line;
  /** The process at the other end, which has LISTEN in it. */
  pid: number;
  beat: number;
  sentAt: { monotonic: number; wall: number };
}

/**
 * One of the processes that share a database. docs/REVOCATION.md says why what it does is enough.
 *
 * A line of its own brings the changes to keys and its own heartbeats, in the order of their commits: a heartbeat that
 * comes back proves that each change before it has come as well. It also keeps our row among the replicas, where
 * whoever makes a change looks for those to wait for.
 */
export class Replica implements Freshness {
  readonly #id = randomBytes(8).toString('hex');
  readonly #db: Database;
  readonly #openListener: OpenListener;
  readonly #notices: Notices;
  readonly #barriers: Barriers;
  readonly #clock = new Clock();
  readonly #closing = new AbortController();
  /** Until when memory is trusted, by both of our clocks: when a machine sleeps, one of them may not notice. */
  #trusted = { monotonic: 0, wall: 0 };
  #beats = 0;
  /** When the heartbeat was sent that last came back; at first, when we began. */
  #beatAt = performance.now();
  #cache: Invalidated | undefined;
  #session: Session | undefined;
  #called = () => {};
  #running: Promise<void> = Promise.resolve();
  /** Barriers of others that we have come to, to be confirmed together. */
  #confirming: { replica: string; barrier: number }[] = [];

  constructor(db: Database, openListener: OpenListener, notices: Notices) {
    this.#db = db;
    this.#openListener = openListener;
    this.#notices = notices;
    this.#barriers = new Barriers(db, this.#id, lease, notices.waited);
  }

  /** Opens the line and keeps it open. Ends when memory is trusted, or seems not to become so. */
  async start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    this.#running = this.#run(resolve);
    await promise;
    clearTimeout(timer);
  }

  tell(cache: Invalidated): void {
    this.#cache = cache;
  }

  isFresh(): boolean {
    return performance.now() < this.#trusted.monotonic && Date.now() < this.#trusted.wall;
  }

  beatAge(): number {
    return performance.now() - this.#beatAt;
  }

  settled(): Promise<void> {
    return this.#barriers.settled();
  }

  now(): number {
    return this.#clock.now();
  }

  /** Heartbeats tell the time best: what a busy database answers may have waited for long. */
  readClock(theirs: number, sent: number, received: number): void {
    if (!this.isFresh()) this.#clock.read(theirs, sent, received);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await sql`delete from replicas where id = ${this.#id}`.execute(this.#db).catch(() => {});
  }

  /** One session after the other, until we are closed. */
  async #run(began: () => void): Promise<void> {
    const { signal } = this.#closing;
    let lost = false;
    while (!signal.aborted) {
      const current = () => {
        began();
        if (lost) this.#notices.current();
        lost = false;
      };
      const error = await this.#converse(current).catch((error) => error);
      this.#trusted = { monotonic: 0, wall: 0 };
      if (signal.aborted) return;
      if (!lost) this.#notices.lost(error);
      lost = true;
      await pause(moment, undefined, { signal }).catch(() => {});
    }
  }

  /** Opens a line and sends heartbeats on it until it fails, or we are closed. Only then does it end, by throwing. */
  async #converse(current: () => void): Promise<never> {
    const { promise: failed, reject } = Promise.withResolvers<never>();
    failed.catch(() => {});
    this.#closing.signal.addEventListener('abort', reject, { once: true });
    const line = this.#openListener((message) => this.#hear(message), reject);
    const send = async <Row>(statement: string, ...parameters: string[]) => {
      const timer = setTimeout(() => reject(new Error(`No word within ${patience} ms`)), patience);
      try {
        return await Promise.race([line.send<Row>(statement, ...parameters), failed]);
      } finally {
        clearTimeout(timer);
      }
    };
    try {
      await send(`listen latchkey; listen latchkey_${this.#id}`);
      await Promise.race([this.#callUp(), failed]);
      const { pid } = onlyRow(await send<{ pid: number }>('select pg_backend_pid() as pid'));
      // In this order: what changes from now on is told, and what changed until now is not remembered.
      this.#cache?.invalidateAll();
      const session = { line, pid, beat: 0, sentAt: { monotonic: 0, wall: 0 } };
      this.#session = session;
      for (;;) {
        const sentAt = { monotonic: performance.now(), wall: Date.now() };
        session.beat = ++this.#beats;
        session.sentAt = sentAt;
        const { now } = onlyRow(await send<{ now: number }>(beat, this.#id, String(session.beat)));
        this.#clock.read(now, sentAt.monotonic, performance.now());
        if (this.isFresh()) current();
        await Promise.race([pause(beatInterval), failed]);
      }
    } finally {
      this.#session = undefined;
      this.#closing.signal.removeEventListener('abort', reject);
      line.close();
    }
  }

  /**
   * Calls our line from another connection while it is silent, and waits until it is heard. A pooler that lends out
   * connections takes LISTEN as well, and drops what comes when nobody has the connection: there, a heartbeat would
   * come back, and nothing else. The call tells the time, also where no heartbeat will.
   */
  async #callUp(): Promise<void> {
    const { promise: heard, resolve, reject } = Promise.withResolvers<void>();
    this.#called = resolve;
    const error = () => reject(new Error(`LISTEN heard nothing for ${patience} ms: is a pooler in between?`));
    const timer = setTimeout(error, patience);
    const call = async () => {
      const sent = performance.now();
      const { rows } = await sql<{ now: number }>`
        select pg_notify(${`latchkey_${this.#id}`}, ${encode({ kind: 'call' })}), ${sql.raw(databaseTime)} as now`.execute(
        this.#db,
      );
      this.#clock.read(onlyRow(rows).now, sent, performance.now());
    };
    try {
      await Promise.all([call(), heard]);
    } finally {
      clearTimeout(timer);
    }
  }

  #hear(text: string): void {
    const message = parse(text);
    if (!message) this.#notices.unknown(text);
    if (message?.kind === 'call') this.#called();
    else if (message?.kind === 'barrier') this.#confirm(message.replica, message.barrier);
    else if (message?.kind === 'confirmed') this.#barriers.confirmed(message.barrier, message.replica);
    else if (message?.kind === 'beat') this.#trustFrom(message.beat, message.pid);
    else invalidateChanged(this.#cache, message);
  }

  /** Our heartbeat has come back, on the very connection that listens: another would have another process behind it. */
  #trustFrom(beat: number, pid: number): void {
    const session = this.#session;
    if (!session || session.beat !== beat || session.pid !== pid) return;
    const { monotonic, wall } = session.sentAt;
    this.#trusted = { monotonic: monotonic + trust, wall: wall + trust };
    this.#beatAt = monotonic;
  }

  /** Tells the one who asks that we have come to its barrier, and so to every change before it. */
  #confirm(replica: string, barrier: number): void {
    if (replica === this.#id) {
      this.#barriers.confirmed(barrier, this.#id);
      return;
    }
    this.#confirming.push({ replica, barrier });
    if (this.#confirming.length > 1) return;
    setImmediate(() => {
      const confirmed = JSON.stringify(this.#confirming);
      this.#confirming = [];
      this.#session?.line.send(confirmation, confirmed, this.#id).catch(() => {});
    });
  }
}

const beat = `
  with present as (
    insert into replicas (id, beat, seen_at) values ($1, $2::text::bigint, clock_timestamp())
    on conflict (id) do update set beat = excluded.beat, seen_at = excluded.seen_at
    returning id, beat)
  select pg_notify('latchkey_' || id, ${encodeInSql.beat('beat', 'pg_backend_pid()')}),
    ${databaseTime} as now
  from present`;

const confirmation = `
  select pg_notify('latchkey_' || replica, ${encodeInSql.confirmed('barrier', '$2::text')})
  from json_to_recordset($1::text::json) as come(replica text, barrier bigint)`;
