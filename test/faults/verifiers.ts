import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Send } from '../../scripts/support/client.ts';
import { type Proxy as NetworkProxy, startProxy } from '../../scripts/support/proxy.ts';
import { DidNotStart } from '../../scripts/support/service.ts';
import { percentile } from '../../scripts/support/statistics.ts';
import { startFleet } from '../support/fleet.ts';
import type { Order, Report } from '../support/verifying-process.ts';
import { exchange, type HotKey, minter, publicUrl, random, refusalTimes, scope, ways } from './ways.ts';

export interface VerifierFigures {
  revocations: number;
  /** How many of them were of imported keys. */
  imported: number;
  verifications: number;
  /** How many of them were answered from the memory of a verifier. */
  known: number;
  /** How many of them were of tokens that keys were exchanged for: the service is asked for these each time. */
  exchanged: number;
  /** How many were answered by nobody: the verifier was blind, and could not reach the service. */
  failed: number;
  /** Tokens that a verifier accepted in a verification that began after the revocation was answered. */
  acceptedAfter: number;
  faults: number;
  /** How long the answer to a revocation took, in milliseconds. */
  p50: number;
  p99: number;
  worst: number;
}

const verifierCount = 8;
const revokers = 4;
/** How many keys are alive. */
const hot = 60;
/** Every so many of them is exchanged for another token, which ends with it. */
const perExchange = 6;
/** How long a token is watched after its revocation, in milliseconds. */
const watchedFor = 1_500;

/** A key, and what it was exchanged for, if it was. */
type WatchedKey = HotKey & { exchanged: string | undefined };

/** The system's monotonic clock, as the verifiers read it, in milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

/** A verifier in a process of its own, at a place that outlives its processes. */
class VerifyingPlace implements AsyncDisposable {
  /** What it heard of tokens, by token. */
  readonly #reports = new Map<string, (report: Extract<Report, { kind: 'report' }>) => void>();
  readonly #arguments: string[];
  readonly #tokens = new Set<string>();
  #child: ReturnType<typeof fork>;
  ready: Promise<unknown>;

