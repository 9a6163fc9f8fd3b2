import { Connection, type Introduction } from './connection.ts';
import type { Reporter } from './reporter.ts';

/** How long a start and an end may take, and how often uses are told, in milliseconds. */
const startWithin = 2_000;
const endWithin = 1_000;
const tellInterval = 1_000;
/**
 * Each pause before an attempt to connect is random, up to this, in milliseconds. The bound doubles with each attempt of a
 * blind verifier.
 */
const firstPause = 100;
const longestPause = 5_000;
/** The same for a verifier that is asked to move: it is in no hurry, and the next attempt may reach another replica. */
const movingPause = 500;
/** How many sockets may be open at once: behind a proxy that holds frames back, closed ones linger. */
const maxSockets = 20;
/** How many keys are asked for again when the verifier moves. */
const maxMoved = 2_000;
/** The close codes with which the service refuses a verifier. */
const refusingCodes = [4400, 4401, 4403];

/** The service does not let this verifier in. */
export class VerifierRefused extends Error {
  constructor(reason: string) {
    super(`The service refuses this verifier: ${reason}`);
    this.name = 'VerifierRefused';
  }
}

/** Whether tokens are verified from memory. */
type State = 'trusted' | 'blind';
type OnChange = ((state: State, reason?: string) => void) | undefined;

/**
 * Keeps a verifier connected: opens a connection, replaces it when it is lost or its replica ends, and tells the uses of
 * tokens on it.
 */
export class Connections {
  readonly #introduction: Introduction;
  readonly #reporter: Reporter;
  readonly #onChange: OnChange;
  readonly #telling: ReturnType<typeof setInterval>;
  #current: Connection | undefined;
  /** The connection that will replace the current one. */
  #next: Connection | undefined;
  #attempts = 0;
  #pausing: ReturnType<typeof setTimeout> | undefined;
  #closing: Promise<void> | undefined;
  /** What `onChange` was called with last. */
  #state: State | undefined;
  #reason: string | undefined;
  /** Why there is no connection yet, for people. */
  #whyNone = 'The service did not answer.';
  #settleStart: (error?: Error) => void = () => {};

  constructor(introduction: Omit<Introduction, 'sockets'>, reporter: Reporter, onChange: OnChange) {
    this.#introduction = { ...introduction, sockets: new Set() };
    this.#reporter = reporter;
    this.#onChange = onChange;
    // Before the timer, which would keep the process alive: this throws for an invalid address.
    this.#connect();
    this.#telling = setInterval(() => {
      // Without trust, the replica may not reach its database, and would end the connection.
      if (this.#current?.isTrusted()) reporter.tell(this.#current);
    }, tellInterval);
  }

  /** The connection to decide by. It had trust once, and may have none now. */
  get current(): Connection | undefined {
    return this.#current;
  }

  /** Resolves when a connection is trusted, or after a while. @throws VerifierRefused */
  async started(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#notify('blind', this.#whyNone);
      resolve();
    }, startWithin);
    this.#settleStart = (error) => (error ? reject(error) : resolve());
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells the uses that were not told yet, if there is a connection, and closes it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#telling);
    clearTimeout(this.#pausing);
    this.#next?.leave();
    const connection = this.#current;
    if (!connection) return;
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, endWithin);
    await Promise.race([this.#reporter.flush(connection), tooLong]);
    clearTimeout(timer);
    this.#current = undefined;
    connection.leave();
  }

  /** Opens the connection that will replace the current one. */
  #connect(): void {
    const connection: Connection = new Connection(this.#introduction, {
      trusted: () => {
        if (connection === this.#current) this.#notify('trusted');
        else void this.#move(connection);
      },
      lapsed: () => {
        if (connection === this.#current) this.#notify('blind', 'The service cannot tell of changes now.');
      },
      used: (number) => this.#reporter.acknowledged(number),
      moving: () => this.#plan(),
      closed: (code, reason) => this.#lost(connection, code, reason),
    });
    this.#next = connection;
  }

  /** Connects after a random pause, so that the verifiers of a replica that ended do not all come back at once. */
  #plan(): void {
    if (this.#closing || this.#next || this.#pausing !== undefined) return;
    const longest = this.#current?.isTrusted()
      ? movingPause
      : Math.min(longestPause, firstPause * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#pausing = setTimeout(() => {
      this.#pausing = undefined;
      if (this.#introduction.sockets.size < maxSockets) this.#connect();
      else this.#plan();
    }, Math.random() * longest);
  }

  /** The next connection has trust. It replaces the current one once it has cached the same keys. */
  async #move(next: Connection): Promise<void> {
    const known = this.#current?.keys.hashes().slice(0, maxMoved) ?? [];
    await Promise.all(known.map(async (hash) => next.keys.find(hash))).catch(() => {});
    if (this.#next === next && next.isTrusted()) this.#adopt(next);
  }

  #adopt(connection: Connection): void {
    const before = this.#current;
    this.#next = undefined;
    this.#current = connection;
    this.#attempts = 0;
    before?.leave();
    this.#settleStart();
    this.#notify('trusted');
  }

  #lost(connection: Connection, code: number, reason: string): void {
    const text = reason || `The connection was closed (${code}).`;
    this.#whyNone = text;
    const isRefused = refusingCodes.includes(code);
    if (isRefused) this.#settleStart(new VerifierRefused(text));
    if (this.#next === connection) {
      this.#next = undefined;
      if (isRefused && this.#state === 'blind') this.#notify('blind', text, true);
    } else if (this.#next?.isTrusted()) {
      // The next one was only asking for the keys of the lost one.
      this.#adopt(this.#next);
      return;
    } else {
      this.#current = undefined;
      this.#attempts = 0;
      this.#notify('blind', text);
    }
    this.#plan();
  }

  /** @param isLasting whether the reason does not pass by itself: it is told also after another one of the same state */
  #notify(state: State, reason?: string, isLasting = false): void {
    if (state === this.#state && (!isLasting || reason === this.#reason)) return;
    this.#state = state;
    this.#reason = reason;
    // What it throws, or rejects with, must end neither the connection nor the process.
    (async () => this.#onChange?.(state, reason))().catch(() => {});
  }
}
