import { expect, test } from 'vitest';
import { onlyMaxKeys } from '../../decide/policy.ts';
import { deployment } from '../../scripts/support/client.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { newSigningKeys } from '../../server/jwt/signing.ts';
import { defaultPolicyOf, readConfig, settingNames } from '../../server/process/config.ts';
import { misspelt } from '../../server/process/misspelt.ts';
import { newToken } from '../../server/token.ts';
import { seed } from '../support/seed.ts';

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
