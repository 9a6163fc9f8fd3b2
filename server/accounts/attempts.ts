import pLimit, { type LimitFunction } from 'p-limit';
import { AttemptLimiter } from '../attempt-limiter.ts';
import { Overloaded, WrongCredentials, WrongPassword } from '../errors.ts';
import { passwordsWait } from './password.ts';

/** How many attempts at one password may run or wait at a time. */
const longestLine = 100;

/** How many wrong passwords are allowed in a minute. */
const wrongPerMinute = 10;

/** Bounds how often each password can be tried. The time that a guess takes (argon2id) is the other bound. */
export class Attempts {
  readonly #limiter = new AttemptLimiter(wrongPerMinute);
  /** Attempts that wait for each other, by whose password they are at. */
  readonly #lines = new Map<string, LimitFunction>();

  /**
   * Runs `attempt` at a password after those before it, unless too many have failed. A success clears the count. Attempts
   * run one at a time, so any number of right passwords can be sent at once.
   * @param whom whose password is tried: an email or an account id
   * @throws TooManyAttempts, Overloaded, and whatever `attempt` throws
   */
  async run<Result>(whom: string, attempt: () => Promise<Result>): Promise<Result> {
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
    await this.#limiter.assertAllowed(whom);
    try {
      const result = await attempt();
      await this.#limiter.clear(whom);
      return result;
    } catch (error) {
      // Only a wrong password was an attempt at one. It is counted afterwards: no other one runs meanwhile.
      if (error instanceof WrongCredentials || error instanceof WrongPassword) await this.#limiter.take(whom);
      throw error;
    }
  }
}
