import type { LimitState } from '../../decide/limits.ts';
import {
  type Answer,
  type Ask,
  blockLifetime,
  countedAsSpent,
  type Instant,
  inAsk,
  noAsk,
} from './exchange.ts';

/** How long before its window a block ends, in milliseconds: clocks run at different speeds. */
const margin = 2;
/** How far ahead of the demand units are taken, in milliseconds; farther, if that is only a few. */
const ahead = 200;
const longAhead = 800;
const few = 50;
/** The shortest time between two asks ahead of the demand, in milliseconds. */
const aheadInterval = 50;
/** A block that was not used for this long is given back, and so is one that ends within this time. In milliseconds. */
const idle = 250;
/** The shortest time over which the demand is measured, in milliseconds. */
const shortest = 20;

const past: Instant = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };
/** Whether an instant has come, by either clock: one of them may stand still while a machine sleeps. */
const isOver = (at: Instant, now: Instant) => now.monotonic >= at.monotonic || now.wall >= at.wall;
const after = ({ monotonic, wall }: Instant, milliseconds: number): Instant => ({
  monotonic: monotonic + milliseconds,
  wall: wall + milliseconds,
});

/**
 * What this process holds of one limit and knows of it: its block. Units come from the row of the limit, and are spent
 * here until the block ends: with its window, or a second after it was asked for. This class only computes; `Blocks` asks
 * the database.
 */
export class Budget {
  readonly id: number;
  readonly generation: number;
  /** The limit has changed, or its block was given up: units that still arrive must not be spent. */
  isDropped = false;
  /** The ask in flight, and the one that waits for it. Each resolves to whether the limit is unchanged. */
  asking: Promise<boolean> | undefined;
  next: Promise<boolean> | undefined;

  /** Units of the window that ends at `#resetsAt`, not spent. After `#endsAt` they can only be given back. */
  #units = 0;
  #endsAt = past;
  /** Units that are spent and not told yet. Negative: told as spent, and not spent yet. */
  #spent = 0;
  /** What the row had when it was last read, and when the window of that ends. */
  #ungranted = 0;
  #resetsAt: number | undefined;
  #windowEndsAt = past;
  /** Until when the row is taken to have too little. */
  #shortUntil = 0;
  #lastUse: number;

