import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { Rows } from './driver.ts';
import { asOutage, isClosedConnection, isStalePlan, NotSent } from './errors.ts';
import type { Pool } from './pool.ts';

/**
 * A read whose connection was closed, a statement whose plan is stale, and one that waited for connections that were
 * replaced, are tried again for so long, in milliseconds. Once would not do: connections that idle together are closed
 * together, so that the next may be as dead; and a migration changes one table after the other.
 */
const retryFor = 500;

/** How long statements under way may take when the database is closed, in seconds. */
export const endWithin = 5;

/** The functions with an effect that statements of ours call which begin with `select`. */
const effects = ['pg_notify', 'exchange_limits'];
/** A row lock is written: its commit waits for the disk and a synchronous standby, as that of any write. */
const rowLocks = /\bfor\s+(?:(?:no\s+key\s+)?update|(?:key\s+)?share)\b/;
/**
 * Whether a statement only reads: it begins with `select`, since Postgres takes what modifies data in no other place of
 * a select than a `with` before it; it calls no function with an effect; and it locks no rows. Our statements are in lower
 * case, and to look for both would take as long as it takes to make the statement.
 */
const isRead = ({ sql }: CompiledQuery) =>
  /^\s*select\b/.test(sql) && !effects.some((name) => sql.includes(name)) && !rowLocks.test(sql);

/** Where statements go. With one session, both are the same. */
export interface Pools {
  /**
   * For what only reads. A commit can wait for long, for a synchronous standby that is away or for a slow disk. It holds
   * its connection meanwhile, and verifications that ask the database are not to wait behind it.
   */
  reads: Pool;
  writes: Pool;
}

/**
 * Kysely on the `postgres` driver, without ever reserving a connection: each query goes to a pool by itself.
 * (A reserved connection that dies takes the process with it: porsager/postgres#1208.) So there are no transactions
 * here, save in a pool of one session, which migrations use.
 */
class PostgresDriver implements Driver {
  readonly #pools: Pools;
  readonly #connection: DatabaseConnection;

  constructor(pools: Pools) {
    this.#pools = pools;
    this.#connection = {
      executeQuery: async <Row>(query: CompiledQuery) => {
        const rows = await this.#run(query);
        return { rows: rows as unknown as Row[], numAffectedRows: BigInt(rows.count ?? 0) };
      },
      streamQuery: () => {
        throw new Error('Streaming is not used here.');
      },
    };
  }

  async #run(query: CompiledQuery): Promise<Rows> {
    const reads = isRead(query);
    const pool = reads ? this.#pools.reads : this.#pools.writes;
    let until: number | undefined;
    for (;;) {
      try {
        return await pool.send(query.sql, query.parameters);
      } catch (error) {
        const isHarmless =
          error instanceof NotSent || isStalePlan(error) || (reads && isClosedConnection(error));
        if (!isHarmless) throw asOutage(error);
        until ??= performance.now() + retryFor;
        if (performance.now() > until) throw asOutage(error);
      }
    }
  }

  async init() {}
  async acquireConnection() {
    return this.#connection;
  }
  async releaseConnection() {}
  beginTransaction = () => this.#control('begin');
  commitTransaction = () => this.#control('commit');
  // Kysely would throw this error in place of the one that it rolls back for. The session ends next, and the transaction
  // with it.
  rollbackTransaction = () => this.#control('rollback').catch(() => {});

  async #control(statement: string): Promise<void> {
    try {
      await this.#pools.writes.send(statement, []);
    } catch (error) {
      throw asOutage(error);
    }
  }

  async destroy() {
    await Promise.all([...new Set(Object.values(this.#pools))].map((pool) => pool.end(endWithin)));
  }
}

/** Migrations take a lock by themselves (`migrate`), which ends with their transaction. */
class Adapter extends PostgresAdapter {
  override async acquireMigrationLock() {}
  override async releaseMigrationLock() {}
}

/**
 * The dialect for a server.
 * @param open opens the pools to it
 */
export const postgresDialect = (open: () => Pools): Dialect => ({
  createDriver: () => new PostgresDriver(open()),
  createAdapter: () => new Adapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});
