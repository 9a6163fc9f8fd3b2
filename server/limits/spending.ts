import { type Costs, costOf, isBeyond, type Limit, type LimitState } from '../../decide/limits.ts';
import { type Exchange, noAsk } from './exchange.ts';
import type { Recalls } from './recalls.ts';

/**
 * The outcome of spending. `spent`: all that was asked for. `refused`: nothing was spent, since the limits in `exceeded`
 * have too little. `changed`: nothing was spent, since a limit is not as the caller described it.
 */
export type Spending =
  | { kind: 'spent'; limits: readonly LimitState[] }
  | { kind: 'refused'; limits: readonly LimitState[]; exceeded: readonly LimitState[] }
  | { kind: 'changed' };

export const changed: Spending = { kind: 'changed' };

/**
 * Asks and spends in one statement, all or nothing, without blocks. If units are missing that other replicas hold, it
 * waits for them once, and asks again.
 * @throws DatabaseUnavailable
 */
export async function spendDirectly(
  exchange: Exchange,
  recalls: Recalls,
  limits: readonly Limit[],
  costs: Costs,
): Promise<Spending> {
  // What is refused in any case asks only for the states of the limits, to answer with.
  const isHopeless = limits.some((limit) => isBeyond(costOf(costs, limit), limit));
  const asks = limits.map((limit) => {
    const need = isHopeless ? 0 : costOf(costs, limit);
    return { ...noAsk, id: limit.id, generation: limit.generation, need, atLeast: need };
  });
  for (let hasWaited = false; ; hasWaited = true) {
    const answers = await exchange.askTogether(asks);
    const states: LimitState[] = [];
    let isGranted = true;
    let recalled: Limit | undefined;
    for (const limit of limits) {
      const answer = answers.get(limit.id);
      if (!answer) return changed;
      const { granted, ungranted, resetsAt, timeLeft, isRecalling } = answer;
      states.push({ limit, remaining: Math.max(0, ungranted), resetsAt, resetsIn: timeLeft });
      if (granted < costOf(costs, limit)) isGranted = false;
      if (isRecalling) recalled ??= limit;
    }
    if (isGranted) return { kind: 'spent', limits: states };
    if (!recalled || hasWaited) {
      const exceeded = states.filter(({ limit, remaining }) => costOf(costs, limit) > remaining);
      return { kind: 'refused', limits: states, exceeded };
    }
    await recalls.wait(recalled.id);
  }
}
