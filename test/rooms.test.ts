import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && !file.endsWith('.config.ts'));

const sourceOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** What a file imports, types included: packages by their name, files by their path from the root. */
function importsOf(file: string): string[] {
  const specifiers = sourceOf(file).matchAll(
    /(?:^|\n)(?:import|export)\s(?:[^;'"]*?\sfrom\s)?['"]([^'"]+)['"]/g,
  );
  return Array.from(specifiers, ([, specifier = '']) =>
    specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
  );
}

/** The room of a file: its folder. A file that stands in `server/` itself is a room of its own. */
function roomOf(path: string): string {
  const [top = '', folder = '', file, deeper] = path.split('/');
  if (!/^(?:api|decide|server|clients|spec|scripts|test)$/.test(top)) return path;
  if (top === 'clients') return frameworkOf(path) ?? (path.includes('/examples/') ? 'examples' : top);
  if (top !== 'server') return top;
  if (folder === 'routes') return deeper ? `routes/${file}` : 'routes';
  return /^(?:node|bun|deno)\.ts$/.test(folder) ? 'runtimes' : folder;
}

/** A guard for a framework is a room of its own, so that no other file of the client knows the framework. */
const frameworkOf = (path: string) =>
  /^clients\/typescript\/(guard\/(?:hono|express|fastify|trpc)\.ts)$/.exec(path)?.[1];

/** What every room of the server may import. */
const ground = ['decide', 'errors.ts', 'id.ts', 'queue.ts', 'throttled.ts', 'token.ts'];
/** What a write is made of: its event, the claim of an `Idempotency-Key`, the database. */
const statement = [...ground, 'events', 'idempotency.ts', 'db', 'kysely'];
const contract = [...ground, 'api', 'http', 'auth', 'context.ts', 'keys'];

/** For each room, the rooms and the packages that it may import, beside itself and the modules of `node:`. */
const mayImport: Record<string, readonly string[]> = {
  api: ['decide', '@hono/zod-openapi'],
  decide: [],
  'errors.ts': ['decide'],
  'id.ts': [],
  'throttled.ts': [],
  'token.ts': ['decide'],
  'queue.ts': ['errors.ts', 'p-limit'],
  'account-queue.ts': ['queue.ts'],
  'attempt-limiter.ts': ['errors.ts', 'rate-limiter-flexible'],
  'response-counts.ts': [],
  db: [...ground, 'kysely', 'postgres', '@electric-sql/pglite'],
  replication: [...ground, 'db', 'kysely'],
  jwt: [...ground, 'jose'],
  verify: [...ground, 'db', 'jwt', 'replication', 'kysely'],
  limits: [...ground, 'db', 'replication', 'kysely'],
  usage: [...ground, 'db', 'kysely'],
  events: [...ground, 'db', 'kysely'],
  'idempotency.ts': [...ground, 'events', 'jwt', 'db', 'kysely'],
  'store.ts': ['errors.ts', 'db'],
  keys: [...statement, 'jwt', 'replication', 'store.ts'],
  accounts: [...statement, 'jwt', 'keys', 'store.ts', 'attempt-limiter.ts', '@node-rs/argon2'],
  leaks: [...ground, 'accounts', 'events', 'jwt', 'keys', 'store.ts', 'db', 'kysely'],
  'context.ts': [
    ...[
      'decide',
      'accounts',
      'db',
      'jwt',
      'keys',
      'leaks',
      'limits',
      'response-counts.ts',
      'token.ts',
      'usage',
      'verify',
    ],
    'pino',
  ],
  auth: [...ground, 'accounts', 'context.ts', 'jwt', 'keys', 'limits', 'verify'],
  verifiers: [...ground, 'api', 'auth', 'context.ts', 'http', 'replication', 'pino'],
  background: statement,
  http: [...ground, 'api', 'auth', 'context.ts', 'events', 'hono', '@hono/zod-openapi', 'pino', 'ws'],
  'routes/v1': [
    ...contract,
    ...['account-queue.ts', 'accounts', 'attempt-limiter.ts', 'db', 'events', 'idempotency.ts', 'jwt'],
    ...['leaks', 'process', 'store.ts', 'usage', '@hono/zod-openapi'],
  ],
  'routes/journal': contract,
  'routes/share': [...contract, 'jwt', 'store.ts'],
  'routes/oauth': [...contract, 'accounts', '@hono/zod-openapi'],
  pages: ['decide', 'http', 'spec', 'hono'],
  'app.ts': ['account-queue.ts', 'api', 'decide', 'context.ts', 'http', 'pages', 'routes', 'hono'],
  process: [
    ...ground,
    ...['accounts', 'app.ts', 'background', 'context.ts', 'db', 'http', 'jwt', 'keys', 'leaks', 'limits'],
    ...['replication', 'response-counts.ts', 'usage', 'verifiers', 'verify'],
    ...['kysely', 'pino', 'prom-client', 'zod', 'package.json'],
  ],
  runtimes: ['decide', 'http', 'process', '@hono/node-server'],
  clients: ['decide'],
  examples: ['@latchkey/client', '@hono', 'express', 'fastify', '@trpc/server'],
  'guard/hono.ts': ['clients', 'decide', 'hono'],
  'guard/express.ts': ['clients', 'decide', 'express'],
  'guard/fastify.ts': ['clients', 'decide', 'fastify'],
  'guard/trpc.ts': ['clients', '@trpc/server'],
};

const isIn = (room: string, to: string) => to === room || to.startsWith(`${room}/`);

const isAllowed = (room: string, imported: string) => {
  const to = roomOf(imported);
  if (to === room || (room !== 'decide' && to.startsWith('node:'))) return true;
  return mayImport[room]?.some((allowed) => isIn(allowed, to)) ?? false;
};

/** The files that a rule is for. */
const governed = files.filter((file) => /^(?:api|decide|server|clients)\//.test(file));

test('a room imports what its rule allows, and no other', () => {
  for (const room of Object.keys(mayImport)) expect(governed.map(roomOf), room).toContain(room);
  const forbidden = governed.flatMap((file) =>
    importsOf(file)
      .filter((imported) => !isAllowed(roomOf(file), imported))
      .map((imported) => `${file} -> ${imported}`),
  );
  expect(forbidden).toEqual([]);
});

test('a rule allows nothing that is not imported, beside what every room may import', () => {
  const unused = Object.entries(mayImport).flatMap(([room, allowed]) => {
    const imported = governed.filter((file) => roomOf(file) === room).flatMap(importsOf);
    return allowed
      .filter((to) => !ground.includes(to) && !imported.some((path) => isIn(to, roomOf(path))))
      .map((to) => `${room} -> ${to}`);
  });
  expect(unused).toEqual([]);
});

test('scripts do not import tests', () => {
  const scripts = files.filter((file) => file.startsWith('scripts/'));
  const imports = scripts.flatMap((file) => importsOf(file).map((imported) => `${file} -> ${imported}`));
  expect(imports.filter((line) => /-> test\//.test(line))).toEqual([]);
});

test('nothing imports itself by way of others', () => {
  const importing = new Map(files.map((file) => [file, importsOf(file)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const imported of importing.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test('only the file of a runtime touches its globals', () => {
  const globals = /\b(?:Bun|Deno)\.|(?<!node:)\bprocess\.(?:env|exit|on|once)\b/;
  const touching = files
    .filter((file) => /^(?:server|api|decide|clients)\//.test(file) && roomOf(file) !== 'examples')
    .filter((file) => globals.test(sourceOf(file)));
  expect(new Set(touching.map(roomOf))).toEqual(new Set(['runtimes']));
});

test('imports are relative and name their file', () => {
  const relative = (file: string) =>
    Array.from(sourceOf(file).matchAll(/from '(\.[^']+)'/g), ([, to = '']) => to);
  for (const file of files) for (const to of relative(file)) expect(to, file).toMatch(/\.(?:ts|json)$/);
});

test('what no other file imports is not exported', () => {
  const imported = files.flatMap((file) =>
    Array.from(
      sourceOf(file).matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm),
      ([, names = '', from = '']) =>
        Array.from(
          names.matchAll(/(?:^|,)\s*(?:type )?(\w+)/g),
          ([, name]) => `${normalize(join(dirname(file), from))}: ${name}`,
        ),
    ).flat(),
  );
  const exported = files
    // The migrations are imported as a whole, and the clients export what integrators use.
    .filter((file) => /^(?:api|decide|server\/(?!db\/migrations))/.test(file))
    .flatMap((file) =>
      Array.from(
        sourceOf(file).matchAll(/^export (?:async )?(?:const|function|class|interface|type) (\w+)/gm),
        ([, name]) => `${file}: ${name}`,
      ),
    );
  expect(exported.length).toBeGreaterThan(0);
  expect(exported.filter((one) => !imported.includes(one))).toEqual([]);
});

test('the words of one contract stay in its own files', () => {
  const words = {
    journal: [/\bapi_key'/, /\battributes\b/, /'Never'/],
    share: [/\bisNever\b/, /\bexpireAt\b/, /\bapikey_id\b/, /\bapiKeys\b/, /\b__v\b/],
    oauth: [/\btoken_type_hint\b/, /\bkey_exp\b/],
  };
  const sources = files.filter(
    (file) => /^(?:api|decide|server|clients|scripts)\//.test(file) && !file.endsWith('.gen.ts'),
  );
  for (const [name, own] of Object.entries(words))
    for (const word of own) {
      const found = sources.filter((file) => word.test(sourceOf(file)));
      const elsewhere = found.filter(
        (file) => file !== `api/${name}.ts` && !file.startsWith(`server/routes/${name}/`),
      );
      expect(elsewhere, String(word)).toEqual([]);
      expect(found, String(word)).toContain(`api/${name}.ts`);
    }
});

test('the image has every folder that the server imports from', () => {
  const inImage = sourceOf('deploy/Dockerfile.dockerignore').split('\n');
  const imported = files
    .filter((file) => /^(?:server|api|decide)\//.test(file))
    .flatMap((file) => [file, ...importsOf(file)])
    .map((path) => path.split('/')[0] ?? '')
    .filter((folder) => /^(?:api|decide|server|clients|spec|scripts|test)$/.test(folder));
  for (const folder of new Set(imported)) expect(inImage).toContain(`!${folder}`);
});
