import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import type { Outcome, Send } from '../../scripts/support/client.ts';
import { startPostgres } from '../../scripts/support/postgres.ts';
import { type Fleet, startFleet } from '../support/fleet.ts';

/** Limits and quotas on four replicas, as processes: how much passes, whatever is done to them. See docs/LIMITS.md. */

const random = (count: number) => Math.floor(Math.random() * count);

interface GivenLimit {
  name: string;
  limit: number;
  windowSeconds: number;
}
interface Minted {
  id: string;
  token: string;
}

const mint = ({ call, accountId }: Fleet, given: { limits?: GivenLimit[]; quota?: { remaining: number } }) =>
  call<Minted>('POST', `/v1/keys?accountId=${accountId}`, { name: 'Limited', ...given });

interface Verdict {
  valid: boolean;
  reason?: string;
  limits?: { name: string; resetAt: string }[];
}
const verdictOf = ({ status, body }: Outcome): Verdict | undefined =>
  status === 200 ? JSON.parse(body) : undefined;

/** Calls `work` again and again in some workers at each place until `done`, each with a client of its own. */
async function load(
  fleet: Fleet,
  perPlace: number | ((place: number) => number),
  done: () => boolean,
  work: (send: Send, place: number) => Promise<void>,
): Promise<void> {
  const one = async (place: number) => {
    const send = fleet.connect(place);
    while (!done()) await work(send, place);
  };
  const countAt = typeof perPlace === 'number' ? () => perPlace : perPlace;
  const places = Array.from({ length: fleet.size }, (_, place) => place);
  await Promise.all(places.flatMap((place) => Array.from({ length: countAt(place) }, () => one(place))));
}

/** What was accepted of one limit, by window, and what may have been. */
class Judge {
  readonly windowSeconds: number;
  /** What the limit is; several while a change of it is not answered. */
  #values: number[];
  #accepted = new Map<number, number>();
  #within = new Map<number, number>();
  #allowed = new Map<number, number>();
  #inFlight = 0;
  overshoot = 0;

  constructor({ limit, windowSeconds }: GivenLimit) {
    this.windowSeconds = windowSeconds;
    this.#values = [limit];
  }

