import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentOf } from '../../scripts/support/document.ts';
import { isForGateways, operationsOf } from '../../scripts/support/operations.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { type Runtime, type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { newToken } from '../../server/token.ts';
import { seed } from '../support/seed.ts';

const root = resolve(import.meta.dirname, '../..');
const client = join(root, 'clients/typescript');
const tsc = join(root, 'node_modules/typescript/bin/tsc');

const runtimes: Record<Runtime, string[]> = {
  node: [],
  bun: [],
  deno: ['run', '--allow-all'],
};

/** What a stranger's compiler must accept, and refuse. */
const types = `
import {
  createLatchkey, type components, type Key, type KeyPage, LatchkeyError, type MintedKey, type operations, type Problem,
  RateLimitError, type Verdict, type Verifies,
} from '@latchkey/client';

const latchkey = createLatchkey({ baseUrl: 'http://127.0.0.1:8787', fetch });
const params = { path: { keyId: 'key_6921a5d4b281af121fcda4cf' } };

const use = (..._values: unknown[]) => {};
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export const named: Same<Key, components['schemas']['Key']> = true;
export type Query = NonNullable<operations['listKeys']['parameters']['query']>;

const { data, error, response } = await latchkey.POST('/v1/keys', { body: { name: 'A' }, signal: AbortSignal.timeout(1000) });
export const status: number = response.status;
// @ts-expect-error: nobody has looked yet which of the two it is
data.token;
if (error) {
  const none: undefined = data;
  const problem: Problem = error;
  use(none, problem);
} else {
  const none: undefined = error;
  const key: MintedKey = data;
  use(none, key);
}

export const codes: string extends Problem['code'] ? never : 'key_not_found' extends Problem['code'] ? true : never = true;
// @ts-expect-error: there is no such code
error?.code === 'no_such_code';

export function read(verdict: Verdict): string {
  // @ts-expect-error: only the key of a valid verdict has scopes
  verdict.key.scopes;
  // @ts-expect-error: only an invalid verdict has a reason
  verdict.reason;
  const valid: boolean = verdict.valid;
  use(valid);
  return verdict.valid ? verdict.key.accountId : verdict.reason;
}

const changed = await latchkey.PATCH('/v1/keys/{keyId}', { params, body: { expiresAt: null, disabled: true } });
export const key: Key | undefined = changed.data;
const gone = await latchkey.DELETE('/v1/keys/{keyId}', { params });
export const nothing: Same<typeof gone.data, undefined> = true;
const jwks = await latchkey.GET('/.well-known/jwks.json');
export const alg: 'EdDSA' | undefined = jwks.data?.keys[0]?.alg;
export const anyCallCanFail: Problem | undefined = jwks.error;

const listed = latchkey.keys.list({ status: 'active' });
for await (const { expiresAt } of listed) use(expiresAt);
for await (const page of listed.pages()) use(page.nextCursor);
export const first: KeyPage = await listed;
const created: MintedKey = await latchkey.keys.create(
  { name: 'A' },
  { query: { externalId: 'user_8812' }, idempotencyKey: 'f1c9e3a0-5a1e-4b7c-9c55-2d6a4d1f8b10', headers: { 'Latchkey-Actor': 'me' } },
);
await latchkey.keys.rotate(created.id);
const nobody: void = await latchkey.roles.delete('role_1', { signal: AbortSignal.timeout(1000) });
use(nobody);
export const verifies: Verifies = latchkey;
export const verdict: Verdict = await latchkey.verify('lk_x', { scopes: ['files:read'] }, { retries: 0 });
try {
  await latchkey.keys.get(created.id);
} catch (error) {
  if (error instanceof RateLimitError) use(error.retryAfter?.toFixed());
  if (error instanceof LatchkeyError) {
    const code: Problem['code'] = error.code;
    use(code);
  }
}

// @ts-expect-error: the path has a parameter
await latchkey.keys.get();
// @ts-expect-error: the operation has a body
await latchkey.keys.create();
// @ts-expect-error: a field is misspelt, where others are right
await latchkey.keys.create({ name: 'A', scope: [] });
// @ts-expect-error: a query parameter is misspelt
await latchkey.keys.list({ limits: 1 });
// @ts-expect-error: the query stands in place of the body
await latchkey.keys.delete(created.id, {}, { query: { externalId: 'user_8812' } });
// @ts-expect-error: the operation takes no Idempotency-Key
await latchkey.keys.update(created.id, { name: 'A' }, { idempotencyKey: 'f1c9e3a0' });
// @ts-expect-error: a list has no such operation
await latchkey.roles.rotate('role_1');

// @ts-expect-error: there is no such path
await latchkey.GET('/v1/key');
// @ts-expect-error: the path has no such method
await latchkey.PUT('/v1/keys', { body: { name: 'A' } });
// @ts-expect-error: the path has a parameter
await latchkey.GET('/v1/keys/{keyId}');
// @ts-expect-error: the operation has a body
await latchkey.POST('/v1/keys');
// @ts-expect-error: a field is missing
await latchkey.POST('/v1/keys', { body: { scopes: [] } });
// @ts-expect-error: a value is not one of those allowed
await latchkey.POST('/v1/keys', { body: { name: 'A', expiresIn: '2d' } });
// @ts-expect-error: a field is misspelt, where others are right
await latchkey.POST('/v1/keys', { body: { name: 'A', scope: [] } });
// @ts-expect-error: a field is misspelt, where all are optional
await latchkey.PATCH('/v1/keys/{keyId}', { params, body: { disable: true } });
// @ts-expect-error: a query parameter is misspelt
await latchkey.GET('/v1/keys', { params: { query: { limits: 1 } } });
`;

