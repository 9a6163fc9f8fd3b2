import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';
import { DidNotStart, type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { newToken } from '../../server/token.ts';
import { seed } from '../support/seed.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-install-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Where Node would find the package `name` from the package at `from`, if the lock file has it. */
function locked(packages: Record<string, unknown>, from: string, name: string): string | undefined {
  const parents = from.split(/(?=\/?node_modules\/)/).map((_, index, parts) => parts.slice(0, index + 1));
  return [[''], ...parents]
    .map((parts) => `${parts.join('')}/node_modules/${name}`.replace(/^\//, ''))
    .findLast((path) => path in packages);
}

test('the lock file has the packages of every platform, so that npm ci installs on each', async () => {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const missing = Object.entries<{ optionalDependencies?: object }>(packages).flatMap(
    ([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !locked(packages, path, name)),
  );
  expect(packages['node_modules/deno'].optionalDependencies).toHaveProperty('@deno/win32-x64');
  expect(missing).toEqual([]);
});

test('a production install takes at most 100 MB, starts, and keeps compiled code for the next start', async () => {
  const clone = await emptyDirectory();
  const { stdout: files } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root });
  for (const file of files.trim().split('\n')) await cp(join(root, file), join(clone, file));
  await run('npm', ['ci', '--omit=dev', '--prefer-offline'], { cwd: clone });
  const { stdout: size } = await run('du', ['-sm', 'node_modules'], { cwd: clone });
  expect(Number.parseInt(size, 10)).toBeLessThanOrEqual(100);
  // What a package in this repository is developed with stays out, too.
  const { stdout: installed } = await run('find', ['.', '-name', 'node_modules', '-prune'], { cwd: clone });
  expect(installed).toBe('./node_modules\n');

  const starts = async (options = {}) => {
    await using service = await startProcess({ cwd: clone, env: { NODE_ENV: 'production' }, ...options });
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    const script = await (await fetch(`${service.url}/docs/scalar.js`)).text();
    expect(script.length).toBeGreaterThan(4_000_000);
  };
  await starts();
  const cache = join(clone, 'node_modules/.cache');
  const compiled = await readdir(join(cache, 'latchkey'), { recursive: true });
  expect(compiled.length).toBeGreaterThan(100);

  // As where the install cannot be written.
  await rm(cache, { recursive: true });
  await writeFile(cache, '');
  await starts({ seed });
});

test('the source has no `using`, which Node 22 cannot read', async () => {
  const { stdout: files } = await run(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'server', 'api', 'decide'],
    {
      cwd: root,
    },
  );
  for (const file of files
    .trim()
    .split('\n')
    .filter((file) => file.endsWith('.ts')))
    expect(await readFile(join(root, file), 'utf8'), file).not.toMatch(/^\s*(?:await )?using /m);
});

test('the service and its verifiers run on the oldest Node that package.json names', async () => {
  const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const oldest = /^\^(\d+\.\d+) /.exec(engines.node)?.[1];
  const directory = await emptyDirectory();
  const name = `node-${process.platform}-${process.arch}`;
  await run('npm', ['install', '--no-save', '--prefer-offline', `${name}@~${oldest}.0`], { cwd: directory });
  const node = join(directory, 'node_modules', name, 'bin/node');
  expect((await run(node, ['--version'])).stdout).toMatch(`v${oldest}.`);

  const OPERATOR_TOKEN = newToken('lko_');
  const command: [string, ...string[]] = [node, 'server/start.js'];
  await using service = await startProcess({ command, seed, env: { OPERATOR_TOKEN } });
  const operator = createLatchkey({ baseUrl: service.url, token: OPERATOR_TOKEN });
  const query = { externalId: 'user_1' };
  await operator.accounts.create(query);
  const { token } = await operator.keys.create({ name: 'Key' }, { query });
  expect(await operator.keys.verify({ token })).toMatchObject({ valid: true });
  // An upgrade is what an older Node cannot do.
  await using verifier = await createVerifier({ baseUrl: service.url, token: OPERATOR_TOKEN });
  expect(await verifier.verify(token)).toMatchObject({ valid: true });
  expect(verifier.isTrusted).toBe(true);
  expect(await service.stop()).toBe(0);
});

test('a Node that runs no TypeScript ends the start with a line', async () => {
  const command: [string, ...string[]] = [process.execPath, '--no-strip-types', 'server/start.js'];
  const error = await startProcess({ command }).catch((error: unknown) => error);
  if (!(error instanceof DidNotStart)) throw new Error('It started.');
  expect(error.exitCode).toBe(1);
  expect(error.message).toMatch(
    /^Latchkey needs Node 22\.21 or a later 22, or 24\.9 or later, and this is \d+\.\d+\.\d+: [^\n]+$/,
  );
});

/** Sends a signal, waits until all processes are gone, and sees that neither the port nor the data are held. */
async function endsWith(signal: NodeJS.Signals, service: ServiceProcess, dataDir: string): Promise<void> {
  expect(await readdir(dataDir)).toContain('lock');
  await service.stop(signal);
  expect(service.output).toContain('"stopped"');
  expect(await readdir(dataDir)).not.toContain('lock');
  const { hostname, port } = new URL(service.url);
  const [error] = await once(connect(Number(port), hostname), 'error');
  expect(error.code).toBe('ECONNREFUSED');
}

test.for([
  ['SIGTERM', 'start'],
  ['SIGINT', 'start'],
  ['SIGTERM', 'start:bun'],
  ['SIGTERM', 'start:deno'],
] as const)('%s to `npm run %s` ends the service', async ([signal, script]) => {
  const dataDir = await emptyDirectory();
  seed(dataDir);
  const command: [string, ...string[]] = ['npm', 'run', script];
  await using service = await startProcess({ command, env: { DATA_DIR: dataDir } });
  await endsWith(signal, service, dataDir);
});
