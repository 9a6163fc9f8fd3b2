import { expect, test } from 'vitest';
import { KeyCache } from '../decide/key-cache.ts';
import type { VerifiedKey } from '../decide/verified-key.ts';
import { verifiedKey } from './support/verified-key.ts';

/** A cache, and the hashes that it has looked up. */
function counting(
  find: (hash: string) => Promise<VerifiedKey | undefined>,
  { isFresh = (): boolean => true, bytes = 2 ** 20 } = {},
) {
  const asked: string[] = [];
  const keys = new KeyCache({
    find: (hash) => {
      asked.push(hash);
      return find(hash);
    },
    isFresh,
    bytes,
  });
  return { keys, asked };
}

test.each([
  ['it changed meanwhile', (keys: KeyCache) => keys.invalidate('00')],
  ['an account changed meanwhile', (keys: KeyCache) => keys.invalidateAccount('any')],
  ['a role changed meanwhile', (keys: KeyCache) => keys.invalidateRoles()],
])('what a look-up finds is not remembered if %s', async (_, tell) => {
  const [before, after] = [Promise.withResolvers<VerifiedKey>(), Promise.withResolvers<VerifiedKey>()];
  const { keys, asked } = counting(() => (asked.length === 1 ? before : after).promise);
  const first = keys.find('00');
  tell(keys);
  const second = keys.find('00');
  after.resolve(verifiedKey({ name: 'After' }));
  await second;
  before.resolve(verifiedKey({ name: 'Before' }));
  expect(await first).toMatchObject({ name: 'Before' });
  expect(await keys.find('00')).toMatchObject({ name: 'After' });
  expect(asked).toHaveLength(2);
});

test('the keys of an account that changed are looked up again, once, and those of others are not, however many change', async () => {
  const { keys, asked } = counting(async (hash) => verifiedKey({ hash, accountId: `account ${hash}` }));
  for (const hash of ['00', '01']) await keys.find(hash);
  keys.invalidateAccount('account 00');
  for (const hash of ['00', '01', '00', '01']) await keys.find(hash);
  expect(asked).toEqual(['00', '01', '00']);

  for (let n = 0; n < 10_001; n += 1) keys.invalidateAccount(`other ${n}`);
  for (const hash of ['00', '01']) await keys.find(hash);
  expect(asked.slice(3)).toEqual(['00', '01']);
});

test('when a role changes, keys with roles are looked up again, once, and others are not', async () => {
  const { keys, asked } = counting(async (hash) => verifiedKey({ hash, hasRoles: hash === '00' }));
  for (const hash of ['00', '01']) await keys.find(hash);
  keys.invalidateRoles();
  for (const hash of ['00', '01', '00', '01']) await keys.find(hash);
  expect(asked).toEqual(['00', '01', '00']);
});

test('a look-up that failed is not remembered', async () => {
  const { keys, asked } = counting(async () => {
    if (asked.length === 1) throw new Error('down');
    return undefined;
  });
  await expect(keys.find('00')).rejects.toThrow('down');
  expect(await keys.find('00')).toBeUndefined();
  expect(asked).toHaveLength(2);
});

test('a look-up while the cache is stale does not join one that began before', async () => {
  let current = true;
  const { keys, asked } = counting(async () => undefined, { isFresh: () => current });
  const first = keys.find('00');
  current = false;
  await Promise.all([first, keys.find('00')]);
  expect(asked).toHaveLength(2);
});

test('the keys that were used last are cached, in the memory that is set', async () => {
  const key = verifiedKey({ name: 'x'.repeat(250) });
  const { keys, asked } = counting(async (hash) => ({ ...key, hash }), { bytes: 15_000 });
  for (let n = 0; n < 20; n += 1) await keys.find(String(n));
  await keys.find('19');
  expect(asked).toHaveLength(20);
  await keys.find('0');
  expect(asked).toHaveLength(21);
});

test('the metadata of its account take memory with each key', async () => {
  const key = verifiedKey({ accountMetadata: { note: 'x'.repeat(4_000) } });
  const { keys, asked } = counting(async (hash) => ({ ...key, hash }), { bytes: 20_000 });
  for (const hash of ['0', '1', '2', '0']) await keys.find(hash);
  expect(asked).toHaveLength(4);
});
