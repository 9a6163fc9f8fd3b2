import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { commonScopes, covers, isGrantable, ownScopes, whyNotGrantable } from '../decide/scopes.ts';

const held = (...scopes: string[]) => new Set(scopes);

const word = fc.constantFrom('files', 'orders', 'eu', 'read', 'write');
/** One to four words with colons between them. */
const scope = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(':'));
const wildcard = scope.map((text) => `${text}:*`);
const any = fc.oneof(scope, wildcard, fc.constantFrom(...ownScopes));

test('a scope is covered by itself, and by no other', () => {
  expect(covers(held('files:read'), 'files:read')).toBe(true);
  for (const other of ['files', 'files:', 'files:rea', 'files:reads', 'files:read:all', 'FILES:READ'])
    expect(covers(held('files:read'), other), other).toBe(false);
});

test('a wildcard covers whatever begins with what stands before its star, at any depth', () => {
  for (const wanted of ['files:read', 'files:eu:read', 'files:eu:*', 'files:*', 'files:'])
    expect(covers(held('files:*'), wanted), wanted).toBe(true);
  for (const wanted of ['files', 'filesystem:read', 'orders:read', 'orders:files:read', 'orders:*'])
    expect(covers(held('files:*'), wanted), wanted).toBe(false);
});

test('a wanted wildcard is covered by that one or a wider one, not by what it stands for', () => {
  expect(covers(held('files:read', 'files:write', 'files:eu:*'), 'files:*')).toBe(false);
  expect(covers(held('files:*'), 'files:eu:*')).toBe(true);
  expect(covers(held('files:eu:*'), 'files:eu:*')).toBe(true);
});

test('a star covers by what stands before it, whatever the scopes', () => {
  fc.assert(
    fc.property(wildcard, any, (star, wanted) => {
      const isOwn = (ownScopes as readonly string[]).includes(wanted);
      expect(covers(held(star), wanted)).toBe(!isOwn && wanted.startsWith(star.slice(0, -1)));
    }),
  );
});

test('holding more scopes never covers less, and covering a wildcard covers what it covers', () => {
  fc.assert(
    fc.property(fc.array(any), any, any, any, (scopes, more, middle, wanted) => {
      if (covers(held(...scopes), wanted)) expect(covers(held(...scopes, more), wanted)).toBe(true);
      if (covers(held(...scopes), middle) && covers(held(middle), wanted))
        expect(covers(held(...scopes), wanted)).toBe(true);
    }),
  );
});

test('what begins with a colon is covered by itself alone', () => {
  expect(covers(held('*', ':*'), ':a')).toBe(false);
  expect(covers(held(':a'), ':a')).toBe(true);
});

test('no wildcard covers a scope of ours, even one that nobody could grant', () => {
  for (const own of ownScopes) {
    expect(covers(held(own), own)).toBe(true);
    expect(covers(held('*', ':*', `${own}:*`, `${own.split(':')[0]}:*`), own), own).toBe(false);
  }
});

test('what can be granted is a scope, or a wildcard that ends in a word, a colon and a star', () => {
  for (const good of [
    'files',
    'files:read',
    'a:*',
    'a:b:*',
    'a(b)',
    'metrics',
    'keys',
    'keyring:*',
    'a'.repeat(64),
  ])
    expect(whyNotGrantable(good), good).toBeUndefined();
});

test.each([
  [['', 'a b', 'a"b', 'a\\b', 'é', 'a\n', 'a'.repeat(65)], 'printable ASCII'],
  [['*'], 'every scope'],
  [['keys:*', 'metrics:*', 'keys:read:*', 'keys:re*'], 'keys:read, keys:write, keys:verify'],
  [['a*', '*:a', 'a:*:b', 'a:**', 'a:b*', ':*', '**', 'a:*:*'], 'only stand at the end'],
])('%j cannot be granted, and the reason says: %s', (scopes, reason) => {
  for (const scope of scopes) expect(whyNotGrantable(scope), scope).toContain(reason);
});

test('there is a reason exactly where a scope cannot be granted', () => {
  const unit = fc.constantFrom('keys', 'metrics', 'a', ':', '*', ' ', 'é');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 6 }), (text) => {
      expect(whyNotGrantable(text) === undefined).toBe(isGrantable(text));
    }),
  );
});

test('a granted scope covers nothing that the granting key lacks', () => {
  fc.assert(
    fc.property(fc.array(any), any, any, (scopes, given, wanted) => {
      if (!covers(held(...scopes), given)) return;
      if (covers(held(given), wanted)) expect(covers(held(...scopes), wanted)).toBe(true);
    }),
  );
});

test('the common scopes of two keys cover what both cover, and no more', () => {
  fc.assert(
    fc.property(fc.array(any), fc.array(any), any, (some, others, wanted) => {
      const common = commonScopes(held(...some), held(...others));
      expect(covers(common, wanted)).toBe(covers(held(...some), wanted) && covers(held(...others), wanted));
    }),
  );
});
