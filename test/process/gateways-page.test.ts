import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = await readFile(join(root, 'docs/GATEWAYS.md'), 'utf8');
const recipes = 'deploy/gateways';

/** The files that the page shows, each behind its name. */
const shown = new Map(
  Array.from(
    page.matchAll(/^\[(deploy\/gateways\/[^\]]+)\]\(\.\.\/\1\):\n\n```\w+\n(.*?)```$/gms),
    ([, file = '', text = '']) => [file, text] as const,
  ),
);

/** Without what only closes something. */
const linesOf = (text: string) => text.split('\n').filter((line) => !/^\s*(?:\}|<\/.*>)?$/.test(line));

test('the page shows a configuration of each gateway, as it is tested, in at most 20 lines', async () => {
  const gateways = await readdir(join(root, recipes));
  expect(new Set(Array.from(shown.keys(), (file) => file.split('/')[2]))).toEqual(new Set(gateways));
  for (const [file, text] of shown) {
    expect(text, file).toBe(await readFile(join(root, file), 'utf8'));
    expect(linesOf(text).length, file).toBeLessThanOrEqual(20);
  }
});

test('the page links every other file of a configuration', async () => {
  const files = await readdir(join(root, recipes), { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of files.filter((entry) => entry.isFile()))
    expect(page).toContain(`(../${join(parentPath, name).slice(root.length + 1)})`);
});
