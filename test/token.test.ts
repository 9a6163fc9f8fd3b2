import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isPlausible } from '../decide/token-form.ts';
import { newId } from '../server/id.ts';
import { hashToken, newToken, startOf } from '../server/token.ts';

test('a token is its prefix, 32 random characters and 6 of checksum', () => {
  const tokens = new Set(Array.from({ length: 1000 }, () => newToken('lk_')));
  expect(tokens.size).toBe(1000);
  for (const token of tokens) {
    expect(token).toMatch(/^lk_[0-9A-Za-z]{38}$/);
    expect(isPlausible(token)).toBe(true);
  }
});

test('each of the 62 characters is as likely as the others', () => {
  const counts = new Map<string, number>();
  for (let round = 0; round < 2000; round += 1)
    for (const character of newToken('lk_').slice(3, 35))
      counts.set(character, (counts.get(character) ?? 0) + 1);
  const expected = (2000 * 32) / 62;
  expect(counts.size).toBe(62);
  // Six standard deviations: a fair draw fails once in some ten million runs.
  for (const count of counts.values())
    expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
});

test('the checksum finds any one character that is wrong, and any two neighbours that are swapped', () => {
  const token = newToken('lk_');
  for (let place = 3; place < token.length; place += 1) {
    const other = token[place] === 'a' ? 'b' : 'a';
    expect(isPlausible(token.slice(0, place) + other + token.slice(place + 1))).toBe(false);
    const [left = '', right = ''] = token.slice(place, place + 2);
    if (left === right || right === '') continue;
    expect(isPlausible(token.slice(0, place) + right + left + token.slice(place + 2))).toBe(false);
  }
});

test('a token stays valid after the prefix of the deployment was changed', () => {
  expect(isPlausible(newToken('acme_live_'))).toBe(true);
});

test('what is shown of a token is its prefix and 4 characters; of a JWT, part of its header', () => {
  const token = newToken('acme_live_');
  expect(startOf(token)).toBe(token.slice(0, 14));
  const jwt = `${Buffer.from('{"alg":"EdDSA","typ":"JWT"}').toString('base64url')}.eyJzdWIiOiJ4In0.c2lnbmF0dXJl`;
  expect(isPlausible(jwt)).toBe(true);
  expect(startOf(jwt)).toBe(jwt.slice(0, 12));
});

test('what is kept of a token is its SHA-512', () => {
  expect(hashToken('lk_x')).toEqual(createHash('sha512').update('lk_x').digest());
});

test('ids are 24 hexadecimal digits, and sort by the second they were made in', () => {
  const ids = [1, 1_700_000_000, 4_294_967_295].map((seconds) => newId(seconds * 1000));
  expect(ids.every((id) => /^[0-9a-f]{24}$/.test(id))).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
});
