import { Queue } from '../queue.ts';

/** How many reports this process makes at once, of its ten connections to the database, and how many may wait. */
const all = { atOnce: 2, most: 100 };
const ofOneAccount = { atOnce: 1, most: 5 };

/**
 * Makes reports on whole accounts in turn. One reads up to millions of counts, which takes the database a second. Many at
 * once would take every connection, and with them the database from everybody else. An account has one turn at a time.
 */
export class ReportQueue {
  readonly #all = new Queue('reports wait to be made', all);
  readonly #ofAccounts = new Map<string, Queue>();

  /**
   * @param signal that of the request: a client that hangs up leaves the queue
   * @throws Overloaded if too many wait already
   */
  async run<Report>(accountId: string, signal: AbortSignal, report: () => Promise<Report>): Promise<Report> {
    const own = this.#ofAccounts.get(accountId) ?? new Queue('reports wait to be made', ofOneAccount);
    this.#ofAccounts.set(accountId, own);
    try {
      return await own.run(signal, () => this.#all.run(signal, report));
    } finally {
      if (own.isIdle) this.#ofAccounts.delete(accountId);
    }
  }
}
