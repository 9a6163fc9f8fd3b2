import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPGlite } from '../../server/db/pglite.ts';

/**
 * Creates the embedded database that `seed` copies: to create one takes ten times as long as to open it. The projects that
 * need one share it.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.LATCHKEY_TEMPLATE) return;
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-embedded-'));
  await (await openPGlite(directory)).destroy();
  process.env.LATCHKEY_TEMPLATE = directory;
  return () => rm(directory, { recursive: true });
}
