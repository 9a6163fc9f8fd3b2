import type { Instant } from '../../decide/instant.ts';

/** How far ahead of the demand units are taken, in milliseconds; farther, if that is only a few. */
const ahead = 200;
const longAhead = 800;
const few = 50;
/** The shortest time over which the demand is measured, in milliseconds. */
const shortest = 20;

/** How much is spent of a limit here. It is measured from one ask to the next. */
export class Demand {
  /** Units spent since the last measurement. */
  #spent = 0;
  /** In units per millisecond. */
  #rate = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  add(units: number): void {
    this.#spent += units;
  }

  /** How many units will be spent in a while. */
  get expected(): number {
    return Math.max(this.#rate * ahead, Math.min(this.#rate * longAhead, few));
  }

  /** Milliseconds since the last measurement; infinity: there was none. */
  age({ monotonic }: Instant): number {
    return monotonic - this.#measuredAt;
  }

  measure(now: Instant): void {
    const rate = this.#spent / Math.max(shortest, this.age(now));
    this.#rate = this.#rate === 0 ? rate : (this.#rate + rate) / 2;
    this.#measuredAt = now.monotonic;
    this.#spent = 0;
  }
}
