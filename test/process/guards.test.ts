import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { startProxy } from '../../scripts/support/proxy.ts';
import { installed, type Runtime, startProcess } from '../../scripts/support/service.ts';
import { newToken } from '../../server/token.ts';
import { expectData } from '../support/harness.ts';
import { seed } from '../support/seed.ts';
import { send } from '../support/send.ts';

/** The examples of the guards, each on each runtime, with the packed client and a running service. */

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

interface Example {
  /** Where files are stored. */
  store?: string;
  /** The header that it takes the address of the client from, since a proxy stands before it. */
  ipHeader: string;
  /** It has no server of its own: Bun and Deno bring one. */
  isServed?: true;
  /** It verifies in its own process. */
  isVerifier?: true;
  /** How its body tells what is wrong, if that is not a problem of RFC 9457. */
  isTrpc?: true;
}

/** How a runtime starts an example. */
function argsOf(runtime: Runtime, { isServed }: Example, port: number): string[] {
  if (runtime === 'node') return [isServed ? 'node.ts' : 'main.ts'];
  if (runtime === 'bun') return ['main.ts'];
  const how = isServed ? ['serve', '--host', '127.0.0.1', '--port', String(port)] : ['run'];
  return [...how, '--allow-all', 'main.ts'];
}

const examples: Record<string, Example> = {
  hono: { ipHeader: 'X-Real-IP', isServed: true },
  express: { ipHeader: 'X-Forwarded-For', isVerifier: true },
  fastify: { ipHeader: 'X-Forwarded-For' },
  fetch: { ipHeader: 'X-Real-IP', isServed: true },
  trpc: { ipHeader: 'X-Real-IP', store: '/store', isTrpc: true },
};

const used = new AsyncDisposableStack();
afterAll(() => used.disposeAsync());

const operatorToken = newToken('lko_');
let serviceUrl: string;
let project: string;
let owner: string;
let verifierToken: string;
let mint: (more?: object) => Promise<{ id: string; token: string }>;
/** How often a key was used, as the service knows. */
let usesOf: (keyId: string) => Promise<number>;
/** The tokens that the cases send, by what is to be said of them. */
let tokens: Record<'good' | 'revoked' | 'disabled' | 'expired' | 'bound', string>;

beforeAll(async () => {
  const service = used.use(await startProcess({ seed, env: { OPERATOR_TOKEN: operatorToken } }));
  serviceUrl = service.url;
  const operator = createLatchkey({ baseUrl: service.url, token: operatorToken });
  owner = expectData(await operator.POST('/v1/accounts', { body: { externalId: 'user_1' } })).id;
  const own = expectData(await operator.GET('/v1/account')).id;
  const create = async (accountId: string, body: { name: string; scopes: string[] }) =>
    expectData(await operator.POST('/v1/keys', { params: { query: { accountId } }, body }));
  mint = (more = {}) => create(owner, { name: 'Key', scopes: ['files:read'], ...more });
  verifierToken = (await create(own, { name: 'Files', scopes: ['keys:verify'] })).token;

  usesOf = async (keyId) => {
    const params = { path: { keyId }, query: { accountId: owner } };
    return expectData(await operator.GET('/v1/keys/{keyId}/usage', { params })).total.valid;
  };

  const [good, revoked, disabled, expired, bound] = await Promise.all([
    mint(),
    mint(),
    mint(),
    mint({ expiresAt: new Date(Date.now() + 2000).toISOString() }),
    mint({ allowedIps: ['203.0.113.0/24'] }),
  ]);
  const path = (key: { id: string }) => ({
    params: { path: { keyId: key.id }, query: { accountId: owner } },
  });
  await operator.DELETE('/v1/keys/{keyId}', path(revoked));
  await operator.PATCH('/v1/keys/{keyId}', { ...path(disabled), body: { disabled: true } });
  tokens = {
    good: good.token,
    revoked: revoked.token,
    disabled: disabled.token,
    expired: expired.token,
    bound: bound.token,
  };

  project = await install();
  await vi.waitFor(async () => {
    const body = { token: expired.token };
    const verdict = expectData(await operator.POST('/v1/keys/verify', { body }));
    expect(verdict).toMatchObject({ reason: 'expired' });
  }, 10_000);
});

/** Copies the examples to a folder of their own, with the packed client and what else they name as dependencies. */
async function install(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-guards-'));
  used.defer(() => rm(directory, { recursive: true, force: true }));
  const project = join(directory, 'examples');
  await cp(join(root, 'clients/typescript/examples'), project, { recursive: true });
  await cp(join(project, 'hono/node.ts'), join(project, 'fetch/node.ts'));
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');

  const modules = join(project, 'node_modules');
  const client = join(modules, '@latchkey/client');
  await mkdir(client, { recursive: true });
  await run('tar', ['-xzf', await pack(directory), '-C', client, '--strip-components=1']);
  const borrowed = ['@types/express', '@types/node', 'express', 'fastify', 'hono', '@trpc/server'];
  for (const name of [...borrowed, '@hono/node-server', '@hono/zod-openapi']) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  return project;
}

