import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type Logger,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import postgres from 'postgres';
import { DatabaseUnavailable } from '../errors.ts';
import type { OpenLine } from './line.ts';
import { migrate } from './migrations/migrate.ts';
import { asOutage } from './outage.ts';
import type { Database, Schema } from './schema.ts';

/** How long the server may work on a statement, in milliseconds. */
const statementTimeout = 3_000;
/** How long we wait for it to say anything at all. Longer, so that it is the server that gives up where it can. */
const deadline = 4_000;

type Client = postgres.Sql<{ bigint: number; texts: string[] }>;

/**
 * Kysely on the `postgres` driver, without ever reserving a connection: each query goes to the pool by itself.
 * (A reserved connection that dies takes the process with it: porsager/postgres#1208.) So there are no transactions
 * here, save on a client of one connection, which migrations use.
 *
 * A server that is frozen, or behind a network that drops everything, answers neither yes nor no. Where a deadline
 * is set and nothing at all was heard within it, the whole pool is replaced, since all that it has in flight hangs.
 */
class PostgresDriver implements Driver {
  readonly #connect: () => Client;
  readonly #deadline: number | undefined;
  #client: Client;
  /** When the server last said something. */
  #heard = 0;
  readonly #connection: DatabaseConnection;

  constructor(connect: () => Client, deadline: number | undefined) {
    this.#connect = connect;
    this.#deadline = deadline;
    this.#client = connect();
    this.#connection = {
      executeQuery: async <Row>({ sql, parameters }: CompiledQuery) => {
        const rows = await this.#send(sql, parameters);
        return { rows: rows as unknown as Row[], numAffectedRows: BigInt(rows.count ?? 0) };
      },
      streamQuery: () => {
        throw new Error('Streaming is not used here.');
      },
    };
  }

  async #send(sql: string, parameters: readonly unknown[]): Promise<postgres.RowList<postgres.Row[]>> {
    const client = this.#client;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = this.#deadline && setTimeout(() => reject(this.#giveUp(client)), this.#deadline);
    try {
      const query = client.unsafe(sql, parameters as postgres.ParameterOrJSON<never>[], { prepare: true });
      const rows = await Promise.race([query, late]);
      this.#heard = performance.now();
      return rows;
    } catch (error) {
      // An error of the server's own is a word from it; one of the driver's or the socket's is not.
      if (error instanceof postgres.PostgresError) this.#heard = performance.now();
      throw asOutage(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A query had no answer within the deadline. Where nothing else had, the pool is ended, which rejects all of its
   * queries; once, not for each of them. Else it is this one that the driver has lost, as it can while connections die.
   */
  #giveUp(client: Client): DatabaseUnavailable {
    if (client === this.#client && performance.now() - this.#heard >= (this.#deadline ?? 0)) {
      this.#client = this.#connect();
      client.end({ timeout: 0 }).catch(() => {});
    }
    return new DatabaseUnavailable(new Error(`No answer to a statement within ${this.#deadline} ms`));
  }

  async init() {}
  async acquireConnection() {
    return this.#connection;
  }
  async releaseConnection() {}
  async beginTransaction() {
    await this.#client.unsafe('begin');
  }
  async commitTransaction() {
    await this.#client.unsafe('commit');
  }
  async rollbackTransaction() {
    await this.#client.unsafe('rollback');
  }
  async destroy() {
    await this.#client.end({ timeout: 5 });
  }
}

type Options = postgres.Options<{
  bigint: postgres.PostgresType<number>;
  texts: postgres.PostgresType<string[]>;
}>;

/** `text[]` as Postgres writes it: no nulls, one dimension. */
const texts: postgres.PostgresType<string[]> = {
  to: 1009,
  from: [1009],
  serialize: (values: string[]) =>
    `{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`,
  parse: (text: string) =>
    Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"|[^{},"]+/gs), ([value, quoted]) =>
      quoted === undefined ? value : quoted.replaceAll(/\\(.)/gs, '$1'),
    ),
};

const connect = (url: string, options: Options): Client =>
  postgres(url, {
    backoff: () => 0.1,
    connect_timeout: 2,
    onnotice: () => {},
    // Else the driver asks each new connection for its array types, and if that dies meanwhile, nobody catches it
    // and the process ends.
    fetch_types: false,
    // The driver's default is a string; every count and number here is far below 2^53.
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number }, texts },
    ...options,
  });

/** How many connections the pool of this URL opens at most; 10 is the driver's default. */
export const poolSizeOf = (url: string): number => Number(new URL(url).searchParams.get('max') ?? 10);

function open(
  url: string,
  options: Options,
  { deadline, log }: { deadline?: number; log?: Logger | undefined } = {},
): Database {
  const dialect: Dialect = {
    createDriver: () => new PostgresDriver(() => connect(url, options), deadline),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<Schema>({ dialect, ...(log && { log }) });
}

/**
 * Connects to a Postgres server and brings its schema up to date.
 * @param url `postgres://user:password@host/database`; the driver's own options, such as `max`, as query parameters
 * @param log is told each query and how long it took, its wait for a connection included
 * @throws DatabaseUnavailable where the server cannot be reached
 */
export async function openPostgres(url: string, log?: Logger): Promise<Database> {
  const migrator = open(url, { max: 1, connection: { application_name: 'latchkey migrations' } });
  try {
    await migrate(migrator);
  } finally {
    await migrator.destroy();
  }
  const connection = { application_name: 'latchkey', statement_timeout: statementTimeout };
  return open(url, { connection }, { deadline, log });
}

/** A line to a Postgres server: one connection that is never replaced by another. See `OpenLine`. */
export const openLine =
  (url: string): OpenLine =>
  (heard, lost) => {
    // Not in the driver's types, but what its own `listen` is made of.
    const onnotify = (_channel: string, message: string) => heard(message);
    const options: Options & { onnotify: typeof onnotify } = {
      max: 1,
      max_lifetime: null,
      connection: { application_name: 'latchkey line' },
      onclose: () => lost(new Error('The connection has ended')),
      onnotify,
    };
    const client = connect(url, options);
    return {
      send: async <Row>(statement: string, ...parameters: string[]) =>
        (await client.unsafe(statement, parameters)) as unknown as Row[],
      close: () => void client.end({ timeout: 0 }).catch(() => {}),
    };
  };
