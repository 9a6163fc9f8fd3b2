import { InvalidInput } from '../errors.ts';

/** The fields of a query or a form: a text for each name, or a list if the name is repeated. */
export type Fields = Record<string, string | string[]>;

/** Adds a value to its name. The list grows in place, since a name may be repeated thousands of times. */
function add(fields: Fields, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (typeof before === 'string') fields[name] = [before, value];
  else before.push(value);
}

/**
 * The parameters of a query.
 * @param search what stands after the `?`
 * @throws InvalidInput if one is not UTF-8 in percent-encoding (RFC 3986, section 2.5)
 */
export const parseQuery = (search: string): Fields =>
  parseFields(
    search,
    (part) => new InvalidInput({ detail: 'Must be UTF-8 in percent-encoding.', parameter: part }),
  );

/**
 * The fields of `application/x-www-form-urlencoded`, which a query and a form share.
 * The object has no prototype, so that a name such as `__proto__` is a field like any other.
 * @param refuse makes the error for a part that cannot be decoded
 */
export function parseFields(text: string, refuse: (part: string) => Error): Fields {
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part.replaceAll('+', ' '));
    } catch {
      throw refuse(part.slice(0, 100));
    }
  };
  const fields: Fields = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const end = pair.indexOf('=');
    const [name, value] = end < 0 ? [pair, ''] : [pair.slice(0, end), pair.slice(end + 1)];
    add(fields, decode(name), decode(value));
  }
  return fields;
}
