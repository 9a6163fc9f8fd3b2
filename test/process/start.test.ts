import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, inject, onTestFinished, test } from 'vitest';
import { onlyMaxKeys } from '../../decide/policy.ts';
import { deployment } from '../../scripts/support/client.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { type DidNotStart, launch, type Runtime, startProcess } from '../../scripts/support/service.ts';
import { openPostgres } from '../../server/db/postgres.ts';
import { newSigningKeys } from '../../server/jwt/signing.ts';
import { defaultPolicyOf, readConfig, settingNames } from '../../server/process/config.ts';
import { openDataDir } from '../../server/process/data-dir.ts';
import { misspelt } from '../../server/process/misspelt.ts';
import { newToken } from '../../server/token.ts';
import { createDatabase } from '../support/harness.ts';
import { seed } from '../support/seed.ts';

const runtimes = ['node', 'bun', 'deno'] as const;

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A data directory with an embedded database. */
async function seededDirectory(): Promise<string> {
  const directory = await emptyDirectory();
  seed(directory);
  return directory;
}

/** How a start fails that must: with one line. */
const failedStart = (env: Record<string, string>, runtime: Runtime = 'node') =>
  startProcess({ env, runtime }).then(
    async (service) => {
      await service.stop();
      throw new Error('It started.');
    },
    (error: DidNotStart) => {
      expect(error.exitCode).toBe(1);
      expect(error.message.split('\n')).toHaveLength(1);
      return error;
    },
  );

/** The line that it says. */
const failure = async (env: Record<string, string>, runtime?: Runtime) =>
  (await failedStart(env, runtime)).message;

const lockOf = (directory: string) => readFile(join(directory, 'lock')).catch(() => undefined);

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

