import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { killedWithParent } from './killed-with-parent.ts';
import { freePort } from './postgres.ts';

export type Runtime = 'node' | 'bun' | 'deno';

const root = resolve(import.meta.dirname, '../..');

/** The path of a command that a package in node_modules brings. */
export const installed = (name: string) => join(root, 'node_modules/.bin', name);

type Command = [string, ...string[]];

/** How each runtime starts the service: as `npm start`, `npm run start:bun` and `npm run start:deno` do. */
const commands: Record<Runtime, Command> = {
  node: [process.execPath, 'server/start.js'],
  bun: [installed('bun'), 'server/bun.ts'],
  deno: [installed('deno'), 'run', '--allow-all', 'server/deno.ts'],
};

/** The service as a process of its own, which may still be starting. It will answer at `url`. */
export interface ServiceProcess extends AsyncDisposable {
  url: string;
  child: ChildProcess;
  /** What it wrote so far, to stdout and stderr. */
  readonly output: string;
  /** Resolves when it listens. @throws DidNotStart if it ends before */
  listens: Promise<void>;
  /** Resolves to its exit code when it is gone, null if a signal ended it. */
  ended: Promise<number | null>;
  /**
   * Ends it and waits until it is gone; harmless when it already is.
   * @returns its exit code, null if the signal ended it
   */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** The service ended instead of answering. */
export class DidNotStart extends Error {
  readonly exitCode: number | null;
  /** What it logged. */
  readonly log: string;
  /** @param complaint what it wrote to stderr */
  constructor(exitCode: number | null, complaint: string, log: string) {
    super(complaint.trim());
    this.name = 'DidNotStart';
    this.exitCode = exitCode;
    this.log = log;
  }
}

interface Options {
  runtime?: Runtime;
  /** Starts it in another way. */
  command?: Command;
  cwd?: string;
  env?: Record<string, string>;
  /** Puts something into the data directory before the start, if it is not one that `env` names. */
  seed?: (directory: string) => void;
}

/**
 * Starts the service and waits until it listens. Unless `env` says otherwise it has a port of its own and an empty
 * data directory, which goes when it ends. Nothing of this process's own configuration reaches it.
 * @throws DidNotStart if it ends before
 */
export async function startProcess(options: Options = {}): Promise<ServiceProcess> {
  const service = await launch(options);
  await service.listens;
  return service;
}

/** Starts the service, and does not wait for it. */
export async function launch({
  runtime = 'node',
  command: [file, ...args] = commands[runtime],
  cwd = root,
  env = {},
  seed,
}: Options): Promise<ServiceProcess> {
  const port = env.PORT ?? String(await freePort());
  const temporary = env.DATA_DIR ? undefined : await mkdtemp(join(tmpdir(), 'latchkey-'));
  if (temporary && !env.DATABASE_URL) seed?.(temporary);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, {
    cwd,
    env: { PATH, HOME, PORT: port, DATA_DIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  const written = { stdout: '', stderr: '', both: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
      written.both += text;
    });

  const ended = killedWithParent(child).then(async (code) => {
    if (temporary) await rm(temporary, { recursive: true, force: true });
    return code;
  });

  const listens = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (written.stdout.includes('Latchkey answers at ')) resolve();
    });
    void ended.then((code) => reject(new DidNotStart(code, written.stderr, written.stdout)));
  });
  // Its end matters only to who waits for it to listen.
  listens.catch(() => {});

  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  return {
    url: `http://${env.HOST ?? '127.0.0.1'}:${port}`,
    child,
    get output() {
      return written.both;
    },
    listens,
    ended,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}
