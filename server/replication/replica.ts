import { randomBytes } from 'node:crypto';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { Clock } from '../../decide/clock.ts';
import { after, type Instant, past } from '../../decide/instant.ts';
import { databaseTime } from '../db/database-time.ts';
import type { Listener, OpenListener } from '../db/listener.ts';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { Barriers, type Waited } from './barrier.ts';
import { Failure } from './failure.ts';
import { type Freshness, type Subscribers, tellSubscribers, trust } from './freshness.ts';
import { encode, encodeInSql, parse } from './messages.ts';

/** Milliseconds between heartbeats. */
const beatInterval = 250;
/** Milliseconds of silence after which a listener connection is given up. */
const patience = 2_000;
/** Milliseconds until another one is opened. */
const reconnectDelay = 100;

/** What a replica reports to the process that runs it. */
export interface Notices {
  /** Its listener connection is lost: every verification asks the database. */
  lost(error: unknown): void;
  /** Its cache is fresh again. */
  current(): void;
  /** A notification of an unknown kind arrived: the whole cache is invalidated. */
  unknown(text: string): void;
  /** A change has waited. */
  waited: Waited;
}

/** A listener connection that is open, and the last heartbeat that was sent on it. */
interface Session {
  listener: Listener;
  /** The server process at its other end, which runs our LISTEN. */
  pid: number;
  beat: number;
  sentAt: Instant;
}

/**
 * One of the processes that share a database. docs/REVOCATION.md proves why this is enough.
 *
 * Its listener connection receives the changes to keys and its own heartbeats, in the order of their commits. So a
 * heartbeat that returns proves that every change before it has arrived. Each heartbeat also renews our row in
 * `replicas`, where the replica that makes a change finds the ones to wait for.
 */
export class Replica implements Freshness {
  readonly isSole = false;
  /** Its name in `replicas`. */
  readonly id = randomBytes(8).toString('hex');
  readonly #db: Database;
  readonly #openListener: OpenListener;
  readonly #notices: Notices;
  readonly #barriers: Barriers;
  readonly #clock = new Clock();
  readonly #closing = new AbortController();
  /** Until when the cache is fresh. */
  #trusted = past;
  #beats = 0;
  /** When the last heartbeat that returned was sent; before the first one, when we started. */
  #beatAt = performance.now();
  readonly #subscribers: Subscribers = {};
  #session: Session | undefined;
  #called = () => {};
  #running: Promise<void> = Promise.resolve();
  /** Barriers that arrived before the cache was dropped on this listener connection. */
  #early: { replica: string; barrier: number }[] = [];
  /** Barriers of others that have arrived, to be confirmed together. */
  #confirming: { replica: string; barrier: number }[] = [];

  constructor(db: Database, openListener: OpenListener, notices: Notices) {
    this.#db = db;
    this.#openListener = openListener;
    this.#notices = notices;
    this.#barriers = new Barriers(db, this.id, notices.waited);
  }

