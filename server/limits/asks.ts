import type { Instant } from '../../decide/instant.ts';
import type { Budget } from './budget.ts';
import type { Answer, Ask, Exchange } from './exchange.ts';
import type { Recalls } from './recalls.ts';

/**
 * Asks for units of budgets, and gives units back. A budget has one ask in flight; requests that need units join the next
 * one until it is sent.
 */
export class Asks {
  readonly #exchange: Exchange;
  readonly #recalls: Recalls;
  readonly #now: () => Instant;
  /** Exchanges in flight, each until what it brought is held or given back. */
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(exchange: Exchange, recalls: Recalls, now: () => Instant) {
    this.#exchange = exchange;
    this.#recalls = recalls;
    this.#now = now;
  }

  /**
   * Asks for the units of a request, which may be answered with too few of them.
   * @returns whether the limit is unchanged
   * @throws DatabaseUnavailable
   */
  ask(budget: Budget, cost: number): Promise<boolean> {
    budget.wait(cost, this.#now());
    // The ask in flight may be one ahead of the demand, which still waits for others: now a request waits for it.
    if (budget.asking) this.#exchange.hurry();
    budget.next ??= this.#track(this.#askNext(budget));
    return budget.next;
  }

  /** Asks for more before the block is used up. */
  askAhead(budget: Budget): void {
    budget.asking = this.#track(this.#askAhead(budget));
  }

  /** Sends an ask that only gives back. Once: if the answer is lost, the row may have taken it or not. */
  send(ask: Ask): Promise<unknown> {
    return this.#track(this.#exchange.ask(ask.id, () => ask).catch(() => {}));
  }

  /** Waits for all that is in flight by now. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async #askNext(budget: Budget): Promise<boolean> {
    if (budget.asking) {
      // It may bring enough, or tell that there is no more.
      await budget.asking.catch(() => {});
      if (budget.isDropped || budget.canAnswer(this.#now())) {
        budget.waitNoMore();
        budget.next = undefined;
        return true;
      }
    }
    try {
      const first = await this.#exchange.ask(budget.id, () => {
        budget.asking = budget.next;
        budget.next = undefined;
        return budget.nextAsk(this.#now());
      });
      if (!first.answer) return false;
      const { isRecalling } = first.answer;
      await this.#receive(budget, first.answer, first.sent, !isRecalling);
      if (!isRecalling) return true;
      await this.#recalls.wait(budget.id);
      if (budget.isDropped) return true;
      const second = await this.#exchange.ask(budget.id, () => budget.repeatedAsk(this.#now()));
      if (!second.answer) return false;
      await this.#receive(budget, second.answer, second.sent, true);
      return true;
    } finally {
      budget.asking = undefined;
    }
  }

  async #askAhead(budget: Budget): Promise<void> {
    try {
      const ask = () => budget.nextAskAhead(this.#now());
      const { answer, sent } = await this.#exchange.ask(budget.id, ask, { isAhead: true });
      if (answer) await this.#receive(budget, answer, sent, true);
    } catch {
      // A request that needs units asks itself, and fails if the database is still out of reach.
    } finally {
      budget.asking = undefined;
    }
  }

  /** Takes in what came. For a budget that was dropped meanwhile, it is given back before its requests ask again. */
  async #receive(budget: Budget, answer: Answer, sent: Instant, isLast: boolean): Promise<void> {
    if (!budget.isDropped) budget.receive(answer, sent, isLast);
    else if (answer.granted > 0) await this.send(budget.giveBackLate(answer));
  }

  #track<Result>(exchange: Promise<Result>): Promise<Result> {
    const over = () => this.#inFlight.delete(exchange);
    this.#inFlight.add(exchange);
    exchange.then(over, over);
    return exchange;
  }
}
