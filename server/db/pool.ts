import { DatabaseUnavailable } from '../errors.ts';
import type { Connections } from './connections.ts';
import { isOfServer, type Rows } from './driver.ts';
import { NotSent } from './errors.ts';

/**
 * How many statements a pool prepares. Each of its connections keeps their plans, up to 150 kB of the server's memory for
 * one, and callers choose the texts of some: a change of a key has one for each set of fields. Without those there are
 * fewer than 200. Further ones are planned each time.
 */
const maxPrepared = 250;

/** A server, as the pools that lead to it know it. */
export class Server {
  /** When it last said something, by `performance.now()`. */
  heard = 0;
}

/**
 * Statements to a server, over `Connections` that are replaced when they are lost.
 *
 * A server that is frozen, or behind a network that drops everything, answers neither yes nor no. Where a deadline is set
 * and nothing at all was heard from the server within it, the connections are replaced, since all that is in flight on
 * them hangs.
 */
export class Pool {
  readonly #connect: () => Connections;
  readonly #server: Server;
  readonly #deadline: number | undefined;
  #connections: Connections;
  /** The texts of the statements that are prepared. */
  readonly #prepared = new Set<string>();

  /** @param deadline how long a statement may wait for its answer, in milliseconds; absent: for ever */
  constructor(connect: () => Connections, server = new Server(), deadline?: number) {
    this.#connect = connect;
    this.#server = server;
    this.#deadline = deadline;
    this.#connections = connect();
  }

  /**
   * Runs a statement.
   * @throws DatabaseUnavailable where the deadline passed: the statement may be done all the same
   * @throws NotSent where the connections were replaced meanwhile
   * @throws Error of the driver, or of the server
   */
  async send(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    const connections = this.#connections;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const waiting = new AbortController();
    const timer =
      this.#deadline &&
      setTimeout(() => {
        reject(this.#giveUp(connections));
        waiting.abort();
      }, this.#deadline);
    try {
      const options = { prepare: this.#isPrepared(sql), signal: waiting.signal };
      const rows = await Promise.race([connections.query(sql, parameters, options), late]);
      this.#server.heard = performance.now();
      return rows;
    } catch (error) {
      if (isOfServer(error)) this.#server.heard = performance.now();
      if (connections.isBroken) this.#replace(connections, () => connections.retire(5));
      // Not sent, and no others in their place: the pool was ended for good.
      throw error instanceof NotSent && connections === this.#connections
        ? new DatabaseUnavailable(error)
        : error;
    } finally {
      clearTimeout(timer);
    }
  }

  #isPrepared(sql: string): boolean {
    if (this.#prepared.size < maxPrepared) this.#prepared.add(sql);
    return this.#prepared.has(sql);
  }

  /** Ends all connections; what is under way may take so many seconds. */
  end(seconds: number): Promise<void> {
    return this.#connections.end(seconds);
  }

  /**
   * A statement had no answer within the deadline. Where nothing else had, all connections are ended, which rejects
   * all statements on them. Else the server is at work on this one, or it is one that the driver has lost, as it can while
   * connections die.
   */
  #giveUp(connections: Connections): DatabaseUnavailable {
    const deadline = this.#deadline ?? 0;
    if (performance.now() - this.#server.heard >= deadline)
      this.#replace(connections, () => connections.end(0));
    return new DatabaseUnavailable(new Error(`No answer to a statement within ${deadline} ms`));
  }

  /** Opens others, and ends these: once, not for each statement that tells of them. */
  #replace(connections: Connections, end: () => Promise<void>): void {
    if (connections !== this.#connections) return;
    this.#connections = this.#connect();
    end().catch(() => {});
  }
}
