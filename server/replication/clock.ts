/** What a statement selects to tell the time of the database, as `Clock.read` takes it. */
export const databaseTime = "date_part('epoch', clock_timestamp()) * 1000";

/** One reading of a remote clock. */
interface Reading {
  /** What to add to our own monotonic time, in milliseconds. */
  offset: number;
  /** How far off that may be, either way: half of what the reading took. */
  error: number;
}

/** So many readings are kept: the most exact of them counts. */
const kept = 8;

/**
 * The time of another machine's clock, told by our own monotonic one between readings, so that our wall clock may be
 * wrong, or be set, without harm. Before the first reading it is our own time.
 */
export class Clock {
  #readings: Reading[] = [];
  #offset = performance.timeOrigin;

  /** Unix time in whole milliseconds. */
  now(): number {
    return Math.floor(performance.now() + this.#offset);
  }

  /**
   * Takes a reading.
   * @param theirs what the other clock said, as Unix time in milliseconds
   * @param sent when it was asked, and `received` when its answer came, by `performance.now()`
   */
  read(theirs: number, sent: number, received: number): void {
    const reading = { offset: theirs - (sent + received) / 2, error: (received - sent) / 2 };
    // Readings that cannot both be right: one of the clocks was set, or slept.
    const agrees = (other: Reading) =>
      Math.abs(other.offset - reading.offset) <= other.error + reading.error + 1;
    this.#readings = [...this.#readings.filter(agrees), reading].slice(-kept);
    this.#offset = this.#readings.reduce((best, one) => (one.error < best.error ? one : best)).offset;
  }
}