  get windows(): number {
    return this.#accepted.size;
  }
  get accepted(): number {
    return [...this.#accepted.values()].reduce((sum, count) => sum + count, 0);
  }
  get allowed(): number {
    return [...this.#accepted.keys()].reduce((sum, window) => sum + (this.#allowed.get(window) ?? 0), 0);
  }

  sent(cost: number): void {
    this.#inFlight += cost;
  }

  /** @param resetAt as the verdict says it; undefined: it was not accepted. `sentAt` is Unix time in milliseconds */
  answered(cost: number, resetAt: number | undefined, sentAt: number): void {
    this.#inFlight -= cost;
    if (resetAt === undefined) return;
    this.#count(this.#accepted, resetAt, cost);
    // And whatever the verdict says: what was sent and answered within one window was decided in it.
    const length = this.windowSeconds * 1_000;
    const window = Math.floor(sentAt / length);
    if (window === Math.floor(Date.now() / length)) this.#count(this.#within, (window + 1) * length, cost);
  }

  changing(limit: number): void {
    this.#values.push(limit);
    for (const [window, allowed] of this.#allowed) this.#allowed.set(window, Math.max(allowed, limit));
  }

  /** A change was answered: what is sent from now on is held to the new limit, or to what was accepted by then. */
  changed(limit: number): void {
    this.#values = [limit];
    for (const [window, accepted] of this.#accepted)
      this.#allowed.set(
        window,
        Math.min(this.#allowed.get(window) ?? 0, Math.max(limit, accepted + this.#inFlight)),
      );
  }

  #count(counts: Map<number, number>, window: number, cost: number): void {
    const allowed = this.#allowed.get(window) ?? Math.max(...this.#values);
    this.#allowed.set(window, allowed);
    const count = (counts.get(window) ?? 0) + cost;
    counts.set(window, count);
    this.overshoot = Math.max(this.overshoot, count - allowed);
  }
}

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

/** Spends of random limits while replicas are killed, frozen and cut off, Postgres restarts and limits change. */
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
  const done = () => judgedWindows() >= windows;

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
        turn === 12 && figures.restarts < restarts
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

export interface EndFigures {
  quota: number;
  accepted: number;
  /** What the row has left at the end. */
  remaining: number;
  ends: number;
  /** Requests without an answer: whether they were spent, nobody knows. */
  unanswered: number;
}

/** Spends a quota on replicas that are ended one after the other in mid-load, and replaced. */
export async function endReplicas(
  signal: 'SIGTERM' | 'SIGKILL',
  { ends = 8, loadMs = 400 } = {},
): Promise<EndFigures> {
  await using fleet = await startFleet();
  const quota = 1_000_000;
  const { id, token } = await mint(fleet, { quota: { remaining: quota } });
  const figures = { quota, accepted: 0, ends: 0, unanswered: 0 };
  let done = false;
  const spend = async (send: Send) => {
    const answer = await send('POST', '/v1/keys/verify', { token });
    if (verdictOf(answer)?.valid) figures.accepted += 1;
    // A connection that is refused has sent nothing.
    else if (answer.status === 0 && answer.error !== 'ECONNREFUSED') figures.unanswered += 1;
    if (answer.status === 0) await pause(20);
  };
  const ending = async () => {
    for (; figures.ends < ends; figures.ends += 1) {
      await pause(loadMs);
      await fleet.end(figures.ends % fleet.size, signal);
      await fleet.start(figures.ends % fleet.size);
    }
    done = true;
  };
  await Promise.all([load(fleet, 4, () => done, spend), ending()]);
  const states = () =>
    fleet.call<{ data: { ungranted: number; held: number }[] }>(
      'GET',
      `/v1/keys/${id}/limits?accountId=${fleet.accountId}`,
    );
  let state = (await states()).data[0];
  while (state && state.held > 0) {
    await pause(100);
    state = (await states()).data[0];
  }
  return { ...figures, remaining: state?.ungranted ?? 0 };
}

export interface FewFigures {
  windows: number;
  /** Windows of which another number than the limit passed. */
  inexact: number;
}

/** Many keys with a limit of 5, wanted much more often on all replicas at once, within one window. */
export async function fewUnits({ keys = 50, forMs = 3_000 } = {}): Promise<FewFigures> {
  await using fleet = await startFleet();
  const windowSeconds = 60;
  const tokens: string[] = [];
  for (let key = 0; key < keys; key += 1)
    tokens.push((await mint(fleet, { limits: [{ name: 'few', limit: 5, windowSeconds }] })).token);
  const passed = new Map<string, number>();
  // Not across the end of a window.
  const left = windowSeconds * 1_000 - (Date.now() % (windowSeconds * 1_000));
  if (left < forMs + 2_000) await pause(left);
  const until = Date.now() + forMs;
  await load(
    fleet,
    8,
    () => Date.now() > until,
    async (send) => {
      const token = tokens[random(tokens.length)] ?? '';
      if (verdictOf(await send('POST', '/v1/keys/verify', { token }))?.valid)
        passed.set(token, (passed.get(token) ?? 0) + 1);
    },
  );
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

/** How a load is spread over the replicas. */
const weights = [0.7, 0.1, 0.1, 0.1];

/**
 * Loads one limit at a steady rate, unevenly over the replicas, through whole windows.
 * @param share units that are asked for in a window, as a share of the limit
 */
export async function steady({
  limit,
  windowSeconds,
  cost = 1,
  share,
  windows = 1,
}: {
  limit: number;
  windowSeconds: number;
  cost?: number;
  share: number;
  windows?: number;
}): Promise<LoadFigures> {
  await using fleet = await startFleet();
  const { token } = await mint(fleet, { limits: [{ name: 'steady', limit, windowSeconds }] });
  const length = windowSeconds * 1_000;
  await pause(length - (Date.now() % length));
  const began = Date.now();
  const perMs = (limit * share) / cost / length;
  let sent = 0;
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
      sent += 1;
      const verdict = verdictOf(await send('POST', '/v1/keys/verify', { token, cost }));
      const resetAt = verdict?.limits?.[0]?.resetAt ?? '';
      if (verdict?.valid) accepted.set(resetAt, (accepted.get(resetAt) ?? 0) + cost);
      else refused.push(resetAt);
    },
  );
  const total = [...accepted.values()].reduce((sum, count) => sum + count, 0);
  // A refusal is false where all that passed until its window ended left room for it.
  const isFalse = (resetAt: string) => (accepted.get(resetAt) ?? 0) + cost <= limit;
  return {
    demand: Math.round((100 * sent * cost) / (limit * windows)) / 100,
    accepted: total,
    limit: limit * windows,
    utilisation: Math.round((1000 * total) / (limit * windows)) / 1000,
    falselyRefused: Math.round((10_000 * refused.filter(isFalse).length) / sent) / 10_000,
  };
}

/** How often the counters of `naive` are written and read, in milliseconds. */
const syncInterval = 1_000;

/**
 * The same load on counters that each process keeps for itself and adds to a row behind, reading the sum as it does:
 * how rate limiters that cost no round trip usually work. Four counters in this process, on one Postgres.
 * @returns how many units pass in one window
 */
export async function naive({
  limit,
  windowSeconds,
  cost,
  share,
}: {
  limit: number;
  windowSeconds: number;
  cost: number;
  share: number;
}): Promise<{ accepted: number; limit: number }> {
  await using stack = new AsyncDisposableStack();
  const server = await startPostgres();
  stack.defer(() => server.stop());
  const sql = postgres(server.url, { max: 4, onnotice: () => {} });
  stack.defer(() => sql.end());
  await sql`create table counters (id integer primary key, count bigint not null)`;
  await sql`insert into counters values (1, 0)`;
  const length = windowSeconds * 1_000;
  const began = Date.now();
  const isOver = () => Date.now() >= began + length;
  let accepted = 0;
  const counter = async (weight: number) => {
    let known = 0;
    let unwritten = 0;
    let sent = 0;
    let syncAt = began + syncInterval * Math.random();
    while (!isOver()) {
      const due = ((Date.now() - began) * limit * share * weight) / cost / length;
      for (; sent < due; sent += 1)
        if (known + unwritten + cost <= limit) {
          unwritten += cost;
          accepted += cost;
        }
      if (Date.now() >= syncAt) {
        const [row] =
          await sql`update counters set count = count + ${unwritten} where id = 1 returning count`;
        known = Number(row?.count);
        unwritten = 0;
        syncAt += syncInterval;
      }
      await pause(5);
    }
  };
  await Promise.all(weights.map(counter));
  return { accepted, limit };
}
