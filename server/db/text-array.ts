/** What Postgres sends for a `text[]` without nulls, of one dimension. Most have nothing quoted in them, and are only split. */
export const textsOf = (text: string): string[] =>
  text === '{}' || text.includes('"') ? quotedTextsOf(text) : text.slice(1, -1).split(',');

const quotedTextsOf = (text: string): string[] =>
  Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"|[^{},"]+/gs), ([value, quoted]) =>
    quoted === undefined ? value : quoted.replaceAll(/\\(.)/gs, '$1'),
  );
