import { sql } from 'kysely';
import type { Database } from '../db/schema.ts';

/**
 * Vacuums or analyzes a table of the embedded database that has changed much since the last time. A server does this by
 * itself. The embedded database has no autovacuum: the space of deleted rows would never be used again, and the planner
 * would have no statistics. The thresholds are those of a server's autovacuum (Postgres documentation, 24.1.6).
 * @returns whether there was such a table
 */
export async function vacuumTable(db: Database): Promise<boolean> {
  const { rows } = await sql<{ name: string; hasDead: boolean }>`
    with changed as (
      select pg_class.relname as name,
        n_dead_tup > 50 + 0.2 * greatest(reltuples, 0) as "hasDead",
        n_mod_since_analyze > 50 + 0.1 * greatest(reltuples, 0) as "hasChanged"
      from pg_stat_user_tables join pg_class on pg_class.oid = relid)
    select name, "hasDead" from changed where "hasDead" or "hasChanged" limit 1`.execute(db);
  const [table] = rows;
  if (!table) return false;
  await sql`${table.hasDead ? sql`vacuum (analyze)` : sql`analyze`} ${sql.table(table.name)}`.execute(db);
  return true;
}
