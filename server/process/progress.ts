import { clearTimeout, setTimeout } from 'node:timers';
import type { Logger } from 'pino';

/** How long a start may take before it logs its steps, in milliseconds. */
const patience = 1_000;

/** The current step of a start. Logged once the start has taken longer than a second, and then with each step. */
export class Progress {
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #step = 'starting';
  #isSlow = false;

  constructor(log: Logger) {
    this.#log = log;
    this.#timer = setTimeout(() => {
      this.#isSlow = true;
      this.#tell();
    }, patience);
  }

  /** Begins a step. */
  readonly begin = (step: string): void => {
    this.#step = step;
    if (this.#isSlow) this.#tell();
  };

  #tell() {
    this.#log.info(this.#step);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
