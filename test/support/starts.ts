import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type DidNotStart, type Runtime, startProcess } from '../../scripts/support/service.ts';
import { seed } from './seed.ts';

export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A data directory with an embedded database. */
export async function seededDirectory(): Promise<string> {
  const directory = await emptyDirectory();
  seed(directory);
  return directory;
}

/** How a start fails that must: with one line. */
export const failedStart = (env: Record<string, string>, runtime: Runtime = 'node') =>
  startProcess({ env, runtime }).then(
    async (service) => {
      await service.stop();
      throw new Error('It started.');
    },
    (error: DidNotStart) => {
      expect(error.exitCode).toBe(1);
      expect(error.message.split('\n')).toHaveLength(1);
      return error;
    },
  );

/** The line that it says. */
export const failure = async (env: Record<string, string>, runtime?: Runtime) =>
  (await failedStart(env, runtime)).message;

/** What the lock of a data directory says, if there is one. */
export const lockOf = (directory: string) => readFile(join(directory, 'lock')).catch(() => undefined);
