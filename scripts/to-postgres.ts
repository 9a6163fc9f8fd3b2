/**
 * Copies the embedded database in DATA_DIR into the empty Postgres database at DATABASE_URL, all of it or nothing. The
 * service must not run meanwhile; the data in DATA_DIR stay as they are.
 */

import { assertUnused, copyDatabase } from '../server/db/copy.ts';
import { migrate } from '../server/db/migrations/migrate.ts';
import { openPGlite } from '../server/db/pglite.ts';
import { inOneTransaction } from '../server/db/postgres.ts';
import { messageOf } from '../server/errors.ts';
import { openDataDir } from '../server/process/data-dir.ts';

const { DATA_DIR = './data', DATABASE_URL } = process.env;

async function run(databaseUrl: string): Promise<Record<string, number>> {
  await using dataDir = await openDataDir(DATA_DIR, (line) => {
    console.error(line);
    process.exit(1);
  });
  return await inOneTransaction(databaseUrl, async (target) => {
    await migrate(target);
    await assertUnused(target);
    const source = await openPGlite(dataDir.path('database'));
    try {
      return await copyDatabase(source, target);
    } finally {
      await source.destroy();
    }
  });
}

try {
  if (!DATABASE_URL) throw new Error('Set DATABASE_URL to an empty Postgres database');
  const copied = await run(DATABASE_URL);
  for (const [table, rows] of Object.entries(copied)) console.log(`${table.padEnd(18)}${rows}`);
} catch (error) {
  console.error(`Nothing was copied: ${messageOf(error)}.`);
  process.exitCode = 1;
}
