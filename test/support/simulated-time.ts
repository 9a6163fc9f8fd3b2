/**
 * Processes in one thread, each with clocks and timers of its own, on a time that passes only from one event to the next.
 * What happens when is drawn from a seed, so a run can be repeated. An event runs to its end, with all promises that it
 * settles, before the next one of any process, as in an event loop.
 */

import { vi } from 'vitest';

// Before they are replaced.
const { setImmediate, Date: RealDate } = globalThis;
const { random: realRandom } = Math;

/** What the wall clock of the database shows when a simulation begins, as Unix time in milliseconds. */
export const epoch = RealDate.UTC(2026, 0, 1);

interface Event {
  /** Whose code runs. Undefined: that of the network, or of the database. */
  process: Process | undefined;
  /** When it happens. Asked again once that has come: its process may be frozen, or its connection held, until later. */
  due: () => number;
  at: number;
  run: (() => void) | undefined;
}

/** The one that runs: one at a time, since it replaces clocks and timers. */
let simulation: Simulation;

/** Draws from a seed (mulberry32). */
export class Draws {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Between 0 and 1. */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 on. */
  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }
}

export class Simulation extends Draws implements Disposable {
  /** In milliseconds. */
  now = 0;
  /** Whose code runs. */
  running: Process | undefined;
  /** Whether nothing takes long. */
  isCalm = false;
  readonly processes: Process[] = [];
  /** The next one is the last. */
  readonly #events: Event[] = [];
  isLooking = false;
  #looksAtAll = false;

  constructor(seed: number) {
    super(seed);
    simulation = this;
    const replaced = { ...simulatedTimers, performance: simulatedPerformance, Date: SimulatedDate };
    for (const [name, value] of Object.entries(replaced)) vi.stubGlobal(name, value);
    Math.random = () => this.random();
  }

  /** How long a message is on its way, or a statement runs: mostly not for long. */
  delay(): number {
    return this.random() * (this.isCalm ? 3 : this.pick([1, 1, 3, 3, 3, 10, 10, 30, 30, 300]));
  }

  /** The time of the process that runs, which may have been frozen since its event began. */
  get time(): number {
    return this.running?.time ?? this.now;
  }

  schedule(process: Process | undefined, due: () => number, run: () => void): Event {
    const event = { process, due, at: due(), run };
    this.#insert(event);
    return event;
  }

  /** Schedules something that no process of ours does. */
  at(time: number, run: () => void): void {
    this.schedule(undefined, () => time, run);
  }

  /** Schedules something that comes from elsewhere, for a process or for the database. */
  receive(to: Process | undefined, due: () => number, run: () => void): void {
    this.schedule(to, () => Math.max(due(), to?.readsFrom ?? 0), run);
  }

  /** Has `Process.look` called for all processes, when the event is over. It is called for the process that ran anyway. */
  lookAtAll(): void {
    this.#looksAtAll = true;
  }

  /** Runs all events until then. */
  async runUntil(end: number): Promise<void> {
    for (let event = this.#events.at(-1); event && event.at <= end; event = this.#events.at(-1)) {
      this.#events.pop();
      const { process, run } = event;
      if (!run || process?.isDead) continue;
      const due = event.due();
      if (due > event.at) {
        event.at = due;
        this.#insert(event);
        continue;
      }
      this.now = event.at;
      if (!process) {
        run();
        continue;
      }
      process.began = process.show('monotonic');
      await this.#within(process, run);
      const all = this.#looksAtAll;
      this.#looksAtAll = false;
      this.isLooking = true;
      for (const seen of all ? this.processes : [process])
        if (!seen.isDead) await this.#within(seen, () => seen.look(all));
      this.isLooking = false;
    }
    this.now = end;
  }

  [Symbol.dispose](): void {
    vi.unstubAllGlobals();
    Math.random = realRandom;
  }

  /** Runs code of a process, and all that follows from promises, if it says that there are any. */
  async #within(process: Process, run: () => unknown): Promise<void> {
    this.running = process;
    if (run() !== false) await new Promise((resolve) => setImmediate(resolve));
    this.running = undefined;
  }

  /** Puts it in its place: after those of the same time. */
  #insert(event: Event): void {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] as Event).at > event.at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }
}

