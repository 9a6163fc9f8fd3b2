import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { deployment } from '../../scripts/support/client.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { sweepEvents } from '../../server/background/old-events.ts';
import { openPostgres, statementLimits } from '../../server/db/postgres.ts';
import { createDatabase, expectData, password } from '../support/harness.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Names {
  owner: string;
  server: string;
  database: string;
  schema: string;
}

/** A file of deploy/ as psql would send it: \getenv, \set, variables and \gexec are the only things of psql in it. */
async function statementsOf(file: string, names: Names) {
  const text = await readFile(join(root, 'deploy', file), 'utf8');
  return text
    .replaceAll(/^\\(?:getenv|set) .*$|--.*$/gm, '')
    .replaceAll(/select format\('(.*?)', current_database\(\)\) \\gexec/g, '$1;')
    .replaceAll('%I', names.database)
    .replaceAll(':"schema"', `"${names.schema}"`)
    .replaceAll(/:'\w+'/g, "'secret'")
    .replaceAll('latchkey_owner', names.owner)
    .replaceAll(/\blatchkey\b/g, names.server);
}

/**
 * An empty database, with the two roles of deploy/roles.sql under names of their own.
 * @param hosted whether they are made by a role as hosted databases give it: no superuser, and the owner of this database
 */
async function openWithRoles({ hosted = false, schema = 'public' } = {}) {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  const database = new URL(url).pathname.slice(1);
  const names = { database, owner: `owner_${database}`, server: `server_${database}`, schema };
  const admin = `admin_${database}`;
  const urlAs = (role: string) => {
    const as = new URL(url);
    as.username = role;
    as.password = 'secret';
    if (schema !== 'public') as.searchParams.set('search_path', schema);
    return as.href;
  };
  const asSuperuser = async (statements: string) => {
    const client = postgres(inject('postgresUrl'), { max: 1, onnotice: () => {} });
    await client.unsafe(statements);
    await client.end();
  };
  if (hosted)
    await asSuperuser(`
      create role ${admin} login createrole createdb password 'secret'; alter database ${database} owner to ${admin}`);
  const maker = postgres(hosted ? urlAs(admin) : url, { max: 1, onnotice: () => {} });
  onTestFinished(async () => {
    await maker.end();
    await drop();
    for (const role of [names.server, names.owner, admin]) await asSuperuser(`drop role if exists ${role}`);
  });
  await maker.unsafe(await statementsOf('roles.sql', names));
  const sql = async (role: string, statements: string) => {
    const client = postgres(urlAs(role), { max: 1, onnotice: () => {} });
    try {
      return await client.unsafe(statements);
    } finally {
      await client.end();
    }
  };
  return {
    ownerUrl: urlAs(names.owner),
    serverUrl: urlAs(names.server),
    asOwner: (statements: string) => sql(names.owner, statements),
    restrict: async () => sql(names.owner, await statementsOf('restrict.sql', names)),
    asServer: (statements: string) => sql(names.server, statements),
  };
}

const migrate = (DATABASE_URL: string) =>
  run(process.execPath, ['scripts/migrate.ts'], { cwd: root, env: { DATABASE_URL } });

test.each([{ hosted: true }, { schema: 'team_a' }, { hosted: true, schema: 'team_a' }])(
  'deploy/roles.sql and deploy/restrict.sql work with %o',
  async (options) => {
    const { ownerUrl, serverUrl, restrict, asServer } = await openWithRoles(options);
    expect((await migrate(ownerUrl)).stdout).toMatch(/^Applied 0001_start, /);
    await restrict();
    await using service = await startProcess({
      env: { ...(await deployment()), DATABASE_URL: serverUrl, SIGN_UP: 'open' },
    });
    // For poolers, which drop those that the service sets.
    for (const [name, milliseconds] of Object.entries(statementLimits))
      expect(await asServer(`select setting from pg_settings where name = '${name}'`)).toEqual([
        { setting: String(milliseconds) },
      ]);
    const email = 'ada@example.com';
    expectData(
      await createLatchkey({ baseUrl: service.url }).POST('/v1/accounts', { body: { email, password } }),
    );
    expect((await asServer('select from events')).count).toBe(1);
    for (const forbidden of ["update events set actor = 'nobody'", 'drop table keys', 'create table mine ()'])
      await expect(asServer(forbidden), forbidden).rejects.toThrow(/permission denied|must be owner/);
  },
);

