import { startOf } from '../token.ts';

/**
 * A text without the token: a URL may contain it, and no event may. Any of its characters can be percent-encoded, also more
 * than once, as in a URL within a URL. Of a text that was cut, a part of it may be left. A lone surrogate, which the start
 * of the token can end with, is replaced: Postgres could not store it.
 */
export function withoutToken(token: string, text: string): string {
  let kept = '';
  let at = 0;
  while (at < text.length) {
    const end = endOf(token, text, at);
    kept += end === undefined ? text.charAt(at) : `${startOf(token)}…`;
    at = end ?? at + 1;
  }
  return kept.toWellFormed();
}

/** Where the token ends that begins at a place of a text. Undefined: none does. */
function endOf(token: string, text: string, begin: number): number | undefined {
  let at: number | undefined = begin;
  // Not one pattern for the whole token: of a long one it would have too many parts.
  for (let index = 0; index < token.length && at !== undefined; index += 1)
    at =
      text.charCodeAt(at) === token.charCodeAt(index)
        ? at + 1
        : afterEncoded(token.charCodeAt(index), text, at);
  return at;
}

/** The place after a percent-encoded character. The token of a key has ASCII characters alone. */
function afterEncoded(code: number, text: string, at: number): number | undefined {
  if (text[at] !== '%') return undefined;
  const encoded = new RegExp(`%(?:25)*${code.toString(16).padStart(2, '0')}`, 'iy');
  encoded.lastIndex = at;
  return encoded.test(text) ? encoded.lastIndex : undefined;
}
