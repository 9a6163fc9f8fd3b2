import { MalformedBody } from '../errors.ts';

/** How deep JSON in a body may nest. */
const maxDepth = 32;
/** How many values JSON or a form in a body may have: parsing and validating more would hold up other requests. */
const maxValues = 5_000;

const tooManyValues = () => new MalformedBody(`The body has more than ${maxValues} values.`);

/**
 * Bounds a JSON text in depth and in values, in one pass that ends at the bound.
 * @throws MalformedBody
 */
export function checkJson(json: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < json.length; at += 1)
    switch (json[at]) {
      case '"':
        at = endOfString(json, at);
        break;
      case ',':
        if (++values > maxValues) throw tooManyValues();
        break;
      case '[':
      case '{':
        if (++depth > maxDepth)
          throw new MalformedBody(`The JSON in the body nests deeper than ${maxDepth} levels.`);
        break;
      case ']':
      case '}':
        depth -= 1;
    }
}

/** The place of the closing quote of the string that begins at `start`; the end of the text if it has none. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    if (json[at] === '"') return at;
    if (json[at] === '\\') at += 1;
  }
  return json.length;
}

/**
 * Bounds a form in values.
 * @throws MalformedBody
 */
export function checkForm(form: string): void {
  let values = 1;
  for (let at = form.indexOf('&'); at >= 0; at = form.indexOf('&', at + 1)) values += 1;
  if (values > maxValues) throw tooManyValues();
}
