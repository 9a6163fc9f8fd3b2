import postgres from 'postgres';
import { isClosedConnection, isOfStandby, NotSent, SessionEnded, StandbyRefused } from './errors.ts';
import { parameterText } from './parameters.ts';
import { type Addresses, Sockets } from './sockets.ts';

export type Rows = postgres.RowList<postgres.Row[]>;

export interface ClientOptions {
  /** How many connections it may hold. Absent: as the URL says, or 10. */
  max?: number;
  /** Absent: as the URL says, or some 45 minutes. In seconds; null for no end. */
  max_lifetime?: null;
  /**
   * Whether it takes no other connection once one has answered: transactions and locks end with the connection that they
   * were begun on, and what follows must not be done without them. With `max: 1`.
   */
  isOneSession?: boolean;
  /** What each connection is told when it begins, such as `application_name`. */
  connection: Record<string, string | number>;
  /** Told each notification that a connection listens for. */
  onnotify?: (channel: string, message: string) => void;
  /** Told that a connection has ended, unless none has ever answered. */
  onclose?: () => void;
}

/** Options of the driver that its types do not know. */
interface UntypedOptions {
  max_pipeline: number;
  socket: (addresses: Addresses) => Promise<unknown>;
  onnotify?: ClientOptions['onnotify'];
}

/**
 * How many statements may be sent on a connection behind the one that runs: enough to save a fourth of our work for a
 * statement under load, and few enough for a slow one not to hold up many.
 */
const maxPipeline = 8;

/**
 * What decides how a session reads and writes, whatever is set for its role or database: a date in another style would
 * be read as another day. A parameter of this name in the URL goes before: see `checkServer`.
 *
 * `transaction_read_only`: a standby refuses a session that is to write. It is behind, so it would accept what is revoked.
 */
const session = {
  DateStyle: 'ISO, YMD',
  TimeZone: 'UTC',
  search_path: 'public',
  transaction_read_only: 'off',
};

/** For so long the primary is looked for among the servers of a URL, in milliseconds: the next connection leads to another. */
const primaryWithin = 2_000;

/** How `text[]` comes: no nulls, one dimension. Most have nothing quoted in them, and are only split. */
const textsOf = (text: string): string[] =>
  text === '{}' || text.includes('"') ? quotedTextsOf(text) : text.slice(1, -1).split(',');

const quotedTextsOf = (text: string): string[] =>
  Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"|[^{},"]+/gs), ([value, quoted]) =>
    quoted === undefined ? value : quoted.replaceAll(/\\(.)/gs, '$1'),
  );

/** The `postgres` driver, a pool of connections to a primary, as we need it. */
export class Client {
  readonly #sql: postgres.Sql<{ bigint: number; texts: string[] }>;
  readonly #sockets: Sockets;
  readonly #isOneSession: boolean;
  /** Statements that are not answered yet. */
  readonly #pending = new Set<{ cancel(): void }>();
  #ended = false;
  #isBroken = false;
  #hasAnswered = false;
  #isOver = false;

