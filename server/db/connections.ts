import {
  cancelUnsent,
  type Driver,
  openDriver,
  type Query,
  type Rows,
  wasSent,
  watchPlan,
  withoutHoles,
} from './driver.ts';
import { isClosedConnection, isOfStandby, NotSent, SessionEnded, StandbyRefused } from './errors.ts';
import { parameterText } from './parameters.ts';
import { Sockets } from './sockets.ts';

interface ConnectionsOptions {
  /**
   * How many there may be. One session is one connection without an end, and no other once it has answered: transactions
   * and locks end with the connection that they were begun on, and what follows must not be done without them.
   */
  max: number | 'one session';
  /** What each connection is told when it begins, such as `application_name`. */
  connection: Record<string, string | number>;
  /** Told each notification that a connection listens for. */
  onnotify?: (channel: string, message: string) => void;
  /** Told that a connection has ended, unless none has ever answered. */
  onclose?: () => void;
}

/** For so long the primary is looked for among the servers of a URL, in milliseconds: the next connection leads to another. */
const primaryWithin = 2_000;

/** The connections to one primary: the `postgres` driver as we need it. */
export class Connections {
  readonly #sql: Driver;
  readonly #sockets: Sockets;
  readonly #isOneSession: boolean;
  /** Statements that are not answered yet. */
  readonly #pending = new Set<Query>();
  #hasAnswered = false;
  /** The only connection has ended, after it had answered. */
  #isSessionOver = false;
  #isBroken = false;
  /** It was told to end. */
  #isEnding = false;

  /** @param url `postgres://…`; parameters of the driver and of the session as query parameters */
  constructor(url: string, { max, connection, onnotify, onclose }: ConnectionsOptions) {
    const isOneSession = max === 'one session';
    const onClose = () => {
      if (!this.#hasAnswered) return;
      if (isOneSession) this.#isSessionOver = true;
      onclose?.();
    };
    this.#isOneSession = isOneSession;
    this.#sql = openDriver(
      url,
      { ...(isOneSession ? { max: 1, max_lifetime: null } : { max }), connection, onclose: onClose },
      { socket: (addresses) => this.#sockets.open(addresses), ...(onnotify && { onnotify }) },
    );
    this.#sockets = new Sockets(this.#sql.options.max, () => {
      this.#isBroken = true;
    });
  }

  /**
   * Runs a statement.
   * @param prepare whether the connection is to keep its plan, for the next time
   * @param signal aborted when nobody waits for the rows any more: the statement is not sent then, unless it was before
   * @throws NotSent where the connections that replace these should run it
   * @throws SessionEnded where what was begun on the only connection ended with it
   * @throws StandbyRefused
   */
  async query(
    statement: string,
    parameters: readonly unknown[],
    { prepare = false, signal }: { prepare?: boolean; signal?: AbortSignal } = {},
  ): Promise<Rows> {
    if (this.#isSessionOver) throw new SessionEnded();
    const texts = parameters.map(parameterText);
    const began = performance.now();
    const { max, host } = this.#sql.options;
    for (let stalePlans = 0; ; ) {
      const query = this.#sql.unsafe(statement, texts, { prepare });
      const plan = watchPlan(query);
      this.#pending.add(query);
      const giveUp = () => cancelUnsent(query);
      signal?.addEventListener('abort', giveUp);
      try {
        const rows = await query;
        this.#hasAnswered = true;
        return withoutHoles(rows);
      } catch (error) {
        const isWanted = !signal?.aborted;
        if (plan.isStale && isWanted && stalePlans < max) {
          // Each connection may have one.
          stalePlans += 1;
          continue;
        }
        this.#noteFailure(query, error);
        if (!isOfStandby(error) || !isWanted || this.#isEnding) throw error;
        const mayFindPrimary = host.length > 1 && performance.now() - began <= primaryWithin;
        if (!mayFindPrimary) throw new StandbyRefused();
      } finally {
        this.#pending.delete(query);
        signal?.removeEventListener('abort', giveUp);
      }
    }
  }

  /** Whether the driver has lost the place of one of them, so that others should replace them all. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Ends all connections, as `end` does. What is not under way yet fails at once. */
  async retire(seconds: number): Promise<void> {
    this.#isEnding = true;
    for (const query of this.#pending) cancelUnsent(query);
    await this.end(seconds);
  }

  /** Ends all connections; what is under way may take so many seconds. */
  async end(seconds: number): Promise<void> {
    this.#isEnding = true;
    await this.#sql.end({ timeout: seconds });
    this.#sockets.close();
  }

  /** Notes what the failure of a statement says of the connections. @throws SessionEnded, NotSent where it means that */
  #noteFailure(query: Query, error: unknown): void {
    const isClosed = isClosedConnection(error);
    if (this.#isOneSession && this.#hasAnswered && isClosed) {
      this.#isSessionOver = true;
      throw new SessionEnded(error);
    }
    if (this.#isEnding && !wasSent(query)) throw new NotSent();
    // The driver would take an error of the connection that replaces this one for an answer to this statement.
    if (isClosed && wasSent(query)) this.#isBroken = true;
  }
}
