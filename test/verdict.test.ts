import { expect, test } from 'vitest';
import { type Cidr, parseCidr } from '../decide/cidr.ts';
import {
  explain,
  type KeyFacts,
  liveReasons,
  plainUntil,
  reasonAgainst,
  statusOf,
} from '../decide/verdict.ts';

const now = Date.UTC(2026, 0, 31);
const early = new Date(now - 1);
const late = new Date(now + 1);

const ranges = (...texts: string[]): Cidr[] =>
  texts.map(parseCidr).flatMap((parsed) => ('cidr' in parsed ? [parsed.cidr] : []));

const good: KeyFacts = {
  scopes: new Set(['a']),
  expiresAt: late,
  accountDisabledAt: null,
  disabledAt: null,
  endsAt: late,
  notBefore: early,
  allowedIps: ranges('203.0.113.0/24'),
  audience: ['https://api.example.com'],
};
const asked = {
  scopes: 'a',
  audience: 'https://api.example.com',
  client: (): { ip: string | null } => ({ ip: '203.0.113.7' }),
};

/** What makes a good key a bad one, by the reason. */
const faults: Record<(typeof liveReasons)[number], Partial<KeyFacts>> = {
  rotated: { endsAt: new Date(now) },
  account_disabled: { accountDisabledAt: early },
  disabled: { disabledAt: early },
  expired: { expiresAt: new Date(now) },
  not_yet_valid: { notBefore: late },
  insufficient_scope: { scopes: new Set() },
  ip_not_allowed: { allowedIps: ranges('198.51.100.0/24') },
  wrong_audience: { audience: ['https://other.example.com'] },
};

test('a key that meets every condition is accepted', () => {
  expect(reasonAgainst(good, asked, now)).toBeUndefined();
});

test.each(liveReasons)('%s is the reason if it is the first that applies', (reason) => {
  const rest = liveReasons.slice(liveReasons.indexOf(reason));
  expect(reasonAgainst({ ...good, ...faults[reason] }, asked, now)).toBe(reason);
  const bad = Object.assign({ ...good }, ...rest.map((fault) => faults[fault]));
  expect(reasonAgainst(bad, asked, now)).toBe(reason);
});

test('a key that only its scopes could refuse is plain until it ends', () => {
  const plain = { ...good, notBefore: null, allowedIps: null, audience: null };
  expect(plainUntil(plain)).toBe(now + 1);
  expect(plainUntil({ ...plain, endsAt: new Date(now) })).toBe(now);
  expect(plainUntil({ ...plain, endsAt: null, expiresAt: null })).toBe(Number.POSITIVE_INFINITY);
  const { disabledAt, notBefore, allowedIps, audience } = { ...good, disabledAt: early };
  for (const other of [
    { accountDisabledAt: early },
    { disabledAt },
    { notBefore },
    { allowedIps },
    { audience },
  ])
    expect(plainUntil({ ...plain, ...other }), Object.keys(other)[0]).toBe(Number.NEGATIVE_INFINITY);
});

test('an explanation has every check, in the order of the reasons, with its outcome', () => {
  const bad = { ...good, ...faults.expired, ...faults.wrong_audience };
  const failed = ['expired', 'wrong_audience'];
  expect(explain(bad, asked, now)).toEqual(
    liveReasons.map((check) => ({ check, passed: !failed.includes(check) })),
  );
});

test('a key is valid from notBefore itself on, and no longer at expiresAt itself', () => {
  const key = { disabledAt: null, notBefore: new Date(now), expiresAt: new Date(now + 10) };
  const statuses = [-1, 0, 9, 10].map((after) => statusOf(key, now + after));
  expect(statuses).toEqual(['not_yet_valid', 'active', 'active', 'expired']);
});

test('a key with addresses or an audience is refused if the verification has none', () => {
  expect(reasonAgainst(good, { ...asked, client: () => ({ ip: null }) }, now)).toBe('ip_not_allowed');
  expect(reasonAgainst(good, { ...asked, audience: undefined }, now)).toBe('wrong_audience');
});

test('a list that is empty allows nothing', () => {
  expect(reasonAgainst({ ...good, allowedIps: [] }, asked, now)).toBe('ip_not_allowed');
  expect(reasonAgainst({ ...good, audience: [] }, asked, now)).toBe('wrong_audience');
});

test('the address is read only if it decides', () => {
  const client = () => expect.unreachable();
  expect(reasonAgainst({ ...good, allowedIps: null }, { ...asked, client }, now)).toBeUndefined();
});
