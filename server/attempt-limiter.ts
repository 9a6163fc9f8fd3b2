import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyAttempts } from './errors.ts';

/** Bounds how often each caller can try something. The counts are in memory, so each replica counts for itself. */
export class AttemptLimiter {
  readonly #limiter: RateLimiterMemory;

  /** @param points how many attempts are allowed in a minute */
  constructor(points: number) {
    this.#limiter = new RateLimiterMemory({ points, duration: 60 });
  }

  /**
   * Counts an attempt, whatever comes of it.
   * @param whom who makes it, or whose secret is tried
   * @throws TooManyAttempts
   */
  async take(whom: string): Promise<void> {
    try {
      await this.#limiter.consume(whom);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new TooManyAttempts(Math.max(1, Math.ceil(refused.msBeforeNext / 1000)));
    }
  }

  /** Takes back an attempt that was counted. */
  async giveBack(whom: string): Promise<void> {
    await this.#limiter.reward(whom);
  }

  /** Clears the count. */
  async clear(whom: string): Promise<void> {
    await this.#limiter.delete(whom);
  }
}
