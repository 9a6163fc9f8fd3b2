import pLimit, { type LimitFunction } from 'p-limit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Overloaded, TooManyAttempts, WrongCredentials, WrongPassword } from '../errors.ts';
import { passwordsWait } from './password.ts';

/** How many attempts at one password may run or wait at a time. */
const longestLine = 100;

/**
 * Bounds how often each caller can try something. The counts are in memory, so each replica counts for itself. For
 * passwords, the time that a guess takes (argon2id) is the other bound.
 */
export class Attempts {
  readonly #limiter: RateLimiterMemory;
  /** Attempts at passwords that wait for each other, by whose password they are at. */
  readonly #lines = new Map<string, LimitFunction>();

  /** @param points how many attempts are allowed in a minute */
  constructor({ points = 10 } = {}) {
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

  /**
   * Runs `attempt` at a password after those before it, unless too many have failed. A success clears the count. Attempts
   * run one at a time, so any number of right passwords can be sent at once.
   * @param whom whose password is tried: an email or an account id
   * @throws TooManyAttempts, Overloaded, and whatever `attempt` throws
   */
  async count<Result>(whom: string, attempt: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(whom) ?? pLimit(1);
    if (line.activeCount + line.pendingCount === longestLine) throw new Overloaded(passwordsWait);
    this.#lines.set(whom, line);
    try {
      return await line(() => this.#try(whom, attempt));
    } finally {
      if (line.activeCount === 0) this.#lines.delete(whom);
    }
  }

  async #try<Result>(whom: string, attempt: () => Promise<Result>): Promise<Result> {
    await this.take(whom);
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
