import { sql } from 'kysely';
import { operatorAccountId } from '../id.ts';
import { onlyRow } from './only-row.ts';
import type { Database, Schema } from './schema.ts';

/** Whether a table is copied, in an order in which no row comes before one that it refers to. */
const tables: Record<keyof Schema, boolean> = {
  accounts: true,
  sessions: true,
  refresh_tokens: true,
  roles: true,
  keys: true,
  tokens: true,
  limits: true,
  tombstones: true,
  imported_tokens: true,
  usage: true,
  events: true,
  idempotency_keys: true,
  // The replicas that run now.
  replicas: false,
  kysely_migration: false,
};

/** How many rows are copied at a time. */
const batchSize = 1_000;

/** @throws Error if the target of a copy has accounts already: a second copy would bring back what was revoked since */
export async function assertUnused(target: Database): Promise<void> {
  const { rows } = await sql`
    select from accounts where id <> ${operatorAccountId} limit 1`.execute(target);
  if (rows.length > 0) throw new Error('The database at DATABASE_URL holds accounts already');
}

/**
 * Copies every row of a database into an unused one of the same schema. Call it in a transaction of the target, while
 * nobody uses the source.
 * @returns how many rows each table has now
 */
export async function copyDatabase(source: Database, target: Database): Promise<Record<string, number>> {
  // The operator's account, which the migrations create.
  await sql`delete from accounts`.execute(target);
  const copied: Record<string, number> = {};
  for (const [table, isCopied] of Object.entries(tables))
    if (isCopied) copied[table] = await copyTable(source, target, table);
  // The copied accounts have their counts, and the trigger on keys has counted every inserted key again.
  await sql`
    update accounts set key_count = (select count(*) from keys where account_id = accounts.id)`.execute(
    target,
  );
  await advanceIdentities(source, target);
  return copied;
}

async function copyTable(source: Database, target: Database, table: string): Promise<number> {
  const name = sql.table(table);
  let copied = 0;
  let batch = await readBatch(source, table, '(0,0)');
  while (batch) {
    const { numAffectedRows } = await sql`
      insert into ${name} overriding system value
      select * from json_populate_recordset(null::${name}, ${batch.rows}::text::json)`.execute(target);
    copied += Number(numAffectedRows);
    batch = await readBatch(source, table, batch.last);
  }
  return copied;
}

/** The rows after a place in a table, as JSON that only the databases parse, so that no value changes on the way. */
async function readBatch(
  source: Database,
  table: string,
  after: string,
): Promise<{ rows: string; last: string } | undefined> {
  const name = sql.table(table);
  const { rows } = await sql<{ rows: string; last: string }>`
    select json_agg(to_json(part.one))::text as rows, max(part.ctid)::text as last
    from (
      select ctid, ${name} as one from ${name} where ctid > ${after}::text::tid order by ctid limit ${batchSize}
    ) as part having count(*) > 0`.execute(source);
  return rows[0];
}

/** Makes identity columns go on where those of the source would: no number comes again, also of a row that is gone. */
async function advanceIdentities(source: Database, target: Database): Promise<void> {
  const { rows } = await sql<{ table: string; column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = current_schema() and is_identity = 'YES'`.execute(target);
  for (const { table, column } of rows) {
    const { rows: read } = await sql<{ last: string | null }>`
      select pg_sequence_last_value(pg_get_serial_sequence(${table}::text, ${column}::text)::regclass)::text as last`.execute(
      source,
    );
    const { last } = onlyRow(read);
    if (last !== null)
      await sql`select setval(pg_get_serial_sequence(${table}::text, ${column}::text), ${last}::bigint)`.execute(
        target,
      );
  }
}
