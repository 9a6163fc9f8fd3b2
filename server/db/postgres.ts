import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import postgres from 'postgres';
import { DatabaseUnavailable } from '../errors.ts';
import { migrate } from './migrations/migrate.ts';
import type { Database, Schema } from './schema.ts';

/**
 * SQLSTATEs in which the server goes away, has no room, is read-only after a failover, or gave up on a lock or a
 * deadline: trying again may help, and nothing was done.
 */
const outageStates = /^(?:08|53|25006|40001|40P01|55P03|57014|57P0)/;
/** The driver's own codes and the socket's. */
const outageCodes = /^(?:CONNECT|E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND))/;

/** How long the server may work on a statement, in milliseconds. */
const statementTimeout = 3_000;
/** How long we wait for it to say anything at all. Longer, so that it is the server that gives up where it can. */
const deadline = 4_000;

function asOutage(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return outageStates.test(code) || outageCodes.test(code) ? new DatabaseUnavailable(error) : error;
}

type Client = postgres.Sql<{ bigint: number }>;

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
    const timer = this.#deadline && setInterval(() => this.#replaceSilent(client), this.#deadline);
    try {
      const rows = await client.unsafe(sql, parameters as postgres.ParameterOrJSON<never>[], {
        prepare: true,
      });
      this.#heard = performance.now();
      return rows;
    } catch (error) {
      // An error of the server's own is a word from it; one of the driver's or the socket's is not.
      if (error instanceof postgres.PostgresError) this.#heard = performance.now();
      throw asOutage(error);
    } finally {
      clearInterval(timer);
    }
  }

  /** Ends a pool that was silent for the whole deadline, which rejects its queries; once, not for each of them. */
  #replaceSilent(client: Client): void {
    if (client !== this.#client || performance.now() - this.#heard < (this.#deadline ?? 0)) return;
    this.#client = this.#connect();
    client.end({ timeout: 0 }).catch(() => {});
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

type Options = postgres.Options<{ bigint: postgres.PostgresType<number> }>;

function open(url: string, options: Options, deadline?: number): Database {
  const connect = () =>
    postgres(url, {
      backoff: () => 0.1,
      connect_timeout: 2,
      onnotice: () => {},
      // The driver's default is a string; every count and number here is far below 2^53.
      types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
      ...options,
    });
  const dialect: Dialect = {
    createDriver: () => new PostgresDriver(connect, deadline),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<Schema>({ dialect });
}

/**
 * Connects to a Postgres server and brings its schema up to date.
 * @param url `postgres://user:password@host/database`; the driver's own options, such as `max`, as query parameters
 * @throws DatabaseUnavailable where the server cannot be reached
 */
export async function openPostgres(url: string): Promise<Database> {
  const migrator = open(url, { max: 1, connection: { application_name: 'latchkey migrations' } });
  try {
    await migrate(migrator);
  } finally {
    await migrator.destroy();
  }
  const connection = { application_name: 'latchkey', statement_timeout: statementTimeout };
  return open(url, { connection }, deadline);
}
