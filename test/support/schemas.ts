import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parseCidr } from '../../decide/cidr.ts';
import { parseScopeQuery } from '../../decide/scope-query.ts';
import type { Schema } from './operations.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
// RFC 3339, section 5.6: others also take a space for the T, an offset without a colon, and any leap second. There has
// been none since 2016, and none is announced.
const dateTime = ajv.formats['date-time'] as { validate: (text: string) => boolean };
ajv.addFormat(
  'date-time',
  (text: string) => dateTime.validate(text) && /t\d\d:\d\d:[0-5]\d(?:\.\d+)?(?:z|[+-]\d\d:\d\d)$/i.test(text),
);
// Our own formats, which are described in words: no pattern says which texts are good.
ajv.addFormat('cidr', (text: string) => 'cidr' in parseCidr(text));
ajv.addFormat('scope-query', (text: string) => 'query' in parseScopeQuery(text));
const validators = new WeakMap<Schema, ValidateFunction>();

/** What a schema finds wrong with a value; nothing where it accepts it. */
export function faultsIn(schema: Schema, value: unknown): ErrorObject[] {
  const validate = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validate);
  return validate(value) ? [] : [...(validate.errors ?? [])];
}

export const accepts = (schema: Schema, value: unknown) => faultsIn(schema, value).length === 0;

/** Makes unknown properties an error wherever a schema lists some: an answer says what is documented, and no more. */
export function strict(schema: Schema): Schema {
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    // A condition names only the properties that it is about.
    const copy = Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, key === 'dependentSchemas' ? value : walk(value)]),
    );
    return 'properties' in copy && !('additionalProperties' in copy)
      ? { ...copy, additionalProperties: false }
      : copy;
  };
  return walk(schema) as Schema;
}

export const typesOf = ({ type }: Schema): string[] => (type === undefined ? [] : [type].flat());

/** Keywords that say what is not good; of each, the suite tries a value that breaks it. */
const judging = new Set(
  'type enum required additionalProperties propertyNames maxProperties minItems maxItems uniqueItems minLength maxLength minimum maximum pattern format not'.split(
    ' ',
  ),
);

/** The keywords by which a schema, or one in it, can refuse a value. */
export function keywordsIn(schema: Schema): Set<string> {
  const {
    properties,
    dependentSchemas,
    items,
    additionalProperties,
    propertyNames,
    anyOf = [],
    oneOf = [],
  } = schema;
  const inner = [
    ...Object.values({ ...properties, ...dependentSchemas }),
    items,
    additionalProperties,
    propertyNames,
    ...anyOf,
    ...oneOf,
  ];
  const own = Object.entries(schema).filter(
    ([keyword, value]) =>
      judging.has(keyword) &&
      !(keyword === 'format' && value === 'password') &&
      !(keyword === 'additionalProperties' && value !== false),
  );
  return new Set([
    ...own.map(([keyword]) => keyword),
    ...inner.flatMap((part) => (typeof part === 'object' ? [...keywordsIn(part)] : [])),
  ]);
}
