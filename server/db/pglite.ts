import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type QueryOptions } from '@electric-sql/pglite';
import { Kysely, type Logger, PGliteDialect } from 'kysely';
import { CannotStart, DatabaseUnavailable } from '../errors.ts';
import { asOutage } from './errors.ts';
import { migrate } from './migrations/migrate.ts';
import { parameterText } from './parameters.ts';
import type { Database, Schema } from './schema.ts';

/** The major version of Postgres in the PGlite that this build carries: directories of another do not open. */
const major = '18';

/** bigint, which PGlite gives as BigInt from some size on; every count and number here is far below 2^53. */
const parsers = { 20: Number };

/**
 * Postgres clears its buffers at start, 128 MB by default, which takes a tenth of it and stays resident. What is not in
 * them is read from the page cache of the system, and just as fast.
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

/**
 * Opens the embedded database and brings its schema up to date.
 * @param directory where its data are; created if absent
 * @param heard called with each notification of a statement, before the statement ends
 * @param log called with each query and how long it took
 * @throws CannotStart if the directory was written by another version of Postgres, or cannot be opened
 */
export async function openPGlite(
  directory: string,
  heard: (message: string) => void = () => {},
  log?: Logger,
): Promise<Database> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await checkDirectory(directory);
  const pglite = await PGlite.create({ dataDir: directory, parsers, startParams }).catch((error) => {
    throw new CannotStart(
      `The data in ${directory} cannot be opened: ${error.message}. Is there room on the disk?`,
    );
  });
  await pglite.listen('latchkey', heard);
  guard(pglite);
  const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }), ...(log && { log }) });
  await db.transaction().execute(migrate);
  return db;
}

/**
 * PGlite takes a directory without PG_VERSION for a new one, whatever else is in it.
 * @throws CannotStart if the data in it are another version's, or incomplete
 */
async function checkDirectory(directory: string): Promise<void> {
  const files = await readdir(directory);
  if (files.length === 0) return;
  if (!files.includes('PG_VERSION'))
    throw new CannotStart(
      `The data in ${directory} are not whole: PG_VERSION is missing. Restore the directory from a backup, or empty it to begin without data.`,
    );
  const version = (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  if (version !== major)
    throw new CannotStart(
      `The data in ${directory} were written by Postgres ${version}, and this build embeds Postgres ${major}: export them with the build that wrote them, or set another DATA_DIR.`,
    );
}

/**
 * Makes PGlite take parameters as text, as the driver of a server does, throw DatabaseUnavailable for outages, and refuse
 * statements after a panic. Postgres panics if it has no room for its log. A server then ends. PGlite would spin for ever
 * in the next call, and block the process. So statements are passed on one by one, as they run anyway, and after a panic
 * each is refused, until a new process recovers what was acknowledged.
 */
function guard(pglite: PGlite): void {
  const query = pglite.query.bind(pglite);
  const close = pglite.close.bind(pglite);
  pglite.serializers = {};
  let previous: Promise<unknown> = Promise.resolve();
  let panic: Error | undefined;

  pglite.query = <Row>(statement: string, parameters: unknown[] = [], options?: QueryOptions) => {
    const run = async () => {
      if (panic) throw new DatabaseUnavailable(panic);
      try {
        return await query<Row>(statement, parameters.map(parameterText), options);
      } catch (error) {
        if (error instanceof Error && 'severity' in error && error.severity === 'PANIC')
          panic = new Error(
            `${error.message}; the embedded database has failed, and this process must be restarted`,
          );
        throw asOutage(error);
      }
    };
    const result = previous.then(run);
    previous = result.catch(() => {});
    return result;
  };
  pglite.close = async () => {
    if (!panic) await close();
  };
}
