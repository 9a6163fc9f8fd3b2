import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { onlyMaxKeys } from '../decide/policy.ts';
import { createExternalAccount, signUp } from '../server/accounts/accounts.ts';
import { isLiveSession, listSessions, refreshSession, signIn } from '../server/accounts/sessions.ts';
import { migrations } from '../server/db/migrations/migrate.ts';
import { parameterText } from '../server/db/parameters.ts';
import {
  areStatementsBounded,
  inOneTransaction,
  migratePostgres,
  openListener,
  openPostgres,
} from '../server/db/postgres.ts';
import type { Database } from '../server/db/schema.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { withoutRequest } from '../server/events/recording.ts';
import { operatorAccountId } from '../server/id.ts';
import { createSigner, newSigningKeys } from '../server/jwt/signing.ts';
import { changeKey } from '../server/keys/changes.ts';
import { KeyInserts } from '../server/keys/inserts.ts';
import { getKey, revokeKey } from '../server/keys/keys.ts';
import { mintKey } from '../server/keys/minting.ts';
import { exchangeStatement } from '../server/limits/exchange.ts';
import { Replica } from '../server/replication/replica.ts';
import { hashText, newToken } from '../server/token.ts';
import { openKeyCache } from '../server/verify/open-key-cache.ts';
import { startPgBouncer } from './faults/pgbouncer.ts';
import { untilWaiting } from './support/by-hand.ts';
import { openEmbedded } from './support/embedded.ts';
import { createDatabase, password } from './support/harness.ts';

const now = Date.now();
const act = withoutRequest('operator', now);
const defaultPolicy = onlyMaxKeys(100_000);
const mintingOn = (db: Database) => ({ db, keyInserts: new KeyInserts(db), defaultPolicy });
const cleanUp = new AsyncDisposableStack();
afterAll(() => cleanUp.disposeAsync());

/** A database of one's own, and somebody who changes it by hand. */
async function ownDatabase() {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  const admin = postgres(url, { max: 2, onnotice() {} });
  cleanUp.defer(async () => {
    await admin.end();
    await drop();
  });
  return { url, admin };
}

async function opened(url: string): Promise<Database> {
  const db = await openPostgres(url);
  cleanUp.defer(() => db.destroy());
  return db;
}

const withParameters = (url: string, parameters: Record<string, string>) =>
  `${url}?${new URLSearchParams(parameters)}`;

const newKey = () => ({
  accountId: operatorAccountId,
  name: 'Key',
  scopes: ['a', 'b'],
  metadata: { plan: 'pro' },
  expiresAt: null,
  token: newToken('lk_'),
  within: undefined,
});

describe('parameters', () => {
  test.each([
    ['text', 'text', 'text'],
    [12.5, 'float8', 12.5],
    [2 ** 40, 'bigint', 2 ** 40],
    [true, 'boolean', true],
    [false, 'boolean', false],
    [null, 'text', null],
    [new Date('2026-02-03T04:05:06.789Z'), 'timestamptz', new Date('2026-02-03T04:05:06.789Z')],
    [['a', '', 'NULL', 'b,c', '{"d\\e"}'], 'text[]', ['a', '', 'NULL', 'b,c', '{"d\\e"}']],
    [[], 'text[]', []],
    [['a', 'b'], 'text[]', ['a', 'b']],
    [{ a: [1, 'ü'] }, 'jsonb', { a: [1, 'ü'] }],
    ['[1]', 'jsonb', [1]],
  ])('%o arrives as what it is', async (value, type, expected) => {
    const { rows } = await sql<{ value: unknown }>`select ${value}::${sql.raw(type)} as value`.execute(db);
    expect(rows).toEqual([{ value: expected }]);
  });

  test('bytes arrive as they are, alone and in arrays', async () => {
    const bytes = new Uint8Array([0, 92, 255]);
    const { rows } = await sql`
      select encode(${bytes}::bytea, 'hex') as alone, encode((${[bytes]}::bytea[])[1], 'hex') as listed`.execute(
      db,
    );
    expect(rows).toEqual([{ alone: '005cff', listed: '005cff' }]);
  });

  test('a parameter that SQL has no value for is refused', async () => {
    expect(() => parameterText(undefined)).toThrow(TypeError);
    await expect(sql`select ${undefined}::text`.execute(db)).rejects.toThrow('undefined');
  });

  let db: Database;
  beforeAll(async () => {
    if (inject('database') === 'postgres') db = await opened((await ownDatabase()).url);
    else {
      const embedded = await openEmbedded();
      cleanUp.defer(embedded.close);
      db = embedded.db;
    }
  });
});