test('the owner migrates, and a role that may only read and write rows serves', async () => {
  const { ownerUrl, serverUrl, restrict, asOwner, asServer } = await openWithRoles();
  const env = { ...(await deployment()), DATABASE_URL: serverUrl, SIGN_UP: 'open' };

  await expect(startProcess({ env })).rejects.toThrow(
    /permission denied for .+\. It needs a migration, which this role may not make: run `npm run migrate`/,
  );
  expect((await migrate(ownerUrl)).stdout).toMatch(/^Applied 0001_start, .+\.\n$/);
  expect((await migrate(ownerUrl)).stdout).toBe('Up to date.\n');
  await restrict();
  // As a second `docker compose up` does.
  await restrict();
  const old = "(now() - interval '366 days', 'key.minted', 'operator', 'somebody')";
  const younger = "(now() - interval '29 days', 'key.minted', 'operator', 'somebody')";
  await asOwner(`insert into events (at, type, actor, account_id) values ${old}, ${younger}`);

  await using service = await startProcess({ env });
  const as = (token?: string) => createLatchkey({ baseUrl: service.url, token });
  const email = 'ada@example.com';
  expectData(await as().POST('/v1/accounts', { body: { email, password } }));
  const session = expectData(await as().POST('/v1/sessions', { body: { email, password } }));
  const { refreshToken } = session;
  const { accessToken } = expectData(await as().POST('/v1/sessions/refresh', { body: { refreshToken } }));
  const ada = as(accessToken);
  const { id, token } = expectData(await ada.POST('/v1/keys', { body: { name: 'Key' } }));
  const verify = async () => expectData(await ada.POST('/v1/keys/verify', { body: { token } }));
  expect(await verify()).toMatchObject({ valid: true });
  const params = { path: { keyId: id } };
  expectData(await ada.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }));
  expect(await verify()).toMatchObject({ valid: false, reason: 'disabled' });
  const used = async () => expectData(await ada.GET('/v1/keys/{keyId}/usage', { params })).total;
  await expect.poll(used, { timeout: 5_000 }).toMatchObject({ valid: 1, disabled: 1 });
  expect((await ada.DELETE('/v1/keys/{keyId}', { params })).response.status).toBe(204);
  expect(await verify()).toMatchObject({ valid: false, reason: 'revoked' });
  const foreign = { name: 'Old key', sha256: 'a'.repeat(64), start: 'sk_live_' };
  const { accountId } = expectData(await ada.POST('/v1/keys', { body: { name: 'Key' } }));
  const imported = { params: { query: { accountId } }, body: foreign };
  expectData(await as(env.OPERATOR_TOKEN).POST('/v1/keys/import', imported));
  expect((await ada.DELETE('/v1/account')).response.status).toBe(204);
  expect((await as().GET('/readyz')).response.status).toBe(200);
  const followed = await as(env.OPERATOR_TOKEN).events.list({ order: 'asc', type: 'account.deleted' });
  expect(followed.data).toHaveLength(1);
  const metrics = expectData(await as(env.OPERATOR_TOKEN).GET('/metrics'));
  expect(metrics).toContain('latchkey_cache_trusted 1');
  expect(metrics).toContain('latchkey_database_query_duration_seconds_count{outcome="error"} 0');

  const count = () => asOwner("select count(*) from events where account_id = 'somebody'");
  await expect.poll(count).toEqual([{ count: '1' }]);
  await asOwner(
    `insert into events (at, type, actor, account_id) select younger.* from (values ${younger}) as younger, generate_series(1, 300)`,
  );
  await using db = await openPostgres(serverUrl);
  // Else it would look for them again at once, and for ever.
  expect(await sweepEvents(db, Date.now(), 7 * 86_400_000)).toBe(false);
  expect((await asServer('delete from events')).count).toBe(0);

  for (const forbidden of [
    "update events set actor = 'nobody'",
    'delete from imported_tokens',
    "update imported_tokens set hash = ''",
    'truncate keys cascade',
    'drop table keys',
    'alter table keys disable trigger user',
    'create table mine ()',
    'delete from kysely_migration',
  ])
    await expect(asServer(forbidden), forbidden).rejects.toThrow(/permission denied|must be owner/);
});
