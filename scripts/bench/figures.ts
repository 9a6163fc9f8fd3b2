import { median } from '../support/statistics.ts';
import { rounds } from './settings.ts';

/** A line of the table. */
export interface Line {
  figure: string;
  ours: string;
  against?: string;
  ratio?: string;
  /** From the least to the most of what the rounds came to. */
  spread?: string;
  goal?: string;
  met?: boolean;
}

interface Goal {
  text: string;
  met: (value: number) => boolean;
}
export const atLeast = (least: number): Goal => ({ text: `≥ ${least}`, met: (value) => value >= least });
export const atMost = (most: number, unit = ''): Goal => ({
  text: `≤ ${most}${unit}`,
  met: (value) => value <= most,
});

/** Measures two things in turn, after each has warmed up. */
export async function inTurn<A, B = A>(
  ours: () => Promise<A>,
  against: () => Promise<B>,
  count = rounds,
): Promise<[A, B][]> {
  await ours();
  await against();
  const pairs: [A, B][] = [];
  while (pairs.length < count) pairs.push([await ours(), await against()]);
  return pairs;
}

/** Three figures, or all of those before the point. */
export const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3).replace(/\.0+$/, '');

/** How one of the values compares: medians of each side, and the median of the ratios of each round. */
export function compare<T>(name: string, pairs: [T, T][], pick: (side: T) => number, goal?: Goal): Line {
  const ratios = pairs.map(([ours, against]) => pick(ours) / pick(against));
  const ratio = median(ratios);
  return {
    figure: name,
    ours: figure(median(pairs.map(([ours]) => pick(ours)))),
    against: figure(median(pairs.map(([, against]) => pick(against)))),
    ratio: ratio.toFixed(2),
    spread: `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
    ...(goal && { goal: goal.text, met: goal.met(ratio) }),
  };
}

/** What one value came to, without anything to compare it with. */
export const plain = (name: string, value: number, unit: string, goal?: Goal, all: number[] = []): Line => ({
  figure: name,
  ours: `${figure(value)} ${unit}`.trim(),
  ...(all.length > 1 && { spread: `${figure(Math.min(...all))}–${figure(Math.max(...all))}` }),
  ...(goal && { goal: goal.text, met: goal.met(value) }),
});
