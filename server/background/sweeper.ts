import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../errors.ts';

/** How long to wait between two steps, in milliseconds: requests run in between. */
const between = 20;

interface SweeperOptions {
  /** What it is called in metrics. */
  job?: string;
  /** How long to wait before the first step, in milliseconds. */
  first?: number;
  /** How long to wait after a step that failed or found nothing to do, in milliseconds. */
  idle?: number | undefined;
  /** How often the same failure is told, in milliseconds. */
  repeat?: number;
}

/** Runs a step of work again and again in the background, until it is closed. */
export class Sweeper {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  /** What it is called in metrics. */
  readonly job: string;
  /** When a step last succeeded, or when it began, in Unix time in milliseconds. */
  succeededAt = Date.now();

  /**
   * @param step does a small part of the work, and says whether there may be more
   * @param onError called when a step fails, which is tried again: at once for another reason than the last one, and every
   * `repeat` milliseconds for the same
   */
  constructor(
    step: () => Promise<boolean>,
    onError: (error: unknown) => void,
    { job = '', first = 0, idle = 5_000, repeat = 3_600_000 }: SweeperOptions = {},
  ) {
    this.job = job;
    this.#running = this.#run(step, onError, { first, idle, repeat });
  }

  /** Stops after the current step. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(
    step: () => Promise<boolean>,
    onError: (error: unknown) => void,
    { first, idle, repeat }: { first: number; idle: number; repeat: number },
  ): Promise<void> {
    const { signal } = this.#closing;
    const rest = (time: number) => pause(time, undefined, { signal }).catch(() => {});
    let lastReason: string | undefined;
    let reportedAt = 0;
    const succeeded = (more: boolean) => {
      lastReason = undefined;
      this.succeededAt = Date.now();
      return more;
    };
    const failed = (error: unknown) => {
      const reason = messageOf(error);
      if (reason !== lastReason || performance.now() - reportedAt >= repeat) {
        reportedAt = performance.now();
        onError(error);
      }
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