  constructor(url: string, token: string) {
    this.#arguments = [url, token, scope];
    this.#child = this.#start();
    this.ready = once(this.#child, 'message');
  }

  watch(token: string): void {
    this.#tokens.add(token);
    this.#order({ kind: 'watch', token });
  }

  /** What the present process knows of a token. Undefined where it ended meanwhile. */
  report(token: string): Promise<Extract<Report, { kind: 'report' }> | undefined> {
    this.#tokens.delete(token);
    const { promise, resolve } = Promise.withResolvers<Extract<Report, { kind: 'report' }> | undefined>();
    this.#reports.set(token, resolve);
    this.#child.once('exit', () => resolve(undefined));
    this.#order({ kind: 'report', token });
    return promise;
  }

  block(milliseconds: number): void {
    this.#order({ kind: 'block', milliseconds });
  }

  async freeze(milliseconds: number): Promise<void> {
    const child = this.#child;
    child.kill('SIGSTOP');
    await pause(milliseconds);
    child.kill('SIGCONT');
  }

  /** Ends the process without a word, and starts another. */
  async kill(): Promise<void> {
    const child = this.#child;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    this.#child = this.#start();
    for (const token of this.#tokens) this.#order({ kind: 'watch', token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #order(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  #start(): ReturnType<typeof fork> {
    const script = join(import.meta.dirname, '../support/verifying-process.ts');
    const child = fork(script, this.#arguments, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.setMaxListeners(0);
    child.on('message', (report: Report) => {
      if (report.kind !== 'report') return;
      this.#reports.get(report.token)?.(report);
      this.#reports.delete(report.token);
    });
    return child;
  }
}

/**
 * Ends keys at random while verifiers in processes of their own verify them all the time, and JWTs that some were exchanged
 * for, two at each of four replicas. The verifiers are killed, frozen and held up, their networks hold frames and let them go
 * later, replicas are restarted under them, and one replica is cut off from Postgres, through which keys are ended as well.
 */
export async function verifiers({ count }: { count: number }): Promise<VerifierFigures> {
  await using stack = new AsyncDisposableStack();
  const fleet = stack.use(await startFleet(4, { LEAK_POLICY: 'revoke', PUBLIC_URL: publicUrl }));
  const networks: NetworkProxy[] = [];
  const places: VerifyingPlace[] = [];
  for (let index = 0; index < verifierCount; index += 1) {
    const network = stack.use(await startProxy(fleet.portOf(index % fleet.size)));
    networks.push(network);
    places.push(stack.use(new VerifyingPlace(`http://127.0.0.1:${network.port}`, fleet.operatorToken)));
  }
  await Promise.all(places.map(({ ready }) => ready));

  const figures = {
    ...{ revocations: 0, imported: 0, verifications: 0, known: 0, exchanged: 0 },
    ...{ failed: 0, acceptedAfter: 0, faults: 0 },
  };
  const query = `?accountId=${fleet.accountId}`;
  const mintOn = minter(query);
  const alive: WatchedKey[] = [];
  let minted = 0;
  const mint = async (send: Send) => {
    const key = await mintOn(send);
    if (!key) return;
    minted += 1;
    const exchanged = minted % perExchange === 0 ? await exchange(key, send) : undefined;
    for (const place of places) {
      place.watch(key.token);
      if (exchanged) place.watch(exchanged);
    }
    alive.push({ ...key, exchanged });
  };

  const times: number[] = [];
  const judging = new Set<Promise<void>>();
  /**
   * Waits a while, and asks every verifier when it accepted the token last. Late ones are printed.
   * @param way the place in `ways` of how the key was ended
   */
  const judge = async ({ token, exchanged, isImported }: WatchedKey, refusedFrom: number, way: number) => {
    await pause(Math.max(0, refusedFrom - now()) + watchedFor);
    const tokens = exchanged ? [token, exchanged] : [token];
    const asked = places.flatMap((place) => tokens.map((token) => place.report(token)));
    for (const report of await Promise.all(asked)) {
      if (!report) continue;
      figures.verifications += report.verifications;
      figures.known += report.known;
      if (report.token === exchanged) figures.exchanged += report.verifications;
      figures.failed += report.failed;
      const { acceptedAt = 0, known } = report;
      if (acceptedAt <= refusedFrom) continue;
      figures.acceptedAfter += 1;
      const late = { way, milliseconds: acceptedAt - refusedFrom, known };
      console.error('accepted late', { ...late, isExchanged: report.token === exchanged, isImported });
    }
  };
  const revoker = async (worker: number) => {
    const sendElsewhere = fleet.connect(3 - (worker % 2));
    // One through the replica that is cut off and restarted, the others through those that are not.
    const send = fleet.connect(worker === 0 ? 0 : 2 + (worker % 2));
    while (figures.revocations < count) {
      await mint(sendElsewhere);
      if (alive.length < hot) continue;
      const [key] = alive.splice(random(alive.length), 1);
      const chosen = random(ways.length);
      const way = ways[chosen];
      if (!key || !way) continue;
      const began = now();
      const { answered, notBefore } = await way(key, send, sendElsewhere);
      const { ended, refusedFrom } = refusalTimes(now, notBefore);
      if (!answered) {
        // Its replica is away.
        await pause(20);
        for (const place of places) {
          place.report(key.token);
          if (key.exchanged) place.report(key.exchanged);
        }
        continue;
      }
      times.push(ended - began);
      figures.revocations += 1;
      if (key.isImported) figures.imported += 1;
      const judged = judge(key, refusedFrom, chosen);
      judging.add(judged);
      judged.finally(() => judging.delete(judged));
    }
  };

  let done = false;
  /** The places whose processes are just restarted. */
  const restarting = new Set<number>();
  const starts = (place: number) =>
    fleet.start(place).then(
      () => true,
      (error) => {
        if (error instanceof DidNotStart) return false;
        throw error;
      },
    );
  const restart = async (place: number) => {
    if (restarting.has(place)) return;
    restarting.add(place);
    // With notice, or without.
    await fleet.end(place, random(2) ? 'SIGTERM' : 'SIGKILL');
    // As a supervisor does: again, where it was cut off from Postgres meanwhile.
    while (!(await starts(place))) await pause(500);
    restarting.delete(place);
  };
  const faults = [
    () => faultOn(places).kill(),
    () => faultOn(places).freeze(100 + random(1_500)),
    async () => faultOn(places).block(50 + random(700)),
    () => misbehave(faultOn(networks), 'stall'),
    () => misbehave(faultOn(networks), 'cut'),
  ];
  // Every change waits for these: while one lasts, none is answered soon enough to find what the others do.
  const rareFaults = [() => misbehave(fleet.proxy, random(2) ? 'stall' : 'cut'), () => restart(random(2))];
  const disturber = async () => {
    while (!done) {
      await pause(random(400));
      figures.faults += 1;
      await faultOn(random(12) ? faults : rareFaults)();
    }
  };
  const disturbers = [disturber(), disturber()];
  await Promise.all(Array.from({ length: revokers }, (_, worker) => revoker(worker)));
  done = true;
  await Promise.all(disturbers);
  await Promise.all(judging);
  return {
    ...figures,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    worst: percentile(times, 1),
  };
}

function faultOn<Victim>(victims: readonly Victim[]): Victim {
  const victim = victims[random(victims.length)];
  if (victim === undefined) throw new Error('There is nobody to disturb.');
  return victim;
}

/** What a network that misbehaves holds back, it lets go afterwards. */
async function misbehave(network: NetworkProxy, how: 'stall' | 'cut'): Promise<void> {
  network[how]();
  await pause(50 + random(2_500));
  network.behave();
}
