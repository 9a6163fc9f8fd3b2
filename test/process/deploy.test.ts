import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { longestStop } from '../../server/process/boot.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const textOf = (file: string) => readFile(join(root, file), 'utf8');
const readme = await textOf('README.md');
const operations = await textOf('docs/OPERATIONS.md');
const leaks = await textOf('docs/LEAKS.md');
const deploying = await textOf('docs/DEPLOYING.md');

/** Whether deploy/Dockerfile.dockerignore lets a file into the image: as in Docker, the last pattern that fits it decides. */
async function inImage(): Promise<(file: string) => boolean> {
  const patterns = (await textOf('deploy/Dockerfile.dockerignore'))
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const path = line.replace(/^!/, '').replaceAll('.', '\\.').replaceAll('*', '[^/]*');
      return { fits: new RegExp(`^${path}(?:/|$)`), isIn: line.startsWith('!') };
    });
  return (file) => patterns.findLast(({ fits }) => fits.test(file))?.isIn ?? true;
}

/** A directory with the files of the image. */
async function openImage(): Promise<string> {
  const image = await mkdtemp(join(tmpdir(), 'latchkey-image-'));
  onTestFinished(() => rm(image, { recursive: true, force: true }));
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root });
  const isIn = await inImage();
  for (const file of stdout.trim().split('\n').filter(isIn)) await cp(join(root, file), join(image, file));
  await symlink(join(root, 'node_modules'), join(image, 'node_modules'));
  return image;
}

/** The commands that the docs tell an operator to run, by the script that runs. Those of developers need a checkout. */
async function commandsOfOperators(): Promise<string[]> {
  const { scripts } = JSON.parse(await textOf('package.json'));
  const [forOperators = ''] = readme.split('## Dependencies');
  const told = `${forOperators}\n${deploying}\n${operations}\n${leaks}`.matchAll(
    /\bnpm run (?:--silent )?([\w:-]+)/g,
  );
  const commands: string[] = Array.from(told, ([, name = '']) => scripts[name] ?? '');
  const ofScripts = commands.flatMap((command) => /^node (scripts\/[\w-]+\.ts)$/.exec(command)?.[1] ?? []);
  return [...new Set(ofScripts)].filter((script) => script !== 'scripts/bench.ts').sort();
}

test('the image has every command that the docs tell an operator to run', async () => {
  const image = await openImage();
  const said = async (script: string) => {
    const env = { TOKEN_PREFIX: 'acme_' };
    const ended = await run(process.execPath, [script], { cwd: image, env }).catch((error) => error);
    return `${ended.stdout}${ended.stderr}`;
  };
  const commands = await commandsOfOperators();
  expect(
    Object.fromEntries(await Promise.all(commands.map(async (name) => [name, await said(name)]))),
  ).toEqual({
    'scripts/gitleaks.ts': expect.stringContaining('acme_'),
    // Both have loaded all that they import when they ask for this.
    'scripts/migrate.ts': expect.stringMatching(/^Set DATABASE_URL /),
    'scripts/secrets.ts': expect.stringMatching(
      /^OPERATOR_TOKEN=lko_\w+\nSIGNING_KEYS='\{"keys":\[.+\]\}'\n$/,
    ),
    'scripts/to-postgres.ts': expect.stringMatching(/^Nothing was copied: Set DATABASE_URL /),
  });
  for (const command of commands) expect(operations, command).toContain(`latchkey ${command}`);
});

test('a recipe gives a process longer to stop than it can take', async () => {
  const graces = {
    'deploy/latchkey.service': /^TimeoutStopSec=(\d+)$/m,
    'deploy/compose.yaml': /^ {2}stop_grace_period: (\d+)s$/m,
    'docs/OPERATIONS.md': /\bGive it (\d+) s\./,
  };
  for (const [file, grace] of Object.entries(graces)) {
    const [, seconds] = grace.exec(await textOf(file)) ?? [];
    expect(Number(seconds) * 1_000, file).toBeGreaterThan(longestStop);
  }
  const [, total] = /terminationGracePeriodSeconds: (\d+)/.exec(operations) ?? [];
  const [, before] = /preStop: \{ sleep: \{ seconds: (\d+) \} \}/.exec(operations) ?? [];
  expect((Number(total) - Number(before)) * 1_000).toBeGreaterThan(longestStop);
  for (const file of ['deploy/latchkey.service', 'deploy/compose.yaml', 'docs/OPERATIONS.md'])
    expect(await textOf(file)).toContain(`at most ${Math.ceil(longestStop / 1_000)} s`);
});

test('systemd starts the service again however often its start has failed', async () => {
  const unit = await textOf('deploy/latchkey.service');
  expect(/^\[Unit\]\n(.+\n)+/m.exec(unit)?.[0]).toMatch(/^StartLimitIntervalSec=0$/m);
  expect(unit).toMatch(/^Restart=always$/m);
});

test('an upgrade with the compose file replaces one replica after the other', async () => {
  const [, commands = ''] = (await textOf('deploy/compose.yaml')).split('# A new release:');
  const upgraded = Array.from(commands.matchAll(/^# {3}docker compose (.+)$/gm), ([, command]) => command);
  expect(upgraded).toEqual([
    'build',
    ...['migrate', 'restrict'].map((name) => `run --rm --no-deps ${name}`),
    ...['latchkey-1', 'latchkey-2'].map((name) => `up --detach --wait --no-deps ${name}`),
  ]);
  // With Docker's addresses, which change.
  const servers = (await textOf('deploy/nginx.conf')).match(/^ *server \S+:8787 .+$/gm);
  expect(servers).toHaveLength(2);
  for (const server of servers ?? []) expect(server).toMatch(/ resolve;$/);
});

test('the compose file publishes plain HTTP on the machine alone', async () => {
  const published = (await textOf('deploy/compose.yaml')).matchAll(
    /^ {4}ports:\n(?: {6}#.+\n)*((?: {6}- .+\n)+)/gm,
  );
  expect(Array.from(published, ([, ports]) => ports)).toEqual(['      - "127.0.0.1:8080:8080"\n']);
});

test('sign-up is closed in each recipe: on Postgres by default', async () => {
  expect(await textOf('deploy/latchkey.service')).toMatch(/^Environment=.* SIGN_UP=closed$/m);
  const [start] = /^ *DATABASE_URL=.*node server\/start\.js$/m.exec(deploying) ?? [];
  for (const recipe of [start, await textOf('deploy/compose.yaml')]) {
    expect(recipe).toMatch(/^ *DATABASE_URL[:=]/m);
    expect(recipe).not.toContain('SIGN_UP');
  }
});
