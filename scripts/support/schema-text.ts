import { nameOf, type Schema } from './schemas.ts';

/** A value as code in Markdown: a string as it is, any other as JSON. */
export const code = (value: unknown): string =>
  `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

/** What a description says after the name of a thing. Its own lines stay in the item of the list that it is in. */
export const said = (description: string | undefined, indent: string): string =>
  description ? `: ${description.replaceAll(/\n(?=.)/g, `\n${indent}`)}` : '';

function span(least: number | undefined, most: number | undefined, unit: string): string[] {
  if (most === undefined) return least ? [`at least ${least}${unit}`] : [];
  return [least === undefined ? `at most ${most}${unit}` : `${least} to ${most}${unit}`];
}

/** The type of a value in words: `string, 1 to 255 characters`, `array of [Limit](#schema-limit)`. */
export function typeOf({ anyOf, enum: values, ...schema }: Schema = {}): string {
  const name = nameOf(schema);
  if (name) return `[${name}](#schema-${name.toLowerCase()})`;
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (values) return values.map(code).join(' or ');
  const { type = 'any', format, items, default: usual } = schema;
  const [main, ...others] = [type].flat();
  const facts = [
    main === 'array' ? `array of ${typeOf(items)}` : main,
    // The formats of numbers are for generators of code.
    ...(format && main === 'string' ? [format] : []),
    ...span(schema.minLength, schema.maxLength, ' characters'),
    ...span(schema.minItems, schema.maxItems, ' items'),
    ...span(schema.minimum, schema.maximum, ''),
    ...(usual === undefined ? [] : [`default ${code(usual)}`]),
  ];
  return [facts.join(', '), ...others].join(' or ');
}

/** The fields of an object as a list, each with the fields of an object that has no name of its own. */
export function fieldsOf({ properties = {}, required = [], items }: Schema, indent = ''): string {
  if (items) return fieldsOf(items, indent);
  return Object.entries(properties)
    .map(([name, field]) => {
      const type = `${typeOf(field)}${required.includes(name) ? ', required' : ''}`;
      const deeper = `${indent}  `;
      return `${indent}- \`${name}\`, ${type}${said(field.description, deeper)}\n${fieldsOf(field, deeper)}`;
    })
    .join('');
}