test('a setting that is refused is named, with what it must be', async () => {
  const failure = (env: Record<string, string>) => expect(() => readConfig(env));
  failure({ SIGN_UP: 'maybe' }).toThrow('SIGN_UP must be open or closed');
  failure({ TOKEN_PREFIX: 'lk_,Lk-' }).toThrow('TOKEN_PREFIX.1 must be');
  failure({ TOKEN_PREFIX: 'lk_,lkr_' }).toThrow('TOKEN_PREFIX.1 must be others');
  failure({ SIGNING_KEYS: '{"keys":[]}' }).toThrow('SIGNING_KEYS');
  failure({ CORS_ORIGINS: 'https://app.example.com/path' }).toThrow('CORS_ORIGINS must be');
  const { keys } = await newSigningKeys();
  failure({ SIGNING_KEYS: JSON.stringify({ keys: [...keys, ...keys] }) }).toThrow(
    'SIGNING_KEYS.keys must not name a kid twice',
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

test('a start that fails for want of a setting names the variable that was probably meant to be it', () => {
  const env = { DATABASE_URL: 'postgres://db/latchkey', OPERATOR_TOKEN: newToken('lko_'), SIGNING_KEY: '{}' };
  expect(() => readConfig(env)).toThrow(
    /SIGNING_KEYS must be set .+ SIGNING_KEY is set, and there is no such setting: did you mean SIGNING_KEYS\?$/,
  );
});

test.each([
  ['KEY_EXPIRE', 'KEY_EXPIRY'],
  ['ALLOWED_SCOPE', 'ALLOWED_SCOPES'],
  ['ALOWED_SCOEPS', 'ALLOWED_SCOPES'],
  ['MAX_KEYS_LIFETIME_DAYS', 'MAX_KEY_LIFETIME_DAYS'],
  ['MAX_LIFETIME_DAYS', 'MAX_KEY_LIFETIME_DAYS'],
  ['SIGNUP', 'SIGN_UP'],
  ['SING_UP', 'SIGN_UP'],
  ['WORKER', 'WORKERS'],
  ['leak_policy', 'LEAK_POLICY'],
])('%s is taken for %s', (name, meant) => {
  expect(misspelt({ PATH: '/bin', [name]: 'x' }, settingNames)).toEqual([{ name, meant }]);
});

test('no variable of a usual environment is taken for a setting, none that is empty, and none beside the setting', () => {
  const usual = [
    ...[
      'PATH',
      'HOME',
      'HOSTNAME',
      'HOSTTYPE',
      'USER',
      'LOGNAME',
      'SHELL',
      'SHLVL',
      'PWD',
      'OLDPWD',
      'MAIL',
      'TERM',
    ],
    ...[
      'LANG',
      'LC_ALL',
      'TZ',
      'TMPDIR',
      'EDITOR',
      'PAGER',
      'XDG_DATA_DIRS',
      'XDG_DATA_HOME',
      'SSH_AUTH_SOCK',
      'DEBUG',
    ],
    ...[
      'NODE_ENV',
      'NODE_OPTIONS',
      'NODE_VERSION',
      'YARN_VERSION',
      'npm_config_cache',
      'npm_lifecycle_event',
    ],
    ...[
      'CI',
      'GITHUB_TOKEN',
      'GITHUB_ACTIONS',
      'GITHUB_WORKSPACE',
      'RUNNER_TEMP',
      'LOG_FILE',
      'LOG_FORMAT',
      'LOG_LINES',
    ],
    ...[
      'PGHOST',
      'PGPORT',
      'PGUSER',
      'PGDATABASE',
      'PGPASSWORD',
      'POSTGRES_USER',
      'POSTGRES_PASSWORD',
      'REDIS_URL',
    ],
    ...[
      'KUBERNETES_PORT',
      'KUBERNETES_SERVICE_HOST',
      'KUBERNETES_SERVICE_PORT',
      'POD_NAME',
      'POD_IP',
      'HOST_IP',
    ],
    ...[
      'DYNO',
      'INVOCATION_ID',
      'JOURNAL_STREAM',
      'SYSTEMD_EXEC_PID',
      'NOTIFY_SOCKET',
      'CREDENTIALS_DIRECTORY',
    ],
    ...[
      'LATCHKEY_URL',
      'LATCHKEY_TOKEN',
      'LATCHKEY_PORT',
      'LATCHKEY_SERVICE_HOST',
      'FILE_NAME',
      'PUBLIC_KEY',
    ],
    ...[
      'SECRET_KEY',
      'SENTRY_DSN',
      'HTTP_PROXY',
      'https_proxy',
      'no_proxy',
      'SSL_CERT_FILE',
      'CACHE_DIR',
      'CACHE_TTL',
    ],
    ...[
      'OTEL_SERVICE_NAME',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'AWS_REGION',
      'REGION',
      'VERSION',
      'PORTS',
      'GHOST',
      'POST',
    ],
  ];
  const environment = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'x']));
  expect(misspelt(environment([...usual, ...settingNames]), settingNames)).toEqual([]);
  expect(misspelt(environment(usual), settingNames)).toEqual([]);
  expect(misspelt({ DATABASE_URI: '' }, settingNames)).toEqual([]);
  expect(misspelt({ DATABASE_URI: 'x', DATABASE_URL: 'x' }, settingNames)).toEqual([]);
});

test('a port is a number from 1 to 65535: with 0 nobody could know where the service answers', () => {
  expect(readConfig({ PORT: '65535' }).PORT).toBe(65_535);
  for (const PORT of ['0', '65536']) expect(() => readConfig({ PORT })).toThrow('PORT must be a port number');
});

