import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { messageOf } from '../../errors.ts';
import { isDenied } from '../errors.ts';
import { onlyRow } from '../only-row.ts';
import type { Database, Schema } from '../schema.ts';
import { statements as start } from './0001_start.ts';
import { statements as changes } from './0002_changes.ts';
import { statements as usage } from './0003_usage.ts';
import { statements as limits } from './0004_limits.ts';

const executing = (statements: readonly RawBuilder<unknown>[]): Migration => ({
  async up(db) {
    for (const statement of statements) await statement.execute(db);
  },
});

/** Every migration, in its order. One that has been released never changes. */
export const migrations: Record<string, Migration> = {
  '0001_start': executing(start),
  '0002_changes': executing(changes),
  '0003_usage': executing(usage),
  '0004_limits': executing(limits),
};
const newest = Object.keys(migrations).sort().at(-1) ?? '';

/**
 * How long a migration waits for what others hold, in milliseconds. Whoever needs the table meanwhile waits behind it.
 * Shorter than `deadlock_timeout`, after which the server might end a statement of the service instead.
 */
export const migrationLockTimeout = 500;

/**
 * Brings a database up to date, in one transaction. Several starters may do so at once: a lock lets one work and
 * the others wait. One that a later release has brought further is left as it is, so that replicas of this one can
 * start beside those of the next. One that is up to date needs no right but to read.
 * @returns the names of the migrations that were applied
 */
export async function migrate(transaction: Transaction<Schema>): Promise<string[]> {
  const { rows } = await sql<{ schema: string; mayCreate: boolean; hasMigrations: boolean }>`
    select current_schema() as schema, has_schema_privilege(current_schema(), 'create') as "mayCreate",
      to_regclass(quote_ident(current_schema()) || '.kysely_migration') is not null as "hasMigrations"`.execute(
    transaction,
  );
  const { schema, mayCreate, hasMigrations } = onlyRow(rows);
  // Not by Kysely, which would read the columns of every table: an eighth of a start on the embedded database.
  const applied = hasMigrations ? await appliedTo(transaction.withSchema(schema)) : [];
  if (Object.keys(migrations).every((name) => applied.includes(name))) return [];
  // Without this check, Kysely would go on after a statement that was denied, and report only an aborted transaction.
  if (!mayCreate) throw missingRight(`permission denied for schema ${schema}`);
  await waitForOtherStarters(transaction);
  const migrator = new Migrator({
    db: transaction,
    provider: { getMigrations: async () => migrations },
    // Else it takes the tables of a deployment in another schema for its own.
    migrationTableSchema: schema,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw isDenied(error) ? missingRight(messageOf(error)) : error;
  return results.map(({ migrationName }) => migrationName);
}

/** The names of the migrations that were applied. */
async function appliedTo(db: Kysely<Schema>): Promise<string[]> {
  const applied = await db.selectFrom('kysely_migration').select('name').execute();
  return applied.map(({ name }) => name);
}

/**
 * Takes the lock of migrations, until the end of the transaction. Kysely's own is a session's, and a pooler may lend one
 * session to two starters, and keep it with the lock when both have gone.
 */
async function waitForOtherStarters(transaction: Transaction<Schema>): Promise<void> {
  await sql`
    with patience as materialized (select set_config('lock_timeout', '1h', true))
    select pg_advisory_xact_lock(hashtext('latchkey.migrations')) from patience`.execute(transaction);
  await sql`select set_config('lock_timeout', ${String(migrationLockTimeout)}, true)`.execute(transaction);
}

/** What the server says to a role that may not migrate, with what to do. */
const missingRight = (message: string) =>
  new Error(
    `${message}. It needs a migration, which this role may not make: run \`npm run migrate\` with that of its owner`,
  );

/** Whether the newest migration known to this build is applied. Throws where the database cannot be reached. */
export async function isMigrated(db: Database): Promise<boolean> {
  const applied = await db.selectFrom('kysely_migration').select('name').where('name', '=', newest).execute();
  return applied.length > 0;
}
