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

/** What a file imports, types included: packages by their name, files by their path from the root. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const specifiers = source.matchAll(/(?:^|\n)(?:import|export)\s(?:[^;'"]*?\sfrom\s)?['"]([^'"]+)['"]/g);
  return Array.from(specifiers, ([, specifier = '']) =>
    specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
  );
}

const inRoom = (...rooms: string[]) => files.filter((file) => rooms.some((room) => file.startsWith(room)));

/** Each import of these files that is not allowed, as `file -> import`. */
const forbidden = (from: string[], allowed: (imported: string) => boolean) =>
  from.flatMap((file) =>
    importsOf(file)
      .filter((imported) => !allowed(imported))
      .map((imported) => `${file} -> ${imported}`),
  );

const services = inRoom('server/').filter(
  (file) =>
    !/^server\/(?:routes|http|db)\/|^server\/(?:app|boot|config|deps|docs|node|bun|deno)\.ts$/.test(file),
);

test('the contracts import zod-openapi and each other', () => {
  expect(forbidden(inRoom('api/'), (to) => to === '@hono/zod-openapi' || to.startsWith('api/'))).toEqual([]);
});

test('services know neither HTTP nor the contracts', () => {
  const foreign = /^(?:hono|@hono\/.*|api\/.*|server\/(?:routes|http)\/.*|server\/app\.ts)$/;
  expect(services).toContain('server/keys.ts');
  expect(services).toContain('server/background/sweeper.ts');
  expect(forbidden(services, (to) => !foreign.test(to))).toEqual([]);
});

test('only app.ts imports the routes of a contract', () => {
  const routes =
    /^server\/routes\/(?:keys|accounts|sessions|verification|usage|health|metrics|journal|share)\.ts$/;
  const others = files.filter((file) => file !== 'server/app.ts');
  expect(forbidden(others, (to) => !routes.test(to))).toEqual([]);
});

test('the database is reached through server/db alone', () => {
  // What we are measured against is not ours.
  const outside = inRoom('api/', 'server/', 'clients/', 'scripts/').filter(
    (file) => !/^(?:server\/db|scripts\/bench)\//.test(file),
  );
  expect(forbidden(outside, (to) => to !== 'postgres' && !to.startsWith('@electric-sql/'))).toEqual([]);
  expect(importsOf('server/db/client.ts')).toContain('postgres');
  expect(importsOf('server/db/pglite.ts')).toContain('@electric-sql/pglite');
});

test('the client imports nothing of the server or the contracts', () => {
  expect(forbidden(inRoom('clients/'), (to) => to === 'openapi-fetch' || to.startsWith('clients/'))).toEqual(
    [],
  );
});

test('only the file of a runtime touches its globals', () => {
  const globals = /\b(?:Bun|Deno)\.|(?<!node:)\bprocess\.(?:env|exit|on|once)\b/;
  const touching = inRoom('server/', 'api/', 'clients/').filter((file) =>
    globals.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(touching.sort()).toEqual(['server/bun.ts', 'server/deno.ts', 'server/node.ts']);
});

test('imports are relative and name their file', () => {
  const relative = (file: string) =>
    Array.from(readFileSync(join(root, file), 'utf8').matchAll(/from '(\.[^']+)'/g), ([, to = '']) => to);
  for (const file of files) for (const to of relative(file)) expect(to, file).toMatch(/\.(?:ts|json)$/);
});

test('the words of one contract stay in its own files', () => {
  const own = {
    journal: [/\bapi_key'/, /\battributes\b/, /'Never'/],
    share: [/\bisNever\b/, /\bexpireAt\b/, /\bapikey_id\b/, /\bapiKeys\b/, /\b__v\b/],
  };
  const sources = inRoom('api/', 'server/', 'clients/', 'scripts/').filter(
    (file) => !file.endsWith('.gen.ts'),
  );
  for (const [contract, words] of Object.entries(own))
    for (const word of words) {
      const found = sources.filter((file) => word.test(readFileSync(join(root, file), 'utf8')));
      const allowed = [`api/${contract}.ts`, `server/routes/${contract}.ts`];
      expect(
        found.filter((file) => !allowed.includes(file)),
        String(word),
      ).toEqual([]);
      expect(found, String(word)).toContain(`api/${contract}.ts`);
    }
});
