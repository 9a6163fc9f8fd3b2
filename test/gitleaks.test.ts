import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { patternOf } from '../decide/token-form.ts';
import { newToken } from '../server/token.ts';

const script = join(import.meta.dirname, '../scripts/gitleaks.ts');
const configurationFor = async (TOKEN_PREFIX: string) =>
  (await promisify(execFile)(process.execPath, [script], { env: { TOKEN_PREFIX } })).stdout;

test.each(['lk_', 'acme_live_'])('a scanner finds the tokens with the prefix %s in a text', (prefix) => {
  const pattern = new RegExp(patternOf([prefix]), 'g');
  const tokens = Array.from({ length: 100 }, () => newToken(prefix));
  const text = tokens.map((token) => `API_KEY="${token}"\nurl?key=${token}&a=b`).join('\n');
  expect(text.match(pattern)).toEqual(tokens.flatMap((token) => [token, token]));
});

test('a scanner takes no text of another length or prefix for a token', () => {
  const token = newToken('lk_');
  const pattern = new RegExp(patternOf(['lk_']));
  expect(pattern.test(token)).toBe(true);
  for (const other of [
    token.slice(0, -1),
    `${token}a`,
    `x${token}`,
    token.replace('lk_', 'lx_'),
    `${token}_`,
  ])
    expect(pattern.test(other), other).toBe(false);
});

test('the script prints a rule of gitleaks for the prefixes of a deployment, and for operator and refresh tokens', async () => {
  const configuration = await configurationFor('acme_');
  const [, regex = ''] = /^regex = '''(.+)'''$/m.exec(configuration) ?? [];
  for (const prefix of ['acme_', 'lko_', 'lkr_']) expect(newToken(prefix)).toMatch(new RegExp(regex));
  expect(newToken('lk_')).not.toMatch(new RegExp(regex));
  expect(configuration).toContain('keywords = ["acme_","lko_","lkr_"]');
  const several = await configurationFor('acme_live_,acme_test_');
  expect(several).toContain('keywords = ["acme_live_","acme_test_","lko_","lkr_"]');
  const pattern = new RegExp(/^regex = '''(.+)'''$/m.exec(several)?.[1] ?? '');
  for (const prefix of ['acme_live_', 'acme_test_']) expect(newToken(prefix)).toMatch(pattern);
  expect(newToken('acme_')).not.toMatch(pattern);
  expect(await configurationFor('')).toContain('keywords = ["lk_","lko_","lkr_"]');
  await expect(configurationFor('Nonsense')).rejects.toMatchObject({
    stderr: expect.stringContaining('TOKEN_PREFIX must be'),
  });
});
