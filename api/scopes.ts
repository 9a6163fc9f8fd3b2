import { z } from '@hono/zod-openapi';
import { maxScopes } from '../decide/asked.ts';
import { isGrantable, maxScopeLength, ownWildcard, scopeForm, whyNotGrantable } from '../decide/scopes.ts';

/** A scope that a key can have, or a wildcard. */
const Scope = z
  .string('Must be a string.')
  .refine(isGrantable, { error: ({ input }) => whyNotGrantable(String(input)) })
  .openapi({
    maxLength: maxScopeLength,
    pattern: scopeForm.source,
    not: {
      type: 'string',
      pattern: ownWildcard.source,
      description: 'A wildcard over the scopes of this API.',
    },
    example: 'files:read',
  });

export const Scopes = z
  .array(Scope, 'Must be a list of scopes.')
  .max(maxScopes, `Must have at most ${maxScopes} scopes.`)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'Must not name a scope twice.')
  .openapi({
    uniqueItems: true,
    description:
      'What the key may do, in the product’s own words. A wildcard such as `files:*` covers every scope that begins with `files:`. `keys:read`, `keys:write`, `keys:verify`, `keys:rotate` and `keys:audit` let the key call this API for its account; in the operator’s own account `metrics:read` lets it scrape `/metrics`, `leaks:report` lets it report leaked tokens, `operator:read` lets it read all accounts, their keys, roles, usage and events, and `operator:keys` lets it create accounts, and create, change, rotate and revoke the keys of all accounts but that one, with their limits and quotas. No wildcard covers these.',
    example: ['files:read', 'files:write'],
  });
