import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { announce } from './announce.ts';
import type { Config } from './config.ts';
import {
  type ChannelReply,
  type Gather,
  gatherAlone,
  isReply,
  type Question,
  Questions,
  type Share,
} from './gather.ts';

/**
 * Several processes of the service on one port: workers, which share only the port, and a supervisor, which serves no
 * request. Each runtime starts workers and shares the port in its own way: see `node.ts`, `bun.ts` and `deno.ts`. They
 * talk over the channel of `node:child_process`; when it closes, the other process is gone.
 */

/** What the supervisor tells a worker: to stop, and, while it stops, that no other worker listens any more. */
export type Order = 'stop' | 'release' | Question | ChannelReply;
/** What a worker tells the supervisor: that it listens, and that it no longer does. */
export type Report = 'listening' | 'closed' | Question | ChannelReply;

/** How long a worker that stops waits for the others to stop listening, in milliseconds. */
const releaseTimeout = 3_000;
/** How long the supervisor waits for a worker's reply, and a worker for the supervisor's, in milliseconds. */
export const replyTimeout = { worker: 1_000, supervisor: 2_000 };

export const signals = ['SIGTERM', 'SIGINT'] as const;

/** How a process that serves starts and stops. */
interface Lifecycle {
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
  const { promise: signalled, resolve } = Promise.withResolvers<void>();
  let isStarting = true;
  const end = () => {
    if (isStarting && config.DATABASE_URL) self.exit(0);
    resolve();
  };
  for (const signal of signals) self.on(signal, end);
  return {
    listening: (log) => announce(log, config, self.env),
    onStop(stop) {
      isStarting = false;
      void signalled.then(stop).then(() => self.exit(0));
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
    else report({ reply: order.question, value: await share().catch(() => undefined) });
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
    gather<Value>(own: () => Promise<Value>) {
      share = own;
      return async () => ((await questions.ask(report, replyTimeout.supervisor)) ?? []) as Share<Value>[];
    },
  };
}
