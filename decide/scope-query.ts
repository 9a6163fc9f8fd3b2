import { covers, isGrantable } from './scopes.ts';

/** Which scopes are wanted: one, all of several, or any of at least one. */
export type ScopeQuery = string | { all: readonly ScopeQuery[] } | { any: readonly ScopeQuery[] };

/** Whether held scopes meet a query. */
export function satisfies(held: ReadonlySet<string>, query: ScopeQuery): boolean {
  if (typeof query === 'string') return covers(held, query);
  return 'all' in query
    ? query.all.every((part) => satisfies(held, part))
    : query.any.some((part) => satisfies(held, part));
}

/**
 * The scopes that are missing to meet a query, in its order, each once. Empty if it is met. If none of several
 * alternatives is met, the missing scopes of each are listed.
 */
export function missingScopes(held: ReadonlySet<string>, query: ScopeQuery): string[] {
  if (satisfies(held, query)) return [];
  if (typeof query === 'string') return [query];
  const parts = 'all' in query ? query.all : query.any;
  return [...new Set(parts.flatMap((part) => missingScopes(held, part)))];
}

/** How many characters a query may have, how many parentheses within one another, and how many scopes. */
export const maxLength = 1_000;
export const maxDepth = 8;
export const maxTerms = 50;

/**
 * Why a query cannot be read: it is too long, has too many levels or scopes, or a word stands where only a scope or "(", only
 * ")", or only the end can stand. The API says so in words.
 */
export interface Fault {
  kind: 'length' | 'depth' | 'terms' | 'scope' | 'parenthesis' | 'end';
  /** The number of a character, from 1. */
  column: number;
  /** What stands there; empty at the end. */
  word: string;
}

const end = '';
/** A word that cannot be a scope, although a key may be granted it. */
const notScope = /^(?:\)|and|or|not)$/i;

/**
 * Reads a query such as `orders:read AND (invoices:read OR invoices:write)`. AND binds tighter than OR. There is no NOT:
 * a key that is given a scope never loses what it may do. AND and OR are written in capitals; `and`, `or` and `not` are
 * refused in whatever case, rather than taken for scopes. A scope that has a parenthesis cannot be written in a query.
 */
export function parseScopeQuery(text: string): { query: ScopeQuery } | { fault: Fault } {
  if (text.length > maxLength) return { fault: { kind: 'length', column: maxLength + 1, word: end } };
  const parser = new Parser(text);
  const query = parser.parse();
  return parser.fault ? { fault: parser.fault } : { query };
}

/** Recursive descent: each method reads what it is named after. After a fault, each finds nothing but the end. */
class Parser {
  fault: Fault | undefined;
  /** Parentheses, operators and scopes, and the end. */
  readonly #words: readonly { word: string; column: number }[];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    this.#words = Array.from(text.matchAll(/[()]|[^\s()]+|$/g), ({ 0: word, index }) => {
      return { word, column: index + 1 };
    });
  }

  parse(): ScopeQuery {
    const query = this.#alternatives();
    if (this.#word !== end) this.#fail('end');
    return query;
  }

  #alternatives(): ScopeQuery {
    const first = this.#conjunction();
    const any = [first];
    while (this.#takes('OR')) any.push(this.#conjunction());
    return any.length === 1 ? first : { any };
  }

  #conjunction(): ScopeQuery {
    const first = this.#term();
    const all = [first];
    while (this.#takes('AND')) all.push(this.#term());
    return all.length === 1 ? first : { all };
  }

  #term(): ScopeQuery {
    if (this.#word !== '(') return this.#scope();
    if (this.#depth === maxDepth) return this.#fail('depth');
    this.#depth += 1;
    this.#at += 1;
    const inside = this.#alternatives();
    if (!this.#takes(')')) this.#fail('parenthesis');
    this.#depth -= 1;
    return inside;
  }

  #scope(): string {
    const scope = this.#word;
    if (notScope.test(scope) || !isGrantable(scope)) return this.#fail('scope');
    if (this.#terms === maxTerms) return this.#fail('terms');
    this.#terms += 1;
    this.#at += 1;
    return scope;
  }

  get #word(): string {
    return this.#words[this.#at]?.word ?? end;
  }

  #takes(word: string): boolean {
    if (this.#word !== word) return false;
    this.#at += 1;
    return true;
  }

  /** The next word cannot stand where it does. */
  #fail(kind: Fault['kind']): string {
    const next = this.#words[this.#at];
    if (next) this.fault = { kind, ...next };
    this.#at = this.#words.length;
    return end;
  }
}