export class Process {
  readonly name: string;
  isDead = false;
  /** Called when an event of it is over. */
  look: (all: boolean) => boolean = () => false;
  /** What its monotonic clock showed when the event began. */
  began = 0;
  /** Until when none of its code runs. */
  frozenUntil = 0;
  /** From when its timers run again, and from when it reads what has arrived. */
  #timersFrom = 0;
  readsFrom = 0;
  #freezing: { reads: number; freeze: () => void } | undefined;
  /** The clock that stands still while its machine sleeps. */
  readonly #sleeping = simulation.pick(['monotonic', 'wall'] as const);
  /** Its clocks show these at time 0, and run at this speed: two clocks differ by less than 10 %. */
  readonly #speed = simulation.pick([0.954, 1, 1.046]);
  readonly #clocks = {
    monotonic: 1_000 + 1e6 * simulation.random(),
    wall: epoch + 1e5 * (simulation.random() - 0.5),
  };

  constructor(name: string) {
    this.name = name;
    simulation.processes.push(this);
  }

  get time(): number {
    return Math.max(simulation.now, this.frozenUntil);
  }

  /** Has its code read a clock. */
  read(clock: 'monotonic' | 'wall'): number {
    if (this.#freezing && !simulation.isLooking && this.#freezing.reads-- === 0) this.#freezing.freeze();
    return this.show(clock);
  }

  /** What a clock shows. */
  show(clock: 'monotonic' | 'wall'): number {
    return this.#clocks[clock] + this.#speed * this.time;
  }

  /** When the monotonic clock shows this. */
  timeAt(monotonic: number): number {
    return (monotonic - this.#clocks.monotonic) / this.#speed;
  }

  /** Freezes it, in the middle of its code: when it has read its clocks so many times more. */
  freezeAfter(reads: number, milliseconds: number, isAsleep: boolean): void {
    const freeze = () => {
      this.#freezing = undefined;
      this.frozenUntil = this.time + milliseconds;
      if (isAsleep) this.#clocks[this.#sleeping] -= this.#speed * milliseconds;
      const first = simulation.random() < 0.5;
      this.#timersFrom = this.frozenUntil + (first ? 0 : 0.001);
      this.readsFrom = this.frozenUntil + (first ? 0.001 : 0);
    };
    this.#freezing = { reads, freeze };
  }

  staysAwake(): void {
    this.#freezing = undefined;
  }

  /** Schedules something of its own. */
  plan(due: () => number, run: () => void): Event {
    return simulation.schedule(this, () => Math.max(due(), this.#timersFrom), run);
  }

  /** Runs something in a later turn of its event loop. */
  soon(run: () => void): void {
    const at = this.time;
    this.plan(() => at, run);
  }
}

class Timer {
  readonly #process = runningProcess();
  readonly #callback: () => void;
  readonly #milliseconds: number;
  #event: Event | undefined;

  constructor(callback: () => void, milliseconds = 0) {
    this.#callback = callback;
    this.#milliseconds = Math.max(1, milliseconds);
    this.refresh();
  }

  refresh(): this {
    this.clear();
    // Node may run it almost a millisecond early.
    const at = this.#process.read('monotonic') + this.#milliseconds - 0.99 * simulation.random();
    this.#event = this.#process.plan(() => this.#process.timeAt(at), this.#callback);
    return this;
  }

  clear(): void {
    if (this.#event) this.#event.run = undefined;
  }

  unref(): this {
    return this;
  }
}

function runningProcess(): Process {
  if (!simulation.running) throw new Error('No process runs.');
  return simulation.running;
}

/** In place of `node:timers`, and of the global timers. */
export const simulatedTimers = {
  setTimeout: (callback: () => void, milliseconds?: number) => new Timer(callback, milliseconds),
  setInterval(callback: () => void, milliseconds: number) {
    const timer: Timer = new Timer(() => {
      timer.refresh();
      callback();
    }, milliseconds);
    return timer;
  },
  setImmediate: (callback: () => void) => runningProcess().soon(callback),
  clearTimeout: (timer: Timer | undefined) => timer?.clear(),
  clearInterval: (timer: Timer | undefined) => timer?.clear(),
};

/** In place of `node:timers/promises`. */
export const simulatedPauses = {
  setTimeout: (milliseconds: number, value?: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      new Timer(() => resolve(value), milliseconds);
      signal?.addEventListener('abort', () => reject(signal.reason));
    }),
  setImmediate: () => new Promise<void>((resolve) => simulatedTimers.setImmediate(resolve)),
};

const simulatedPerformance = {
  now: () => runningProcess().read('monotonic'),
  get timeOrigin() {
    return runningProcess().read('wall') - runningProcess().read('monotonic');
  },
};

class SimulatedDate extends RealDate {
  static override now(): number {
    return runningProcess().read('wall');
  }
}
