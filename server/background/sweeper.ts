import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../errors.ts';

/** How long to wait between two steps, in milliseconds: requests run in between. */
const between = 20;

/** Runs a step of work again and again in the background, until it is closed. */
export class Sweeper {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  /**
   * @param step does a small part of the work, and says whether there may be more
   * @param onError called when a step fails, which is tried again. While steps go on failing for the same reason, it is
   * called once
   * @param first how long to wait before the first step, in milliseconds
   * @param idle how long to wait after a step that failed or found nothing to do, in milliseconds
   */
  constructor(
    step: () => Promise<boolean>,
    onError: (error: unknown) => void,
    { first = 0, idle = 5_000 }: { first?: number; idle?: number | undefined } = {},
  ) {
    this.#running = this.#run(step, onError, first, idle);
  }

  /** Stops after the current step. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(
    step: () => Promise<boolean>,
    onError: (error: unknown) => void,
    first: number,
    idle: number,
  ): Promise<void> {
    const { signal } = this.#closing;
    const rest = (time: number) => pause(time, undefined, { signal }).catch(() => {});
    let lastReason: string | undefined;
    const succeeded = (more: boolean) => {
      lastReason = undefined;
      return more;
    };
    const failed = (error: unknown) => {
      const reason = messageOf(error);
      if (reason !== lastReason) onError(error);
      lastReason = reason;
      return false;
    };
    await rest(first);
    while (!signal.aborted) {
      const more = await step().then(succeeded, failed);
      await rest(more ? between : idle);
    }
  }
}
