import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openPGlite } from '../../server/db/pglite.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The directory of an embedded database that is migrated and empty. Only for tests on that database. */
    embeddedTemplate: string;
  }
}

/** Creates the embedded database that each test file gets a copy of: to create one takes ten times as long as to open it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-embedded-'));
  await (await openPGlite(directory)).destroy();
  project.provide('embeddedTemplate', directory);
  return () => rm(directory, { recursive: true });
}
