import { expect, test } from 'vitest';
import { KeyCache } from '../decide/key-cache.ts';
import { verifiedKey } from './support/verified-key.ts';

test.each([
  ['it changed meanwhile', (keys: KeyCache) => keys.invalidate('00')],
  ['an account changed meanwhile', (keys: KeyCache) => keys.invalidateAccount('any')],
  ['a role changed meanwhile', (keys: KeyCache) => keys.invalidateRoles()],
])('what a look-up finds is not remembered if %s', async (_, tell) => {
  const gate = Promise.withResolvers<undefined>();
  let asked = 0;
  const keys = new KeyCache({
    find: () => {
      asked += 1;
      return gate.promise;
    },
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  const first = keys.find('00');
  tell(keys);
  const second = keys.find('00');
  expect(asked).toBe(2);
  gate.resolve(undefined);
  await Promise.all([first, second]);
  await keys.find('00');
  expect(asked).toBe(2);
});

test('the keys of an account that changed are looked up again, once, and those of others are not, however many change', async () => {
  const asked: string[] = [];
  const keys = new KeyCache({
    find: async (hash) => {
      asked.push(hash);
      return verifiedKey({ hash, accountId: `account ${hash}` });
    },
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  for (const hash of ['00', '01']) await keys.find(hash);
  keys.invalidateAccount('account 00');
  for (const hash of ['00', '01', '00', '01']) await keys.find(hash);
  expect(asked).toEqual(['00', '01', '00']);

  for (let n = 0; n < 10_001; n += 1) keys.invalidateAccount(`other ${n}`);
  for (const hash of ['00', '01']) await keys.find(hash);
  expect(asked.slice(3)).toEqual(['00', '01']);
});

test('when a role changes, keys with roles are looked up again, once, and others are not', async () => {
  const asked: string[] = [];
  const keys = new KeyCache({
    find: async (hash) => {
      asked.push(hash);
      return verifiedKey({ hash, hasRoles: hash === '00' });
    },
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  for (const hash of ['00', '01']) await keys.find(hash);
  keys.invalidateRoles();
  for (const hash of ['00', '01', '00', '01']) await keys.find(hash);
  expect(asked).toEqual(['00', '01', '00']);
});

test('a look-up that failed is not remembered', async () => {
  let asked = 0;
  const keys = new KeyCache({
    find: async () => {
      asked += 1;
      if (asked === 1) throw new Error('down');
      return undefined;
    },
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  await expect(keys.find('00')).rejects.toThrow('down');
  expect(await keys.find('00')).toBeUndefined();
  expect(asked).toBe(2);
});

test('a look-up while the cache is stale does not join one that began before', async () => {
  let current = true;
  let asked = 0;
  const keys = new KeyCache({
    find: async () => {
      asked += 1;
      return undefined;
    },
    isFresh: () => current,
    bytes: 2 ** 20,
  });
  const first = keys.find('00');
  current = false;
  await Promise.all([first, keys.find('00')]);
  expect(asked).toBe(2);
});

test('the keys that were used last are cached, in the memory that is set', async () => {
  const key = verifiedKey({ name: 'x'.repeat(250) });
  let asked = 0;
  const keys = new KeyCache({
    find: async (hash) => {
      asked += 1;
      return { ...key, hash };
    },
    isFresh: () => true,
    bytes: 15_000,
  });
  for (let n = 0; n < 20; n += 1) await keys.find(String(n));
  await keys.find('19');
  expect(asked).toBe(20);
  await keys.find('0');
  expect(asked).toBe(21);
});