/** What a stranger's program does with a running service, with the help of the README. */
const program = `
import { ConnectionError, createLatchkey, LatchkeyError, type Session, UnexpectedAnswer } from '@latchkey/client';
import { namesOfKeys } from './all-keys.ts';
import { createBoth } from './journal.ts';
import { signedIn } from './session.ts';

const [baseUrl = '', brokenProxy = '', nobody = '', email = ''] = process.argv.slice(2);
const credentials = { email, password: 'correct horse battery' };

const anonymous = createLatchkey({ baseUrl });
await anonymous.accounts.create(credentials);
const session = await anonymous.sessions.create(credentials);

const kept: Session[] = [];
const latchkey = signedIn(baseUrl, { ...session, expiresIn: 0 }, (next) => void kept.push(next));
const names = ['One', 'Two', 'Three'];
const [one, two] = await Promise.all(
  names.map((name) => latchkey.keys.create({ name, scopes: ['files:read'] })),
);
if (!one || !two) throw new Error('no keys');
const listed = await namesOfKeys(latchkey, 2);

await latchkey.keys.delete(two.id);
const thrown = (call: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(call).then(() => undefined, (error: unknown) => error);
const gone = await thrown(latchkey.keys.get(two.id));
const invalid = await thrown(anonymous.sessions.create({ ...credentials, email: '' }));
const unexpected = await thrown(createLatchkey({ baseUrl: brokenProxy }).keys.list());
const nowhere = await thrown(createLatchkey({ baseUrl: nobody }).POST('/v1/sessions', { body: credentials }));

process.env.LATCHKEY_URL = baseUrl;
process.env.LATCHKEY_TOKEN = kept[0]?.accessToken;
const { app } = await import('./api.ts');
const bare = await latchkey.keys.create({ name: 'Bare' });
const ask = async (token?: string) => {
  const headers = token === undefined ? {} : { Authorization: \`Bearer \${token}\` };
  const response = await app.request('/files', { headers });
  return \`\${response.status} \${Object.keys(await response.json())}\`;
};

console.log(
  JSON.stringify({
    refreshes: kept.length,
    listed: listed.sort(),
    code: gone instanceof LatchkeyError && gone.code,
    invalid: invalid instanceof LatchkeyError && invalid.problem.errors?.[0]?.pointer,
    good: await ask(one.token),
    none: await ask(),
    lacking: await ask(bare.token),
    revoked: await ask(two.token),
    unexpected: unexpected instanceof UnexpectedAnswer && unexpected.message,
    unconnected: nowhere instanceof ConnectionError && !nowhere.mayHaveArrived,
    others: (await createBoth(baseUrl, kept[0]?.accessToken ?? '')).map((token) => token?.slice(0, 3)),
  }),
);
`;

/** What it does with the verifier of the README. */
const verifying = `
import { createLatchkey } from '@latchkey/client';
import { createApi } from './own-process.ts';

const [baseUrl, operatorToken, externalId = ''] = process.argv.slice(2);
process.env.LATCHKEY_URL = baseUrl;
process.env.LATCHKEY_TOKEN = operatorToken;
const operator = createLatchkey();
await operator.accounts.create({ externalId });
const { id, token } = await operator.keys.create({ name: 'Key', scopes: ['files:read'] }, { query: { externalId } });

const { app, verifier } = await createApi();
const ask = async () => (await app.request('/files', { headers: { Authorization: \`Bearer \${token}\` } })).status;
console.log(await ask());
console.log(verifier.verify(token) instanceof Promise ? 'asked' : 'known');
await operator.keys.delete(id, { externalId });
console.log(await ask());
console.log(verifier.isTrusted);
await verifier.close();
process.once('exit', (code) => console.log(code, verifier.isTrusted));
`;

