import { z } from '@hono/zod-openapi';
import { maxLength, parseScopeQuery, type ScopeQuery } from '../decide/scope-query.ts';

/** A scope query, read as a tree for the server to evaluate. */
export const scopeQuery = z
  .string('Must be a string.')
  .transform((text, context): ScopeQuery => {
    const parsed = parseScopeQuery(text);
    if ('query' in parsed) return parsed.query;
    const { column, detail } = parsed.fault;
    context.addIssue({ code: 'custom', message: `Column ${column}: ${detail}` });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    format: 'scope-query',
    maxLength,
    description:
      'The scopes that the key must cover, with `AND`, `OR` and parentheses. `AND` binds tighter than `OR`. There is no `NOT`. A query has at most 50 scopes, and parentheses at most 8 levels deep.',
    example: 'orders:read AND (invoices:read OR invoices:write)',
  });
