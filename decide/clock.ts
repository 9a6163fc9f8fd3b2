/** One reading of a remote clock. */
interface Reading {
  /** What to add to our own monotonic time, in milliseconds. */
  offset: number;
  /** How far off it may have been when it was read, in either direction: half of the round trip. */
  error: number;
  /** When it was read, by `performance.now()`. */
  at: number;
}

/** How fast two clocks may drift apart: 0.2 ms in a second. */
const drift = 0.0002;

/** How far off a reading may be by now, in milliseconds. */
const uncertainty = ({ error, at }: Reading, now: number) => error + drift * (now - at);

/**
 * Another machine's clock. Our monotonic clock carries it on between readings, so our wall clock may be wrong, or be set,
 * without harm. Before the first reading it is our own time.
 */
export class Clock {
  #best: Reading = { offset: performance.timeOrigin, error: Number.POSITIVE_INFINITY, at: 0 };

  /** Unix time in whole milliseconds. */
  now(): number {
    return this.at(performance.now());
  }

  /** Unix time in whole milliseconds at an instant of `performance.now()`. */
  at(monotonic: number): number {
    return Math.floor(monotonic + this.#best.offset);
  }

  /** How far off `at` may be, either way, in milliseconds. */
  errorAt(monotonic: number): number {
    return uncertainty(this.#best, monotonic);
  }

  /**
   * Takes a reading. It replaces the one before only if it is more exact than that one still is: however many answers a
   * slow network delays, they never replace an exact one.
   * @param theirs what the other clock said, as Unix time in milliseconds
   * @param sent when it was asked, by `performance.now()`
   * @param received when its answer came, by `performance.now()`
   */
  read(theirs: number, sent: number, received: number): void {
    const reading = { offset: theirs - (sent + received) / 2, error: (received - sent) / 2, at: received };
    const best = this.#best;
    if (reading.error <= uncertainty(best, received) || !agree(best, reading)) this.#best = reading;
  }
}

/** Whether both can be right. If not, one of the clocks was set, or slept. */
const agree = (earlier: Reading, later: Reading) =>
  Math.abs(earlier.offset - later.offset) <= uncertainty(earlier, later.at) + later.error + 1;