/** What a product does with its users' keys, as the README shows. */
const operating = `
import { createHash } from 'node:crypto';
import { createLatchkey } from '@latchkey/client';

const [baseUrl, operatorToken, userId = ''] = process.argv.slice(2);
process.env.LATCHKEY_URL = baseUrl;
process.env.OPERATOR_TOKEN = operatorToken;
const operator = createLatchkey({ token: operatorToken });
const { id: accountId } = await operator.account.get();
const page = await operator.keys.create({ name: 'Page', scopes: ['operator:keys'] }, { query: { accountId } });
process.env.LATCHKEY_TOKEN = page.token;
const { keysOf } = await import('./keys-page.ts');
const { importKeys } = await import('./import-keys.ts');
const { revokeOldKey } = await import('./revoke-old-key.ts');

const keys = keysOf(userId);
const { id: account } = await keys.open();
if ((await keys.open()).id !== account) throw new Error('another account');
const { id, token } = await keys.create('CI');
await keys.rename(id, 'Build');
await keys.rotate(id);
for await (const { name, tokens, createdBy } of keys.list())
  console.log(name, tokens.map(({ state }) => state).join(), createdBy.onBehalfOf === userId);

const old = 'sk_old_of_' + userId;
const sha256 = createHash('sha256').update(old).digest('hex');
const imported = { externalId: userId, name: 'Old', scopes: ['files:read'], sha256, start: 'sk_old_of_' };
const session = { externalId: userId, name: 'Session', sha256: sha256.replaceAll('0', '1'), start: 'eyJhbGciOi' };
for (let run = 0; run < 2; run += 1)
  for (const [{ name }, { code }] of await importKeys([imported, session])) console.log(name, code);
const ask = async (token: string) => (await operator.verify(token, { scopes: ['files:read'] })).valid;
console.log(await ask(token), await ask(old), await ask(old + 'x'));
console.log((await keys.find(token)).key.id === id);
await keys.revoke(id);
for (const key of [imported, { ...imported, sha256: sha256.replaceAll('0', '2') }]) await revokeOldKey(key);
console.log(await ask(token), await ask(old));
`;

/** Runs a command to its end. Whatever it wrote is in the error if it fails. */
async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd }).catch((failure) => {
    throw new Error(`${failure.message}\n${failure.stdout}`);
  });
  return stdout;
}

/** The TypeScript of a README; what begins with a file's name as a comment under that name. */
function snippetsOf(page: string): Record<string, string> {
  const blocks = [...page.matchAll(/^```ts\n(.+?)^```$/gms)];
  return Object.fromEntries(
    blocks.map(([, code = ''], index) => [
      /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? `snippet-${index}.ts`,
      code,
    ]),
  );
}

const brokenProxy = createServer((_request, response) => response.writeHead(502).end());
const operatorToken = newToken('lko_');
let project: string;
let readme: string;
let snippets: Record<string, string>;
let service: ServiceProcess;
let brokenProxyUrl: string;
const used = new AsyncDisposableStack();
afterAll(() => used.disposeAsync());

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-client-'));
  used.defer(() => rm(directory, { recursive: true, force: true }));
  project = join(directory, 'project');
  await mkdir(project);
  await symlink(root, join(directory, 'latchkey'));
  const scripts = { test: 'node calls.js' };
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', scripts }));
  readme = await readFile(join(client, 'README.md'), 'utf8');
  const [, install = ''] = /^```sh\n(.+?)^```$/ms.exec(readme) ?? [];
  await run('sh', ['-euc', install], project);

  // What else the snippets of the README import is here already.
  for (const borrowed of ['hono', '@hono/zod-openapi', '@types/node']) {
    const path = join(project, 'node_modules', borrowed);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(root, 'node_modules', borrowed), path);
  }
  const operations = await readFile(join(root, 'docs/OPERATIONS.md'), 'utf8');
  const events = await readFile(join(root, 'docs/EVENTS.md'), 'utf8');
  snippets = snippetsOf([readme, operations, events].join('\n'));
  for (const [file, code] of Object.entries({
    ...snippets,
    'types.ts': types,
    'program.ts': program,
    'verifying.ts': verifying,
    'operating.ts': operating,
  }))
    await writeFile(join(project, file), code);

  const port = await freePort();
  await new Promise<void>((listening) => brokenProxy.listen(port, '127.0.0.1', listening));
  used.defer(() => {
    brokenProxy.close();
  });
  brokenProxyUrl = `http://127.0.0.1:${port}`;
  service = used.use(await startProcess({ seed, env: { OPERATOR_TOKEN: operatorToken } }));
});