/** What only a server can do. */
const onPostgres = inject('database') === 'postgres' ? describe : () => {};

onPostgres('connections to a server', () => {
  test('while types of columns change, statements are run again, and each gets its own rows', async () => {
    const { url, admin } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '2' }));
    const credentials = { email: 'ada@example.com', password };
    const { signal } = new AbortController();
    const signer = await createSigner(await newSigningKeys(), {
      issuer: 'http://latchkey.test',
      siteName: 'Share',
    });
    const accounts = await Promise.all(
      [1, 2, 3].map(async (n) => (await createExternalAccount(db, { externalId: `user_${n}` }, act)).account),
    );
    const { id: accountId } = await signUp(db, credentials, act, signal);
    let done = false;
    const whileChanging = async (work: () => Promise<void>) => {
      while (!done) await work();
    };

    const readers = accounts.flatMap(({ id }) =>
      [1, 2].map(() =>
        whileChanging(async () => {
          const key = await mintKey(mintingOn(db), { ...newKey(), accountId: id, name: id }, act);
          expect(await getKey(db, { accountId: id, id: key.id })).toMatchObject({
            id: key.id,
            name: id,
            scopes: ['a', 'b'],
          });
        }),
      ),
    );
    let session = await signIn(db, credentials, act, signal);
    let refreshes = 0;
    const refresher = whileChanging(async () => {
      session = await refreshSession({ db, signer }, session.refreshToken, act);
      refreshes += 1;
    });
    const work = Promise.all([...readers, refresher]);
    work.catch(() => {});
    for (let round = 0; round < 40; round += 1) {
      const type = round % 2 ? 'text' : 'varchar(200)';
      await admin.unsafe(`alter table keys alter column created_by type ${type}`);
      await admin.unsafe(`alter table sessions alter column account_id type ${type} collate "C"`);
      await pause(20);
    }
    done = true;
    await work;
    expect(refreshes).toBeGreaterThan(0);
    const hashes = await admin`select distinct length(hash) from refresh_tokens`;
    expect(hashes).toEqual([{ length: 64 }]);
    const { sessionId } = session;
    expect(await isLiveSession(db, { accountId, sessionId, now })).toBe(true);
  });

  test('dates, the schema and the encoding are those of the service, whatever is set for the database', async () => {
    const { url, admin } = await ownDatabase();
    const name = new URL(url).pathname.slice(1);
    await admin.unsafe(`create schema other`);
    for (const setting of [
      `datestyle to 'SQL, DMY'`,
      `timezone to 'America/St_Johns'`,
      'search_path to other',
      `client_encoding to 'LATIN1'`,
    ])
      await admin.unsafe(`alter database ${name} set ${setting}`);
    const db = await opened(url);
    const expiresAt = new Date('2026-03-12T01:30:00.123Z');
    const { id } = await mintKey(mintingOn(db), { ...newKey(), name: 'Schlüssel', expiresAt }, act);
    expect(await getKey(db, { accountId: operatorAccountId, id })).toMatchObject({
      name: 'Schlüssel',
      expiresAt,
    });
    const tables =
      await admin`select distinct table_schema from information_schema.tables where table_name = 'keys'`;
    expect(tables).toEqual([{ table_schema: 'public' }]);
  });

  test('a database with settings that the service cannot work with is refused, with one line that says which', async () => {
    const { url, admin } = await ownDatabase();
    const name = `latin_${new URL(url).pathname.slice(6)}`;
    await admin.unsafe(`create database ${name} encoding 'LATIN1' template template0`);
    cleanUp.defer(async () => void (await admin.unsafe(`drop database ${name}`)));
    const latin = new URL(url);
    latin.pathname = name;
    await expect(openPostgres(latin.href)).rejects.toThrow('Its encoding is LATIN1');
    await expect(openPostgres(withParameters(url, { DateStyle: 'SQL, DMY' }))).rejects.toThrow(
      'DateStyle is SQL, DMY',
    );
    for (const [setting, value, needed] of [
      ['bytea_output', 'escape', 'hex'],
      ['default_transaction_isolation', 'repeatable read', 'read committed'],
      ['synchronous_commit', 'off', 'on'],
    ] as const)
      await expect(openPostgres(withParameters(url, { [setting]: value }))).rejects.toThrow(
        `${setting} is ${value} and not ${needed}: \`alter role … set ${setting} = '${needed}'\``,
      );
    await expect(openPostgres(withParameters(url, { search_path: 'absent' }))).rejects.toThrow(
      'There is no schema absent',
    );
    await expect(openPostgres(withParameters(url, { search_path: 'absent,public' }))).rejects.toThrow(
      'Its schema is public',
    );
  });

  test('the time limits of statements are in force, unless something in between drops them', async () => {
    const { url, admin } = await ownDatabase();
    const areBounded = async (url: string) => {
      await using db = await openPostgres(url);
      return await areStatementsBounded(db);
    };
    expect(await areBounded(url)).toBe(true);
    for (const name of ['statement_timeout', 'lock_timeout'])
      for (const value of ['0', '60s'])
        expect(await areBounded(withParameters(url, { [name]: value })), `${name}=${value}`).toBe(false);

    const behindPooler = async () => {
      await using pooler = await startPgBouncer(new URL(url), 'session');
      return pooler && (await areBounded(pooler.url));
    };
    const given = await behindPooler();
    const name = new URL(url).pathname.slice(1);
    for (const limit of ['statement_timeout', 'lock_timeout'])
      await admin.unsafe(`alter database ${name} set ${limit} = '3s'`);
    // Without PgBouncer, undefined.
    if (given !== undefined) expect([given, await behindPooler()]).toEqual([false, true]);
  });

  test('two deployments live in two schemas of one database, and neither waits for the other or hears of its keys', async () => {
    const { url, admin } = await ownDatabase();
    const deployments = [];
    const confirmed: boolean[] = [];
    for (const schema of ['blue', 'green']) {
      await admin.unsafe(`create schema ${schema}`);
      const inSchema = withParameters(url, { search_path: schema });
      const db = await opened(inSchema);
      const replica = new Replica(db, openListener(inSchema), {
        lost() {},
        current() {},
        unknown() {},
        waited: (_, wasConfirmed) => confirmed.push(wasConfirmed),
      });
      cleanUp.defer(() => replica.close());
      await replica.start();
      const keys = openKeyCache(db, replica, 2 ** 20);
      deployments.push({ db, keys, replica, settled: () => replica.settled() });
    }
    const [blue, green] = deployments;
    if (!blue || !green) throw new Error('There are two.');
    const key = newKey();
    const hash = hashText(key.token);
    const { id } = await mintKey(mintingOn(blue.db), key, act);
    await mintKey(mintingOn(green.db), { ...key, name: 'Green' }, act);
    expect(await green.keys.find(hash)).toMatchObject({ name: 'Green' });

    await changeKey({ ...blue, defaultPolicy }, { accountId: operatorAccountId, id }, { name: 'Blue' }, act);
    expect(await blue.keys.find(hash)).toMatchObject({ name: 'Blue' });
    await revokeKey(blue, { accountId: operatorAccountId, id }, act);
    // A replica of the other deployment would not have confirmed.
    expect(new Set(confirmed)).toEqual(new Set([true]));
    expect(await blue.keys.find(hash)).toMatchObject({ gone: 'revoked' });
    expect(await green.keys.find(hash)).toMatchObject({ name: 'Green' });
  });

  test('a change by hand in the schema of a deployment stays in it, whatever the search_path of whoever makes it', async () => {
    const { url, admin } = await ownDatabase();
    await opened(url);
    await admin`create schema other`;
    const db = await opened(withParameters(url, { search_path: 'other' }));
    const limits = [{ name: 'hourly', limit: 10, windowSeconds: 3600 }];
    const [kept, deleted] = [newKey(), newKey()];
    for (const key of [kept, deleted]) await mintKey(mintingOn(db), { ...key, limits }, act);
    await admin`update other.limits set amount = 20`;
    await admin`delete from other.keys where current_hash = decode(${hashText(deleted.token)}, 'hex')`;
    const state = await admin`
      select key_count, array(select amount::integer from other.limits) as amounts,
        array(select reason from other.tombstones) as reasons,
        (select limits_copy -> 0 -> 'amount' from other.keys) as copied
      from other.accounts`;
    expect([...state]).toEqual([{ key_count: 1, amounts: [20], reasons: ['revoked'], copied: 20 }]);
  });

  /** Runs a statement that waits for a lock, ends its connection meanwhile, and lets go. */
  async function whileItsConnectionEnds<Result>(
    admin: postgres.Sql,
    statement: () => Promise<Result>,
    table = 'accounts',
  ): Promise<Result> {
    const result = await admin.begin(async (transaction) => {
      await transaction`lock table ${admin(table)} in access exclusive mode`;
      const running = statement();
      running.catch(() => {});
      await untilWaiting(admin);
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`;
      await expect
        .poll(
          async () =>
            (
              await admin`
        select from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()
          and application_name = 'latchkey' and query like ${`%${table}%`} and state = 'active'
          and wait_event_type is distinct from 'Lock'`
            ).length,
        )
        .toBe(0);
      return { running };
    });
    return result.running;
  }

  test('a read whose connection is closed is tried again, and a write is not', async () => {
    const { url, admin } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '1' }));
    const count = () => db.selectFrom('accounts').select('id').execute();
    expect(await whileItsConnectionEnds(admin, count)).toHaveLength(1);
    const write = () => createExternalAccount(db, { externalId: 'user_1' }, act);
    await expect(whileItsConnectionEnds(admin, write)).rejects.toThrow(DatabaseUnavailable);
    expect(await count()).toHaveLength(1);
  });

  test('a select that locks rows runs on a connection for writes: its commit may wait for a standby, and reads do not wait behind it', async () => {
    const { url } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '2' }));
    const connectionOf = async (lock: string) =>
      (await sql`select pg_backend_pid() as pid from accounts ${sql.raw(lock)}`.execute(db)).rows;
    const reading = await connectionOf('');
    expect(await connectionOf('')).toEqual(reading);
    for (const lock of ['update', 'no key update skip locked', 'share', 'key share'])
      expect(await connectionOf(`for ${lock}`)).not.toEqual(reading);
  });

  test('the sessions of an account are listed while no connection for writes is free', async () => {
    const { url } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '2' }));
    const page = { limit: 1, before: undefined, now: Date.now() };
    await db.transaction().execute(async () => {
      expect(await listSessions(db, operatorAccountId, page)).toEqual({ sessions: [], more: false });
    });
  });

  test('a connection keeps no more than 250 plans, however many statements callers can make', async () => {
    const { url } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '2' }));
    for (let n = 0; n < 300; n += 1) await sql`select ${n}::integer as ${sql.ref(`n${n}`)}`.execute(db);
    const { rows } = await sql<{ plans: number }>`
      select count(*)::integer as plans from pg_prepared_statements`.execute(db);
    // Some of them are of the start.
    expect(rows[0]?.plans).toBeLessThanOrEqual(250);
    expect(rows[0]?.plans).toBeGreaterThan(240);
  });

  test.each([
    ['is given another password', "password 'other'", "password 'first'", 'password authentication failed'],
    ['may not log in any more', 'nologin', 'login', 'not permitted to log in'],
  ])('while a role that %s cannot connect, the database is away', async (_, change, restore, reason) => {
    const { url, admin } = await ownDatabase();
    await migratePostgres(url);
    const role = `role_${randomBytes(6).toString('hex')}`;
    await admin.unsafe(`create role ${role} superuser login password 'first'`);
    cleanUp.defer(async () => void (await admin.unsafe(`drop role ${role}`)));
    const db = await opened(Object.assign(new URL(url), { username: role, password: 'first' }).href);
    const read = () => db.selectFrom('accounts').select('id').execute();
    const write = () => sql`notify latchkey`.execute(db);
    await admin.unsafe(`alter role ${role} ${change}`);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
    for (const call of [read, write])
      await expect(call()).rejects.toMatchObject({
        code: 'database_unavailable',
        cause: { message: expect.stringContaining(reason) },
      });
    await admin.unsafe(`alter role ${role} ${restore}`);
    expect(await read()).toHaveLength(1);
  });

  test('a database that is dropped is away', async () => {
    const { url, drop } = await createDatabase(inject('postgresUrl'));
    const db = await opened(url);
    await drop();
    const reading = db.selectFrom('accounts').select('id').execute();
    await expect(reading).rejects.toThrow(DatabaseUnavailable);
  });

  test('an exchange of units whose connection is closed is not tried again: what came back would count twice', async () => {
    const { url, admin } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '1' }));
    await sql`
      insert into limits (account_id, name, amount, window_seconds, ungranted)
      values (${operatorAccountId}, 'burst', 10, 60, 10)`.execute(db);
    const ask = { id: 1, generation: 0, resetsAt: -1, spent: 0, back: 0, atLeast: 1, need: 1, want: 0 };
    const exchange = () => exchangeStatement([ask]).execute(db);
    await expect(whileItsConnectionEnds(admin, exchange, 'limits')).rejects.toThrow(DatabaseUnavailable);
    const { rows } = await sql`select ungranted from limits`.execute(db);
    expect(rows).toEqual([{ ungranted: 10 }]);
  });

  test.each(['idle in transaction', 'active'])(
    'a transaction whose connection ends while it is %s is not gone on with',
    async (state) => {
      const { url, admin } = await ownDatabase();
      const db = await opened(url);
      const copying = inOneTransaction(url, async (transaction) => {
        await transaction.deleteFrom('accounts').execute();
        const read = () => sql`select pg_sleep(1)`.execute(transaction);
        const reading = state === 'active' ? read() : undefined;
        reading?.catch(() => {});
        const ended = () => admin`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'latchkey migrations' and datname = current_database() and state = ${state}`;
        await expect.poll(ended).not.toEqual([]);
        await expect.poll(ended).toEqual([]);
        await (reading ?? read());
        await createExternalAccount(transaction, { externalId: 'user_1' }, act);
      });
      copying.catch(() => {});
      await expect(copying).rejects.toThrow(DatabaseUnavailable);
      expect(await db.selectFrom('accounts').select('id').execute()).toEqual([{ id: operatorAccountId }]);
    },
  );

  test('what fails in a transaction fails with its own error, also where the connection has ended', async () => {
    const { url } = await ownDatabase();
    const failing = inOneTransaction(url, async (transaction) => {
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(transaction).catch(() => {});
      throw new Error('The work has failed');
    });
    await expect(failing).rejects.toThrow('The work has failed');
  });

  test('a migration that waits for a lock gives way to other statements, and is tried again', async () => {
    const { url, admin } = await ownDatabase();
    const earlier = {
      getMigrations: async () => Object.fromEntries(Object.entries(migrations).slice(0, 3)),
    };
    await inOneTransaction(url, (db) => new Migrator({ db, provider: earlier }).migrateToLatest());
    const migrating = await admin.begin(async (dump) => {
      await dump`lock table keys in access share mode`;
      await expect(migratePostgres(url, { tryFor: 0 })).rejects.toThrow('waited in vain for a lock');
      const applied = migratePostgres(url);
      applied.catch(() => {});
      await untilWaiting(admin);
      // Behind the migration, which would have the table to itself.
      expect(await admin`select id from keys`).toEqual([]);
      return { applied };
    });
    expect(await migrating.applied).toEqual(['0004_limits']);
  });

  test('a migration takes its time, whatever is set for the database', async () => {
    const { url, admin } = await ownDatabase();
    await admin.unsafe(`alter database ${new URL(url).pathname.slice(1)} set statement_timeout to '500ms'`);
    await inOneTransaction(url, (db) => sql`select pg_sleep(0.7)`.execute(db));
  });

  test('a statement that fails after some rows leaves none of them to the next one', async () => {
    const { url } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '1' }));
    const failing = sql`select 6 / (4 - number) from generate_series(1, 9) as number`.execute(db);
    await expect(failing).rejects.toThrow('division by zero');
    const { rows } = await sql`select number from generate_series(1, 2) as number`.execute(db);
    expect(rows).toEqual([{ number: 1 }, { number: 2 }]);
  });

  test('when a connection ends, what was sent on it fails, and what waited is sent on another at once', async () => {
    const { url, admin } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '2' }));
    await sql`notify latchkey`.execute(db);
    const statements = [
      'do $$begin perform pg_sleep(60); end$$',
      ...Array<string>(20).fill('notify latchkey'),
    ];
    const results = Promise.allSettled(statements.map((text) => sql.raw(text).execute(db)));
    const end = () => admin`
      select pg_terminate_backend(pid) from pg_stat_activity where query like 'do $$begin%' and state = 'active'`;
    await expect.poll(async () => (await end()).length).toBe(1);
    const began = performance.now();
    const failed = (await results).filter(({ status }) => status === 'rejected');
    expect(performance.now() - began).toBeLessThan(3_000);
    // One ran, and so many were sent behind it.
    expect(failed.length).toBe(1 + 8);
  });

  test('a statement that was given up while it waited for a connection is not run any more', async () => {
    const { url, admin } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '1' }));
    await admin`create table written (number integer)`;
    // A statement with parameters that is new to a connection has it to itself.
    const slow = [1, 2].map((number) =>
      sql`with slow as materialized (select pg_sleep(${2.5}::float8)) ${sql.raw(`select ${number} from slow`)}`.execute(
        db,
      ),
    );
    const settled = Promise.allSettled(slow);
    const late = sql`insert into written values (1)`.execute(db);
    await expect(late).rejects.toThrow(DatabaseUnavailable);
    await settled;
    await sql`notify latchkey`.execute(db);
    expect(await admin`select from written`).toHaveLength(0);
  });

  test('a statement that was given up is not run again for a stale plan', async () => {
    const { url, admin } = await ownDatabase();
    const db = await opened(withParameters(url, { max: '1' }));
    await admin`create table written (number integer)`;
    const write = () => sql`insert into written values (${1}) returning *`.execute(db);
    await write();
    const slow = Promise.allSettled(
      [1, 2].map((number) => sql.raw(`do $$begin perform pg_sleep(2.4); end$$ -- ${number}`).execute(db)),
    );
    const isGivenUp = expect(write()).rejects.toThrow(DatabaseUnavailable);
    await admin`alter table written add column text text`;
    await isGivenUp;
    await slow;
    await sql`notify latchkey`.execute(db);
    expect(await admin`select from written`).toHaveLength(1);
  });

  test('a server that accepts connections and closes them is told at once, and is not stormed', async () => {
    let accepted = 0;
    const server = createServer((socket) => {
      accepted += 1;
      socket.on('error', () => {}).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    for (const hosts of [`127.0.0.1:${port}`, `127.0.0.1:${port},127.0.0.1:${port}`]) {
      accepted = 0;
      const began = performance.now();
      await expect(openPostgres(`postgres://user:password@${hosts}/database`)).rejects.toThrow(
        DatabaseUnavailable,
      );
      const ms = performance.now() - began;
      expect(ms).toBeLessThan(5_000);
      expect(accepted).toBeLessThanOrEqual(10 + ms / 10);
    }
  });
});