  /** @param url `postgres://…`; parameters of the driver and of the session as query parameters */
  constructor(
    url: string,
    { max, isOneSession = false, onnotify, onclose, connection, ...options }: ClientOptions,
  ) {
    this.#isOneSession = isOneSession;
    const untyped: UntypedOptions = {
      max_pipeline: maxPipeline,
      socket: (addresses) => this.#sockets.open(addresses),
      ...(onnotify && { onnotify }),
    };
    this.#sql = openDriver(url, {
      backoff: () => 0.1,
      connect_timeout: 2,
      onnotice: () => {},
      // Else the driver asks each new connection for its array types, and if that dies meanwhile, nobody catches it
      // and the process ends.
      fetch_types: false,
      // For poolers, which drop `transaction_read_only`. Alone it would not do: the driver skips this check on a connection
      // that replaces one which ended while a statement ran on it.
      target_session_attrs: 'primary',
      // The driver's default is a string; every count and number here is far below 2^53.
      types: {
        bigint: { to: 20, from: [20], serialize: String, parse: Number },
        texts: { to: 1009, from: [1009], serialize: String, parse: textsOf },
      },
      onclose: () => {
        if (!this.#hasAnswered) return;
        this.#isOver = isOneSession;
        onclose?.();
      },
      ...options,
      ...(max && { max }),
      connection: { ...session, ...connection },
      ...untyped,
    });
    this.#sockets = new Sockets(this.#sql.options.max, () => {
      this.#isBroken = true;
    });
    // Parameters come to the driver as text, and without encoders it takes them as they are.
    this.#sql.options.serializers = {};
  }

  /**
   * Runs a statement.
   * @param prepare whether the connection is to keep its plan, for the next time
   * @param signal aborted when nobody waits for the rows any more: the statement is not sent then, unless it was before
   * @throws NotSent where another client should run it
   */
  async query(
    statement: string,
    parameters: readonly unknown[],
    { prepare = false, signal }: { prepare?: boolean; signal?: AbortSignal } = {},
  ): Promise<Rows> {
    if (this.#isOver) throw new SessionEnded();
    const texts = parameters.map(parameterText);
    const began = performance.now();
    // Each connection of the pool may have a stale plan.
    for (let attempts = this.#sql.options.max; ; attempts -= 1) {
      const query = this.#sql.unsafe(statement, texts, { prepare });
      const plan = watchPlan(query);
      this.#pending.add(query);
      const giveUp = () => drop(query);
      signal?.addEventListener('abort', giveUp);
      try {
        const rows = await query;
        this.#hasAnswered = true;
        return withoutHoles(rows);
      } catch (error) {
        const isWanted = !signal?.aborted;
        if (plan.isStale && attempts > 0 && isWanted) continue;
        if (this.#isOneSession && this.#hasAnswered && isClosedConnection(error)) {
          this.#isOver = true;
          throw new SessionEnded(error);
        }
        if (this.#ended && !wasSent(query)) throw new NotSent();
        // The driver would take an error of the connection that replaces this one for an answer to this statement.
        if (wasSent(query) && isClosedConnection(error)) this.#isBroken = true;
        if (!isOfStandby(error) || this.#ended || !isWanted) throw error;
        const hasOthers = this.#sql.options.host.length > 1;
        if (!hasOthers || performance.now() - began > primaryWithin) throw new StandbyRefused();
      } finally {
        this.#pending.delete(query);
        signal?.removeEventListener('abort', giveUp);
      }
    }
  }

  /** Whether one of its places for connections is lost, so that another client should take over. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Ends all connections, as `end` does. What is not under way yet fails at once. */
  async retire(seconds: number): Promise<void> {
    this.#ended = true;
    for (const query of this.#pending) drop(query);
    await this.end(seconds);
  }

  /** Ends all connections; what is under way may take so many seconds. */
  async end(seconds: number): Promise<void> {
    this.#ended = true;
    await this.#sql.end({ timeout: seconds });
    this.#sockets.close();
  }
}

/**
 * Opens the driver.
 * @throws Error if the URL cannot be read: without the URL, as Deno's error has it, since a password is in it
 */
function openDriver<Types extends Record<string, postgres.PostgresType>>(
  url: string,
  options: postgres.Options<Types>,
) {
  try {
    return postgres(url, options);
  } catch {
    throw new Error('It is not a URL: percent-encode special characters of the user name and the password');
  }
}

/**
 * Makes a statement fail when the connection's prepared plan is stale: a table has changed, or a pooler has lent another
 * connection. The server has not run the statement then. The driver would send it again on the same connection, where
 * the statements behind it would get its rows, and it theirs. Before that it forgets the plan and sets `retried`, and it
 * sends nothing that is cancelled.
 */
function watchPlan(query: object): { readonly isStale: boolean } {
  const plan = { isStale: false };
  Object.defineProperty(query, 'retried', {
    set(this: { cancelled: object; reject: (error: Error) => void }, error: Error) {
      plan.isStale = true;
      this.cancelled = plan;
      this.reject(error);
    },
  });
  return plan;
}

/**
 * What a statement returned. Where the one before it on its connection failed after some rows had come, the driver begins
 * to count from those.
 */
function withoutHoles(rows: Rows): Rows {
  if (rows.length > 0 && rows[0] === undefined) rows.splice(0, rows.findIndex(Boolean));
  return rows;
}

/** Has a statement fail that waits for a connection. */
function drop(query: { cancel(): void }): void {
  if (!wasSent(query)) query.cancel();
}

/** Whether the driver has sent a statement, on a connection that was ready. */
const wasSent = (query: object) => 'state' in query && query.state !== null;
