/**
 * Values by name, those that were asked for lately: at least half of the bound, at most all of it.
 *
 * They are in two generations. A value that is asked for joins the young one. When that has half of the bound, the old
 * one is dropped, and the young one takes its place. A hit in the young generation writes nothing, where a list in the
 * order of use would be rewritten.
 */
export class GenerationalCache<Value> {
  readonly #bound: number;
  readonly #sizeOf: (value: Value) => number;
  #young = new Map<string, Value>();
  #youngSize = 0;
  #old = new Map<string, Value>();

  /** @param sizeOf how much of the bound a value takes: always the same for the same value */
  constructor(bound: number, sizeOf: (value: Value) => number = () => 1) {
    this.#bound = bound;
    this.#sizeOf = sizeOf;
  }

  /** How many values there are: none is in both generations. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  names(): string[] {
    return [...this.#young.keys(), ...this.#old.keys()];
  }

  get(name: string): Value | undefined {
    return this.#young.get(name) ?? this.#rejuvenate(name);
  }

  set(name: string, value: Value): void {
    this.delete(name);
    const size = this.#sizeOf(value);
    if (this.#youngSize + size > this.#bound / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSize = 0;
    }
    this.#young.set(name, value);
    this.#youngSize += size;
  }

  delete(name: string): void {
    const value = this.#young.get(name);
    if (value !== undefined) this.#youngSize -= this.#sizeOf(value);
    this.#young.delete(name);
    this.#old.delete(name);
  }

  clear(): void {
    this.#young.clear();
    this.#youngSize = 0;
    this.#old.clear();
  }

  #rejuvenate(name: string): Value | undefined {
    const value = this.#old.get(name);
    if (value !== undefined) this.set(name, value);
    return value;
  }
}
