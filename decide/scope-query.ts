import { covers, whyNotGrantable } from './scopes.ts';

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
const maxDepth = 8;
const maxTerms = 50;

/** Why a query cannot be read, for people, and where: the number of a character, from 1. */
export interface Fault {
  column: number;
  detail: string;
}

/**
 * Reads a query such as `orders:read AND (invoices:read OR invoices:write)`. AND binds tighter than OR. There is no NOT:
 * a key that is given a scope never loses what it may do. AND and OR are written in capitals; `and`, `or` and `not` are
 * refused in whatever case, rather than taken for scopes. A scope that has a parenthesis cannot be written in a query.
 */
export function parseScopeQuery(text: string): { query: ScopeQuery } | { fault: Fault } {
  try {
    return { query: new Parser(text).parse() };
  } catch (error) {
    if (error instanceof Misread) return { fault: { column: error.column, detail: error.message } };
    throw error;
  }
}

class Misread extends Error {
  readonly column: number;
  constructor(column: number, detail: string) {
    super(detail);
    this.column = column;
  }
}

/** Whether a word looks like an operator, and is none. */
const isMiswritten = (word: string) => /^(?:and|or|not)$/i.test(word) && word !== 'AND' && word !== 'OR';
const operators = 'The operators are AND and OR, in capitals. There is no NOT.';
const end = '';

/** Recursive descent: each method reads what it is named after, and throws `Misread` where something else stands. */
class Parser {
  /** Parentheses, operators and scopes, and the end. */
  readonly #words: readonly { word: string; column: number }[];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    if (text.length > maxLength)
      throw new Misread(maxLength + 1, `A query can have ${maxLength} characters, and no more.`);
    this.#words = Array.from(text.matchAll(/[()]|[^\s()]+|$/g), ({ 0: word, index }) => {
      return { word, column: index + 1 };
    });
  }

  parse(): ScopeQuery {
    const query = this.#alternatives();
    if (this.#word !== end) throw this.#expected('AND, OR or the end');
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
    if (this.#depth === maxDepth)
      throw this.#misread(`Parentheses can have ${maxDepth} levels, and no more.`);
    this.#depth += 1;
    this.#at += 1;
    const inside = this.#alternatives();
    if (!this.#takes(')')) throw this.#expected('AND, OR or ")"');
    this.#depth -= 1;
    return inside;
  }

  #scope(): string {
    const scope = this.#word;
    if ([')', 'AND', 'OR', end].includes(scope)) throw this.#expected('a scope or "("');
    if (isMiswritten(scope)) throw this.#misread(operators);
    const fault = whyNotGrantable(scope);
    if (fault) throw this.#misread(fault);
    if (this.#terms === maxTerms) throw this.#misread(`A query can have ${maxTerms} scopes, and no more.`);
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

  #expected(what: string): Misread {
    const word = this.#word;
    if (isMiswritten(word)) return this.#misread(operators);
    const shown = word.length > 64 ? `${word.slice(0, 64)}…` : word;
    const found = word === end ? 'the end' : `"${shown.toWellFormed()}"`;
    return this.#misread(`Expected ${what}, found ${found}.`);
  }

  /** The error that the next word cannot stand where it does. */
  #misread(detail: string): Misread {
    return new Misread(this.#words[this.#at]?.column ?? 1, detail);
  }
}
