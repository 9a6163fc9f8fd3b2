import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { CannotStart } from '../errors.ts';
import { migrate } from './migrations/migrate.ts';
import type { Database, Schema } from './schema.ts';

/** The major version of Postgres in the PGlite that this build carries: directories of another do not open. */
const major = '18';

/** bigint, which PGlite gives as BigInt from some size on; every count and number here is far below 2^53. */
const parsers = { 20: Number };

/**
 * Opens the embedded database and brings its schema up to date.
 * @param directory where it lives, and is created if absent; without it, the database lives in memory
 * @throws CannotStart where the directory was written by another version of Postgres
 */
export async function openPGlite(directory?: string): Promise<Database> {
  if (directory) {
    const version = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => major);
    if (version.trim() !== major)
      throw new CannotStart(
        `The data in ${directory} were written by Postgres ${version.trim()}, and this build embeds Postgres ${major}: export them with the build that wrote them, or set another DATA_DIR.`,
      );
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  const pglite = await PGlite.create({ ...(directory && { dataDir: directory }), parsers });
  const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(db);
  return db;
}
