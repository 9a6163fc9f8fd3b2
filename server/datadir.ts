import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { CannotStart } from './errors.ts';

/** A directory that this process has to itself. */
export interface DataDir extends AsyncDisposable {
  /** The path of a file or directory in it. */
  path(name: string): string;
  /** What a private file says; if it is absent, it is first written with what `make` gives. */
  secret(name: string, make: () => string | Promise<string>): Promise<string>;
}

/**
 * Takes a data directory for this process: a second one on the same data would destroy them.
 * @throws CannotStart where it is in use, or cannot be written
 */
export async function openDataDir(directory: string): Promise<DataDir> {
  const path = (name: string) => join(directory, name);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await lock(path('lock'));
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart(
      `DATA_DIR ${directory} cannot be used: ${error instanceof Error ? error.message : error}.`,
    );
  }
  return {
    path,
    async secret(name, make) {
      const stored = await readIfThere(path(name));
      if (stored !== undefined) return stored.trim();
      const made = await make();
      // Written beside and renamed: a file that is there is whole, even after a kill in between.
      await writeFile(path(`${name}.new`), `${made}\n`, { mode: 0o600 });
      await rename(path(`${name}.new`), path(name));
      return made;
    },
    async [Symbol.asyncDispose]() {
      await rm(path('lock'), { force: true });
    },
  };
}

/**
 * Writes the lock file, with who we are. One that is left of a process that died is replaced: whoever does so waits
 * a moment and looks again, so that of two who saw the same dead lock only the last to write goes on.
 */
async function lock(file: string): Promise<void> {
  const ours = JSON.stringify({
    pid: process.pid,
    started: await startOf(process.pid),
    host: hostname(),
    nonce: nonce(),
  });
  try {
    return await writeFile(file, ours, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const holder = read((await readIfThere(file)) ?? '');
  if (holder && (await isAlive(holder)))
    throw new CannotStart(
      `The data are in use by process ${holder.pid} on ${holder.host}. Stop it, or set another DATA_DIR. If no such process exists any more, delete ${file}.`,
    );
  await writeFile(`${file}.${process.pid}`, ours, { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
  await pause(200);
  if ((await readIfThere(file)) !== ours)
    throw new CannotStart('Another process has just taken the data: see its output.');
}

const nonce = () => randomBytes(8).toString('hex');

interface Holder {
  pid: number;
  started: string;
  host: string;
}

/** Who a lock file says holds it; undefined where it is damaged, as by a machine that lost power. */
function read(text: string): Holder | undefined {
  try {
    const { pid, started, host } = JSON.parse(text);
    return Number.isInteger(pid) ? { pid, started: String(started), host: String(host) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process still runs. One on another host might: we cannot see it. */
async function isAlive({ pid, started, host }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return started === (await startOf(pid));
}

/** When a process began, in the kernel's own count; empty where the system does not tell. It tells reused pids apart. */
async function startOf(pid: number): Promise<string> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
