import type { GivenLimit } from './limits-load.ts';

/** What was accepted of one limit, by window, and what may have been. */
export class Judge {
  readonly windowSeconds: number;
  /** What the limit is; several while a change of it is not answered. */
  #values: number[];
  #accepted = new Map<number, number>();
  #within = new Map<number, number>();
  #allowed = new Map<number, number>();
  #inFlight = 0;
  overshoot = 0;

  constructor({ limit, windowSeconds }: GivenLimit) {
    this.windowSeconds = windowSeconds;
    this.#values = [limit];
  }

  get windows(): number {
    return this.#accepted.size;
  }
  get accepted(): number {
    return [...this.#accepted.values()].reduce((sum, count) => sum + count, 0);
  }
  get allowed(): number {
    return [...this.#accepted.keys()].reduce((sum, window) => sum + (this.#allowed.get(window) ?? 0), 0);
  }

  sent(cost: number): void {
    this.#inFlight += cost;
  }

  /** @param resetAt as the verdict says it; undefined: it was not accepted. `sentAt` is Unix time in milliseconds */
  answered(cost: number, resetAt: number | undefined, sentAt: number): void {
    this.#inFlight -= cost;
    if (resetAt === undefined) return;
    this.#count(this.#accepted, resetAt, cost);
    // And whatever the verdict says: what was sent and answered within one window was decided in it.
    const length = this.windowSeconds * 1_000;
    const window = Math.floor(sentAt / length);
    if (window === Math.floor(Date.now() / length)) this.#count(this.#within, (window + 1) * length, cost);
  }

  changing(limit: number): void {
    this.#values.push(limit);
    for (const [window, allowed] of this.#allowed) this.#allowed.set(window, Math.max(allowed, limit));
  }

  /** A change was answered: what is sent from now on is held to the new limit, or to what was accepted by then. */
  changed(limit: number): void {
    this.#values = [limit];
    for (const [window, accepted] of this.#accepted)
      this.#allowed.set(
        window,
        Math.min(this.#allowed.get(window) ?? 0, Math.max(limit, accepted + this.#inFlight)),
      );
  }

  #count(counts: Map<number, number>, window: number, cost: number): void {
    const allowed = this.#allowed.get(window) ?? Math.max(...this.#values);
    this.#allowed.set(window, allowed);
    const count = (counts.get(window) ?? 0) + cost;
    counts.set(window, count);
    this.overshoot = Math.max(this.overshoot, count - allowed);
  }
}
