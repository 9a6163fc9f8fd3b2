import { after, type Instant, isOver, past } from '../../decide/instant.ts';
import type { LimitState } from '../../decide/limits.ts';
import { Demand } from './demand.ts';
import {
  type Answer,
  type Ask,
  blockLifetime,
  countedAsSpent,
  givingBack,
  inAsk,
  noAsk,
  noWindow,
} from './exchange.ts';

/** How long before its window a block ends, in milliseconds: clocks run at different speeds. */
const margin = 2;
/** The shortest time between two asks ahead of the demand, in milliseconds. */
const aheadInterval = 50;
/** A block that was not used for this long is given back, and so is one that ends within this time. In milliseconds. */
const idle = 250;

/**
 * What this process has of one limit: its block, what it knows of the row, and how much is wanted. Units come from the row,
 * and are spent here until the block ends: with its window, or a second after it was asked for. This class only computes;
 * `Asks` asks the database.
 */
export class Budget {
  readonly id: number;
  readonly generation: number;
  /** The limit has changed, or its block was given up: units that still arrive must not be spent. */
  isDropped = false;
  /** The ask in flight, if there is one. */
  asking: Promise<unknown> | undefined;
  /** The ask after it, which is not sent yet. It resolves to whether the limit is unchanged. */
  next: Promise<boolean> | undefined;

  /** Units of the window that ends at `#resetsAt`, not spent. After `#endsAt` they can only be given back. */
  #units = 0;
  #endsAt = past;
  /** Units that are spent and not reported to the row yet. Negative: reported as spent, and not spent yet. */
  #spent = 0;
  /** What the row had when it was last read, and when the window of that ends. */
  #ungranted = 0;
  #resetsAt: number | undefined;
  #windowEndsAt = past;
  /** Until when the row is taken to have too little. */
  #shortUntil = 0;
  #lastUse: number;

  /** The units that requests wait for, which are in no ask yet: all together, and the smallest request. */
  #need = 0;
  #atLeast = Number.POSITIVE_INFINITY;
  /** The latest ask. */
  #asked = noAsk;
  readonly #demand = new Demand();

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
    this.#demand.add(cost);
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
    return this.#units < this.#demand.expected / 4 && this.#mayAskAhead(now);
  }

  /** Whether the block is in use and about to end. Asking for more units also renews it. */
  isEnding(now: Instant): boolean {
    return this.#isUsed(now) && this.units(now) > 0 && this.#endsSoon(now) && this.#mayAskAhead(now);
  }

  #mayAskAhead(now: Instant): boolean {
    const { expected } = this.#demand;
    return expected >= 2 && this.#ungranted > 0 && !this.#isAsking && this.#demand.age(now) >= aheadInterval;
  }

  get #isAsking(): boolean {
    return this.asking !== undefined || this.next !== undefined;
  }

  #isUsed(now: Instant): boolean {
    return now.monotonic - this.#lastUse < idle;
  }

  #endsSoon(now: Instant): boolean {
    return isOver(after(this.#endsAt, -idle), now);
  }

  /** Notes that a request waits for units; at a cost of 0, only for the state of the limit. */
  wait(cost: number, now: Instant): void {
    this.#lastUse = now.monotonic;
    if (cost > 0) this.#addWaiting(cost, cost);
  }

  #addWaiting(need: number, atLeast: number): void {
    this.#need += need;
    this.#atLeast = Math.min(this.#atLeast, atLeast);
  }

  /** Whether there is enough for all requests that wait, or known to be too little for each of them. */
  canAnswer(now: Instant): boolean {
    const isEnough = this.isKnown(now) && this.#need <= this.units(now);
    return isEnough || this.isShort(this.#atLeast, now);
  }

  waitNoMore(): void {
    this.#need = 0;
    this.#atLeast = Number.POSITIVE_INFINITY;
  }

  /** The ask for what is waited for. What is left in the block is too little, and is given back in the same exchange. */
  nextAsk(now: Instant): Ask {
    const want = this.#expected(now);
    const atLeast = this.#need > 0 ? this.#atLeast : 0;
    this.#asked = { ...this.#report(), back: this.#units, atLeast, need: this.#need, want };
    this.#units = 0;
    this.waitNoMore();
    return this.#asked;
  }

  /** The ask, once more, for what the latest one did not bring, and for what is waited for since. */
  repeatedAsk(now: Instant): Ask {
    const { need, atLeast } = this.#asked;
    if (need > 0) this.#addWaiting(need, atLeast);
    return this.nextAsk(now);
  }

  /** An ask for more before it is needed. It keeps what there is. */
  nextAskAhead(now: Instant): Ask {
    const want = Math.max(1, this.#expected(now) - this.units(now));
    this.#asked = { ...this.#report(), back: 0, atLeast: 1, need: 0, want };
    return this.#asked;
  }

  /** Gives back what is left, even if the block has ended. It is out of memory before it is sent, so it is not spent. */
  giveBack(): Ask {
    const back = this.#units;
    this.#units = 0;
    return { ...noAsk, ...this.#report(), back };
  }

  /** Gives back what came for a budget that was dropped. */
  giveBackLate(answer: Answer): Ask {
    const { granted: units, resetsAt } = answer;
    return givingBack(this, { units, asSpent: countedAsSpent(answer, this.#asked.need), resetsAt });
  }

  /**
   * Takes in what the latest ask brought. It renews what is left of the same window.
   * @param isLast whether too little is a refusal. If not, units were recalled, and are asked for again
   */
  receive(answer: Answer, sent: Instant, isLast: boolean): void {
    const { granted, ungranted, resetsAt, timeLeft } = answer;
    const { need } = this.#asked;
    if (resetsAt !== this.#resetsAt) {
      this.#units = 0;
      this.#spent = 0;
    }
    this.#units += granted;
    this.#spent -= countedAsSpent(answer, need);
    if (granted > 0) this.#endsAt = after(sent, Math.min(blockLifetime, timeLeft - margin));
    this.#ungranted = ungranted;
    this.#resetsAt = resetsAt;
    this.#windowEndsAt = after(sent, timeLeft - margin);
    this.#shortUntil = granted < need && isLast ? sent.monotonic + blockLifetime : 0;
  }

  /** There may be units again. */
  replenished(): void {
    this.#shortUntil = 0;
  }

  /** Whether to give back what is left: it is not used here, or ends soon. */
  isIdle(now: Instant): boolean {
    const isHeld = this.isKnown(now) && (this.#units > 0 || this.#spent > 0);
    if (this.#isAsking || !isHeld) return false;
    return !this.#isUsed(now) || this.#endsSoon(now);
  }

  /** Whether there is nothing left to remember. */
  isForgettable(now: Instant): boolean {
    const isUsed = this.#isUsed(now) || now.monotonic < this.#shortUntil;
    return !this.#isAsking && !isUsed && this.units(now) === 0;
  }

  /** Which limit and window an ask is about, and what was spent since the last one. */
  #report() {
    const spent = this.#spent;
    this.#spent = 0;
    return { id: this.id, generation: this.generation, resetsAt: inAsk(this.#resetsAt ?? noWindow), spent };
  }

  /** Measures the demand. @returns how many units will be spent in a while */
  #expected(now: Instant): number {
    this.#demand.measure(now);
    return Math.ceil(this.#demand.expected);
  }
}