  /** Opens the listener connection and keeps it open. Resolves when the cache is fresh, or after `patience`. */
  async start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    this.#running = this.#run(resolve);
    await promise;
    clearTimeout(timer);
  }

  subscribe(subscribers: Subscribers): void {
    Object.assign(this.#subscribers, subscribers);
  }

  trustLeft(): number {
    const { monotonic, wall } = this.#trusted;
    return Math.max(0, Math.min(monotonic - performance.now(), wall - Date.now()));
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

  /** Heartbeats read the clock best: a reply of a busy database may have waited for long. */
  readClock(theirs: number, sent: number, received: number): void {
    if (!this.isFresh()) this.#clock.read(theirs, sent, received);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await sql`delete from replicas where id = ${this.id}`.execute(this.#db).catch(() => {});
  }

  /** Runs one session after another, until we are closed. */
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
      this.#trusted = past;
      if (signal.aborted) return;
      if (!lost) this.#notices.lost(error);
      lost = true;
      await pause(reconnectDelay, undefined, { signal }).catch(() => {});
    }
  }

  /** Opens a listener connection and sends heartbeats on it. Throws when the connection fails, or we are closed. */
  async #converse(current: () => void): Promise<never> {
    const failure = new Failure();
    const fail = (error: unknown) => failure.end(error);
    this.#closing.signal.addEventListener('abort', fail, { once: true });
    const listener = this.#openListener((message) => this.#hear(message), fail);
    const send = async <Row>(statement: string, ...parameters: string[]) => {
      const timer = setTimeout(() => fail(new Error(`No reply within ${patience} ms`)), patience);
      try {
        return await failure.during(listener.send<Row>(statement, ...parameters));
      } finally {
        clearTimeout(timer);
      }
    };
    try {
      await send(`listen latchkey; listen latchkey_${this.id}`);
      await failure.during(this.#callUp());
      const { pid } = onlyRow(await send<{ pid: number }>('select pg_backend_pid() as pid'));
      // In this order: LISTEN announces what changes from now on, and what changed before is not in the cache.
      tellSubscribers(this.#subscribers, { kind: 'changed_all' });
      const session = { listener, pid, beat: 0, sentAt: past };
      this.#session = session;
      for (const { replica, barrier } of this.#early.splice(0)) this.#confirm(replica, barrier);
      for (;;) {
        const sentAt = { monotonic: performance.now(), wall: Date.now() };
        session.beat = ++this.#beats;
        session.sentAt = sentAt;
        const { now } = onlyRow(await send<{ now: number }>(beat, this.id, String(session.beat)));
        this.#clock.read(now, sentAt.monotonic, performance.now());
        if (this.isFresh()) current();
        await failure.during(pause(beatInterval));
      }
    } finally {
      this.#session = undefined;
      this.#early = [];
      this.#closing.signal.removeEventListener('abort', fail);
      listener.close();
    }
  }

  /**
   * Sends a notification to our listener connection from another one while it is idle, and waits until it arrives. A
   * pooler that lends out connections accepts LISTEN too, and drops notifications while no client has the connection:
   * a heartbeat would return there, and nothing else. The call also reads the clock, in case no heartbeat will. It asks
   * for the usage of the server's queue, since a queue that was full is not cleared before somebody asks.
   */
  async #callUp(): Promise<void> {
    const { promise: heard, resolve, reject } = Promise.withResolvers<void>();
    this.#called = resolve;
    const error = () => reject(new Error(`LISTEN heard nothing for ${patience} ms: is a pooler in between?`));
    const timer = setTimeout(error, patience);
    const call = async () => {
      const sent = performance.now();
      const { rows } = await sql<{ now: number }>`
        select pg_notification_queue_usage(), pg_notify(${`latchkey_${this.id}`}, ${encode.call()}),
          ${sql.raw(databaseTime)} as now`.execute(this.#db);
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
    else tellSubscribers(this.#subscribers, message);
  }

  /** Our heartbeat has returned. The pid shows that it came on the connection that runs LISTEN. */
  #trustFrom(beat: number, pid: number): void {
    const session = this.#session;
    if (!session || session.beat !== beat || session.pid !== pid) return;
    // Other replicas may have stopped reserving what this process held.
    if (!this.isFresh()) this.#subscribers.limits?.dropAll();
    this.#trusted = after(session.sentAt, trust);
    this.#beatAt = session.sentAt.monotonic;
  }

  /**
   * Confirms to a replica that its barrier, and so every change before it, has arrived here and in the verifiers that follow
   * us. On a new listener connection that is true only once the cache is dropped: no change that was committed before its
   * LISTEN arrives.
   */
  #confirm(replica: string, barrier: number): void {
    if (!this.#session) {
      this.#early.push({ replica, barrier });
      return;
    }
    const following = this.#subscribers.followers?.settled();
    if (following) following.then(() => this.#confirmNow(replica, barrier));
    else this.#confirmNow(replica, barrier);
  }

  #confirmNow(replica: string, barrier: number): void {
    if (replica === this.id) {
      this.#barriers.confirmed(barrier, this.id);
      return;
    }
    this.#confirming.push({ replica, barrier });
    if (this.#confirming.length > 1) return;
    setImmediate(() => {
      const confirmed = JSON.stringify(this.#confirming);
      this.#confirming = [];
      this.#session?.listener.send(confirmation, confirmed, this.id).catch(() => {});
    });
  }
}

const beat = `
  with present as (
    insert into replicas (id, beat) values ($1, $2::text::bigint)
    on conflict (id) do update set beat = excluded.beat
    returning id, beat)
  select pg_notify('latchkey_' || id, ${encodeInSql.beat('beat', 'pg_backend_pid()')}),
    ${databaseTime} as now
  from present`;

const confirmation = `
  select pg_notify('latchkey_' || replica, ${encodeInSql.confirmed('barrier', '$2::text')})
  from json_to_recordset($1::text::json) as come(replica text, barrier bigint)`;
