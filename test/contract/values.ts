import * as fc from 'fast-check';
import type { Schema } from '../support/operations.ts';
import { typesOf } from '../support/schemas.ts';
import { entered, goodFor } from './arbitraries.ts';

/** The same at every run. */
const seed = 1;

/** An ordinary value that a schema accepts: its example where it has one. */
export function ordinary(schema: Schema): unknown {
  const { example, default: preset, enum: [first] = [], anyOf = schema.oneOf } = schema;
  const value = example ?? preset ?? first;
  if (value !== undefined) return value;
  return anyOf?.[0]
    ? ordinary(anyOf[0])
    : typesOf(schema)[0] === 'object'
      ? least(schema)
      : some(schema, 1)[0];
}

/** An object with what a schema requires, and no more. */
const least = ({ properties = {}, required = [] }: Schema) =>
  Object.fromEntries(required.map((name) => [name, ordinary(properties[name] ?? {})]));

const some = (schema: Schema, count: number) => fc.sample(goodFor(schema), { seed, numRuns: count });

/**
 * Values that lie at the edges of what a schema says: on each bound and one past it, of each type, near each pattern.
 * Which of them are good, the schema itself tells.
 */
export function valuesFor(schema: Schema): unknown[] {
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const types = typesOf(schema);
  return [
    ...anyType,
    ...('example' in schema ? [schema.example] : []),
    ...('default' in schema ? [schema.default] : []),
    ...(schema.enum ?? []).flatMap((value) => [value, `${value}x`, String(value).toUpperCase()]),
    ...alternatives.flatMap(valuesFor),
    ...(schema.not && typesOf(schema.not).length > 0 ? some(schema.not, 3) : []),
    ...(types.includes('string') ? strings(schema) : []),
    ...(types.includes('integer') || types.includes('number') ? numbers(schema) : []),
    ...(types.includes('array') ? arrays(schema) : []),
    ...(types.includes('object') ? objects(schema) : []),
  ];
}

const anyType = [
  null,
  true,
  false,
  0,
  1,
  1.5,
  '',
  'text',
  '1',
  'true',
  [],
  ['text'],
  ['text', 'text'],
  {},
  { a: 1 },
];

const oddStrings = [
  ' ',
  '\t\n',
  '\u00a0',
  '\ufeff',
  'a\u0000b',
  '\u0000',
  '\u0007',
  'é',
  'e\u0301',
  '漢字',
  '𝒳',
  '\u202e',
  '%',
  '%00',
  '\\',
  '"',
  "'",
  'a b',
  'a+b',
  'a&b=c',
  '../..',
  '__proto__',
  'constructor',
  'toString',
];

/** Values near the formats that are spoken of; a format that is not listed here gets the odd strings alone. */
const near: Record<string, string[]> = {
  email: [
    'a@example.com',
    'A.B+c@sub.example.org',
    "o'neil@example.com",
    'a!b@example.com',
    'a@localhost',
    'a@example',
    'a@1.com',
    'a@example.c1',
    'a@-example.com',
    'a@example-.com',
    'a',
    '@example.com',
    'a@',
    'a@@example.com',
    'a..b@example.com',
    '.a@example.com',
    'a.@example.com',
    'a b@example.com',
    'é@example.com',
    'a@éxample.com',
    '"a"@example.com',
    'a@[127.0.0.1]',
  ],
  ipv4: [
    '0.0.0.0',
    '255.255.255.255',
    '256.1.1.1',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.4:80',
    '1.2.3.4/8',
  ],
  ipv6: [
    '::',
    '::1',
    '1::8',
    '::ffff:1.2.3.4',
    '1::2::3',
    '1:2:3:4:5:6:7',
    'fe80::1%eth0',
    '[::1]',
    '::1/64',
  ],
  cidr: [
    '10.0.0.0/8',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '2001:DB8::/32',
    '::ffff:10.0.0.0/104',
    'fe80::1%eth0',
    '10.0.0',
  ],
  'scope-query': [
    'a',
    'a AND (b OR c:*)',
    'a b',
    'a AND',
    'a and b',
    'NOT a',
    '(a',
    'a)',
    '*',
    'keys:*',
    '(((((((((a)))))))))',
  ],
  'date-time': [
    '2030-01-31T12:00:00Z',
    '2030-01-31T12:00:00.123456789Z',
    '2030-01-31T12:00:00+14:00',
    '2028-02-29T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2030-02-29T00:00:00Z',
    '2030-02-30T00:00:00Z',
    '2030-13-01T00:00:00Z',
    '2030-01-31T24:00:00Z',
    '2030-01-31T12:60:00Z',
    '2030-12-31T23:59:60Z',
    '2030-01-31T12:00:00',
    '2030-01-31T12:00Z',
    '2030-01-31t12:00:00z',
    '2030-01-31 12:00:00Z',
    '2030-01-31T12:00:00+24:00',
    '2030-01-31T12:00:00+0100',
    '2030-01-31T12:00:00-00:00',
    '2030-01-31',
    '12030-01-31T12:00:00Z',
    '+012030-01-31T12:00:00Z',
    '1893499200',
  ],
};

