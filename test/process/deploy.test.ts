import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { longestStop } from '../../server/process/boot.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (file: string) => readFile(join(root, file), 'utf8');
const operations = await textOf('docs/OPERATIONS.md');

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