  /** The units that are waited for: all together, and the smallest request. */
  #need = 0;
  #atLeast = Number.POSITIVE_INFINITY;
  /** Units spent since the rate was measured, and the rate in units per millisecond. */
  #demand = 0;
  #rate = 0;
  #measuredAt: number | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(id: number, generation: number, now: Instant) {
    this.id = id;
    this.generation = generation;
    this.#lastUse = now.monotonic;
  }

  /** How many units can be spent. */
  units(now: Instant): number {
    return isOver(this.#endsAt, now) ? 0 : this.#units;
  }

  /** How many units can be given back, those of a block that has ended included. */
  get unspent(): number {
    return this.#units;
  }

  /** Whether the end of the current window is known, and what was left of it. */
  isKnown(now: Instant): boolean {
    return !isOver(this.#windowEndsAt, now);
  }

  /** Whether this much was refused lately, or would have been. */
  isShort(cost: number, now: Instant): boolean {
    return now.monotonic < this.#shortUntil && cost > this.units(now) + this.#ungranted && this.isKnown(now);
  }

  /** @returns an estimate: others may have taken units since the row was read */
  remaining(now: Instant): number {
    return Math.max(0, this.#ungranted + this.units(now));
  }

  /** As Unix time in milliseconds; infinity: never. */
  get resetsAt(): number {
    return this.#resetsAt ?? Number.POSITIVE_INFINITY;
  }

  /** Milliseconds until then. */
  resetsIn(now: Instant): number {
    return Math.max(0, this.#windowEndsAt.monotonic + margin - now.monotonic);
  }

  /** Spends units. There must be as many. */
  spend(cost: number, now: Instant): void {
    this.#units -= cost;
    this.#spent += cost;
    this.#demand += cost;
    this.#lastUse = now.monotonic;
  }

  /** Takes back spent units. @returns whether it could: not if the limit or its window is another one by now */
  unspend(cost: number, { limit, resetsAt }: LimitState): boolean {
    if (limit.generation !== this.generation || resetsAt !== this.#resetsAt) return false;
    this.#units += cost;
    this.#spent -= cost;
    return true;
  }

  /** Whether to ask for more before units are missing. */
  isLow(now: Instant): boolean {
    return this.#units < this.#wanted / 4 && this.#mayAskAhead(now);
  }

  /** Whether the block is in use and about to end. Asking for more units also renews it. */
  isEnding(now: Instant): boolean {
    const isUsed = now.monotonic - this.#lastUse < idle;
    return isUsed && this.units(now) > 0 && isOver(after(this.#endsAt, -idle), now) && this.#mayAskAhead(now);
  }

  #mayAskAhead(now: Instant): boolean {
    const isTime = now.monotonic - this.#askedAt >= aheadInterval;
    return this.#wanted >= 2 && this.#ungranted > 0 && !this.asking && !this.next && isTime;
  }

  /** Notes that somebody waits for units. */
  wait(cost: number, now: Instant): void {
    this.#lastUse = now.monotonic;
    if (cost > 0) this.waitAgain({ need: cost, atLeast: cost });
  }

  /** Notes that requests wait again, as an ask did not bring enough for them. */
  waitAgain({ need, atLeast }: Pick<Ask, 'need' | 'atLeast'>): void {
    if (need === 0) return;
    this.#need += need;
    this.#atLeast = Math.min(this.#atLeast, atLeast);
  }

  /** Whether the row has to be asked for the waiting requests. If not, they no longer wait. */
  hasToAsk(now: Instant): boolean {
    const isServed = this.isKnown(now) && this.#need <= this.units(now);
    if (!isServed && !this.isShort(this.#atLeast, now)) return true;
    this.#need = 0;
    this.#atLeast = Number.POSITIVE_INFINITY;
    return false;
  }

  /** Asks for what is waited for. What is left in the block is too little, and is given back in the same exchange. */
  ask(now: Instant): Ask {
    const want = this.#measure(now);
    const ask = {
      ...this.#told(),
      back: this.#units,
      atLeast: this.#need > 0 ? this.#atLeast : 0,
      need: this.#need,
      want,
    };
    this.#units = 0;
    this.#need = 0;
    this.#atLeast = Number.POSITIVE_INFINITY;
    return ask;
  }

  /** Asks for more before it is needed, and keeps what there is. */
  askAhead(now: Instant): Ask {
    const want = Math.max(1, this.#measure(now) - this.units(now));
    return { ...this.#told(), back: 0, atLeast: 1, need: 0, want };
  }

  /** Gives back what is left, even if the block has ended. */
  surrender(): Ask {
    const back = this.#units;
    this.#units = 0;
    return { ...noAsk, ...this.#told(), back };
  }

  /**
   * Takes in what an ask brought. It renews what is left of the same window.
   * @param isRecalling whether other replicas may give back more
   */
  receive(answer: Answer, { need }: Ask, sent: Instant, isRecalling: boolean): void {
    const { granted, ungranted, resetsAt, timeLeft } = answer;
    const windowEndsAt = after(sent, timeLeft - margin);
    if (resetsAt !== this.#resetsAt) {
      this.#units = 0;
      this.#spent = 0;
    }
    this.#units += granted;
    this.#spent -= countedAsSpent(answer, need);
    if (granted > 0) this.#endsAt = after(sent, Math.min(blockLifetime, timeLeft - margin));
    this.#ungranted = ungranted;
    this.#resetsAt = resetsAt;
    this.#windowEndsAt = windowEndsAt;
    this.#shortUntil = granted < need && !isRecalling ? sent.monotonic + blockLifetime : 0;
  }

  /** There may be units again. */
  replenished(): void {
    this.#shortUntil = 0;
  }

  /** Whether to give back what is left: it is not used here, or ends soon. */
  isIdle(now: Instant): boolean {
    const isHeld = this.isKnown(now) && (this.#units > 0 || this.#spent > 0);
    if (this.asking || this.next || !isHeld) return false;
    return now.monotonic - this.#lastUse >= idle || isOver(after(this.#endsAt, -idle), now);
  }

  /** Whether there is nothing left to remember. */
  isSpent(now: Instant): boolean {
    const isAsked = this.asking !== undefined || this.next !== undefined;
    const isUsed = now.monotonic - this.#lastUse < idle || now.monotonic < this.#shortUntil;
    return !isAsked && !isUsed && this.units(now) === 0;
  }

  #told() {
    const spent = this.#spent;
    this.#spent = 0;
    return { id: this.id, generation: this.generation, resetsAt: inAsk(this.#resetsAt ?? -1), spent };
  }

  /** How many units will be spent in a while. */
  get #wanted(): number {
    return Math.max(this.#rate * ahead, Math.min(this.#rate * longAhead, few));
  }

  /** Measures the demand. @returns how many units will be spent in a while */
  #measure(now: Instant): number {
    const { monotonic } = now;
    this.#askedAt = monotonic;
    if (this.#measuredAt !== undefined) {
      const rate = this.#demand / Math.max(shortest, monotonic - this.#measuredAt);
      this.#rate = this.#rate === 0 ? rate : (this.#rate + rate) / 2;
    }
    this.#measuredAt = monotonic;
    this.#demand = 0;
    return Math.ceil(this.#wanted);
  }
}
