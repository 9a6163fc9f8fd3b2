import * as fc from 'fast-check';
import type { Schema } from '../support/operations.ts';
import { accepts, keywordsIn, typesOf } from '../support/schemas.ts';

/** Any character but a lone surrogate, which no UTF-8 can carry. */
const text = (constraints: { minLength?: number; maxLength?: number } = {}) =>
  fc.oneof(
    fc.string({ unit: 'grapheme', ...constraints }),
    fc.string({ unit: 'binary', ...constraints }),
    fc.string({ unit: fc.constantFrom('a', 'é', '𝒳', ' ', '%', '"', '\\', '\u0000'), ...constraints }),
  );

/** Instants of the future, by the clock of the tests: what lies behind is no expiry, which no schema can say. */
const instant = fc
  .date({ min: new Date('2026-02-02'), max: new Date('9999-12-30'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Values that a schema accepts. */
export const goodFor = (schema: Schema): fc.Arbitrary<unknown> =>
  candidates(schema).filter((value) => accepts(schema, value));

function candidates(schema: Schema): fc.Arbitrary<unknown> {
  const { enum: values, anyOf = schema.oneOf } = schema;
  if (values) return fc.constantFrom(...values);
  if (anyOf) return fc.oneof(...anyOf.map(goodFor));
  const byType: Record<string, () => fc.Arbitrary<unknown>> = {
    string: () => strings(schema),
    integer: () => fc.integer(numberBounds(schema)),
    number: () => fc.double({ ...numberBounds(schema), noNaN: true, noDefaultInfinity: true }),
    boolean: () => fc.boolean(),
    null: () => fc.constant(null),
    array: () => arrays(schema),
    object: () => objects(schema),
  };
  const types = typesOf(schema).map((type) => byType[type]?.() ?? anything);
  return types.length > 0 ? fc.oneof(...types) : anything;
}

const anything = fc.jsonValue({ stringUnit: 'binary' });

const numberBounds = ({ minimum, maximum }: Schema) => ({
  ...(minimum !== undefined && { min: minimum }),
  ...(maximum !== undefined && { max: maximum }),
});

/** Scopes with operators between them, some in parentheses. */
const scopeQuery = fc
  .array(fc.constantFrom('a', 'files:read', 'files:*', '(a OR b:c)', '((a))'), { minLength: 1, maxLength: 8 })
  .chain((terms) => fc.constantFrom(' AND ', ' OR ').map((operator) => terms.join(operator)));

function strings({ pattern, format, minLength = 0, maxLength = 300, example }: Schema) {
  const given = typeof example === 'string' ? [fc.constant(example)] : [];
  if (format === 'email') return fc.oneof(fc.emailAddress(), ...given);
  if (format === 'ipv4') return fc.ipV4();
  if (format === 'ipv6') return fc.ipV6();
  if (format === 'cidr') return fc.oneof(fc.ipV4(), fc.ipV6(), ...given);
  if (format === 'scope-query') return fc.oneof(scopeQuery, ...given);
  if (format === 'date-time') return fc.oneof(instant, ...given);
  const free = text({ minLength, maxLength: Math.min(maxLength, 300) });
  return pattern === undefined || accepts({ pattern }, 'any text')
    ? fc.oneof(free, ...given)
    : fc.oneof(fc.stringMatching(new RegExp(pattern)), ...given);
}

function arrays({ items = {}, minItems: minLength = 0, maxItems = 8, uniqueItems }: Schema) {
  const bounds = { minLength, maxLength: maxItems, size: 'small' as const };
  return uniqueItems
    ? fc.uniqueArray(goodFor(items), { ...bounds, selector: (item) => JSON.stringify(item) })
    : fc.array(goodFor(items), bounds);
}

function objects(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [], additionalProperties, propertyNames, maxProperties = 4 } = schema;
  const model = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, goodFor(one)]));
  const record = fc.record(model, { requiredKeys: required });
  if (typeof additionalProperties !== 'object') return record;
  const entries = fc.dictionary(
    goodFor(propertyNames ?? { type: 'string' }).map(String),
    goodFor(additionalProperties),
    {
      maxKeys: maxProperties,
      size: 'small',
    },
  ) as fc.Arbitrary<Record<string, unknown>>;
  return fc.tuple(record, entries).map(([fixed, free]) => ({ ...free, ...fixed }));
}

/** Whether a schema refuses anything: if not, the search for a bad value would not end. */
const refuses = (schema: Schema) => keywordsIn(schema).size > 0;

/** Values that a schema refuses: good ones with one thing wrong in them, and nonsense. */
export const badFor = (schema: Schema): fc.Arbitrary<unknown> =>
  fc
    .oneof({ weight: 1, arbitrary: anything }, { weight: 4, arbitrary: spoilt(schema) })
    .filter((value) => !accepts(schema, value));

function spoilt(schema: Schema): fc.Arbitrary<unknown> {
  const { anyOf = schema.oneOf, items, properties = {}, required = [], maxLength, maxItems } = schema;
  if (anyOf) return fc.oneof(...anyOf.map(spoilt));
  const types = typesOf(schema);
  const ways: fc.Arbitrary<unknown>[] = [];
  if (types.includes('string')) {
    ways.push(
      text(),
      fc.tuple(candidates(schema), text()).map(([good, more]) => `${good}${more}`),
    );
    if (maxLength !== undefined)
      ways.push(fc.integer({ min: 1, max: 50 }).map((over) => '𝒳'.repeat(maxLength + over)));
  }
  if (types.includes('integer')) ways.push(fc.integer(), fc.double(), fc.maxSafeInteger());
  if (types.includes('array') && items) {
    if (refuses(items))
      ways.push(fc.tuple(arrays(schema), badFor(items)).map(([good, bad]) => [...good, bad]));
    if (maxItems !== undefined)
      ways.push(fc.array(goodFor(items), { minLength: maxItems + 1, maxLength: maxItems + 9 }));
  }
  if (types.includes('object')) {
    const good = objects(schema);
    const names = fc.oneof(text(), fc.constantFrom('__proto__', 'constructor', 'extra'));
    ways.push(
      fc.tuple(good, names, anything).map(([object, name, value]) => entered(object, name, value)),
      ...required.map((name) => good.map(({ [name]: _, ...rest }) => rest)),
      ...Object.entries(properties)
        .filter(([, property]) => refuses(property))
        .map(([name, property]) =>
          fc.tuple(good, badFor(property)).map(([object, value]) => ({ ...object, [name]: value })),
        ),
    );
    if (typeof schema.additionalProperties === 'object')
      ways.push(
        fc
          .tuple(good, badFor(schema.additionalProperties))
          .map(([object, value]) => entered(object, 'entry', value)),
      );
  }
  return ways.length > 0 ? fc.oneof(...ways) : anything;
}

/** A copy with one more entry, even where an assignment would set the prototype. */
export const entered = (object: object, name: string, value: unknown): Record<string, unknown> =>
  Object.fromEntries([...Object.entries(object), [name, value]]);