/** Packs the client from a copy of its sources, since another test packs it where they are. */
async function pack(directory: string): Promise<string> {
  const copy = join(directory, 'latchkey');
  const sources = ['tsconfig.json', 'decide', 'scripts/build-client.ts', 'clients/typescript'];
  const built = ['dist', 'build'].map((folder) => join(root, 'clients/typescript', folder));
  for (const path of sources)
    await cp(join(root, path), join(copy, path), {
      recursive: true,
      filter: (source) => !built.includes(source),
    });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', directory], { cwd: join(copy, 'clients/typescript') });
  return join(directory, 'latchkey-client-0.1.0.tgz');
}

/** Starts an example and waits until it listens. Its service can be cut off. */
async function start(name: string, example: Example, runtime: Runtime) {
  const proxy = await startProxy(Number(new URL(serviceUrl).port));
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const port = await freePort();
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(installed(runtime), argsOf(runtime, example, port), {
    cwd: join(project, name),
    env: {
      PATH,
      HOME,
      PORT: String(port),
      LATCHKEY_URL: `http://127.0.0.1:${proxy.port}`,
      LATCHKEY_TOKEN: verifierToken,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  let output = '';
  await new Promise<void>((listening, failed) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (written: string) => {
        output += written;
        if (/listening|started/i.test(output)) listening();
      });
    void closed.then(() => failed(new Error(output)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    return (await closed)[0];
  };
  return { url: `http://127.0.0.1:${port}`, proxy, stop };
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const challenge = 'Bearer realm="files"';
const missing = { status: 401, challenge };
const malformed = { status: 400, challenge: `${challenge}, error="invalid_request"` };
const invalid = { status: 401, challenge: `${challenge}, error="invalid_token"` };

interface Case {
  headers: (of: typeof tokens, example: Example) => OutgoingHttpHeaders;
  path?: (of: typeof tokens) => string;
  answer: { status: number; challenge?: string };
  /** The `code` and the `detail` of the problem. */
  problem?: [code: string, detail: string];
}

const sendKey = 'Send an API key as "Authorization: Bearer <key>".';
const sendOnce = 'Send an API key as "Authorization: Bearer <key>", and only once.';
const untold: [string, string] = ['invalid_token', 'The key is not valid.'];

/** What every guard answers, whatever its framework. */
const cases: Record<string, Case> = {
  'a good key': { headers: ({ good }) => bearer(good), answer: { status: 200 } },
  'a scheme in other letters': {
    headers: ({ good }) => ({ authorization: `bEARER ${good}` }),
    answer: { status: 200 },
  },
  nothing: { headers: () => ({}), answer: missing, problem: ['unauthenticated', sendKey] },
  'another scheme': {
    headers: () => ({ Authorization: 'Basic dTpw' }),
    answer: missing,
    problem: ['unauthenticated', sendKey],
  },
  'a key in the query': {
    headers: () => ({}),
    path: ({ good }) => `?access_token=${good}&api_key=${good}`,
    answer: missing,
  },
  'a key in a header that was not asked for': {
    headers: ({ good }) => ({ 'X-API-Key': good }),
    answer: missing,
  },
  'a key that is followed by more': {
    headers: ({ good }) => bearer(`${good} x`),
    answer: malformed,
    problem: ['invalid_request', sendOnce],
  },
  'two keys': {
    headers: ({ good }) => ({ Authorization: [`Bearer ${good}`, 'Bearer other'] }),
    answer: malformed,
    problem: ['invalid_request', sendOnce],
  },
  'a key after another credential': {
    headers: ({ good }) => ({ Authorization: ['Basic dTpw', `Bearer ${good}`] }),
    answer: malformed,
  },
  'an unknown key': { headers: () => bearer('lk_unknown'), answer: invalid, problem: untold },
  'a revoked key': { headers: ({ revoked }) => bearer(revoked), answer: invalid, problem: untold },
  'a disabled key': { headers: ({ disabled }) => bearer(disabled), answer: invalid, problem: untold },
  'an expired key': {
    headers: ({ expired }) => bearer(expired),
    answer: invalid,
    problem: ['expired', 'The key has expired.'],
  },
  'a key from a wrong address': {
    headers: ({ bound }, { ipHeader }) => ({ ...bearer(bound), [ipHeader]: '198.51.100.7' }),
    answer: invalid,
    problem: ['ip_not_allowed', 'The key cannot be used from this address.'],
  },
  'a key from its own address': {
    headers: ({ bound }, { ipHeader }) => ({ ...bearer(bound), [ipHeader]: '203.0.113.7' }),
    answer: { status: 200 },
  },
};

/** What the body of a refusal must say. */
const bodyOf = ({ isTrpc }: Example, status: number, [code, detail]: [string, string]) =>
  isTrpc
    ? { error: { message: detail, data: { httpStatus: status } } }
    : { type: 'about:blank', status, code, detail };

describe.each(Object.entries(examples))('the guard of %s', (name, example) => {
  const { store = '/files', isTrpc } = example;

  test.each(['node', 'bun', 'deno'] as const)('answers on %s as all guards do', async (runtime) => {
    const { url, proxy } = await start(name, example, runtime);

    for (const [title, { headers, path, answer, problem }] of Object.entries(cases)) {
      const answered = await send(`${url}/files${path?.(tokens) ?? ''}`, headers(tokens, example));
      expect.soft({ title, status: answered.status, challenge: answered.challenge }).toEqual({
        title,
        challenge: undefined,
        ...answer,
      });
      if (problem)
        expect.soft(JSON.parse(answered.body), title).toMatchObject(bodyOf(example, answer.status, problem));
      if (answer.status === 200) expect.soft(answered.body, title).toContain(owner);
      else expect.soft(answered.headers['cache-control'], title).toBe('no-store');
      const type = answer.status === 200 || isTrpc ? 'application/json' : 'application/problem+json';
      expect.soft(answered.headers['content-type'], title).toContain(type);
    }

    const post = { method: 'POST', body: '{"name":"a"}' };
    const json = { 'Content-Type': 'application/json' };
    const lacking = await send(url + store, { ...bearer(tokens.good), ...json }, post);
    expect(lacking).toMatchObject({
      status: 403,
      challenge: `${challenge}, error="insufficient_scope", scope="files:write"`,
    });
    if (!isTrpc) expect(JSON.parse(lacking.body)).toMatchObject({ missingScopes: ['files:write'] });
    const writer = await mint({ scopes: ['files:*'] });
    expect((await send(url + store, { ...bearer(writer.token), ...json }, post)).body).toContain(owner);

    const limited = await mint({ limits: [{ name: 'burst', limit: 1, windowSeconds: 3600 }] });
    const first = await send(`${url}/files`, bearer(limited.token));
    if (!isTrpc) expect(first.headers.ratelimit).toMatch(/^"burst";r=0;t=\d+$/);
    const second = await send(`${url}/files`, bearer(limited.token));
    expect(second).toMatchObject({
      status: 429,
      challenge: undefined,
      headers: {
        ratelimit: expect.stringMatching(/^"burst";r=0;t=\d+$/),
        'ratelimit-policy': '"burst";q=1;w=3600',
        'retry-after': expect.stringMatching(/^\d+$/),
      },
    });

    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const answered = await send(`${url}/files`, {}, { method });
      expect(answered.body, method).not.toContain(owner);
      if (method === 'HEAD' && !isTrpc) expect(answered).toMatchObject({ ...missing, body: '' });
    }

    proxy.cut();
    // A verifier answers from memory until it hears that its connection is closed.
    await expect
      .poll(() => send(`${url}/files`, bearer(tokens.good)), { timeout: 10_000 })
      .toMatchObject({
        status: 503,
        challenge: undefined,
        headers: { 'retry-after': '1' },
        body: expect.not.stringContaining(owner),
      });
    proxy.behave();
    expect((await send(`${url}/files`, bearer(tokens.good))).status).toBe(200);
  });
});

const verifying = Object.entries(examples).filter(([, { isVerifier }]) => isVerifier);

describe.each(verifying)('the verifier of %s', (name, example) => {
  test.each(['node', 'bun', 'deno'] as const)('on %s reports its last uses on SIGTERM', async (runtime) => {
    const { url, stop } = await start(name, example, runtime);
    const { id, token } = await mint();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    for (let use = 0; use < 3; use += 1)
      expect((await send(`${url}/files`, bearer(token), { agent })).status).toBe(200);
    expect(await stop()).toBe(0);
    await expect.poll(() => usesOf(id), { timeout: 5000 }).toBe(3);
  });
});

test('the examples type-check', async () => {
  const files = Object.keys(examples).map((name) => `${name}/main.ts`);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  };
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: [...files, 'hono/node.ts'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const checked = run(process.execPath, [tsc], { cwd: project });
  expect(
    await checked.then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    ),
  ).toBe('');
});
