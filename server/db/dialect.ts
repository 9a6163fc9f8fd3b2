import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import postgres from 'postgres';
import { DatabaseUnavailable } from '../errors.ts';
import type { Client, Rows } from './client.ts';
import { asOutage, isClosedConnection, isStalePlan, NotSent } from './errors.ts';

/**
 * A read whose connection was closed, a statement whose plan is stale, and one that waited in a pool that was replaced, are
 * tried again for so long, in milliseconds.
 * Once would not do: connections that idle together are closed together, so that the next may be as dead; and a migration
 * changes one table after the other.
 */
const retryFor = 500;

/** The functions with an effect that statements of ours call which begin with `select`. */
const effects = /\b(?:pg_notify|exchange_limits)\b/i;
/**
 * Whether a statement only reads: it begins with `select`, since Postgres takes what modifies data in no other place of
 * a select than a `with` before it; and it calls no function with an effect.
 */
const isRead = ({ sql }: CompiledQuery) => /^\s*select\b/i.test(sql) && !effects.test(sql);

/**
 * Kysely on the `postgres` driver, without ever reserving a connection: each query goes to the pool by itself.
 * (A reserved connection that dies takes the process with it: porsager/postgres#1208.) So there are no transactions
 * here, save on a client of one session, which migrations use.
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
    let until: number | undefined;
    for (;;) {
      const client = this.#client;
      try {
        return await this.#send(query.sql, query.parameters);
      } catch (error) {
        const isHarmless =
          (error instanceof NotSent && client !== this.#client) ||
          isStalePlan(error) ||
          (isClosedConnection(error) && isRead(query));
        if (!isHarmless) throw asOutage(error);
        until ??= performance.now() + retryFor;
        if (performance.now() > until) throw asOutage(error);
      }
    }
  }

  async #send(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    const client = this.#client;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = this.#deadline && setTimeout(() => reject(this.#giveUp(client)), this.#deadline);
    try {
      const rows = await Promise.race([client.query(sql, parameters, { prepare: true }), late]);
      this.#heard = performance.now();
      return rows;
    } catch (error) {
      // An error of the server's own is a word from it; one of the driver's or the socket's is not.
      if (error instanceof postgres.PostgresError) this.#heard = performance.now();
      if (client.isBroken) this.#replace(client, () => client.retire(5));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A query had no answer within the deadline. Where nothing else had, the pool is ended, which rejects all of its
   * queries; once, not for each of them. Else it is this one that the driver has lost, as it can while connections die.
   */
  #giveUp(client: Client): DatabaseUnavailable {
    if (performance.now() - this.#heard >= (this.#deadline ?? 0)) this.#replace(client, () => client.end(0));
    return new DatabaseUnavailable(new Error(`No answer to a statement within ${this.#deadline} ms`));
  }

  /** Opens another pool, and ends this one: once. */
  #replace(client: Client, end: () => Promise<void>): void {
    if (client !== this.#client) return;
    this.#client = this.#connect();
    end().catch(() => {});
  }

  async init() {}
  async acquireConnection() {
    return this.#connection;
  }
  async releaseConnection() {}
  beginTransaction = () => this.#control('begin');
  commitTransaction = () => this.#control('commit');
  rollbackTransaction = () => this.#control('rollback');

  async #control(statement: string): Promise<void> {
    try {
      await this.#client.query(statement, []);
    } catch (error) {
      throw asOutage(error);
    }
  }

  async destroy() {
    await this.#client.end(5);
  }
}

/**
 * The dialect for a server.
 * @param connect opens a pool to it
 * @param deadline how long to wait for it to say anything at all, in milliseconds; absent: for ever
 */
export const postgresDialect = (connect: () => Client, deadline?: number): Dialect => ({
  createDriver: () => new PostgresDriver(connect, deadline),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});
