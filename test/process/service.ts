import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../postgres.ts';

export type Runtime = 'node' | 'bun' | 'deno';

const root = resolve(import.meta.dirname, '../..');
const installed = (name: string) => join(root, 'node_modules/.bin', name);

type Command = [string, ...string[]];

/** How each runtime starts the service: as `npm start`, `npm run start:bun` and `npm run start:deno` do. */
const commands: Record<Runtime, Command> = {
  node: [process.execPath, 'server/start.js'],
  bun: [installed('bun'), 'server/bun.ts'],
  deno: [installed('deno'), 'run', '--allow-all', 'server/deno.ts'],
};

/** The service as a process of its own, which answers at `url`. */
export interface ServiceProcess extends AsyncDisposable {
  url: string;
  child: ChildProcess;
  /** What it wrote so far, to stdout and stderr. */
  readonly output: string;
  /**
   * Ends it and waits until it is gone; harmless when it already is.
   * @returns its exit code, null if the signal ended it
   */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** The service ended instead of answering. */
export class DidNotStart extends Error {
  readonly exitCode: number | null;
  /** @param output what it wrote, to stdout and stderr */
  constructor(exitCode: number | null, output: string) {
    super(output.trim());
    this.name = 'DidNotStart';
    this.exitCode = exitCode;
  }
}

/**
 * Starts the service and waits until it listens. Unless `env` says otherwise it has a port of its own and an empty
 * data directory, which goes when it ends. Nothing of this process's own configuration reaches it.
 * @throws DidNotStart with what it wrote, if it ends before
 */
export async function startProcess({
  runtime = 'node',
  command: [file, ...args] = commands[runtime],
  cwd = root,
  env = {},
}: {
  runtime?: Runtime;
  /** Starts it in another way. */
  command?: Command;
  cwd?: string;
  env?: Record<string, string>;
} = {}): Promise<ServiceProcess> {
  const port = env.PORT ?? String(await freePort());
  const temporary = env.DATA_DIR ? undefined : await mkdtemp(join(tmpdir(), 'latchkey-'));
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, {
    cwd,
    env: { PATH, HOME, PORT: port, DATA_DIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });

  // A failed test must not leave it running.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  // 'close', not 'exit': only then has everything been read that it wrote.
  const ended = once(child, 'close').then(async ([code]: (number | null)[]) => {
    process.off('exit', kill);
    if (temporary) await rm(temporary, { recursive: true, force: true });
    return code ?? null;
  });

  const listens = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (output.includes('Latchkey answers at ')) resolve();
    });
  });
  const failed = ended.then((code) => {
    throw new DidNotStart(code, output);
  });
  // Its end matters here only while it starts.
  failed.catch(() => {});
  await Promise.race([listens, failed]);

  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  return {
    url: `http://${env.HOST ?? '127.0.0.1'}:${port}`,
    child,
    get output() {
      return output;
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}