test('PUBLIC_URL is what paths are put behind: without a query, a fragment or a user', () => {
  const { PUBLIC_URL } = readConfig({ PUBLIC_URL: 'https://example.com/keys/@a/' });
  expect(PUBLIC_URL).toBe('https://example.com/keys/@a');
  for (const more of ['?a=b', '?', '#top', '/keys#']) {
    const env = { PUBLIC_URL: `https://keys.example.com${more}` };
    expect(() => readConfig(env), more).toThrow('PUBLIC_URL must have no query, no fragment and no user.');
  }
  expect(() => readConfig({ PUBLIC_URL: 'https://u:p@keys.example.com' })).toThrow('PUBLIC_URL must have no');
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

test('the number of connections in DATABASE_URL is a number', async () => {
  const secrets = await deployment();
  const withMax = (max: string) => () =>
    readConfig({ ...secrets, DATABASE_URL: `postgres://u:p@db/latchkey?ssl=true&max=${max}` });
  for (const max of ['ten', '', '0', '-1', '1.5', '1e3'])
    expect(withMax(max), max).toThrow(
      'DATABASE_URL must have a whole number from 1 to 9999 as its max, as in ?max=20',
    );
  expect(withMax('20')().DATABASE_URL).toMatch(/max=20$/);
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

test('a setting with the quotes of an env file is refused with a line that says so', () => {
  const failure = (env: Record<string, string>) => expect(() => readConfig(env));
  const makesOne = 'SIGNING_KEYS must be a JWK Set, {"keys":[…]}: `npm run --silent secrets` makes one';
  for (const SIGNING_KEYS of ['{}', '[]', 'null', '{"keys":{}}', '{keys:[]}'])
    failure({ SIGNING_KEYS }).toThrow(makesOne);
  const token = newToken('lko_');
  for (const quote of [`'`, '"'])
    failure({ OPERATOR_TOKEN: `${quote}${token}${quote}`, SIGN_UP: `${quote}open${quote}` }).toThrow(
      'OPERATOR_TOKEN, SIGN_UP: the quotes around the value are part of it. Whatever read your env file left them in: remove them there.',
    );
  failure({ CORS_ORIGINS: 'https://a.example.com, https://b.example.com/' }).toThrow(
    'CORS_ORIGINS must name origins as browsers send them, without a / at the end: https://app.example.com',
  );
  failure({ OPERATOR_TOKEN: `${token},${token},${token}` }).toThrow(
    'OPERATOR_TOKEN must be one token, or two',
  );
  failure({ OPERATOR_TOKEN: 'short' }).toThrow('. OPERATOR_TOKEN must have at least 32 characters.');
  failure({ OPERATOR_TOKEN: 'a'.repeat(513) }).toThrow('. OPERATOR_TOKEN must have at most 512 characters.');
  failure({ OPERATOR_TOKEN: `${token},` }).toThrow('OPERATOR_TOKEN.1 must have at least 32 characters');
  for (const INTROSPECTION_MAX_AGE of ['0', '3601', '60s', '-1', '1.5'])
    failure({ INTROSPECTION_MAX_AGE }).toThrow(
      'INTROSPECTION_MAX_AGE must be a whole number of seconds from',
    );
  for (const INTROSPECTION_MAX_AGE of ['1', '999', '2999', '3599', '3600'])
    expect(readConfig({ INTROSPECTION_MAX_AGE })).toMatchObject({
      INTROSPECTION_MAX_AGE: Number(INTROSPECTION_MAX_AGE),
    });
  failure({ LEAK_POLICY: 'delete' }).toThrow('LEAK_POLICY must be notify or revoke');
  for (const GITHUB_SECRET_SCANNING_KEYS of ['true', '{"public_keys":[]}', 'https://api.github.com'])
    failure({ GITHUB_SECRET_SCANNING_KEYS }).toThrow('GITHUB_SECRET_SCANNING_KEYS must be fetch, or what');
  failure({ KEY_EXPIRY: 'true' }).toThrow('KEY_EXPIRY must be optional or required');
  failure({ ALLOWED_SCOPES: 'files:*, *' }).toThrow('ALLOWED_SCOPES must be scopes and wildcards');
});

test('CONTRACTS names the contracts that are served beside our own', async () => {
  expect(readConfig({}).CONTRACTS).toEqual(['latchkey', 'journal', 'share', 'oauth']);
  expect(readConfig({ CONTRACTS: 'oauth' }).CONTRACTS).toEqual(['latchkey', 'oauth']);
  expect(readConfig({ CONTRACTS: 'oauth, latchkey,oauth' }).CONTRACTS).toEqual(['latchkey', 'oauth']);
  expect(readConfig({ CONTRACTS: 'latchkey' }).CONTRACTS).toEqual(['latchkey']);
  for (const [CONTRACTS, name] of [
    ['oauth2', 'CONTRACTS'],
    ['oauth,Journal', 'CONTRACTS.1'],
    ['oauth,', 'CONTRACTS.1'],
  ] as const)
    expect(() => readConfig({ CONTRACTS })).toThrow(
      `The configuration is not usable. ${name} must be one of latchkey, journal, share, oauth.`,
    );
  await using service = await startProcess({ seed, env: { CONTRACTS: 'oauth' } });
  const statusOf = async (path: string) => (await fetch(service.url + path)).status;
  expect(await statusOf('/api/settings/api')).toBe(404);
  expect(await statusOf('/.well-known/oauth-authorization-server')).toBe(200);
});

test('the environment sets the policy of the deployment', () => {
  expect(defaultPolicyOf(readConfig({}))).toEqual(onlyMaxKeys(1_000));
  const env = {
    MAX_KEYS_PER_ACCOUNT: '5',
    MAX_KEY_LIFETIME_DAYS: '90',
    KEY_EXPIRY: 'required',
    ALLOWED_SCOPES: 'files:*, keys:verify',
  };
  expect(defaultPolicyOf(readConfig(env))).toEqual({
    maxKeys: 5,
    maxLifetimeSeconds: 90 * 86_400,
    expiryRequired: true,
    allowedScopes: ['files:*', 'keys:verify'],
  });
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

/** Starts the service, and tells it to stop as soon as it has locked its data. */
async function stopAtLock(runtime: Runtime, DATA_DIR: string) {
  await using service = await launch({ runtime, env: { DATA_DIR } });
  await expect.poll(() => lockOf(DATA_DIR), { interval: 10, timeout: 60_000 }).toBeDefined();
  expect(await service.stop('SIGTERM')).toBe(0);
  expect(await lockOf(DATA_DIR)).toBeUndefined();
}

test.for(runtimes)('on %s a start that is told to stop frees the embedded database', async (runtime) => {
  await stopAtLock(runtime, await seededDirectory());
});

test('a first start that is told to stop leaves a database that the next one opens', async () => {
  const DATA_DIR = await emptyDirectory();
  await stopAtLock('node', DATA_DIR);
  await using again = await startProcess({ env: { DATA_DIR } });
  expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
});

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

test('a second process cannot open the data of the first, until that was killed', async () => {
  const DATA_DIR = await seededDirectory();
  const first = await startProcess({ env: { DATA_DIR } });
  const line = await failure({ DATA_DIR });
  expect(line).toContain(`in use by process ${first.child.pid}`);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  await first.stop('SIGKILL');
  await using second = await startProcess({ env: { DATA_DIR } });
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
});

test.each([
  { found: 'the lock of another', text: 'another' },
  { found: 'nothing', text: undefined },
])(
  'a process that finds $found in place of its lock ends with a line, and leaves the data alone',
  async ({ text }) => {
    const DATA_DIR = await seededDirectory();
    await using service = await startProcess({ env: { DATA_DIR } });
    const file = join(DATA_DIR, 'lock');
    await (text ? writeFile(file, text) : rm(file));
    expect(await service.ended).toBe(1);
    expect(service.output).toContain(`taken the data, or ${file} was removed: this process ends.`);
    expect((await lockOf(DATA_DIR))?.toString()).toBe(text);
  },
);

test('a damaged lock file does not stop the start', async () => {
  for (const text of ['', '{"pid":']) {
    const DATA_DIR = await emptyDirectory();
    await writeFile(join(DATA_DIR, 'lock'), text);
    await using _ = await openDataDir(DATA_DIR, expect.unreachable);
    expect(JSON.parse(String(await lockOf(DATA_DIR))).pid).toBe(process.pid);
  }
});

test('the lock of a process that cannot be seen from here counts while it is touched, and not after', async () => {
  const DATA_DIR = await seededDirectory();
  const file = join(DATA_DIR, 'lock');
  await writeFile(file, JSON.stringify({ pid: 1, started: '0', host: 'elsewhere', pidNamespace: 'other' }));
  const touching = setInterval(() => utimes(file, new Date(), new Date()), 200);
  try {
    const { message, log } = await failedStart({ DATA_DIR });
    expect(message).toContain('in use by process 1 on elsewhere');
    expect(log).toContain(`checking whether another process uses the data in ${DATA_DIR}`);
  } finally {
    clearInterval(touching);
  }
  await using _ = await openDataDir(DATA_DIR, expect.unreachable);
  expect(JSON.parse(String(await lockOf(DATA_DIR))).pid).toBe(process.pid);
});

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
