import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { announce } from './announce.ts';
import { longestStop } from './boot.ts';
import type { Config } from './config.ts';
import {
  type Gather,
  gatherAlone,
  isQuestion,
  isReply,
  type Question,
  Questions,
  type Reply,
  type Share,
} from './gather.ts';
import { cannotListen } from './listen.ts';
import { createLog } from './log.ts';

/**
 * Several processes of the service on one port: workers, which share only the port, and a supervisor, which serves no
 * request. Each runtime starts workers and shares the port in its own way: see `node.ts`, `bun.ts` and `deno.ts`. They
 * talk over the channel of `node:child_process`; when it closes, the other process is gone.
 */

/** What the supervisor tells a worker: to stop, and, while it stops, that no other worker listens any more. */
type Order = 'stop' | 'release' | Question | Reply;
/** What a worker tells the supervisor: that it listens, and that it no longer does. */
type Report = 'listening' | 'closed' | Question | Reply;

/** How long a worker that stops waits for the others to stop listening, in milliseconds. */
const releaseTimeout = 3_000;
/** How long the supervisor waits for a worker's reply, and a worker for the supervisor's, in milliseconds. */
const replyTimeout = { worker: 1_000, supervisor: 2_000 };
/** How long to wait before a worker is replaced, in milliseconds. Doubled for each worker that did not run for `calm`. */
const backoff = { least: 100, most: 10_000, calm: 30_000 };

const signals = ['SIGTERM', 'SIGINT'] as const;

/** How a process that serves starts and stops. */
export interface Lifecycle {
  /** Call it when the process listens. */
  listening(log: Logger): void;
  /** Calls `stop` when the process is to end, and then ends it. */
  onStop(stop: () => Promise<void>): void;
  /**
   * Call it when the process no longer listens. Resolves when the held responses may be sent: as long as another worker
   * that is about to stop still listens, their clients would connect to that one, and be reset.
   */
  closed(): Promise<void>;
  /** Collects the shares of all workers. */
  gather: Gather;
}

/**
 * The only process of the service. If it is told to stop while it starts, it exits at once on Postgres. An embedded
 * database may be in creation, so it is opened first. (Without a handler, a signal does not end PID 1 of a container.)
 */
export function alone(self: NodeJS.Process, config: Config): Lifecycle {
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  let isStarting = true;
  const end = () => {
    if (isStarting && config.DATABASE_URL) self.exit(0);
    tell();
  };
  for (const signal of signals) self.on(signal, end);
  return {
    listening: (log) => announce(log, config, self.env),
    onStop(stop) {
      isStarting = false;
      void told.then(stop).then(() => self.exit(0));
    },
    closed: async () => {},
    gather: gatherAlone,
  };
}

/** One of several workers. It stops when the supervisor says so, or ends: a worker left alone would keep the port. */
export function worker(self: NodeJS.Process): Lifecycle {
  const report = (report: Report) => self.connected && self.send?.(report);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let stop: (() => Promise<void>) | undefined;
  let ending = false;
  const end = () => {
    if (!stop) self.exit(0);
    if (!ending) void stop().then(() => self.exit(0));
    ending = true;
  };
  const questions = new Questions();
  let share: () => Promise<unknown> = async () => undefined;
  self.on('message', async (order: Order) => {
    if (order === 'stop') end();
    else if (order === 'release') release();
    else if (isReply(order)) questions.hear(order);
    else report({ reply: order.question, told: await share().catch(() => undefined) });
  });
  self.once('disconnect', () => {
    release();
    end();
  });
  // A terminal sends SIGINT to all processes, and systemd SIGTERM: the supervisor's order is then the second.
  for (const signal of signals) self.on(signal, end);
  // The supervisor has ended while this process was loading.
  if (!self.connected) end();
  return {
    listening: () => report('listening'),
    onStop(how) {
      stop = how;
    },
    async closed() {
      report('closed');
      await Promise.race([released, pause(releaseTimeout, undefined, { ref: false })]);
    },
    gather<Told>(own: () => Promise<Told>) {
      share = own;
      return async () => ((await questions.ask(report, replyTimeout.supervisor)) ?? []) as Share<Told>[];
    },
  };
}

/** A worker, as its supervisor sees it. */
interface Worker {
  /** From 1 on. Its replacement gets the same. */
  number: number;
  child: ChildProcess;
  state: 'starting' | 'listening' | 'closed';
  /** False if it ended before it listened. */
  listens: Promise<boolean>;
  /** Its exit code; null if a signal ended it. */
  ended: Promise<number | null>;
}

