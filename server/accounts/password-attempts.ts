import { AttemptLimiter } from '../attempt-limiter.ts';
import { WrongCredentials, WrongPassword } from '../errors.ts';
import { Queues } from '../queue.ts';
import { passwordsWait } from './password.ts';

/** How many wrong passwords are allowed in a minute. */
const wrongPerMinute = 10;

/** Bounds how often each password can be tried. The time that a guess takes (argon2id) is the other bound. */
export class PasswordAttempts {
  readonly #limiter = new AttemptLimiter(wrongPerMinute);
  /** Attempts at one password wait for each other. */
  readonly #queues = new Queues(passwordsWait, { atOnce: 1, most: 100 });

  /**
   * Runs `attempt` at a password after those before it, unless too many have failed. A success clears the count. Attempts
   * run one at a time, so any number of right passwords can be sent at once.
   * @param whom whose password is tried: an email or an account id
   * @param signal that of the request: whoever hangs up no longer waits
   * @throws TooManyAttempts, Overloaded, and whatever `attempt` throws
   */
  run<Result>(whom: string, signal: AbortSignal, attempt: () => Promise<Result>): Promise<Result> {
    return this.#queues.run(whom, signal, () => this.#try(whom, attempt));
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
