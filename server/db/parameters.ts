/**
 * A parameter of a statement in Postgres's text format, the only one that we send: the type is the statement's to say,
 * by a cast or by where the parameter stands. Numbers, booleans and bigints as they print; a date in ISO 8601; bytes
 * as `\x` and hexadecimal digits; an array as an array literal; any other object as JSON.
 * @throws TypeError for what has no value in SQL, such as undefined
 */
export function parameterText(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value && objectText(value);
    default:
      throw new TypeError(`A parameter of a statement is ${typeof value}.`);
  }
}

function objectText(value: object): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `{${value.map(elementText).join(',')}}`;
  return JSON.stringify(value);
}

/** An element of an array literal: quoted, for it may hold what separates elements, or read NULL. */
function elementText(value: unknown): string {
  const text = parameterText(value);
  if (text === null) return 'NULL';
  return Array.isArray(value) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
