import { z } from '@hono/zod-openapi';
import { maxScopes } from '../decide/asked.ts';
import {
  isGrantable,
  maxScopeLength,
  type OwnScope,
  ownWildcard,
  scopeForm,
  whyNotGrantable,
} from '../decide/scopes.ts';

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

/** What each scope of this API lets a key do. */
const whatItLets = {
  'keys:read': 'read the keys of its account and their usage',
  'keys:write': 'create, change, rotate and revoke keys of its account',
  'keys:verify': 'verify the tokens of its account; in the operator’s own account, those of all accounts',
  'keys:rotate': 'rotate itself',
  'keys:audit': 'read the events of its account',
  'metrics:read': 'in the operator’s own account, scrape `/metrics`',
  'leaks:report': 'in the operator’s own account, report leaked tokens',
  'operator:read': 'in the operator’s own account, read all accounts, their keys, roles, usage and events',
  'operator:keys':
    'in the operator’s own account, create accounts, and read, create, change, rotate and revoke the keys of all other accounts, with their limits and quotas',
  'operator:accounts':
    'in the operator’s own account, read, create, change, suspend and delete all other accounts, with their metadata, policies, limits and quotas',
} satisfies Record<OwnScope, string>;

const ownTexts = Object.entries(whatItLets).map(([scope, what]) => `\`${scope}\`: ${what}`);

export const Scopes = z
  .array(Scope, 'Must be a list of scopes.')
  .max(maxScopes, `Must have at most ${maxScopes} scopes.`)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'Must not name a scope twice.')
  .openapi({
    uniqueItems: true,
    description: `What the key may do, in the product’s own words. A wildcard such as \`files:*\` covers every scope that begins with \`files:\`. Some scopes let the key call this API, and no wildcard covers these. ${ownTexts.join('. ')}.`,
    example: ['files:read', 'files:write'],
  });
