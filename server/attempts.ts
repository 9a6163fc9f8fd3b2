import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyAttempts, WrongCredentials, WrongPassword } from './errors.ts';

/**
 * Bounds how often something can be tried, for each of those who try it. Kept in memory, so each replica counts for
 * itself. Of passwords, the time that a guess costs (argon2id) is the other bound.
 */
export class Attempts {
  readonly #limiter: RateLimiterMemory;
  /** The attempts that are under way, by whose password they are at. */
  readonly #underWay = new Map<string, Set<Promise<unknown>>>();

  /**
   * @param points so many attempts
   * @param duration in so many seconds
   */
  constructor({ points = 10, duration = 60 } = {}) {
    this.#limiter = new RateLimiterMemory({ points, duration });
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

  /**
   * Lets `attempt` at a password run, unless there were too many that failed. One that succeeds clears the count. Where so
   * many are under way that no other may begin, it waits until one of them ends: right ones are no reason to refuse it.
   * @param whom whose password is tried: an email or an account id
   * @throws TooManyAttempts, and whatever `attempt` throws
   */
  async count<Result>(whom: string, attempt: () => Promise<Result>): Promise<Result> {
    await this.#takeOrWait(whom);
    const trying = this.#try(whom, attempt);
    const underWay = this.#underWay.get(whom) ?? new Set();
    this.#underWay.set(whom, underWay.add(trying));
    try {
      return await trying;
    } finally {
      underWay.delete(trying);
      if (underWay.size === 0) this.#underWay.delete(whom);
    }
  }

  async #takeOrWait(whom: string): Promise<void> {
    for (;;) {
      const before = [...(this.#underWay.get(whom) ?? [])];
      try {
        return await this.take(whom);
      } catch (error) {
        // What was refused is no attempt.
        await this.#limiter.reward(whom);
        const underWay = [...before, ...(this.#underWay.get(whom) ?? [])];
        if (underWay.length === 0) throw error;
        await Promise.race(underWay).catch(() => {});
      }
    }
  }

  async #try<Result>(whom: string, attempt: () => Promise<Result>): Promise<Result> {
    try {
      const result = await attempt();
      await this.#limiter.delete(whom);
      return result;
    } catch (error) {
      // Only a wrong password was an attempt at one.
      const wrong = error instanceof WrongCredentials || error instanceof WrongPassword;
      if (!wrong) await this.#limiter.reward(whom);
      throw error;
    }
  }
}
