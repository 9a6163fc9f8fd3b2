import postgres from 'postgres';
import type { Addresses } from './sockets.ts';
import { textsOf } from './text-array.ts';

/** The `postgres` driver as we set it, and the faults of it that we go around. */

export type Driver = postgres.Sql<{ bigint: number; texts: string[] }>;
export type Rows = postgres.RowList<postgres.Row[]>;

interface DriverOptions {
  max: number;
  /** Absent: as the URL says, or some 45 minutes. In seconds; null for no end. */
  max_lifetime?: null;
  connection: Record<string, string | number>;
  onclose: () => void;
}

/** Options of the driver that its types do not know. */
interface UntypedOptions {
  max_pipeline: number;
  /** Opens a connection in its place. */
  socket: (addresses: Addresses) => Promise<unknown>;
  onnotify?: (channel: string, message: string) => void;
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

/**
 * Opens the driver. It connects with its first statement.
 * @throws Error if the URL cannot be read: without the URL, as Deno's error has it, since a password is in it
 */
export function openDriver(
  url: string,
  { connection, ...options }: DriverOptions,
  untyped: Omit<UntypedOptions, 'max_pipeline'>,
): Driver {
  const all = {
    backoff: () => 0.1,
    connect_timeout: 2,
    onnotice: () => {},
    // Else the driver asks each new connection for its array types, and if that dies meanwhile, nobody catches it
    // and the process ends.
    fetch_types: false,
    // For poolers, which drop `transaction_read_only`. Alone it would not do: the driver skips this check on a connection
    // that replaces one which ended while a statement ran on it.
    target_session_attrs: 'primary' as const,
    // The driver's default is a string; every count and number here is far below 2^53.
    types: {
      bigint: { to: 20, from: [20], serialize: String, parse: Number },
      texts: { to: 1009, from: [1009], serialize: String, parse: textsOf },
    },
    ...options,
    connection: { ...session, ...connection },
    max_pipeline: maxPipeline,
    ...untyped,
  };
  try {
    const driver = postgres(url, all);
    // Parameters come to the driver as text, and without encoders it takes them as they are.
    driver.options.serializers = {};
    return driver;
  } catch {
    throw new Error('It is not a URL: percent-encode special characters of the user name and the password');
  }
}

/** Whether an error is a word of the server; if not, it is the driver's or the socket's. */
export const isOfServer = (error: unknown): boolean => error instanceof postgres.PostgresError;

/** A statement that was given to the driver. */
export interface Query {
  cancel(): void;
}

/** Whether the driver has sent a statement, on a connection that was ready. */
export const wasSent = (query: Query): boolean => 'state' in query && query.state !== null;

/** Has a statement fail if it still waits for a connection. */
export function cancelUnsent(query: Query): void {
  if (!wasSent(query)) query.cancel();
}

/**
 * Makes a statement fail when the connection's prepared plan is stale: a table has changed, or a pooler has lent another
 * connection. The server has not run the statement then. The driver would send it again on the same connection, where
 * the statements behind it would get its rows, and it theirs. Before that it forgets the plan and sets `retried`, and it
 * sends nothing that is cancelled.
 */
export function watchPlan(query: Query): { readonly isStale: boolean } {
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
export function withoutHoles(rows: Rows): Rows {
  if (rows.length > 0 && rows[0] === undefined) rows.splice(0, rows.findIndex(Boolean));
  return rows;
}