function strings(schema: Schema): string[] {
  const { pattern = '', format = '', minLength, maxLength } = schema;
  const counted = [...pattern.matchAll(/\{(\d+)(?:,(\d+))?\}/g)].flatMap(([, ...bounds]) => bounds);
  const bounds = [minLength, maxLength, ...counted].filter((bound) => bound !== undefined).map(Number);
  const lengths = new Set(bounds.flatMap((bound) => [bound - 1, bound, bound + 1]).filter((n) => n >= 0));
  const good = pattern || format ? some(schema, 3).map(String) : [];
  return [
    // A character beyond the basic plane is two units of UTF-16, and one character.
    ...['a', 'é', '𝒳'].flatMap((letter) => [...lengths].map((length) => letter.repeat(length))),
    ...(format === 'email' ? [...lengths].map((length) => 'a@example.com'.padStart(length, 'a')) : []),
    ...good.flatMap((text) => [text, `${text}!`, `${text}\n`, `x${text}`, text.slice(1), text.toUpperCase()]),
    ...(near[format] ?? []),
    ...oddStrings,
  ];
}

const numbers = ({ minimum, maximum }: Schema): number[] => [
  ...[minimum, maximum].filter((bound) => bound !== undefined).flatMap((n) => [n - 1, n, n + 1]),
  ...[-1, -0, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 0.1, 1e-300, 5e-324, Number.MAX_VALUE],
];

function arrays({ items = {}, minItems, maxItems }: Schema): unknown[][] {
  const lengths = [minItems, maxItems].filter((bound) => bound !== undefined);
  const distinct = (length: number) =>
    fc.sample(
      fc.uniqueArray(goodFor(items), { minLength: length, maxLength: length, selector: JSON.stringify }),
      { seed, numRuns: 1 },
    )[0] ?? [];
  return [
    ...valuesFor(items).map((item) => [item]),
    ...lengths.flatMap((n) => [n - 1, n, n + 1].filter((length) => length >= 0).map(distinct)),
    [ordinary(items), ordinary(items)],
    [ordinary(items), null],
  ];
}

function objects(schema: Schema): Record<string, unknown>[] {
  const { properties = {}, additionalProperties, propertyNames, maxProperties } = schema;
  const base = least(schema);
  const all = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, ordinary(one)]));
  const entry = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const numbered = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, ordinary(entry ?? {})]));
  return [
    base,
    all,
    ...Object.entries(properties).flatMap(([name, property]) => {
      const { [name]: _, ...without } = base;
      return [
        without,
        { ...without, [`${name}s`]: ordinary(property) },
        { ...without, [name.toUpperCase()]: ordinary(property) },
        ...valuesFor(property).map((value) => ({ ...base, [name]: value })),
      ];
    }),
    ...['extra', '__proto__', 'constructor', ''].map((name) => entered(base, name, 'text')),
    ...(entry ? valuesFor(entry).map((value) => entered(base, 'entry', value)) : []),
    ...(propertyNames
      ? strings(propertyNames).map((name) => entered(base, name, ordinary(entry ?? {})))
      : []),
    ...(maxProperties === undefined ? [] : [numbered(maxProperties), numbered(maxProperties + 1)]),
  ];
}
