import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { type Costs, costOf, isBeyond, type Limit, type LimitState } from '../../decide/limits.ts';
import type { Database } from '../db/schema.ts';
import type { LimitHolder } from '../replication/freshness.ts';
import { Budget } from './budget.ts';
import {
  type Answer,
  type Ask,
  backOf,
  type Clocks,
  countedAsSpent,
  Exchange,
  type Instant,
  noAsk,
  ownClocks,
} from './exchange.ts';

/** How long to wait for units that other replicas were asked to give back, in milliseconds. */
const recallPatience = 100;
/** How often unused blocks are looked for, in milliseconds. */
const tidyInterval = 100;
/** For how many limits blocks are held. With more, each verification asks, until blocks that are not used are forgotten. */
const capacity = 100_000;
/** How often units are asked for before they are spent. After that, one statement asks and spends. */
const maxTries = 3;

/**
 * The outcome of spending. `spent`: all that was asked for. `refused`: nothing was spent, since the limits in `exceeded`
 * have too little. `changed`: nothing was spent, since a limit is not as the caller described it.
 */
export type Spending =
  | { kind: 'spent'; limits: readonly LimitState[] }
  | { kind: 'refused'; limits: readonly LimitState[]; exceeded: readonly LimitState[] }
  | { kind: 'changed' };

const changed: Spending = { kind: 'changed' };

/** A limit that is to be spent of, with what is held of it. */
interface Held {
  limit: Limit;
  budget: Budget;
  cost: number;
}

/** What has to be asked for: units, or only the state of the limit if the cost is 0. */
type Missing = Pick<Held, 'budget' | 'cost'>;

export interface BlocksOptions {
  /** Whether this holder was told of every change so far. */
  isFresh: () => boolean;
  clocks?: Clocks;
}

/**
 * The blocks that this process holds of limits and quotas. docs/LIMITS.md proves why no more is spent than they allow.
 *
 * Spending is all or nothing, and is decided in memory, in one turn of the event loop: if the blocks of all limits have
 * enough units, they are taken. If units are missing, they are asked for, and spending is tried again. A process whose
 * memory may be stale has no blocks: it asks and spends in one statement.
 */