/**
 * Starts the workers, replaces those that die, and stops all when it is told to.
 * @param start starts one. The others start after the first listens, so that an error is reported once
 * @returns the exit code, when all are gone
 * @throws CannotStart if the port is not free
 */
export async function supervise(
  config: Config,
  self: NodeJS.Process,
  start: () => ChildProcess,
): Promise<number> {
  const log = createLog(config.LOG_LEVEL);
  const workers = new Set<Worker>();
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  let stopping = false;
  let exitCode = 0;

  const give = (order: Order, { child }: Worker) => child.connected && child.send(order);

  /** Releases the workers that no longer listen: at once, unless the others are about to stop as well. */
  const release = () => {
    const closed = [...workers].filter(({ state }) => state === 'closed');
    if (stopping && [...workers].some(({ state }) => state === 'listening')) return;
    for (const worker of closed) give('release', worker);
  };

  const questions = new Questions();

  /** The shares of all workers that listen. Those that do not answer are left out. */
  const gather = async (): Promise<Share<unknown>[]> => {
    const asked = [...workers].filter(({ state }) => state === 'listening');
    const ask = async (worker: Worker) => ({
      worker: worker.number,
      told: await questions.ask((question) => give(question, worker), replyTimeout.worker),
    });
    return (await Promise.all(asked.map(ask))).filter(({ told }) => told !== undefined);
  };

  const launch = (number: number): Worker => {
    const child = start();
    const listens = Promise.withResolvers<boolean>();
    const ended = Promise.withResolvers<number | null>();
    const worker: Worker = {
      number,
      child,
      state: 'starting',
      listens: listens.promise,
      ended: ended.promise,
    };
    const end = (code: number | null) => {
      workers.delete(worker);
      if (stopping && worker.state !== 'starting' && code !== 0) exitCode = 1;
      listens.resolve(false);
      ended.resolve(code);
      release();
    };
    child.once('exit', end);
    child.on('error', (error) => {
      // An order that was not delivered does not matter: its worker is ending.
      if (child.pid) return;
      log.error({ reason: error.message }, 'a worker could not be started');
      end(null);
    });
    child.on('message', async (report: Report) => {
      if (report === 'closed') {
        worker.state = 'closed';
        release();
      } else if (isReply(report)) questions.hear(report);
      else if (isQuestion(report)) give({ reply: report.question, told: await gather() }, worker);
      else {
        worker.state = 'listening';
        listens.resolve(true);
      }
    });
    workers.add(worker);
    return worker;
  };

  const stop = () => {
    if (stopping) return;
    stopping = true;
    tell();
    for (const worker of workers)
      if (worker.state === 'starting') worker.child.kill('SIGKILL');
      else give('stop', worker);
    setTimeout(() => {
      for (const { child } of workers) {
        log.error({ worker: child.pid }, 'a worker did not end in time: it is killed');
        child.kill('SIGKILL');
      }
    }, longestStop);
  };

  /** Replaces a worker when it dies, and each replacement in turn. */
  const keep = async (worker: Worker) => {
    let wait = backoff.least;
    while (true) {
      const began = performance.now();
      const code = await worker.ended;
      if (stopping) return;
      if (performance.now() - began > backoff.calm) wait = backoff.least;
      log.warn({ worker: worker.child.pid, code, signal: worker.child.signalCode, wait }, 'a worker died');
      await Promise.race([told, pause(wait)]);
      if (stopping) return;
      wait = Math.min(wait * 2, backoff.most);
      worker = launch(worker.number);
    }
  };

  await assertFree(config);
  for (const signal of signals) self.on(signal, stop);
  const first = launch(1);
  const others = () => Array.from({ length: config.WORKERS - 1 }, (_, index) => launch(index + 2));
  const team = (await first.listens) ? [first, ...others()] : [first];
  const listening = await Promise.all(team.map((worker) => worker.listens));
  if (listening.includes(false)) {
    if (!stopping) exitCode = 1;
    stop();
  } else announce(log, config, self.env);
  await Promise.all(team.map(keep));
  return exitCode;
}

/** @throws CannotStart if the port is in use: workers would share it even with another deployment's, unnoticed */
async function assertFree(config: Config): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen({ port: config.PORT, host: config.HOST, exclusive: true }), 'listening');
  } catch (error) {
    throw cannotListen(error, config);
  }
  await new Promise((resolve) => probe.close(resolve));
}
