import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPGlite } from '../../server/db/pglite.ts';
import type { Database } from '../../server/db/schema.ts';
import { seed } from './seed.ts';

/**
 * An empty embedded database of its own.
 * @param others as `openPGlite` takes them
 */
export async function openEmbedded(
  ...others: [heard?: Parameters<typeof openPGlite>[1], log?: Parameters<typeof openPGlite>[2]]
): Promise<{ db: Database; close: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-embedded-'));
  seed(directory);
  const db = await openPGlite(join(directory, 'database'), ...others);
  const close = async () => {
    await db.destroy();
    await rm(directory, { recursive: true });
  };
  return { db, close };
}
