import { randomBytes } from 'node:crypto';
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { CannotStart } from '../errors.ts';

/** The lock of a data directory: a file that names its holder, who touches it while it lives. */

/** How often the holder of a lock touches it, and how long another process watches for that, in milliseconds. */
const heartbeat = 1_000;
const watch = 10_000;

/**
 * Writes the lock file, which names this process, and keeps touching it. The lock of a dead process is removed first.
 * @param lost called when the file is no longer ours
 * @returns releases the lock
 */
export async function lock(file: string, lost: () => void): Promise<() => Promise<void>> {
  const nonce = randomBytes(8).toString('hex');
  const ours = JSON.stringify({ ...(await self()), nonce });
  const draft = `${file}.${nonce}`;
  await writeFile(draft, ours, { mode: 0o600 });
  try {
    // Linked, not written: it exists completely or not at all, also for a process that starts at this moment.
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
  let isReleased = false;
  let wasAbsent = false;
  const touch = async () => {
    const found = await readIfThere(file);
    if (found === ours) await utimes(file, new Date(), new Date());
    // Absent once, it may be put back: see takeAway.
    else if (!isReleased && (found !== undefined || wasAbsent)) lost();
    wasAbsent = found === undefined;
  };
  const beat = setInterval(() => touch().catch(() => {}), heartbeat).unref();
  return async () => {
    isReleased = true;
    clearInterval(beat);
    if ((await readIfThere(file)) === ours) await rm(file, { force: true });
  };
}

const justTaken = () => new CannotStart('Another process has just taken the data: see its output.');

/**
 * Removes the lock of a dead process, unless another process has done so meanwhile: the moved file is read again,
 * however long we slept in between, and put back if it is another's.
 * @throws CannotStart if the holder is alive, or another process was first
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
  /** When it began, in the kernel's own count: distinguishes processes that had the same pid. */
  started: string;
  host: string;
  /** Its pid namespace: another container on the same host has another one. */
  pidNamespace: string;
}

/** This process. What the system does not report is empty. */
const self = async (): Promise<Holder> => ({
  pid: process.pid,
  started: await startOf(process.pid),
  host: hostname(),
  pidNamespace: await readlink('/proc/self/ns/pid').catch(() => ''),
});

/** The holder that a lock file names. Undefined if the file is damaged, as after a power loss. */
function read(text: string): Holder | undefined {
  try {
    const { pid, started, host, pidNamespace } = JSON.parse(text);
    if (!Number.isInteger(pid)) return undefined;
    return { pid, started: String(started), host: String(host), pidNamespace: String(pidNamespace) };
  } catch {
    return undefined;
  }
}

/** Whether the holder still runs. The system tells for a process that we can see; its heartbeat for any other. */
async function isAlive(holder: Holder, file: string): Promise<boolean> {
  const { pid, host, pidNamespace } = await self();
  if (holder.host !== host || holder.pidNamespace !== pidNamespace) return isTouched(file);
  if (holder.pid === pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it exists, and belongs to another user.
    if (codeOf(error) !== 'EPERM') return false;
  }
  return holder.started === (await startOf(holder.pid));
}

/** Whether the file is touched while we watch. */
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

/** The content of a file. Undefined: there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
