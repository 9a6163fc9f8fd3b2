import { clearInterval, setInterval } from 'node:timers';
import type { Instant } from '../../decide/instant.ts';
import { type Costs, costOf, isBeyond, type Limit, type LimitState } from '../../decide/limits.ts';
import type { Database } from '../db/schema.ts';
import type { LimitHolder } from '../replication/freshness.ts';
import { Asks } from './asks.ts';
import { Budget } from './budget.ts';
import { type Clocks, ownClocks } from './clocks.ts';
import { Exchange, givingBack } from './exchange.ts';
import { Recalls } from './recalls.ts';
import { changed, type Spending, spendDirectly } from './spending.ts';

/** How often unused blocks are looked for, in milliseconds. */
const tidyInterval = 100;
/** For how many limits blocks are held. With more, each verification asks, until blocks that are not used are forgotten. */
const capacity = 100_000;
/** How often units are asked for before they are spent. After that, one statement asks and spends. */
const maxTries = 3;

/** What is to be spent of one limit. */
interface Charge {
  limit: Limit;
  budget: Budget;
  cost: number;
}

/** What has to be asked for: units, or only the state of the limit if the cost is 0. */
type Missing = Pick<Charge, 'budget' | 'cost'>;

/** Whether a charge is refused without asking. */
const isRefused = ({ limit, budget, cost }: Charge, now: Instant) =>
  isBeyond(cost, limit) || budget.isShort(cost, now);

/** Whether units for a charge have to be asked for, or the state of its limit, which every answer shows. */
const isMissing = ({ budget, cost }: Charge, now: Instant) =>
  budget.units(now) < cost || !budget.isKnown(now);

interface BlocksOptions {
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
  readonly #recalls = new Recalls();
  readonly #asks: Asks;
  #isFresh: () => boolean;
  readonly #now: () => Instant;
  readonly #budgets = new Map<number, Budget>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(db: Database, { isFresh, clocks = ownClocks }: BlocksOptions) {
    this.#isFresh = isFresh;
    this.#now = () => clocks.now();
    this.#exchange = new Exchange(db, clocks);
    this.#asks = new Asks(this.#exchange, this.#recalls, this.#now);
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
    return tried.kind === 'missing' ? this.#askAndSpend(limits, costs, tried.missing) : tried;
  }

  /** Gives back what was spent on a token that is refused after all, or whose check fails. */
  unspend(limits: readonly LimitState[], costs: Costs): void {
    for (const state of limits) {
      const { limit, resetsAt } = state;
      const cost = costOf(costs, limit);
      if (cost === 0 || this.#budgets.get(limit.id)?.unspend(cost, state)) continue;
      this.#asks.send(givingBack(limit, { units: cost, asSpent: cost, resetsAt }));
    }
  }

  /** A limit may have changed. */
  drop(id: number): void {
    const budget = this.#budgets.get(id);
    if (budget) this.#drop(budget);
    this.replenished(id);
  }

  /** Gives back everything that is held. */
  dropAll(): void {
    for (const budget of this.#budgets.values()) this.#drop(budget);
  }

  /** Forgets a budget, and gives back what it holds: the row takes that if the limit has not changed. */
  #drop(budget: Budget): void {
    budget.isDropped = true;
    this.#budgets.delete(budget.id);
    if (budget.unspent > 0) this.#asks.send(budget.giveBack());
  }

  recall(id: number): void {
    const budget = this.#budgets.get(id);
    if (budget && budget.unspent > 0) this.#asks.send(budget.giveBack());
  }

  replenished(id: number): void {
    this.#budgets.get(id)?.replenished();
    this.#recalls.wake(id);
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
      if (budget.isEnding(now)) this.#asks.askAhead(budget);
      else if (budget.isIdle(now)) returning.push(this.#asks.send(budget.giveBack()));
      else if (budget.isForgettable(now)) this.#budgets.delete(budget.id);
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
    await this.#asks.settled();
  }

  /** Spends, or says what has to be asked for first. */
  #try(limits: readonly Limit[], costs: Costs): Spending | { kind: 'missing'; missing: Missing[] } {
    const now = this.#now();
    const charges: Charge[] = [];
    let isAnyRefused = false;
    let isAnyMissing = false;
    for (const limit of limits) {
      const budget = this.#budgetOf(limit, now);
      if (!budget) return changed;
      const charge = { limit, budget, cost: costOf(costs, limit) };
      charges.push(charge);
      if (isRefused(charge, now)) isAnyRefused = true;
      else if (isMissing(charge, now)) isAnyMissing = true;
    }
    if (isAnyRefused) {
      // Nothing will be spent: only the states of the other limits are asked for, to answer with.
      const unknown = charges.filter(({ budget }) => !budget.isKnown(now));
      if (unknown.length > 0)
        return { kind: 'missing', missing: unknown.map(({ budget }) => ({ budget, cost: 0 })) };
      const exceeded = charges.filter((charge) => isRefused(charge, now));
      return { kind: 'refused', limits: statesOf(charges, now), exceeded: statesOf(exceeded, now) };
    }
    if (isAnyMissing) return { kind: 'missing', missing: charges.filter((charge) => isMissing(charge, now)) };
    for (const { budget, cost } of charges) {
      if (cost === 0) continue;
      budget.spend(cost, now);
      if (budget.isLow(now)) this.#asks.askAhead(budget);
    }
    return { kind: 'spent', limits: statesOf(charges, now) };
  }

  /** The budget of a limit, begun if need be. Undefined: the limit has changed since it was described. */
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
      const unchanged = await Promise.all(missing.map(({ budget, cost }) => this.#asks.ask(budget, cost)));
      if (unchanged.includes(false)) return changed;
      if (!this.#isFresh()) break;
      const tried = this.#try(limits, costs);
      if (tried.kind !== 'missing') return tried;
      missing = tried.missing;
    }
    return this.#spendDirectly(limits, costs);
  }

  #spendDirectly(limits: readonly Limit[], costs: Costs): Promise<Spending> {
    return spendDirectly(this.#exchange, this.#recalls, limits, costs);
  }
}

const statesOf = (charges: readonly Charge[], now: Instant): LimitState[] =>
  charges.map(({ limit, budget }) => ({
    limit,
    remaining: budget.remaining(now),
    resetsAt: budget.resetsAt,
    resetsIn: budget.resetsIn(now),
  }));
