import { expect, test } from 'vitest';
import { GenerationalCache } from '../decide/generational-cache.ts';

const names = (count: number, prefix = 'name') => Array.from({ length: count }, (_, n) => `${prefix} ${n}`);

test('a value that is asked for stays, however many others come and go', () => {
  const recent = new GenerationalCache<string>(10);
  recent.set('in use', 'value');
  for (const name of names(1_000)) {
    recent.set(name, name);
    expect(recent.get('in use')).toBe('value');
  }
});

test('a value that is not asked for is dropped: there is never more than fits', () => {
  const recent = new GenerationalCache<string>(100, (value) => value.length);
  for (const name of names(1_000)) {
    recent.set(name, 'x'.repeat(1 + (name.length % 7)));
    recent.get('name 0');
  }
  const kept = names(1_000).flatMap((name) => recent.get(name) ?? []);
  expect(kept.join('').length).toBeLessThanOrEqual(100);
  expect(kept.length).toBeGreaterThan(5);
});

test('what was set again counts once, as it is now', () => {
  const recent = new GenerationalCache<string>(20, (value) => value.length);
  recent.set('other', 'o');
  for (const length of [9, 1, 9, 1]) recent.set('name', 'x'.repeat(length));
  expect(recent.get('name')).toBe('x');
  expect(recent.get('other')).toBe('o');
});

test('what is deleted is gone, whichever generation it was in, and its place is free', () => {
  const recent = new GenerationalCache<string>(4);
  for (const name of names(4)) recent.set(name, name);
  for (const name of names(4)) recent.delete(name);
  for (const name of names(4)) expect(recent.get(name)).toBeUndefined();

  recent.set('a', 'a');
  for (const name of names(100)) {
    recent.set(name, name);
    recent.delete(name);
  }
  expect(recent.get('a')).toBe('a');
});

test('after it was cleared nothing is there, and there is room as before', () => {
  const recent = new GenerationalCache<string>(4);
  for (const name of names(3)) recent.set(name, name);
  recent.clear();
  for (const name of names(3)) expect(recent.get(name)).toBeUndefined();
  const four = names(4, 'new');
  for (const name of four) recent.set(name, name);
  expect(recent.get('new 0')).toBe('new 0');
});
