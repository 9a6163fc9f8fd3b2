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

/** SQLSTATE classes in which the server goes away or has no room: 08, 53, and 57P01 to 57P03. */
const outageStates = /^(?:08|53|57P0[123])/;
/** The driver's own codes and the socket's. */
const outageCodes = /^(?:CONNECT|E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND)|ENOTFOUND)/;

function asOutage(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return outageStates.test(code) || outageCodes.test(code) ? new DatabaseUnavailable(error) : error;
}

/**
 * Kysely on the `postgres` driver, without ever reserving a connection: each query goes to the pool by itself.
 * (A reserved connection that dies takes the process with it: porsager/postgres#1208.) So there are no transactions
 * here, save on a client of one connection, which migrations use.
 */
class PostgresDriver implements Driver {
  readonly #client: postgres.Sql<{ bigint: number }>;
  readonly #connection: DatabaseConnection;

  constructor(client: postgres.Sql<{ bigint: number }>) {
    this.#client = client;
    this.#connection = {
      executeQuery: async <Row>({ sql, parameters }: CompiledQuery) => {
        try {
          const rows = await client.unsafe(sql, parameters as postgres.ParameterOrJSON<never>[], {
            prepare: true,
          });
          return { rows: rows as unknown as Row[], numAffectedRows: BigInt(rows.count ?? 0) };
        } catch (error) {
          throw asOutage(error);
        }
      },
      streamQuery: () => {
        throw new Error('Streaming is not used here.');
      },
    };
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

function connect(url: string, options: postgres.Options<{ bigint: postgres.PostgresType<number> }> = {}) {
  const client = postgres(url, {
    backoff: () => 0.1,
    connect_timeout: 2,
    onnotice: () => {},
    connection: { application_name: 'latchkey', statement_timeout: 5_000 },
    // The driver's default is a string; every count and number here is far below 2^53.
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
    ...options,
  });
  const dialect: Dialect = {
    createDriver: () => new PostgresDriver(client),
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
  const migrator = connect(url, { max: 1, connection: { application_name: 'latchkey migrations' } });
  try {
    await migrate(migrator);
  } finally {
    await migrator.destroy();
  }
  return connect(url);
}
