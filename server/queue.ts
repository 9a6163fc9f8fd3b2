import pLimit, { type LimitFunction } from 'p-limit';
import { Overloaded } from './errors.ts';

/** How much is done at once, and how much may wait. */
interface Bounds {
  atOnce: number;
  most: number;
}

/** Work of one kind, of which only so much is done at a time. The rest waits its turn, until too much waits. */
export class Queue {
  readonly #what: string;
  readonly #inTurn: LimitFunction;
  readonly #most: number;
  #waiting = 0;
  #size = 0;

  /** @param what says what waits, in the refusal */
  constructor(what: string, { atOnce, most }: Bounds) {
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

/** A queue for each name, for as long as something is in it. */
export class Queues {
  readonly #what: string;
  readonly #bounds: Bounds;
  readonly #queues = new Map<string, Queue>();

  /**
   * @param what says what waits, in the refusal
   * @param bounds those of each queue
   */
  constructor(what: string, bounds: Bounds) {
    this.#what = what;
    this.#bounds = bounds;
  }

  /** Runs the work when its turn comes in the queue of this name: see `Queue`. */
  async run<Result>(name: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(name) ?? new Queue(this.#what, this.#bounds);
    this.#queues.set(name, queue);
    try {
      return await queue.run(signal, work);
    } finally {
      // Of two that end in one turn, the second must not delete a queue that has begun in between.
      if (queue.isIdle && this.#queues.get(name) === queue) this.#queues.delete(name);
    }
  }
}
