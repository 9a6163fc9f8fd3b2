import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scopeQuery } from '../api/scope-query.ts';
import { missingScopes, type ScopeQuery, satisfies } from '../decide/scope-query.ts';

const read = (text: string): ScopeQuery => scopeQuery.parse(text);
/** Why a text is refused, and where; undefined where it is a query. */
const faultOf = (text: string) => scopeQuery.safeParse(text).error?.issues[0]?.message;

const holds = (text: string, ...held: string[]) => satisfies(new Set(held), read(text));
const lacks = (text: string, ...held: string[]) => missingScopes(new Set(held), read(text));

test('one scope is wanted as if it were named by itself', () => {
  expect(read('  files:read ')).toBe('files:read');
  expect(holds('files:read', 'files:*')).toBe(true);
  expect(holds('files:read', 'files:write')).toBe(false);
});

test('AND wants both sides, OR wants one, and parentheses come first', () => {
  const text = 'orders:read AND (invoices:read OR invoices:write)';
  expect(holds(text, 'orders:read', 'invoices:write')).toBe(true);
  expect(holds(text, 'orders:read')).toBe(false);
  expect(holds(text, 'invoices:read', 'invoices:write')).toBe(false);
});

test('AND binds tighter than OR', () => {
  expect(read('a OR b AND c OR d')).toEqual({ any: ['a', { all: ['b', 'c'] }, 'd'] });
  expect(read('(a OR b) AND c')).toEqual({ all: [{ any: ['a', 'b'] }, 'c'] });
});

test('white space is free, and none is needed beside a parenthesis', () => {
  expect(read('(a\tOR\nb)AND(c)')).toEqual({ all: [{ any: ['a', 'b'] }, 'c'] });
});

test('the missing scopes are named: of AND those that are not held, of OR all', () => {
  expect(lacks('a AND b AND c', 'b')).toEqual(['a', 'c']);
  expect(lacks('a OR b')).toEqual(['a', 'b']);
  expect(lacks('a AND (b OR c) AND (b OR d)', 'd')).toEqual(['a', 'b', 'c']);
  expect(lacks('a OR b', 'b')).toEqual([]);
});

test.each([
  ['', 1, 'Expected a scope or "(", found the end.'],
  ['   ', 4, 'Expected a scope or "(", found the end.'],
  ['a AND', 6, 'Expected a scope or "(", found the end.'],
  ['AND a', 1, 'Expected a scope or "(", found "AND".'],
  ['a OR OR b', 6, 'Expected a scope or "(", found "OR".'],
  ['()', 2, 'Expected a scope or "(", found ")".'],
  ['a b', 3, 'Expected AND, OR or the end, found "b".'],
  ['a (b)', 3, 'Expected AND, OR or the end, found "(".'],
  ['a)', 2, 'Expected AND, OR or the end, found ")".'],
  ['(a OR b', 8, 'Expected AND, OR or ")", found the end.'],
  ['(a b)', 4, 'Expected AND, OR or ")", found "b".'],
  ['a and b', 3, 'The operators are AND and OR, in capitals. There is no NOT.'],
  ['a NOT b', 3, 'The operators are AND and OR, in capitals. There is no NOT.'],
  ['or', 1, 'The operators are AND and OR, in capitals. There is no NOT.'],
  ['a AND NOT b', 7, 'The operators are AND and OR, in capitals. There is no NOT.'],
  ['a AND é', 7, 'Must have 1 to 64 printable ASCII characters, without space, " and \\.'],
  ['a OR b*', 6, 'A "*" can only stand at the end, after a word and a colon, such as "files:*".'],
  ['a AND *', 7, 'A key cannot have every scope: name what it may do, such as "files:*".'],
])('%j is refused at column %i: %s', (text, column, detail) => {
  expect(faultOf(text)).toBe(`Column ${column}: ${detail}`);
});

test('a query has at most 1,000 characters, 8 levels and 50 scopes', () => {
  const deep = (levels: number) => `${'('.repeat(levels)}a${')'.repeat(levels)}`;
  const wide = (scopes: number) => Array.from({ length: scopes }, (_, n) => `s:${n}`).join(' OR ');
  expect(read(deep(8))).toBe('a');
  expect(read(Array.from({ length: 9 }, () => deep(8)).join(' AND '))).toMatchObject({ all: { length: 9 } });
  expect(faultOf(deep(9))).toMatch(/^Column 9: .* 8 levels/);
  expect(read(wide(50))).toMatchObject({ any: { length: 50 } });
  expect(faultOf(wide(51))).toMatch(new RegExp(`^Column ${wide(50).length + 5}: .* 50 scopes`));
  expect(read('a'.padEnd(1_000))).toBe('a');
  expect(faultOf('a'.padEnd(1_001))).toMatch(/^Column 1001: .* 1000 characters/);
});

const scope = fc.constantFrom('a', 'b', 'c:x', 'c:*', 'd');
const { query } = fc.letrec<{ query: ScopeQuery }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scope,
    fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map((any) => ({ any })),
  ),
}));
const scopes = fc.array(scope).map((held) => new Set(held));

function written(query: ScopeQuery): string {
  if (typeof query === 'string') return query;
  const [operator, parts] = 'all' in query ? [' AND ', query.all] : [' OR ', query.any];
  return `(${parts.map(written).join(operator)})`;
}

test('a query that is written out reads as what it was', () => {
  fc.assert(
    fc.property(query, (one) => {
      expect(read(written(one))).toEqual(one);
    }),
  );
});

test('missing scopes are not held, and adding them meets the query', () => {
  fc.assert(
    fc.property(query, scopes, (one, held) => {
      const missing = missingScopes(held, one);
      expect(missing.length === 0).toBe(satisfies(held, one));
      expect(satisfies(new Set([...held, ...missing]), one)).toBe(true);
      for (const wanted of missing) expect(satisfies(held, wanted)).toBe(false);
    }),
  );
});

test('any text is parsed, or refused at a column within it or just after it', () => {
  const unit = fc.constantFrom('a', ' ', '(', ')', 'AND ', ' OR', 'NOT', '*', ':', 'é', '\ud800');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 300 }), (text) => {
      const fault = faultOf(text);
      if (fault === undefined) return;
      const column = Number(/^Column (\d+): /.exec(fault)?.[1]);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual(text.length + 1);
      expect(fault.isWellFormed()).toBe(true);
    }),
  );
});
