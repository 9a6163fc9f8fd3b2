import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { documentOf } from '../../scripts/support/document.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { readConfig } from '../../server/process/config.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const readme = await readFile(join(root, 'README.md'), 'utf8');
const oauth = await readFile(join(root, 'docs/OAUTH.md'), 'utf8');
const keys = await readFile(join(root, 'docs/KEYS.md'), 'utf8');
const configuration = await readFile(join(root, 'docs/CONFIGURATION.md'), 'utf8');

/** What the curl lines of a text print, at a service of its own. */
async function printed(text: string): Promise<unknown[]> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-readme-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await using service = await startProcess({ env: { DATA_DIR: join(directory, 'data') } });

  const blocks = Array.from(text.matchAll(/```sh\n(.*?)```/gs), ([, block = '']) => block);
  const script = blocks.filter((block) => block.includes('curl')).join('\necho\n');
  const here = script.replaceAll('http://127.0.0.1:8787', service.url);
  const { stdout } = await run('bash', ['-euc', here], { cwd: directory });
  return stdout
    .trim()
    .split(/\n+|(?<=\})(?=\{)/)
    .map((line) => JSON.parse(line));
}

test('the README’s curl lines work as they stand, and those of docs/KEYS.md and docs/OAUTH.md after them', async () => {
  expect(await printed(`${readme}\n${keys}\n${oauth}`)).toMatchObject([
    { valid: true, key: { name: 'CI', scopes: ['files:read'], externalId: 'user_8812' } },
    { name: 'API servers', scopes: ['keys:verify'], token: expect.stringMatching(/^lk_/) },
    { name: 'Settings page', scopes: ['operator:keys'] },
    { email: expect.stringMatching(/^ada-\d+@example\.com$/) },
    { valid: true, key: { name: 'Mobile app', scopes: ['files:read'] } },
    { name: 'CI', token: expect.stringMatching(/^lk_/), tokens: [{ state: 'current' }, { state: 'next' }] },
    { name: 'Nightly export', allowedIps: ['203.0.113.0/24', '2001:db8::/32'] },
    { name: 'editor', scopes: ['files:read', 'files:write'] },
    { name: 'Desktop app', roles: ['editor'] },
    { externalId: 'user_8812', metadata: { plan: 'pro', region: 'eu' } },
    { name: 'Pro plan', limits: [{ name: 'burst', limit: 100 }], quota: { remaining: 10_000 } },
    { externalId: 'user_8812', limits: [{ name: 'plan', limit: 50_000 }], quota: { remaining: 1_000_000 } },
    {
      externalId: 'user_8812',
      policy: { maxKeys: 100, allowedScopes: ['orders:*', 'files:*'] },
      keyCount: 4,
    },
    { active: true, username: 'user_8812' },
    { valid: true },
    { active: false },
  ]);
});

test('the curl lines of docs/OAUTH.md work as they stand, and the docs have one of them', async () => {
  const [, shown = ''] = /```json\n(.*?)```/s.exec(oauth) ?? [];
  const [active, exchanged, inactive] = (await printed(oauth)) as [object, object, object];
  expect(Object.keys(active)).toEqual(Object.keys(JSON.parse(shown)));
  expect(active).toMatchObject({ active: true, scope: 'files:read', username: 'user_8812' });
  expect(exchanged).toMatchObject({ valid: true, key: { name: 'Mobile app', scopes: ['files:read'] } });
  expect(inactive).toEqual({ active: false });
  const [, line = ''] = /```sh\n(.*?)```/s.exec(documentOf('oauth').info.description ?? '') ?? [];
  expect(line).toContain('curl');
  expect(oauth).toContain(line);
});

test('the docs lead with the curl lines of the README, and revoke the key', async () => {
  const { description = '' } = documentOf('latchkey').info;
  const [, lines = ''] = /```sh\n(.*?)```/s.exec(description) ?? [];
  expect(description.match(/\bcurl\b/g)).toHaveLength(4);
  expect(readme).toContain(lines);
  expect(await printed(`${description}\n\`\`\`sh\n${verification(lines)}\`\`\``)).toMatchObject([
    { valid: true, key: { name: 'CI', scopes: ['files:read'] } },
    { valid: false, reason: 'revoked', key: { name: 'CI' } },
  ]);
});

/** The last call of these lines. */
const verification = (lines: string) => lines.slice(lines.lastIndexOf('\ncurl') + 1);

test('docs/CONFIGURATION.md names every setting and its default', () => {
  const rows = Array.from(configuration.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| ([^|]+) \|/gm));
  const documented = new Map(
    rows.flatMap(([, names = '', defaults = '']) => {
      const values = defaults.split(', ');
      return names.split(', ').map((name, index) => [name.slice(1, -1), values[index] ?? ''] as const);
    }),
  );
  const config: Record<string, unknown> = readConfig({});
  for (const [name, value] of Object.entries(config))
    expect(documented.get(name), name).toBe(`\`${String(value)}\``);
  const unset = [
    ...['PUBLIC_URL', 'DATABASE_URL', 'OPERATOR_TOKEN', 'SIGNING_KEYS', 'CLIENT_IP_HEADER'],
    'GITHUB_SECRET_SCANNING_KEYS',
    ...['MAX_KEY_LIFETIME_DAYS', 'ALLOWED_SCOPES'],
  ];
  expect([...documented.keys()].sort()).toEqual([...Object.keys(config), ...unset].sort());
});
