import { z } from '@hono/zod-openapi';
import {
  type Fault,
  maxDepth,
  maxLength,
  maxTerms,
  parseScopeQuery,
  type ScopeQuery,
} from '../decide/scope-query.ts';
import { whyNotGrantable } from '../decide/scopes.ts';

const expected = { scope: 'a scope or "("', parenthesis: 'AND, OR or ")"', end: 'AND, OR or the end' };

/** What is wrong with a query, for people. */
function detailOf({ kind, word }: Fault): string {
  if (kind === 'length') return `A query can have ${maxLength} characters, and no more.`;
  if (kind === 'depth') return `Parentheses can have ${maxDepth} levels, and no more.`;
  if (kind === 'terms') return `A query can have ${maxTerms} scopes, and no more.`;
  if (/^(?:and|or|not)$/i.test(word) && word !== 'AND' && word !== 'OR')
    return 'The operators are AND and OR, in capitals. There is no NOT.';
  const isScope = kind === 'scope' && word !== '';
  return (isScope && whyNotGrantable(word)) || `Expected ${expected[kind]}, found ${shown(word)}.`;
}

function shown(word: string): string {
  if (word === '') return 'the end';
  return `"${(word.length > 64 ? `${word.slice(0, 64)}…` : word).toWellFormed()}"`;
}

/** A scope query, read as a tree for the server to evaluate. */
export const scopeQuery = z
  .string('Must be a string.')
  .transform((text, context): ScopeQuery => {
    const parsed = parseScopeQuery(text);
    if ('query' in parsed) return parsed.query;
    const { fault } = parsed;
    context.addIssue({ code: 'custom', message: `Column ${fault.column}: ${detailOf(fault)}` });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    format: 'scope-query',
    maxLength,
    description: `The scopes that the key must cover, with \`AND\`, \`OR\` and parentheses. \`AND\` binds tighter than \`OR\`. There is no \`NOT\`. A query has at most ${maxTerms} scopes, and parentheses at most ${maxDepth} levels deep.`,
    example: 'orders:read AND (invoices:read OR invoices:write)',
  });
