import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployment } from '../support/client.ts';
import { killedWithParent } from '../support/killed-with-parent.ts';
import { freePort, startPostgres } from '../support/postgres.ts';
import { installed, type Runtime, startProcess } from '../support/service.ts';
import { cores, pin } from './machine.ts';
import { type Seeded, seed } from './seed.ts';

/** Where a row leaves what is to be stopped and deleted after it. */
export type Used = AsyncDisposableStack;

/** A server under test. */
export interface Server {
  url: string;
  pid: number | undefined;
}

/** A Postgres server, the secrets of a deployment on it, and a directory for files. */
export interface Ground {
  databaseUrl: string;
  secrets: { OPERATOR_TOKEN: string; SIGNING_KEYS: string };
  directory: string;
  pinned: boolean;
}

/**
 * @param pinned keep the servers on one core, and Postgres and wrk off it
 * @param durable with fsync, as in production
 */
export async function ground(used: Used, { pinned = false, durable = false } = {}): Promise<Ground> {
  const postgres = await startPostgres({ durable });
  used.defer(() => postgres.stop());
  if (pinned) pin(await postgres.pid(), cores.others);
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  used.defer(() => rm(directory, { recursive: true, force: true }));
  return { databaseUrl: postgres.url, secrets: await deployment(), directory, pinned };
}

/** Ground with keys in it. */
export async function seededGround(
  used: Used,
  rows: number,
  options: Parameters<typeof ground>[1] = {},
): Promise<Ground & Seeded> {
  const made = await ground(used, options);
  return { ...made, ...(await seed(made.databaseUrl, rows, join(made.directory, 'tokens'))) };
}

/** Starts the service as its users do. */
export async function startService(
  used: Used,
  { databaseUrl, secrets, pinned }: Pick<Ground, 'databaseUrl' | 'secrets' | 'pinned'>,
  runtime: Runtime = 'node',
): Promise<Server> {
  const service = used.use(await startProcess({ runtime, env: { ...secrets, DATABASE_URL: databaseUrl } }));
  if (pinned) pin(service.child.pid, cores.server);
  return { url: service.url, pid: service.child.pid };
}

/** How each runtime runs a TypeScript file. */
export const runtimeCommands: Record<Runtime, [string, ...string[]]> = {
  node: [process.execPath],
  bun: [installed('bun')],
  deno: [installed('deno'), 'run', '--allow-all'],
};

/** Starts another server, which says on its first line that it listens on PORT. */
export async function startOther(
  used: Used,
  file: string,
  env: Record<string, string>,
  { runtime = 'node', pinned = false }: { runtime?: Runtime; pinned?: boolean } = {},
): Promise<Server> {
  const port = await freePort();
  const [command, ...args] = runtimeCommands[runtime];
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, [...args, join(import.meta.dirname, file)], {
    env: { PATH, HOME, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = killedWithParent(child);
  used.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const started = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
  if (!started) throw new Error(`${file} ended: ${output.trim().slice(-500)}`);
  child.stdout.resume();
  if (pinned) pin(child.pid, cores.server);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid };
}

/** What a server answers to one request. */
export async function ask(url: string, caller: string, body: unknown, method = 'POST'): Promise<string> {
  const answer = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${caller}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status} ${text}`);
  return text;
}