export class Blocks implements LimitHolder {
  readonly #exchange: Exchange;
  #isFresh: () => boolean;
  readonly #now: () => Instant;
  readonly #budgets = new Map<number, Budget>();
  /** Who waits for recalled units, by limit. */
  readonly #recalled = new Map<number, { promise: Promise<void>; wake: () => void }>();
  /** Exchanges in flight, each until what it brought is held or given back. */
  readonly #underWay = new Set<Promise<unknown>>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(db: Database, { isFresh, clocks = ownClocks }: BlocksOptions) {
    this.#exchange = new Exchange(db, clocks);
    this.#isFresh = isFresh;
    this.#now = () => clocks.now();
  }

  /** How many limits have a block here. */
  get size(): number {
    return this.#budgets.size;
  }

  /** How many statements were sent for units. */
  get exchanges(): number {
    return this.#exchange.count;
  }

  /**
   * Spends from limits: synchronously if there are blocks, or it is known that there is too little.
   * @throws DatabaseUnavailable if units cannot be asked for
   */
  spend(limits: readonly Limit[], costs: Costs): Spending | Promise<Spending> {
    if (!this.#isFresh() || this.#budgets.size > capacity) return this.#spendDirectly(limits, costs);
    const tried = this.#try(limits, costs);
    return 'kind' in tried ? tried : this.#askAndSpend(limits, costs, tried.missing);
  }

  /** Gives back what was spent on a token that is refused after all, or whose check fails. */
  unspend(limits: readonly LimitState[], costs: Costs): void {
    for (const state of limits) {
      const cost = costOf(costs, state.limit);
      if (cost === 0 || this.#budgets.get(state.limit.id)?.unspend(cost, state)) continue;
      this.#giveBack(backOf(state.limit, state.resetsAt, cost, cost));
    }
  }

  drop(id: number): void {
    const budget = this.#budgets.get(id);
    if (budget) budget.isDropped = true;
    this.#budgets.delete(id);
    this.replenished(id);
  }

  /** Gives back everything that is held. A row takes it if its limit has not changed. */
  dropAll(): void {
    for (const budget of this.#budgets.values()) {
      budget.isDropped = true;
      if (budget.unspent > 0) this.#giveBack(budget.surrender());
    }
    this.#budgets.clear();
  }

  recall(id: number): void {
    const budget = this.#budgets.get(id);
    if (budget && budget.unspent > 0) this.#giveBack(budget.surrender());
  }

  replenished(id: number): void {
    this.#budgets.get(id)?.replenished();
    this.#recalled.get(id)?.wake();
  }

  /**
   * Renews blocks that are used, gives back others, and forgets what is not worth remembering. A timer calls it. Without
   * trust the database may be out of reach: then everything is kept, and given back afterwards.
   */
  async tidy(): Promise<void> {
    if (!this.#isFresh()) return;
    const now = this.#now();
    const returning = [];
    for (const budget of this.#budgets.values()) {
      if (budget.isEnding(now)) this.#askAhead(budget);
      else if (budget.isIdle(now)) returning.push(this.#giveBack(budget.surrender()));
      else if (budget.isSpent(now)) this.#budgets.delete(budget.id);
    }
    if (this.#budgets.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    await Promise.all(returning);
  }

  /** Gives back all blocks, and takes no more: from now on one statement asks and spends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isFresh = () => false;
    this.dropAll();
    await Promise.allSettled(this.#underWay);
  }

  /** Spends, or says what has to be asked for first. */
  #try(limits: readonly Limit[], costs: Costs): Spending | { missing: Missing[] } {
    const now = this.#now();
    const held: Held[] = [];
    let isShort = false;
    let isMissing = false;
    for (const limit of limits) {
      const budget = this.#budgetOf(limit, now);
      if (!budget) return changed;
      const cost = costOf(costs, limit);
      if (isBeyond(cost, limit) || budget.isShort(cost, now)) isShort = true;
      else if (budget.units(now) < cost || !budget.isKnown(now)) isMissing = true;
      held.push({ limit, budget, cost });
    }
    if (isShort) {
      // Nothing will be spent: only the states of the other limits are asked for, to answer with.
      const missing = held.filter(({ budget }) => !budget.isKnown(now));
      if (missing.length > 0) return { missing: missing.map(({ budget }) => ({ budget, cost: 0 })) };
      const exceeded = held.filter(
        ({ limit, budget, cost }) => isBeyond(cost, limit) || budget.isShort(cost, now),
      );
      return { kind: 'refused', limits: statesOf(held, now), exceeded: statesOf(exceeded, now) };
    }
    if (isMissing)
      return { missing: held.filter(({ budget, cost }) => budget.units(now) < cost || !budget.isKnown(now)) };
    for (const { budget, cost } of held) {
      if (cost === 0) continue;
      budget.spend(cost, now);
      if (budget.isLow(now)) this.#askAhead(budget);
    }
    return { kind: 'spent', limits: statesOf(held, now) };
  }

  /** The budget of a limit; undefined where the limit has changed since. */
  #budgetOf({ id, generation }: Limit, now: Instant): Budget | undefined {
    const known = this.#budgets.get(id);
    if (known?.generation === generation) return known;
    if (known && known.generation > generation) return undefined;
    if (known) this.drop(id);
    const budget = new Budget(id, generation, now);
    this.#budgets.set(id, budget);
    this.#timer ??= setInterval(() => this.tidy(), tidyInterval).unref();
    return budget;
  }

  /** Asks for what is missing, and spends it together with the rest. */
  async #askAndSpend(limits: readonly Limit[], costs: Costs, missing: readonly Missing[]): Promise<Spending> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const asked = await Promise.all(missing.map(({ budget, cost }) => this.#ask(budget, cost)));
      if (asked.includes(false)) return changed;
      if (!this.#isFresh()) break;
      const tried = this.#try(limits, costs);
      if ('kind' in tried) return tried;
      missing = tried.missing;
    }
    return this.#spendDirectly(limits, costs);
  }

  /** Asks for units, together with all who ask until the statement is made. @returns whether the limit is unchanged */
  #ask(budget: Budget, cost: number): Promise<boolean> {
    budget.wait(cost, this.#now());
    // What was asked for ahead of the demand is waited for now.
    if (budget.asking) this.#exchange.hurry();
    budget.next ??= this.#track(this.#askNext(budget));
    return budget.next;
  }

  async #askNext(budget: Budget): Promise<boolean> {
    if (budget.asking) {
      // A limit has one ask in flight. It may bring enough, or tell that there is no more.
      while (budget.asking) await budget.asking.catch(() => {});
      if (budget.isDropped || !budget.hasToAsk(this.#now())) {
        budget.next = undefined;
        return true;
      }
    }
    const begin = () => {
      budget.asking = budget.next;
      budget.next = undefined;
    };
    try {
      const first = await this.#exchangeFor(budget, begin);
      if (!first.isRecalling) return first.isAsItWas;
      await this.#returned(budget.id);
      if (budget.isDropped) return true;
      budget.waitAgain(first.ask);
      return (await this.#exchangeFor(budget)).isAsItWas;
    } finally {
      budget.asking = undefined;
    }
  }

  /** @param begin called when the ask is made, so later waiters need the next one. Absent: units were recalled already */
  async #exchangeFor(budget: Budget, begin?: () => void) {
    let ask = noAsk;
    const { answer, sent } = await this.#exchange.ask(budget.id, () => {
      begin?.();
      ask = budget.ask(this.#now());
      return ask;
    });
    const isRecalling = begin !== undefined && answer?.isRecalling === true;
    if (answer) await this.#receive(budget, answer, ask, sent, isRecalling);
    return { ask, isRecalling, isAsItWas: answer !== undefined };
  }

  /** Asks for more before the block is used up. */
  #askAhead(budget: Budget): void {
    let ask = noAsk;
    const askAhead = () => {
      ask = budget.askAhead(this.#now());
      return ask;
    };
    const asking = this.#exchange.ask(budget.id, askAhead, { isAhead: true });
    const received = asking
      .then(async ({ answer, sent }) => {
        if (answer) await this.#receive(budget, answer, ask, sent, false);
        return answer !== undefined;
      })
      .catch(() => true)
      .finally(() => {
        budget.asking = undefined;
      });
    budget.asking = this.#track(received);
  }

  /** Takes in what came. For a budget that was dropped meanwhile, it is given back before its waiters ask again. */
  async #receive(budget: Budget, answer: Answer, ask: Ask, sent: Instant, isRecalling: boolean) {
    const { granted, resetsAt } = answer;
    if (!budget.isDropped) budget.receive(answer, ask, sent, isRecalling);
    else if (granted > 0)
      await this.#giveBack(backOf(budget, resetsAt, granted, countedAsSpent(answer, ask.need)));
  }

  /** Waits until another replica has given back units of a limit, or `recallPatience` has passed. All wait together. */
  #returned(id: number): Promise<void> {
    const waiting = this.#recalled.get(id);
    if (waiting) return waiting.promise;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => {
      clearTimeout(timer);
      this.#recalled.delete(id);
      resolve();
    };
    const timer = setTimeout(wake, recallPatience);
    this.#recalled.set(id, { promise, wake });
    return promise;
  }

  /** Asks and spends in one statement. */
  async #spendDirectly(limits: readonly Limit[], costs: Costs, wasRecalled = false): Promise<Spending> {
    const isHopeless = limits.some((limit) => isBeyond(costOf(costs, limit), limit));
    const asks = limits.map((limit) => {
      const need = isHopeless ? 0 : costOf(costs, limit);
      return { ...noAsk, id: limit.id, generation: limit.generation, need, atLeast: need };
    });
    const answers = await this.#exchange.askTogether(asks);
    const states: LimitState[] = [];
    let isGranted = !isHopeless;
    for (const [place, limit] of limits.entries()) {
      const answer = answers.get(limit.id);
      if (!answer) return changed;
      const { ungranted, resetsAt, timeLeft: resetsIn } = answer;
      states.push({ limit, remaining: Math.max(0, ungranted), resetsAt, resetsIn });
      if (answer.granted < (asks[place]?.need ?? 0)) isGranted = false;
    }
    if (isGranted) return { kind: 'spent', limits: states };
    const recalled = limits.find(({ id }) => answers.get(id)?.isRecalling);
    if (recalled && !wasRecalled) {
      await this.#returned(recalled.id);
      return this.#spendDirectly(limits, costs, true);
    }
    const exceeded = states.filter(({ limit, remaining }) => costOf(costs, limit) > remaining);
    return { kind: 'refused', limits: states, exceeded };
  }

  /** Tried once: if the answer is lost, the row may have taken it or not. */
  #giveBack(ask: Ask): Promise<unknown> {
    return this.#track(this.#exchange.ask(ask.id, () => ask).catch(() => {}));
  }

  #track<Result>(exchange: Promise<Result>): Promise<Result> {
    const over = () => this.#underWay.delete(exchange);
    this.#underWay.add(exchange);
    exchange.then(over, over);
    return exchange;
  }
}

const statesOf = (held: readonly Held[], now: Instant): LimitState[] =>
  held.map(({ limit, budget }) => ({
    limit,
    remaining: budget.remaining(now),
    resetsAt: budget.resetsAt,
    resetsIn: budget.resetsIn(now),
  }));
