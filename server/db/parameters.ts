/**
 * A parameter of a statement in Postgres's text format, the only one that we send. The statement determines its type, by a
 * cast or by its place. Numbers, booleans and bigints as they print; a date in ISO 8601; bytes as `\x` and hexadecimal
 * digits; an array as an array literal; any other object as JSON.
 * @throws TypeError for a value that SQL does not have, such as undefined
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

/** An element of an array literal. It is quoted, since it may contain a separator or read NULL. */
function elementText(value: unknown): string {
  const text = parameterText(value);
  if (text === null) return 'NULL';
  return Array.isArray(value) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
