import { setTimeout as pause } from 'node:timers/promises';
import type { Send } from '../../scripts/support/client.ts';
import { startFleet } from '../support/fleet.ts';
import { Judge } from './limits-judge.ts';
import { type GivenLimit, load, type Minted, mint, random, verdictOf } from './limits-load.ts';

/** How much passes beyond limits, whatever is done to four replicas. See docs/LIMITS.md. */

interface LimitedKey extends Minted {
  limits: { given: GivenLimit; judge: Judge }[];
}

export interface OvershootFigures {
  windows: number;
  verifications: number;
  accepted: number;
  overshoot: number;
  /** How much of what their windows allowed was accepted, faults included. */
  utilisation: number;
  kills: number;
  freezes: number;
  partitions: number;
  restarts: number;
  changes: number;
  unexpected: number;
}

/**
 * Spends of random limits while replicas are killed, frozen and cut off, Postgres restarts and limits change.
 * @param windows so many windows at least
 * @param restarts of Postgres, each after eleven other faults
 */
export async function overshoot({
  windows,
  restarts = 1,
}: {
  windows: number;
  restarts?: number;
}): Promise<OvershootFigures> {
  await using fleet = await startFleet();
  const figures = {
    verifications: 0,
    kills: 0,
    freezes: 0,
    partitions: 0,
    restarts: 0,
    changes: 0,
    unexpected: 0,
  };

  const newLimit = (name: string): GivenLimit => ({
    name,
    limit: 5 + random(200),
    windowSeconds: 1 + random(2),
  });
  const judged = (given: GivenLimit) => ({ given, judge: new Judge(given) });
  const shared = judged({ name: 'shared', limit: 1_500, windowSeconds: 2 });
  await fleet.call('PATCH', `/v1/accounts/${fleet.accountId}`, { limits: [shared.given] });
  const keys: LimitedKey[] = [];
  for (let number = 0; number < 8; number += 1) {
    const limits = (number % 2 ? ['a'] : ['a', 'b']).map((name) => judged(newLimit(name)));
    keys.push({
      ...(await mint(fleet, { limits: limits.map(({ given }) => given) })),
      limits: [...limits, shared],
    });
  }
  const judges = [...new Set(keys.flatMap(({ limits }) => limits.map(({ judge }) => judge)))];
  const judgedWindows = () => judges.reduce((sum, judge) => sum + judge.windows, 0);
  const done = () => judgedWindows() >= windows && figures.restarts >= restarts;

  const spend = async (send: Send) => {
    const key = keys[random(keys.length)];
    if (!key) return;
    const cost = random(6);
    const sentAt = Date.now();
    for (const { judge } of key.limits) judge.sent(cost);
    const answer = await send('POST', '/v1/keys/verify', { token: key.token, cost });
    const verdict = verdictOf(answer);
    figures.verifications += 1;
    if (
      answer.status !== 0 &&
      answer.status !== 503 &&
      (!verdict || (!verdict.valid && verdict.reason !== 'rate_limited'))
    )
      figures.unexpected += 1;
    for (const { given, judge } of key.limits) {
      const state = verdict?.valid ? verdict.limits?.find(({ name }) => name === given.name) : undefined;
      judge.answered(cost, state && Date.parse(state.resetAt), sentAt);
    }
    if (answer.status === 0) await pause(50);
  };

  const change = async (send: Send) => {
    const key = keys[random(keys.length)];
    if (!key) return;
    const own = key.limits.filter((limit) => limit !== shared);
    const next = own.map((limit) => ({ ...limit, given: { ...limit.given, limit: 5 + random(200) } }));
    for (const { given, judge } of next) judge.changing(given.limit);
    const path = `/v1/keys/${key.id}?accountId=${fleet.accountId}`;
    const { status } = await send('PATCH', path, { limits: next.map(({ given }) => given) });
    if (status !== 200) return;
    figures.changes += 1;
    for (const { given, judge } of next) judge.changed(given.limit);
    key.limits = [...next, shared];
  };

  const faults = async () => {
    const send = fleet.connect(fleet.size - 1);
    for (let turn = 0; !done(); turn += 1) {
      await pause(200 + random(400));
      const place = random(fleet.size);
      const kind =
        turn % 12 === 11 && figures.restarts < restarts
          ? 'restart'
          : ['kill', 'freeze', 'cut', 'stall', 'change', 'change'][random(6)];
      if (kind === 'kill') {
        await fleet.end(place, 'SIGKILL');
        figures.kills += 1;
        await fleet.start(place);
      } else if (kind === 'freeze') {
        const frozen = fleet.process(place)?.child;
        frozen?.kill('SIGSTOP');
        await pause(100 + random(2_900));
        frozen?.kill('SIGCONT');
        figures.freezes += 1;
      } else if (kind === 'cut' || kind === 'stall') {
        fleet.proxy[kind]();
        await pause(100 + random(2_500));
        fleet.proxy.behave();
        figures.partitions += 1;
      } else if (kind === 'restart') {
        await fleet.postgres.halt();
        await fleet.postgres.resume();
        figures.restarts += 1;
      } else await change(send);
    }
  };

  await Promise.all([load(fleet, 4, done, spend), faults()]);
  const sum = (of: (judge: Judge) => number) => judges.reduce((total, judge) => total + of(judge), 0);
  return {
    windows: judgedWindows(),
    accepted: sum(({ accepted }) => accepted),
    overshoot: Math.max(...judges.map((judge) => judge.overshoot)),
    utilisation: Math.round((100 * sum(({ accepted }) => accepted)) / sum(({ allowed }) => allowed)) / 100,
    ...figures,
  };
}
