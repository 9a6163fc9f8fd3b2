import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { contractNames } from '../decide/contracts.ts';
import { documentOf } from '../scripts/support/document.ts';
import { methodNameOf } from '../scripts/support/method-names.ts';
import { isForGateways, operationsOf } from '../scripts/support/operations.ts';
import { operationsModule } from '../scripts/support/typed-client.ts';
import { startService, type TestService } from './support/harness.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const operations = contractNames.flatMap((name) =>
  operationsOf(documentOf(name)).map((entry) => ({ name, ...entry })),
);

test('every operation of every document has a handler', async () => {
  for (const { method, path, operation } of operations) {
    const response = await service.fetch(path.replaceAll(/\{\w+\}/g, 'x'), { method: method.toUpperCase() });
    const body = await response.text();
    expect(body, operation.operationId).not.toContain('This path does not exist');
    expect(response.status, operation.operationId).not.toBe(405);
  }
});

test('every operation has an id of its own, a summary and a description', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { operation } of operations) {
    expect(operation.summary).toMatch(/\w/);
    expect(operation.description).toMatch(/\w/);
  }
});

test('every integer has a format that holds it, so that no generator takes 32 bits for a quota or a time', () => {
  const { components } = documentOf('latchkey');
  expect(components?.schemas?.UsageCounts).toMatchObject({ properties: { valid: { format: 'int64' } } });
  for (const name of contractNames) {
    const integers =
      JSON.stringify(documentOf(name)).match(/"type":(?:"integer"|\["integer","null"\])/g) ?? [];
    const formats = JSON.stringify(documentOf(name)).match(/"format":"int(?:32|64)"/g) ?? [];
    expect(formats, name).toHaveLength(integers.length);
  }
});

test('objects in objects, and enums in several places, have a name in the document of /v1', () => {
  const { components, paths } = documentOf('latchkey');
  const places = new Map<string, string[]>();
  const unnamed: string[] = [];
  const walk = (part: unknown, at: string) => {
    if (typeof part !== 'object' || part === null) return;
    if ('properties' in part && at.includes('/')) unnamed.push(at);
    if ('enum' in part && Array.isArray(part.enum) && part.enum.length > 1)
      places.set(part.enum.join(), [...(places.get(part.enum.join()) ?? []), at]);
    // A condition is no type, which a generator would have to name.
    for (const [name, inner] of Object.entries(part))
      if (!/^(?:examples?|dependentSchemas)$/.test(name)) walk(inner, `${at}/${name}`);
  };
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) walk(schema, name);
  walk(paths, 'paths');
  expect(unnamed).toEqual([]);
  expect([...places.values()].filter(({ length }) => length > 1)).toEqual([]);
});

test('a pattern can be read in Go, Python and Java as well, and none stands beside a date', () => {
  const walk = (part: unknown) => {
    if (typeof part !== 'object' || part === null) return;
    const { pattern, format } = part as { pattern?: unknown; format?: unknown };
    if (typeof pattern === 'string') {
      expect(format).not.toBe('date-time');
      // Look-around, back-references, and escapes that are not everywhere.
      expect(pattern).not.toMatch(/\(\?[^:]|\\[1-9ckpPu]/);
      // To Java, a bracket in brackets begins a class in the class.
      expect(pattern.replaceAll(/\\./g, '')).not.toMatch(/\[[^\]]*\[/);
      // Generators write it into texts of their own.
      expect(pattern).not.toContain('"');
    }
    Object.values(part).forEach(walk);
  };
  for (const name of contractNames) walk(documentOf(name));
});

test('no schema with a name is null itself: generators lose that, and a field says it where it can be', () => {
  for (const name of contractNames)
    for (const [schema, { type }] of Object.entries(documentOf(name).components?.schemas ?? {}) as [
      string,
      { type?: string | string[] },
    ][])
      expect([type].flat(), schema).not.toContain('null');
});

test('no schema is composed by allOf: no test can make values of one, or see a field that it does not know', () => {
  for (const name of contractNames) expect(JSON.stringify(documentOf(name)), name).not.toContain('"allOf"');
});

test('the typed client has a method for each operation, and no two have the same name', () => {
  const paths = { schema: './schema.gen.ts', from: 'spec/latchkey.json' };
  const document = documentOf('latchkey');
  const made = operationsModule('latchkey', document, paths);
  for (const { method, path, operation } of operationsOf(document)) {
    if (isForGateways(operation)) continue;
    const names = methodNameOf('latchkey', { path, operationId: operation.operationId ?? '' });
    expect(made).toContain(`${names.at(-1)}: '${method.toUpperCase()} ${path}`);
  }
  const batch = operationsOf(document).find(({ path }) => path === '/v1/keys/verify/batch');
  Object.assign(batch?.operation ?? {}, { operationId: 'verifyKeys' });
  expect(() => operationsModule('latchkey', document, paths)).toThrow(
    'Two operations of latchkey are called keys.verify in the typed client: see scripts/support/method-names.ts.',
  );
});

test('operations.txt lists every operation', async () => {
  const listed = (await readFile(join(root, 'spec/operations.txt'), 'utf8')).trim().split('\n');
  expect(listed.map((line) => line.split(/ +/).slice(0, 3))).toEqual(
    operations.map(({ name, method, path }) => [name, method.toUpperCase(), path]),
  );
});

test('the documents are served as they stand in spec/, with the public URL in them', async () => {
  for (const [name, path] of [
    ['latchkey', '/openapi.json'],
    ['journal', '/openapi/journal.json'],
    ['share', '/openapi/share.json'],
    ['oauth', '/openapi/oauth.json'],
  ]) {
    const served = await (await service.fetch(path ?? '')).text();
    const stands = await readFile(join(root, `spec/${name}.json`), 'utf8');
    const here = stands.replaceAll('http://127.0.0.1:8787', 'http://latchkey.test');
    expect(JSON.parse(served)).toEqual(JSON.parse(here));
    expect(JSON.parse(served).openapi).toMatch(/^3\.1/);
  }
});

test('the drift check fails when a route changes and the spec does not', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'latchkey-drift-'));
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  for (const part of ['api', 'decide', 'spec', 'scripts', 'clients', 'package.json'])
    await cp(join(root, part), join(copy, part), {
      recursive: true,
      filter: (file) => !file.includes('node_modules'),
    });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const check = () => run(process.execPath, ['scripts/spec.ts', '--check'], { cwd: copy });

  await check();
  const file = join(copy, 'api/keys.ts');
  const source = await readFile(file, 'utf8');
  await writeFile(file, source.replace("summary: 'Revoke a key'", "summary: 'Delete a key'"));
  await expect(check()).rejects.toMatchObject({
    stderr: expect.stringContaining('spec/latchkey.json is not what'),
  });
  // It generates everything twice.
}, 60_000);
