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

/** A block ends so long before its window, in milliseconds: clocks run at different speeds. */
const margin = 2;
/** For so long units are taken ahead of the demand, in milliseconds: for longer, if those are few. */
const ahead = 200;
const longAhead = 800;
const few = 50;
/** Units are not asked for ahead more often than this, in milliseconds. */
const aheadInterval = 50;
/** A block that was not spent of for so long is given back, in milliseconds; and one that ends within that time. */
const idle = 250;
/** The demand is measured over at least so long, in milliseconds. */
const shortest = 20;

const past: Instant = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };
/** Whether an instant has come, by either clock: one of them may stand still while a machine sleeps. */
const isOver = (at: Instant, now: Instant) => now.monotonic >= at.monotonic || now.wall >= at.wall;
const after = ({ monotonic, wall }: Instant, milliseconds: number): Instant => ({
  monotonic: monotonic + milliseconds,
  wall: wall + milliseconds,
});

/**
 * What this process holds of one limit, and knows of it: its block. Units come from the row of the limit, and are spent
 * here until the block ends: with its window, or a second after it was asked for. It is arithmetic alone; `Blocks` does
 * the asking.
 */
export class Budget {
  readonly id: number;
  readonly generation: number;
  /** Changed, or given up: nothing that still comes for it may be spent. */
  isDropped = false;
  /** The ask that is on its way, and the one that waits for it to return. Each says whether the limit is as it was. */
  asking: Promise<boolean> | undefined;
  next: Promise<boolean> | undefined;

  /** Granted in the window that ends at `#resetsAt`, and not spent. After `#endsAt` they can only be given back. */
  #units = 0;
  #endsAt = past;
  /** Spent and not told yet; less than 0: told as spent, and not spent yet. */
  #spent = 0;
  /** What the row had when it was last read, in the window that ends then. */
  #ungranted = 0;
  #resetsAt: number | undefined;
  #windowEndsAt = past;
  /** Until when that is believed, where it was too little. */
  #shortUntil = 0;
  #lastUse: number;

  /** What is waited for: all of it, and the least of it. */
  #need = 0;
  #atLeast = Number.POSITIVE_INFINITY;
  /** What was spent since the rate was measured, and the rate, in units per millisecond. */
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

  /** How many units can be given back: also those of a block that has ended. */
  get unspent(): number {
    return this.#units;
  }

  /** Whether it is known when the window ends that is on, and what was left of it. */
  isKnown(now: Instant): boolean {
    return !isOver(this.#windowEndsAt, now);
  }

  /** Whether so much was refused lately, or would have been. */
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

  /** How long that is from now on, in milliseconds. */
  resetsIn(now: Instant): number {
    return Math.max(0, this.#windowEndsAt.monotonic + margin - now.monotonic);
  }

  /** Spends units, of which there must be as many. */
  spend(cost: number, now: Instant): void {
    this.#units -= cost;
    this.#spent += cost;
    this.#demand += cost;
    this.#lastUse = now.monotonic;
  }

  /** Takes back what was spent. @returns whether it could: the limit is as it was, and so is its window */
  unspend(cost: number, { limit, resetsAt }: LimitState): boolean {
    if (limit.generation !== this.generation || resetsAt !== this.#resetsAt) return false;
    this.#units += cost;
    this.#spent -= cost;
    return true;
  }

  /** Whether more is to be asked for before it is missing. */
  isLow(now: Instant): boolean {
    return this.#units < this.#wanted / 4 && this.#mayAskAhead(now);
  }

  /** Whether units that will be spent, as it seems, are about to end. With more units, they get more time as well. */
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

  /** Notes that those who have waited wait on. */
  waitAgain({ need, atLeast }: Pick<Ask, 'need' | 'atLeast'>): void {
    if (need === 0) return;
    this.#need += need;
    this.#atLeast = Math.min(this.#atLeast, atLeast);
  }

  /** Whether the row has to be asked for those who wait. If not, they wait no longer. */
  hasToAsk(now: Instant): boolean {
    const isServed = this.isKnown(now) && this.#need <= this.units(now);
    if (!isServed && !this.isShort(this.#atLeast, now)) return true;
    this.#need = 0;
    this.#atLeast = Number.POSITIVE_INFINITY;
    return false;
  }

  /** Asks for what is waited for. What the block still has is too little, and goes into the exchange. */
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

  /** Gives back what is left, also of a block that has ended. */
  surrender(): Ask {
    const back = this.#units;
    this.#units = 0;
    return { ...noAsk, ...this.#told(), back };
  }

  /**
   * Takes in what an ask brought. What is left of the same window lasts on with it.
   * @param isRecalling whether more may come, from other replicas
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

  /** Whether what is left is of no use here, or ends soon, and is to be given back. */
  isIdle(now: Instant): boolean {
    const isHeld = this.isKnown(now) && (this.#units > 0 || this.#spent > 0);
    if (this.asking || this.next || !isHeld) return false;
    return now.monotonic - this.#lastUse >= idle || isOver(after(this.#endsAt, -idle), now);
  }

  /** Whether there is nothing to remember. */
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