/** @throws what the compiler says about `files` */
async function typeCheck(files: string[], compilerOptions: Record<string, unknown>): Promise<void> {
  const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const shared = { ...strict, noEmit: true, target: 'es2022', allowImportingTsExtensions: true };
  const config = { compilerOptions: { ...shared, ...compilerOptions }, files };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config));
  await run(process.execPath, [tsc], project);
}

test.each([
  { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2022', 'dom'], types: [] },
  { module: 'nodenext', moduleResolution: 'nodenext', lib: ['esnext'], types: ['node'] },
  { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] },
])(
  'the packed client has types that refuse a wrong call, as $moduleResolution with $lib',
  async (options) => {
    // With no types but the browser's or Node's, and with every declaration checked.
    await typeCheck(['types.ts'], { ...options, skipLibCheck: false });
  },
);

test('every snippet of its README, of OPERATIONS.md and of EVENTS.md type-checks', async () => {
  expect(Object.keys(snippets)).toHaveLength(20);
  await typeCheck([...Object.keys(snippets), 'program.ts', 'verifying.ts', 'operating.ts'], {
    module: 'nodenext',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: ['node'],
    skipLibCheck: true,
  });
});

/** What the samples leave to their reader. */
const variables = `
declare const token: string;
declare const password: string;
declare const currentPassword: string;
declare const newPassword: string;
declare const headers: { 'Github-Public-Key-Identifier': string; 'Github-Public-Key-Signature': string };
`;

test('every sample in the docs type-checks', async () => {
  const samples = operationsOf(documentOf('latchkey'))
    .filter(({ operation }) => !isForGateways(operation))
    .map(({ operation }) => ({
      file: `sample-${operation.operationId}.ts`,
      code: operation['x-codeSamples'][0].source,
    }));
  await writeFile(join(project, 'variables.d.ts'), variables);
  for (const { file, code } of samples) await writeFile(join(project, file), code);
  await typeCheck(['variables.d.ts', ...samples.map(({ file }) => file)], {
    module: 'nodenext',
    lib: ['es2022', 'dom'],
    types: ['node'],
    skipLibCheck: true,
  });
});

test.each([
  ['', 'client.ts', 'createLatchkey'],
  ['/journal', 'journal.ts', 'createJournal'],
  ['/share', 'share.ts', 'createShare'],
])('the example in the comments of @latchkey/client%s type-checks', async (entry, source, create) => {
  const comments = await readFile(join(client, source), 'utf8');
  const [, lines = expect.fail()] = /^ \* @example\n(.+?)^ \*\/$/ms.exec(comments) ?? [];
  const code = lines.replaceAll(/^ \* /gm, '');
  const given = `import { ${create} } from '@latchkey/client${entry}';\ndeclare const token: string, presented: string;\n`;
  const file = `example-${source}`;
  await writeFile(join(project, file), given + code);
  await typeCheck([file], { module: 'nodenext', lib: ['es2022', 'dom'], types: [], skipLibCheck: true });
});

test.each(Object.entries(runtimes))(
  'the packed client works on %s, in a project of its own',
  async (runtime, args) => {
    const binary = join(root, 'node_modules/.bin', runtime);
    const email = `${runtime}@example.com`;
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const urls = [service.url, brokenProxyUrl, nobody];
    const written = await run(binary, [...args, 'program.ts', ...urls, email], project);
    expect(JSON.parse(written)).toEqual({
      refreshes: 1,
      listed: ['One', 'Three', 'Two'],
      code: 'key_not_found',
      invalid: '#/email',
      good: '200 owner',
      none: '401 type,title,status,code,detail',
      lacking: '403 type,title,status,code,detail,missingScopes',
      revoked: '401 type,title,status,code,detail',
      unexpected: 'GET /v1/keys got 502, but not an answer of Latchkey.',
      unconnected: true,
      others: ['lk_', 'eyJ'],
    });
  },
);

test.each(Object.entries(runtimes))(
  'the verifier of the packed client knows on %s of a revocation when it is answered, and ends when it is closed',
  async (runtime, args) => {
    const binary = join(root, 'node_modules/.bin', runtime);
    const told = [service.url, operatorToken, `user_of_${runtime}`];
    const written = await run(binary, [...args, 'verifying.ts', ...told], project);
    expect(written.split('\n')).toEqual([
      'latchkey: trusted undefined',
      '200',
      'known',
      '401',
      'true',
      '0 false',
      '',
    ]);
  },
);

