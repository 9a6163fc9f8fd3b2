import pLimit, { type LimitFunction } from 'p-limit';
import { Overloaded } from './errors.ts';

/** Work of one kind, of which only so much is done at a time. The rest waits its turn, until too much waits. */
export class Queue {
  readonly #what: string;
  readonly #inTurn: LimitFunction;
  readonly #most: number;
  #waiting = 0;
  #size = 0;

  /**
   * @param what says what waits, in the refusal
   * @param most how much may wait
   */
  constructor(what: string, { atOnce, most }: { atOnce: number; most: number }) {
    this.#what = what;
    this.#inTurn = pLimit(atOnce);
    this.#most = most;
  }

  /** Whether nothing is done, and nothing waits. */
  get isIdle(): boolean {
    return this.#size === 0;
  }

  /**
   * Runs the work when its turn comes, or not at all if the client has hung up by then.
   * @param signal that of the request
   * @throws Overloaded if too much waits already, or the client has hung up
   */
  async run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting === this.#most || signal.aborted) throw new Overloaded(this.#what);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    let isWaiting = true;
    const leave = () => {
      if (!isWaiting) return false;
      isWaiting = false;
      this.#waiting -= 1;
      return true;
    };
    this.#waiting += 1;
    this.#size += 1;
    signal.addEventListener('abort', () => leave() && reject(new Overloaded(this.#what)), { once: true });
    this.#inTurn(async () => {
      if (!leave()) return;
      try {
        resolve(await work());
      } catch (error) {
        reject(error);
      }
    });
    try {
      return await promise;
    } finally {
      this.#size -= 1;
    }
  }
}
