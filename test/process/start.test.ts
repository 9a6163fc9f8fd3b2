import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, inject, onTestFinished, test } from 'vitest';
import { deployment } from '../../scripts/support/client.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { launch, startProcess } from '../../scripts/support/service.ts';
import { openPostgres } from '../../server/db/postgres.ts';
import { newSigningKeys } from '../../server/jwt/signing.ts';
import { readConfig } from '../../server/process/config.ts';
import { newToken } from '../../server/token.ts';
import { createDatabase } from '../support/harness.ts';
import { seed } from '../support/seed.ts';
import { emptyDirectory, failure, lockOf, seededDirectory } from '../support/starts.ts';

const runtimes = ['node', 'bun', 'deno'] as const;

test('the start says where the docs, the data and the operator token are, and never the token', async () => {
  const directory = await seededDirectory();
  await using service = await startProcess({ env: { DATA_DIR: directory } });
  const token = (await readFile(join(directory, 'operator-token'), 'utf8')).trim();
  expect(service.output).toContain(`${service.url}/docs`);
  // It may answer before all lines have come through the pipe.
  await expect.poll(() => service.output).toContain('not a power loss');
  expect(service.output).toContain(join(directory, 'operator-token'));
  expect(service.output).not.toContain(token);
  for (const name of ['operator-token', 'signing-keys.json'])
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
});

test('a bad setting stops the start with a line that says which and why', async () => {
  const line = await failure({ PORT: '80a', OPERATOR_TOKEN: 'short-secret' });
  expect(line).toContain('PORT must be a port number');
  expect(line).toContain('OPERATOR_TOKEN must have at least 32 characters');
  expect(line).not.toContain('short-secret');
  const { keys } = await newSigningKeys();
  const other = (await newSigningKeys()).keys[0]?.d;
  for (const d of [other, 'b'])
    expect(await failure({ SIGNING_KEYS: JSON.stringify({ keys: [{ ...keys[0], d }] }) })).toMatch(
      /^SIGNING_KEYS cannot be used: The key \w+ is no Ed25519 key pair\.$/,
    );
});

test('a misspelt setting is a warning that says which one was meant, and never its value', async () => {
  const env = { DATA_DIR: await seededDirectory(), MAX_KEY_LIFETIME_DAY: '31', LATCHKEY_TOKEN: 'lk_1' };
  await using service = await startProcess({ env });
  await service.stop();
  const warnings = service.output.split('\n').filter((line) => line.includes('did you mean'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('"level":"warn"');
  expect(warnings[0]).toContain(
    'MAX_KEY_LIFETIME_DAY is set, and there is no such setting: did you mean MAX_KEY_LIFETIME_DAYS?',
  );
  expect(warnings[0]).not.toContain('31');
});

test('on Postgres a start without PUBLIC_URL says what it takes for it', async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  for (const [PUBLIC_URL, isSaid] of [
    ['', true],
    ['https://keys.example.com', false],
  ] as const) {
    const env = { ...(await deployment()), DATABASE_URL: url, PUBLIC_URL };
    await using service = await startProcess({ env });
    await service.stop();
    expect(/"level":"warn".+PUBLIC_URL is not set/.test(service.output)).toBe(isSaid);
  }
});

test('a start whose cache may outgrow the heap says so', async () => {
  const warned = async (CACHE_MB: string) => {
    await using service = await startProcess({
      seed,
      env: { CACHE_MB, NODE_OPTIONS: '--max-old-space-size=400' },
    });
    await service.stop();
    return /"level":"warn".+CACHE_MB is more than half of the heap/.test(service.output);
  };
  expect([await warned('150'), await warned('300')]).toEqual([false, true]);
});

test('every line of the log is an object, with its level by name and its time in ISO 8601', async () => {
  await using service = await startProcess({ seed, env: { LOG_LEVEL: 'debug' } });
  await fetch(`${service.url}/readyz`);
  await service.stop();
  const lines = service.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const { level, time } of lines) {
    expect(level).toMatch(/^(?:debug|info|warn)$/);
    expect(new Date(time).toISOString()).toBe(time);
  }
  expect(lines.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^Latchkey answers at /), 'answered', 'stopped']),
  );
});

