import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { CannotStart } from '../errors.ts';

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
  let unlock: () => Promise<void>;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    unlock = await lock(path('lock'));
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
    [Symbol.asyncDispose]: unlock,
  };
}

/** How often the holder of a lock touches it, and how long a stranger watches for that, in milliseconds. */
const heartbeat = 1_000;
const watch = 10_000;

/**
 * Writes the lock file, with who we are, and keeps touching it. One that is left of a process that died is taken away
 * first.
 * @returns what takes the lock away again
 */
async function lock(file: string): Promise<() => Promise<void>> {
  const nonce = randomBytes(8).toString('hex');
  const ours = JSON.stringify({ ...(await self()), nonce });
  const draft = `${file}.${nonce}`;
  await writeFile(draft, ours, { mode: 0o600 });
  try {
    // Linked, not written: it is there whole or not at all, also for another that starts at this very moment.
    await link(draft, file).catch(async (error) => {
      if (codeOf(error) !== 'EEXIST') throw error;
      await takeAway(file, `${draft}.dead`);
      await link(draft, file);
    });
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? justTaken() : error;
  } finally {
    await rm(draft);
  }
  const beat = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), heartbeat).unref();
  return async () => {
    clearInterval(beat);
    if ((await readIfThere(file)) === ours) await rm(file, { force: true });
  };
}

const justTaken = () => new CannotStart('Another process has just taken the data: see its output.');

/**
 * Takes away the lock of a process that died, unless another has done so meanwhile: what was moved is looked at again,
 * however long we slept in between, and put back where it is somebody else's.
 * @throws CannotStart where its holder lives, or another was first
 */
async function takeAway(file: string, aside: string): Promise<void> {
  const found = await readIfThere(file);
  if (found === undefined) return;
  const holder = read(found);
  if (holder && (await isAlive(holder, file)))
    throw new CannotStart(
      `The data are in use by process ${holder.pid} on ${holder.host}. Stop it, or set another DATA_DIR.`,
    );
  await rename(file, aside).catch((error) => {
    throw codeOf(error) === 'ENOENT' ? justTaken() : error;
  });
  try {
    if ((await readIfThere(aside)) === found) return;
    await link(aside, file);
    throw justTaken();
  } finally {
    await rm(aside);
  }
}

/** A process, as its lock names it. */
interface Holder {
  pid: number;
  /** When it began, in the kernel's own count: tells processes that had the same pid apart. */
  started: string;
  host: string;
  /** The pids it knows: another container on the same host has others. */
  pidNamespace: string;
}

/** This process. What the system does not tell is empty. */
const self = async (): Promise<Holder> => ({
  pid: process.pid,
  started: await startOf(process.pid),
  host: hostname(),
  pidNamespace: await readlink('/proc/self/ns/pid').catch(() => ''),
});

/** Who a lock file says holds it; undefined where it is damaged, as by a machine that lost power. */
function read(text: string): Holder | undefined {
  try {
    const { pid, started, host, pidNamespace } = JSON.parse(text);
    if (!Number.isInteger(pid)) return undefined;
    return { pid, started: String(started), host: String(host), pidNamespace: String(pidNamespace) };
  } catch {
    return undefined;
  }
}

/** Whether the holder still runs. The system tells of a process that we can see; of another only its heartbeat does. */
async function isAlive(holder: Holder, file: string): Promise<boolean> {
  const { pid, host, pidNamespace } = await self();
  if (holder.host !== host || holder.pidNamespace !== pidNamespace) return isTouched(file);
  if (holder.pid === pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if (codeOf(error) !== 'EPERM') return false;
  }
  return holder.started === (await startOf(holder.pid));
}

/** Whether somebody touches the file while we watch. */
async function isTouched(file: string): Promise<boolean> {
  const touchedAt = async () => (await stat(file).catch(() => undefined))?.mtimeMs;
  const before = await touchedAt();
  for (let waited = 0; waited < watch; waited += heartbeat) {
    await pause(heartbeat);
    if ((await touchedAt()) !== before) return true;
  }
  return false;
}

async function startOf(pid: number): Promise<string> {
  const status = await readIfThere(`/proc/${pid}/stat`);
  return status?.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
