import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { announce } from './announce.ts';
import { longestStop } from './boot.ts';
import { cannotListen } from './cannot-listen.ts';
import type { Config } from './config.ts';
import { isQuestion, isReply, Questions, type Share } from './gather.ts';
import { type Order, type Report, replyTimeout, signals } from './lifecycle.ts';
import { createLog } from './log.ts';

/** How long to wait before a worker is replaced, in milliseconds. Doubled for each worker that did not run for `calm`. */
const backoff = { least: 100, most: 10_000, calm: 30_000 };

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
  await assertFree(config);
  const team = new Team(start, log);
  for (const signal of signals) self.on(signal, () => team.stop());
  const first = team.launch(1);
  const others = () => Array.from({ length: config.WORKERS - 1 }, (_, index) => team.launch(index + 2));
  const workers = (await first.listens) ? [first, ...others()] : [first];
  const listening = await Promise.all(workers.map((worker) => worker.listens));
  if (listening.includes(false)) team.fail();
  else announce(log, config, self.env);
  await Promise.all(workers.map((worker) => team.keep(worker)));
  return team.exitCode;
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

const give = (order: Order, { child }: Worker) => child.connected && child.send(order);

/** The workers that run. */
class Team {
  readonly #start: () => ChildProcess;
  readonly #log: Logger;
  readonly #workers = new Set<Worker>();
  readonly #questions = new Questions();
  readonly #stopping = new AbortController();
  /** 1 if a worker failed as the service started, or as it stopped. */
  exitCode: 0 | 1 = 0;

  constructor(start: () => ChildProcess, log: Logger) {
    this.#start = start;
    this.#log = log;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #in(state: Worker['state']): Worker[] {
    return [...this.#workers].filter((worker) => worker.state === state);
  }

  launch(number: number): Worker {
    const child = this.#start();
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
      this.#workers.delete(worker);
      if (this.#isStopping && worker.state !== 'starting' && code !== 0) this.exitCode = 1;
      listens.resolve(false);
      ended.resolve(code);
      this.#release();
    };
    child.once('exit', end);
    child.on('error', (error) => {
      // An order that was not delivered does not matter: its worker is ending.
      if (child.pid) return;
      this.#log.error({ reason: error.message }, 'a worker could not be started');
      end(null);
    });
    child.on('message', async (report: Report) => {
      if (report === 'closed') {
        worker.state = 'closed';
        this.#release();
      } else if (isReply(report)) this.#questions.hear(report);
      else if (isQuestion(report)) give({ reply: report.question, value: await this.#gather() }, worker);
      else if (!this.#isStopping) {
        worker.state = 'listening';
        listens.resolve(true);
      }
    });
    this.#workers.add(worker);
    return worker;
  }

  /** Replaces a worker when it dies, and each replacement in turn. Resolves when the last has ended after `stop`. */
  async keep(worker: Worker): Promise<void> {
    let kept = worker;
    let wait = backoff.least;
    while (true) {
      const began = performance.now();
      const code = await kept.ended;
      if (this.#isStopping) return;
      if (performance.now() - began > backoff.calm) wait = backoff.least;
      const { pid, signalCode: signal } = kept.child;
      this.#log.warn({ worker: pid, code, signal, wait }, 'a worker died');
      await pause(wait, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#isStopping) return;
      wait = Math.min(wait * 2, backoff.most);
      kept = this.launch(kept.number);
    }
  }

  /** Stops, since a worker did not start. */
  fail(): void {
    if (!this.#isStopping) this.exitCode = 1;
    this.stop();
  }

  /** Tells all to stop, and kills those that do not in time. */
  stop(): void {
    if (this.#isStopping) return;
    this.#stopping.abort();
    for (const worker of this.#workers)
      if (worker.state === 'starting') worker.child.kill('SIGKILL');
      else give('stop', worker);
    setTimeout(() => {
      for (const { child } of this.#workers) {
        this.#log.error({ worker: child.pid }, 'a worker did not end in time: it is killed');
        child.kill('SIGKILL');
      }
    }, longestStop);
  }

  /** Releases the workers that no longer listen: at once, unless the others are about to stop as well. */
  #release(): void {
    if (this.#isStopping && this.#in('listening').length > 0) return;
    for (const worker of this.#in('closed')) give('release', worker);
  }

  /** The shares of all workers that listen. Those that do not answer are left out. */
  async #gather(): Promise<Share<unknown>[]> {
    const ask = async (worker: Worker) => ({
      worker: worker.number,
      value: await this.#questions.ask((question) => give(question, worker), replyTimeout.worker),
    });
    return (await Promise.all(this.#in('listening').map(ask))).filter(({ value }) => value !== undefined);
  }
}
