import { setTimeout as pause } from 'node:timers/promises';
import { startFleet } from '../support/fleet.ts';
import { load, mint, verdictOf, weights } from './limits-load.ts';

/** How much of a limit passes, where as much is wanted as it allows, less, or more. */

/** The end of the window that is open now, in ms since 1970. */
const endOfWindow = (windowMs: number) => (Math.floor(Date.now() / windowMs) + 1) * windowMs;

/** Resolves once the clock shows `time`: a timer alone may end a millisecond before. */
async function reach(time: number): Promise<void> {
  while (Date.now() < time) await pause(time - Date.now());
}

export interface FewFigures {
  windows: number;
  /** Windows of which another number than the limit passed. */
  inexact: number;
}

/** Many keys with a limit of 5, each wanted much more often on all replicas at once, within one window of a day. */
export async function fewUnits({ keys = 50, demand = 40 } = {}): Promise<FewFigures> {
  await using fleet = await startFleet();
  const windowMs = 86_400_000;
  const tokens: string[] = [];
  for (let key = 0; key < keys; key += 1)
    tokens.push(
      (await mint(fleet, { limits: [{ name: 'few', limit: 5, windowSeconds: windowMs / 1_000 }] })).token,
    );
  const passed = new Map<string, number>();
  // Not across the end of a window.
  if (endOfWindow(windowMs) - Date.now() < 15_000) await reach(endOfWindow(windowMs));
  const end = endOfWindow(windowMs);
  let sent = 0;
  await load(
    fleet,
    8,
    () => sent >= keys * demand,
    async (send) => {
      const token = tokens[sent % keys] ?? '';
      sent += 1;
      if (verdictOf(await send('POST', '/v1/keys/verify', { token }))?.valid)
        passed.set(token, (passed.get(token) ?? 0) + 1);
    },
  );
  if (Date.now() >= end) throw new Error('The window ended before the demand did.');
  return { windows: keys, inexact: tokens.filter((token) => passed.get(token) !== 5).length };
}

export interface LoadFigures {
  /** Units asked for, as a share of the limit. */
  demand: number;
  accepted: number;
  limit: number;
  /** How much of the limit was accepted in whole windows. */
  utilisation: number;
  /** Of the verifications, how many were refused although the window had units left. */
  falselyRefused: number;
}

/**
 * Loads the limit of each key at a steady rate, unevenly over the replicas, through whole windows.
 * @param share units that are asked for in a window, as a share of the limit
 */
export async function steady({
  limit,
  windowSeconds,
  cost = 1,
  share,
  windows = 1,
  keys = 1,
}: {
  limit: number;
  windowSeconds: number;
  cost?: number;
  share: number;
  windows?: number;
  keys?: number;
}): Promise<LoadFigures> {
  await using fleet = await startFleet();
  const tokens: string[] = [];
  while (tokens.length < keys)
    tokens.push((await mint(fleet, { limits: [{ name: 'steady', limit, windowSeconds }] })).token);
  const length = windowSeconds * 1_000;
  await reach(endOfWindow(length));
  const began = Date.now();
  const perMs = (keys * limit * share) / cost / length;
  let sent = 0;
  /** By token and window. */
  const accepted = new Map<string, number>();
  const refused: string[] = [];
  const due = weights.map(() => 0);
  await load(
    fleet,
    (place) => (place === 0 ? 24 : 4),
    () => Date.now() >= began + windows * length - 20,
    async (send, place) => {
      const wanted = (Date.now() - began) * perMs * (weights[place] ?? 0);
      if ((due[place] ?? 0) >= wanted) return void (await pause(1));
      due[place] = (due[place] ?? 0) + 1;
      const token = tokens[sent % keys] ?? '';
      sent += 1;
      const verdict = verdictOf(await send('POST', '/v1/keys/verify', { token, cost }));
      const window = `${token} ${verdict?.limits?.[0]?.resetAt}`;
      if (verdict?.valid) accepted.set(window, (accepted.get(window) ?? 0) + cost);
      else refused.push(window);
    },
  );
  const total = [...accepted.values()].reduce((sum, count) => sum + count, 0);
  const allowed = keys * limit * windows;
  // A refusal is false where all that passed until its window ended left room for it.
  const isFalse = (window: string) => (accepted.get(window) ?? 0) + cost <= limit;
  return {
    demand: Math.round((100 * sent * cost) / allowed) / 100,
    accepted: total,
    limit: allowed,
    utilisation: Math.round((1000 * total) / allowed) / 1000,
    falselyRefused: Math.round((10_000 * refused.filter(isFalse).length) / sent) / 10_000,
  };
}
