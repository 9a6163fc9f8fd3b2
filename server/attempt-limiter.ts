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
      throw tooMany(refused);
    }
  }

  /**
   * Counts nothing, so that nothing is kept of who makes it.
   * @throws TooManyAttempts if an attempt would be one too many
   */
  async assertAllowed(whom: string): Promise<void> {
    const counted = await this.#limiter.get(whom);
    if (counted && counted.remainingPoints === 0 && counted.msBeforeNext > 0) throw tooMany(counted);
  }

  /** Clears the count. */
  async clear(whom: string): Promise<void> {
    await this.#limiter.delete(whom);
  }
}

const tooMany = ({ msBeforeNext }: RateLimiterRes) =>
  new TooManyAttempts(Math.max(1, Math.ceil(msBeforeNext / 1000)));
