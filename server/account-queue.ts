import { Queue, Queues } from './queue.ts';

/**
 * How much of one kind this process does at once. Reports and lists with filters are two kinds, and together leave a
 * connection for verifications: five of the ten connections to the database are for reads.
 */
const atOnce = 2;
/** How much of one kind may wait. */
const most = 100;

/**
 * Reads of many rows, in turn. Many at once would take every connection, and with them the database from everybody else.
 * An account has one turn at a time.
 */
export class AccountQueue {
  readonly #all: Queue;
  readonly #ofAccounts: Queues;

  /**
   * @param what says what waits, in the refusal
   * @param mostOfOne how much of one account may wait
   */
  constructor(what: string, mostOfOne: number) {
    this.#all = new Queue(what, { atOnce, most });
    this.#ofAccounts = new Queues(what, { atOnce: 1, most: mostOfOne });
  }

  /**
   * Runs a read when its turn comes.
   * @param account whose turn it takes
   * @param signal that of the request: a client that hangs up leaves the queue
   * @throws Overloaded if too much waits already
   */
  run<Result>(account: string, signal: AbortSignal, read: () => Promise<Result>): Promise<Result> {
    return this.#ofAccounts.run(account, signal, () => this.#all.run(signal, read));
  }
}
