import { clearTimeout, setTimeout } from 'node:timers';

/** How long to wait for units that other replicas were asked to give back, in milliseconds. */
const patience = 100;

/** Who waits for units that other replicas were asked to give back. All who wait for the same limit wait together. */
export class Recalls {
  readonly #waiting = new Map<number, { promise: Promise<void>; wake: () => void }>();

  /** Waits until units of a limit are given back, but at most `patience`. */
  wait(id: number): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (waiting) return waiting.promise;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => {
      clearTimeout(timer);
      this.#waiting.delete(id);
      resolve();
    };
    const timer = setTimeout(wake, patience);
    this.#waiting.set(id, { promise, wake });
    return promise;
  }

  /** Ends the wait for a limit: its row may have units again. */
  wake(id: number): void {
    this.#waiting.get(id)?.wake();
  }
}
