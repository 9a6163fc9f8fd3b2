import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, type Logger, sql, type Transaction } from 'kysely';
import { Connections } from './connections.ts';
import { type Pools, postgresDialect } from './dialect.ts';
import { isLockTimeout } from './errors.ts';
import type { OpenListener } from './listener.ts';
import { migrate, migrationLockTimeout } from './migrations/migrate.ts';
import { onlyRow } from './only-row.ts';
import { Pool, Server } from './pool.ts';
import type { Database, Schema } from './schema.ts';

/** How long the server may work on a statement, in milliseconds. */
const statementTimeout = 3_000;
/**
 * What bounds a statement, in milliseconds. `lock_timeout` is for the commit as well, which `statement_timeout` does not
 * cover: there, a transaction that notifies waits for a lock that others hold while they commit, which takes long if a
 * synchronous standby is away. It is shorter, so that a statement which waited for a lock is told from a slow one. Poolers
 * drop both, so deploy/roles.sql sets them for the role as well.
 */
export const statementLimits = { statement_timeout: statementTimeout, lock_timeout: 2_500 };
/**
 * How long we wait for the server to say anything at all, in milliseconds. Longer than it may work on a statement, so that
 * it is the server that gives up where it can.
 */
export const answerDeadline = 4_000;
/** How long a migration pauses after it waited for a lock in vain, in milliseconds. */
const migrationPause = 2_000;

/** Query parameters of the URL, which may name several hosts and so be none that `URL` reads. */
export const parametersOf = (url: string) => new URLSearchParams(url.split('?')[1]);

/** How many connections a service with this URL opens at most; 10 is the driver's default. At least 2, one for each pool. */
export const poolSizeOf = (url: string): number => Math.max(2, Number(parametersOf(url).get('max') ?? 10));

/** Two pools to a server, which share the connections that its URL grants. */
function openPools(url: string): Pools {
  const max = poolSizeOf(url);
  const server = new Server();
  const connection = { application_name: 'latchkey', ...statementLimits };
  const open = (max: number) =>
    new Pool(() => new Connections(url, { max, connection }), server, answerDeadline);
  const writes = Math.floor(max / 2);
  return { reads: open(max - writes), writes: open(writes) };
}

/**
 * Connects to a Postgres server and brings its schema up to date.
 * @param url `postgres://user:password@host/database`; options of the driver, such as `max`, and `search_path`, the
 * schema, as query parameters
 * @param log is told each query and how long it took, its wait for a connection included
 * @throws DatabaseUnavailable where the server cannot be reached
 * @throws Error where the database is not of a kind that we can use: its message says why
 */
export async function openPostgres(url: string, log?: Logger): Promise<Database> {
  const db = new Kysely<Schema>({ dialect: postgresDialect(() => openPools(url)), ...(log && { log }) });
  try {
    await checkServer(db, url);
    await migratePostgres(url);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * What is set for a role or a database has to be one of these: bytes are read in one format, a statement that waited for a
 * row goes on with what was committed meanwhile, and a revocation that was answered survives a crash of the server.
 */
const needed = {
  bytea_output: ['hex'],
  default_transaction_isolation: ['read committed'],
  synchronous_commit: ['on', 'remote_apply', 'remote_write', 'local'],
};

/**
 * @throws Error where the server is too old, or set to what we cannot work with, or something in between does not pass on
 * what we set for a session
 */
async function checkServer(db: Database, url: string): Promise<void> {
  const { rows } = await sql<{ version: number; encoding: string; dates: string; schema: string | null }>`
    select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
      current_setting('DateStyle') as dates, current_schema() as schema`.execute(db);
  const { version, encoding, dates, schema } = onlyRow(rows);
  // From 14 on a server tells each connection whether it is a standby.
  if (version < 140_000) throw new Error('It is older than Postgres 14');
  if (encoding !== 'UTF8')
    throw new Error(`Its encoding is ${encoding}: create one with \`create database … encoding 'UTF8'\``);
  if (!dates.startsWith('ISO'))
    throw new Error(`DateStyle is ${dates} although ISO was asked for: is a pooler in between?`);
  for (const [name, values] of Object.entries(needed)) {
    const { rows } = await sql<{ set: string }>`select current_setting(${name}) as set`.execute(db);
    const { set } = onlyRow(rows);
    if (!values.includes(set))
      throw new Error(
        `${name} is ${set} and not ${values[0]}: \`alter role … set ${name} = '${values[0]}'\``,
      );
  }
  const wanted = parametersOf(url).get('search_path') ?? 'public';
  if (schema !== wanted)
    throw new Error(
      schema === null
        ? `There is no schema ${wanted} in it, or none that its user may use: \`create schema ${wanted}\``
        : `Its schema is ${schema} and not ${wanted}: search_path names one, and a pooler must not ignore it`,
    );
}

/**
 * Whether the server gives up on a statement before we do. If not, one that waits for a lock holds its connection after
 * its request was answered 503.
 */
export async function areStatementsBounded(db: Database): Promise<boolean> {
  const { rows } = await sql<{ bounded: boolean }>`
    select bool_and(setting::integer between 1 and ${answerDeadline}) as bounded from pg_settings
    where name = any(${Object.keys(statementLimits)})`.execute(db);
  return onlyRow(rows).bounded;
}

/**
 * Brings the schema of a Postgres database up to date.
 * @param tryFor how long to try again where a transaction of others has a table, in milliseconds
 * @returns the names of the migrations that were applied
 * @throws Error where it gives up, with what to do
 */
export async function migratePostgres(
  url: string,
  { tryFor = 60_000 }: { tryFor?: number } = {},
): Promise<string[]> {
  const until = performance.now() + tryFor;
  for (;;) {
    try {
      return await inOneTransaction(url, migrate);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (performance.now() > until) throw new Error(lockedOut);
      await pause(migrationPause);
    }
  }
}

const lockedOut =
  'It needs a migration, which waited in vain for a lock that another transaction holds. Find that transaction with `select pid, application_name, xact_start from pg_stat_activity order by xact_start`, wait until it ends, and try again';

/**
 * Does work in a transaction that takes its time: on a connection of its own, without a deadline save for locks. It fails
 * if the connection ends.
 */
export async function inOneTransaction<Result>(
  url: string,
  work: (transaction: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  const connection = { application_name: 'latchkey migrations' };
  const session = new Pool(() => new Connections(url, { max: 'one session', connection }));
  const db = new Kysely<Schema>({ dialect: postgresDialect(() => ({ reads: session, writes: session })) });
  try {
    return await db.transaction().execute(async (transaction) => {
      // Not as parameters of the session: poolers drop them. Nor for the session: they lend it to others.
      await sql`
        select set_config('lock_timeout', ${String(migrationLockTimeout)}, true),
          set_config('statement_timeout', '0', true)`.execute(transaction);
      return await work(transaction);
    });
  } finally {
    await db.destroy();
  }
}

/** A listener connection to a Postgres server, which the driver never replaces by another. See `OpenListener`. */
export const openListener =
  (url: string): OpenListener =>
  (heard, lost) => {
    const session = new Connections(url, {
      max: 'one session',
      connection: { application_name: 'latchkey listener', ...statementLimits },
      onclose: () => lost(new Error('The connection has ended')),
      onnotify: (_channel, message) => heard(message),
    });
    return {
      send: async <Row>(statement: string, ...parameters: string[]) =>
        (await session.query(statement, parameters)) as unknown as Row[],
      close: () => void session.end(0).catch(() => {}),
    };
  };
