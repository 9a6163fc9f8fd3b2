import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotStart } from '../errors.ts';
import { lock, readIfThere } from './lock.ts';

/** A data directory that only this process uses. */
export interface DataDir extends AsyncDisposable {
  /** The path of a file or directory in it. */
  path(name: string): string;
  /** The content of a private file. If it is absent, `make` gives its content and it is written first. */
  secret(name: string, make: () => string | Promise<string>): Promise<string>;
}

/**
 * Locks a data directory for this process: a second process on the same data would destroy them.
 * @param lost called with a line that says so if the lock is no longer ours: another process took this one for dead, since
 *   it was paused, and may write the same data. This one must end at once
 * @throws CannotStart if it is in use, or cannot be written
 */
export async function openDataDir(directory: string, lost: (line: string) => void): Promise<DataDir> {
  const path = (name: string) => join(directory, name);
  let unlock: () => Promise<void>;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    unlock = await lock(path('lock'), () =>
      lost(`Another process has taken the data, or ${path('lock')} was removed: this process ends.`),
    );
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
      // Written under another name and renamed: a file that exists is complete, even after a kill in between.
      await writeFile(path(`${name}.new`), `${made}\n`, { mode: 0o600 });
      await rename(path(`${name}.new`), path(name));
      return made;
    },
    [Symbol.asyncDispose]: unlock,
  };
}