/** A server that takes connections and never says anything, as a Postgres that is frozen. */
async function silentServer() {
  const server = createServer(() => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { server, url: `postgres://127.0.0.1:${(server.address() as AddressInfo).port}/none` };
}

test.for(runtimes)(
  'on %s a start that waits for Postgres says so, and ends when it is told to',
  async (runtime) => {
    const { server, url } = await silentServer();
    const connected = once(server, 'connection');
    await using service = await launch({ runtime, env: { DATABASE_URL: url, ...(await secrets()) } });
    await connected;
    await expect.poll(() => service.output, { timeout: 20_000 }).toContain('connecting to Postgres');
    expect(await service.stop('SIGTERM')).toBe(0);
  },
);

/** Whether this system lets us make a process the first of its own PID namespace, as that of a container is. */
const canUnshare = spawnSync('unshare', ['--fork', '--pid', 'true']).status === 0;

test.skipIf(!canUnshare).for([
  ['node server/start.js', 'SIGTERM'],
  ['node server/start.js', 'SIGINT'],
  ['npm start', 'SIGTERM'],
] as const)('as PID 1, `%s` ends on %s', async ([command, signal]) => {
  const DATA_DIR = await seededDirectory();
  const unshared: [string, ...string[]] = [
    'unshare',
    '--fork',
    '--pid',
    '--kill-child',
    ...command.split(' '),
  ];
  await using service = await startProcess({ command: unshared, env: { DATA_DIR } });
  const children = await readFile(`/proc/${service.child.pid}/task/${service.child.pid}/children`, 'utf8');
  process.kill(Number(children.trim()), signal);
  await service.ended;
  expect(service.output).toContain('"stopped"');
  expect(await lockOf(DATA_DIR)).toBeUndefined();
});

test('with a database of its own it must be given the secrets that replicas share, and says how to make them', async () => {
  const line = await failure({ DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  expect(line).toContain('OPERATOR_TOKEN must be set with DATABASE_URL');
  expect(line).toContain('SIGNING_KEYS must be set with DATABASE_URL');
  expect(line).toContain('npm run --silent secrets');
});

test('a database that cannot be reached stops the start with a line', async () => {
  const env = { DATABASE_URL: `postgres://127.0.0.1:${await freePort()}/none`, ...(await secrets()) };
  expect(await failure(env)).toContain('DATABASE_URL cannot be used');
});

test.for(runtimes)(
  'on %s an invalid DATABASE_URL stops the start with a line that does not show its password',
  async (runtime) => {
    const env = { DATABASE_URL: 'postgres://latchkey:pass/word@localhost/latchkey', ...(await secrets()) };
    expect(await failure(env, runtime)).toBe(
      'The database at DATABASE_URL cannot be used: It is not a URL: percent-encode special characters of the user name and the password.',
    );
  },
);

test.for(runtimes)(
  'on %s a port that is taken stops the start with a line, and frees the data',
  async (runtime) => {
    const { url } = await silentServer();
    const { port } = new URL(url);
    const DATA_DIR = await seededDirectory();
    expect(await failure({ PORT: port, DATA_DIR }, runtime)).toBe(
      `Cannot listen on port ${port} of 127.0.0.1: another process listens there. Stop it, or set another PORT.`,
    );
    expect(await lockOf(DATA_DIR)).toBeUndefined();
  },
);

test.each(['operator-token', 'signing-keys.json'])(
  'a damaged %s stops the start with a line',
  async (name) => {
    const DATA_DIR = await emptyDirectory();
    for (const text of ['', 'x']) {
      await writeFile(join(DATA_DIR, name), text);
      expect(await failure({ DATA_DIR })).toContain(`${name} is damaged`);
    }
  },
);

test('a second signal does not disturb a process that is stopping', async () => {
  await using service = await startProcess({ seed });
  service.child.kill('SIGINT');
  expect(await service.stop('SIGTERM')).toBe(0);
  expect(service.output.match(/"stopped"/g)).toHaveLength(1);
});

test('data of another Postgres version are not touched, and the line says what to do', async () => {
  const DATA_DIR = await emptyDirectory();
  await mkdir(join(DATA_DIR, 'database'));
  await writeFile(join(DATA_DIR, 'database', 'PG_VERSION'), '17\n');
  expect(await failure({ DATA_DIR })).toContain('written by Postgres 17');
});

test('incomplete data are not taken for an empty directory, and the line says what to do', async () => {
  const DATA_DIR = await seededDirectory();
  await rm(join(DATA_DIR, 'database', 'PG_VERSION'));
  expect(await failure({ DATA_DIR })).toContain('PG_VERSION is missing');
});

test('a proxy without a database behind it stops the start with a line', async () => {
  const proxy = createServer((socket) => void socket.on('error', () => {}).end());
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const env = { DATABASE_URL: `postgres://127.0.0.1:${port}/none`, ...(await secrets()) };
  expect(await failure(env)).toContain('The server closed the connection');
});

test('a start whose statements have no time limit says so, and what to set', async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  const warning = /"level":"warn".+alter role … set statement_timeout = '3s'/;
  for (const [query, isSaid] of [
    ['', false],
    ['?lock_timeout=0', true],
  ] as const) {
    await using service = await startProcess({ env: { ...(await deployment()), DATABASE_URL: url + query } });
    await service.stop();
    expect(warning.test(service.output)).toBe(isSaid);
  }
});

test('several starters on one empty database all start', async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  const env = { DATABASE_URL: url, ...(await secrets()) };
  const services = await Promise.all([1, 2, 3, 4].map(() => startProcess({ env })));
  for (const service of services) {
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    expect(await service.stop()).toBe(0);
  }
});

test('on Postgres only the operator creates accounts, unless SIGN_UP is open, and the start says so', async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  const signUp = async (env: { SIGN_UP?: string }) => {
    await using service = await startProcess({ env: { DATABASE_URL: url, ...env, ...(await secrets()) } });
    const body = JSON.stringify({ email: 'ada@example.com', password: 'correct horse' });
    const headers = { 'Content-Type': 'application/json' };
    const { status } = await fetch(`${service.url}/v1/accounts`, { method: 'POST', headers, body });
    await service.stop();
    return [status, service.output.includes('only the operator creates accounts')];
  };
  expect(readConfig({ SIGN_UP: 'closed' }).SIGN_UP).toBe('closed');
  expect(await signUp({})).toEqual([403, true]);
  expect(await signUp({ SIGN_UP: 'open' })).toEqual([201, false]);
});

test('a database that a later release has migrated is served by this one as well', async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  const db = await openPostgres(url);
  await sql`insert into kysely_migration (name, timestamp) values ('9999_later', '2030-01-01')`.execute(db);
  await db.destroy();
  await using service = await startProcess({ env: { DATABASE_URL: url, ...(await secrets()) } });
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
});

async function secrets() {
  return { OPERATOR_TOKEN: newToken('lko_'), SIGNING_KEYS: JSON.stringify(await newSigningKeys()) };
}
