/** How long a verifier gets no trust when it is penalised, in milliseconds: twice as long each time. */
const first = 10_000;
const longest = 600_000;
/** How many verifiers are remembered: those that were penalised last. */
const capacity = 10_000;

interface Penalty {
  until: number;
  length: number;
}

/** Verifiers that held up changes, and get no trust for a while, by their own names. */
export class Penalties {
  readonly #penalties = new Map<string, Penalty>();

  /** Penalises a verifier, unless it is penalised already. @param now milliseconds, by `performance.now()` */
  penalise(instance: string, now: number): void {
    const before = this.#penalties.get(instance);
    // It has had no trust since. Another change that waited for it belongs to the same offence.
    if (before && now < before.until) return;
    // After as much time without a penalty as the last one took, the next is a first one.
    const isRepeated = before !== undefined && now < before.until + before.length;
    const length = isRepeated ? Math.min(before.length * 2, longest) : first;
    this.#penalties.delete(instance);
    this.#penalties.set(instance, { until: now + length, length });
    const [oldest] = this.#penalties.keys();
    if (this.#penalties.size > capacity && oldest !== undefined) this.#penalties.delete(oldest);
  }

  isPenalised(instance: string, now: number): boolean {
    return now < (this.#penalties.get(instance)?.until ?? 0);
  }
}
