import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyAttempts, WrongCredentials, WrongPassword } from './errors.ts';

/** So many tries at a password in so many seconds, for each account. */
const points = 10;
const duration = 60;

/**
 * Bounds how often a password can be guessed. Kept in memory, so each replica counts for itself; the time a guess
 * costs (argon2id) is the other bound.
 */
export class Attempts {
  readonly #limiter = new RateLimiterMemory({ points, duration });

  /**
   * Lets `attempt` run, unless there were too many that failed. One that succeeds clears the count.
   * @param whom whose password is tried: an email or an account id
   * @throws TooManyAttempts, and whatever `attempt` throws
   */
  async count<Result>(whom: string, attempt: () => Promise<Result>): Promise<Result> {
    try {
      await this.#limiter.consume(whom);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new TooManyAttempts(Math.max(1, Math.ceil(refused.msBeforeNext / 1000)));
    }
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
