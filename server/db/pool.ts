import { DatabaseUnavailable } from '../errors.ts';
import type { Client } from './client.ts';
import { isOfServer, type Rows } from './driver.ts';
import { NotSent } from './errors.ts';

/** A server, as the pools that lead to it know it. */
export class Server {
  /** When it last said something, by `performance.now()`. */
  heard = 0;
}

/**
 * A pool of connections, replaced by another where it is lost.
 *
 * A server that is frozen, or behind a network that drops everything, answers neither yes nor no. Where a deadline is set
 * and nothing at all was heard from the server within it, the pool is replaced, since all that it has in flight hangs.
 */
export class Pool {
  readonly #connect: () => Client;
  readonly #server: Server;
  readonly #deadline: number | undefined;
  #client: Client;

  /** @param deadline how long a statement may wait for its answer, in milliseconds; absent: for ever */
  constructor(connect: () => Client, server = new Server(), deadline?: number) {
    this.#connect = connect;
    this.#server = server;
    this.#deadline = deadline;
    this.#client = connect();
  }

  /**
   * Runs a statement.
   * @throws DatabaseUnavailable where the deadline passed: the statement may be done all the same
   * @throws NotSent where the pool was replaced meanwhile
   * @throws Error of the driver, or of the server
   */
  async send(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    const client = this.#client;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const waiting = new AbortController();
    const timer =
      this.#deadline &&
      setTimeout(() => {
        reject(this.#giveUp(client));
        waiting.abort();
      }, this.#deadline);
    try {
      const { signal } = waiting;
      const rows = await Promise.race([client.query(sql, parameters, { prepare: true, signal }), late]);
      this.#server.heard = performance.now();
      return rows;
    } catch (error) {
      if (isOfServer(error)) this.#server.heard = performance.now();
      if (client.isBroken) this.#replace(client, () => client.retire(5));
      // Not sent, and no other pool in its place: it was ended for good.
      throw error instanceof NotSent && client === this.#client ? new DatabaseUnavailable(error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends all connections; what is under way may take so many seconds. */
  end(seconds: number): Promise<void> {
    return this.#client.end(seconds);
  }

  /**
   * A statement had no answer within the deadline. Where nothing else had, the pool is ended, which rejects all of its
   * statements. Else the server is at work on this one, or it is one that the driver has lost, as it can while
   * connections die.
   */
  #giveUp(client: Client): DatabaseUnavailable {
    const deadline = this.#deadline ?? 0;
    if (performance.now() - this.#server.heard >= deadline) this.#replace(client, () => client.end(0));
    return new DatabaseUnavailable(new Error(`No answer to a statement within ${deadline} ms`));
  }

  /** Opens another pool, and ends this one: once, not for each statement that tells of it. */
  #replace(client: Client, end: () => Promise<void>): void {
    if (client !== this.#client) return;
    this.#client = this.#connect();
    end().catch(() => {});
  }
}
