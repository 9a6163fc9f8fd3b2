import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from '../schema.ts';
import * as start from './0001_start.ts';
import * as changes from './0002_changes.ts';
import * as usage from './0003_usage.ts';
import * as limits from './0004_limits.ts';

/** Every migration, in its order. One that has been released never changes. */
const migrations: Record<string, Migration> = {
  '0001_start': start,
  '0002_changes': changes,
  '0003_usage': usage,
  '0004_limits': limits,
};
const newest = Object.keys(migrations).sort().at(-1) ?? '';

/**
 * Brings a database up to date, in one transaction. Several starters may do so at once: a lock lets one work and
 * the others wait. One that a later release has brought further is left as it is, so that replicas of this one can
 * start beside those of the next. One that is up to date needs no right but to read.
 * @returns the names of the migrations that were applied
 */
export async function migrate<Schema>(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    // Else it takes the tables of a deployment in another schema for its own.
    migrationTableSchema: rows[0]?.schema ?? 'public',
  });
  const known = await migrator.getMigrations();
  if (known.every(({ executedAt }) => executedAt)) return [];
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw asMissingRight(error);
  return results.map(({ migrationName }) => migrationName);
}

/** What the server says to a role that may not migrate, with what to do. */
function asMissingRight(error: unknown): unknown {
  const isDenied = error instanceof Error && 'code' in error && error.code === '42501';
  if (!isDenied) return error;
  return new Error(
    `${error.message}. It needs a migration, which this role may not make: run \`npm run migrate\` with that of its owner`,
  );
}

/** Whether the newest migration known to this build is applied. Throws where the database cannot be reached. */
export async function isMigrated(db: Database): Promise<boolean> {
  const applied = await db.selectFrom('kysely_migration').select('name').where('name', '=', newest).execute();
  return applied.length > 0;
}