test.each(Object.entries(runtimes))(
  'the README’s page of keys works on %s, and its guard takes keys from before',
  async (runtime, args) => {
    const binary = join(root, 'node_modules/.bin', runtime);
    const told = [service.url, operatorToken, `customer_of_${runtime}`];
    const written = await run(binary, [...args, 'operating.ts', ...told], project);
    expect(written.split('\n')).toEqual([
      'Build current,next true',
      ...['Session invalid_input', 'Session invalid_input'],
      ...['true true false', 'true', 'false false', ''],
    ]);
  },
);

test('the README’s lines start the service for the tests of a product, and end it', async () => {
  const [, lines = ''] = /^## In your tests$.*?^```sh\n(.+?)^```$/ms.exec(readme) ?? [];
  const calls = `import { createLatchkey } from '@latchkey/client';
console.log('own account:', (await createLatchkey().account.get()).id);`;
  await writeFile(join(project, 'calls.js'), calls);
  const port = await freePort();
  const before = `trap 'kill $! 2> /dev/null || true' EXIT\nexport TMPDIR=${dirname(project)}`;
  const here = `${before}\n${lines.replaceAll('8799', String(port))}\nwait`;
  expect(await run('bash', ['-euc', here], project)).toContain('own account: acc_');
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
});

test('the follower of EVENTS.md handles what happens from its first start on, also while it is stopped', async () => {
  const env = { LATCHKEY_URL: service.url, LATCHKEY_TOKEN: operatorToken };
  const call = (method: string, path: string, body: object) =>
    fetch(service.url + path, {
      method,
      headers: { Authorization: `Bearer ${operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call('POST', '/v1/accounts', { externalId: 'followed' });
  /** @returns the id of a key whose token was reported as leaked */
  const leak = async (): Promise<string> => {
    const minted = await call('POST', '/v1/keys?externalId=followed', { name: 'Key' });
    const { id, token } = await minted.json();
    await call('POST', '/v1/leaks', { token, url: 'https://git.example.com/shop' });
    return id;
  };
  /** Runs it until it has told of a key. @returns what it told */
  const follow = async (last: () => Promise<string>): Promise<string[]> => {
    const follower = spawn(process.execPath, ['follow.ts'], { cwd: project, env });
    const lines = createInterface(follower.stdout)[Symbol.asyncIterator]();
    try {
      const keyId = await last();
      const told: string[] = [];
      while (!told.at(-1)?.includes(keyId)) told.push((await lines.next()).value ?? `No ${keyId}.`);
      return told;
    } finally {
      follower.kill();
    }
  };
  const cursor = () => readFile(join(project, 'events.cursor'), 'utf8');
  const line = (keyId: string) =>
    expect.stringMatching(`^evt_\\w+: ${keyId} of acc_\\w+ leaked: https://git.example.com/shop$`);

  await leak();
  let first = '';
  const told = await follow(async () => {
    await expect.poll(cursor, { timeout: 10_000 }).not.toBe('');
    first = await leak();
    return first;
  });
  expect(told).toEqual([line(first)]);
  const others = [await leak(), await leak()];
  const later = await follow(async () => others[1] ?? '');
  // It may have been stopped before it stored the cursor.
  expect(later.filter((one) => !one.includes(first))).toEqual(others.map(line));
});

const tarball = 'latchkey-client-0.1.0.tgz';

test('the packed client is sound, and each of its entries has types that resolve', async () => {
  const bin = (name: string) => join(root, 'node_modules/.bin', name);
  await run(bin('publint'), [tarball, '--strict'], project);
  await run(bin('attw'), [tarball, '--profile', 'esm-only'], project);
});

test('the packed client can be loaded with require()', async () => {
  const program = `console.log(typeof require('@latchkey/client').createLatchkey)`;
  expect(await run(process.execPath, ['--input-type=commonjs', '-e', program], project)).toBe('function\n');
});

test('each entry of the packed client is within its budget of bytes', async () => {
  await run(join(root, 'node_modules/.bin/size-limit'), [], client);
});

test('what is published on JSR type-checks there, with types that are fast to read', async () => {
  const sources = join(project, 'jsr');
  await cp(join(client, 'build'), sources, { recursive: true });
  const deno = join(root, 'node_modules/.bin/deno');
  await run(deno, ['publish', '--dry-run', '--allow-dirty'], sources);
});
