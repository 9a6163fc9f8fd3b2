import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killedWithParent } from '../../../scripts/support/killed-with-parent.ts';
import { freePort } from '../../../scripts/support/postgres.ts';

/** A gateway that runs with its recipe in deploy/gateways/. */
export interface Gateway {
  name: string;
  /** Where its recipe is, if not under its name. */
  recipe?: string;
  /** Whether its recipe knows both replicas, and goes on with one. */
  balances: boolean;
  /** What to install, in Debian's words. */
  packages: string;
  isInstalled: () => boolean;
  /** Starts it in the foreground, in a directory with its recipe. */
  command: (directory: string, port: number) => [file: string, ...args: string[]];
  /** What it needs to run beside others on one machine, which is no part of the recipe. */
  prepare: (directory: string, port: number, certificate: string) => Promise<void>;
}

/** What stands around a gateway. */
export interface Surroundings {
  /** The addresses of two replicas, and of the backend: host and port. */
  latchkey: readonly [string, string];
  backend: string;
  /** Latchkey by HTTPS, and its certificate in PEM. */
  https: { url: string; certificate: string };
  /** The key by which it names itself. */
  key: { id: string; token: string };
}

export interface RunningGateway extends AsyncDisposable {
  url: string;
  /** What it has logged. */
  log: () => Promise<string>;
}

/** Whether a program is on this machine. */
export const isProgram = (name: string): boolean =>
  spawnSync(name, ['-v'], { stdio: 'ignore' }).error === undefined;

/** Why a gateway cannot be tested here, to stand in the name of a test; empty where it can. */
export const reasonToSkip = ({ isInstalled, packages }: Gateway): string =>
  isInstalled() ? '' : ` (skipped: it takes ${packages})`;

/**
 * Starts a gateway with its recipe, in which nothing but addresses and secrets is replaced.
 * @param change what a test changes of a file of the recipe
 */
export async function startGateway(
  gateway: Gateway,
  { latchkey, backend, https, key }: Surroundings,
  change: (text: string) => string = (text) => text,
): Promise<RunningGateway> {
  const directory = await mkdtemp(join(tmpdir(), `latchkey-${gateway.name}-`));
  // A server that is started as root gives up that right.
  await chmod(directory, 0o755);
  const recipe = join(import.meta.dirname, '../../../deploy/gateways', gateway.recipe ?? gateway.name);
  await cp(recipe, directory, { recursive: true });
  const port = await freePort();
  const replacements: [string, string][] = [
    ['latchkey-1:8787', latchkey[0]],
    ['latchkey-2:8787', latchkey[1]],
    ['https://keys.example.com', https.url],
    ['backend:3000', backend],
    ['8080', String(port)],
    ['127.0.0.1:8788', `127.0.0.1:${await freePort()}`],
    ['lk_…', key.token],
    ['key_…', key.id],
  ];
  for (const file of await readdir(directory)) {
    const text = await readFile(join(directory, file), 'utf8');
    const replaced = replacements.reduce((all, [from, to]) => all.replaceAll(from, to), change(text));
    await writeFile(join(directory, file), replaced);
  }
  await gateway.prepare(directory, port, https.certificate);

  const [file, ...args] = gateway.command(directory, port);
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    HOME: directory,
    LATCHKEY_URL: `http://${latchkey[0]}`,
    LATCHKEY_TOKEN: key.token,
    BACKEND: backend,
  };
  // A file, since Apache opens /dev/stderr by its name.
  const output = await open(join(directory, 'log'), 'a');
  const child = spawn(file, args, { cwd: directory, env, stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  const log = () => readFile(join(directory, 'log'), 'utf8');
  let hasEnded = false;
  const ended = killedWithParent(child).then(() => {
    hasEnded = true;
  });
  while (!(await accepts(port))) {
    if (hasEnded) throw new Error(await log());
    await pause(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      // Of those that wait for a request which nobody answers.
      const impatience = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(impatience);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Whether something listens. */
async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
