import { z } from '@hono/zod-openapi';
import { maxCost, maxNamedCosts } from '../decide/asked.ts';
import { isEntryName } from '../decide/entry-name.ts';
import { entryName } from './entry-name.ts';
import { instant } from './instant.ts';

/** What a verification spends of the limits of a key, and what is left of them. */

const cost = z
  .int('Must be a whole number.')
  .min(0, 'Must be at least 0.')
  .max(maxCost, `Must be at most ${maxCost}.`);

const costsSchema = {
  type: 'object' as const,
  maxProperties: maxNamedCosts,
  propertyNames: entryName(),
  additionalProperties: { type: 'integer' as const, minimum: 0, maximum: maxCost },
};

/** Of a limit, wherever it is shown: a key and its account can each have one of the same name. */
export const sharedByAccount = z.boolean().openapi({
  description: 'Whether it is a limit or the quota of the account, which all of its keys share.',
});

/** Walked by hand, since a Zod record drops `__proto__` in silence. */
const namedCosts = z
  .custom<Record<string, number>>()
  .superRefine((value: unknown, context) => {
    const refuse = (message: string, ...path: string[]) =>
      context.addIssue({ code: 'custom', message, path });
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse('Must be an object.');
    const entries = Object.entries(value);
    if (entries.length > maxNamedCosts) refuse(`Must name at most ${maxNamedCosts} limits.`);
    for (const [name, units] of entries) {
      const issue = cost.safeParse(units).error?.issues[0];
      if (!isEntryName(name)) refuse('Must be the name of a limit: 1 to 64 letters, digits or _ . : -', name);
      else if (issue) refuse(issue.message, name);
    }
  })
  .openapi(costsSchema);

export const costs = {
  cost: cost.optional().openapi({
    description:
      'How many units this takes of each limit and quota of the key and its account. Default: 1. With 0 nothing is taken. A verification takes all of its units or, where the token is refused, none; one that is repeated takes them again.',
    example: 1,
  }),
  costs: namedCosts.optional().openapi({
    description:
      'The same for some limits by their names, in place of `cost`; `quota` is the name of a quota. Where the key and its account both have a limit of this name, or a quota, this is taken from both. Names of limits that neither has are ignored.',
    example: { tokens: 1_500 },
  }),
};

const RemainingLimit = z
  .object({
    name: z.string(),
    sharedByAccount,
    limit: z.int().nullable().openapi({
      description: 'Units per window. Of a quota: what it is refilled to; null if it is not refilled.',
    }),
    windowSeconds: z.int().nullable().openapi({ description: 'Length of a window. Null for a quota.' }),
    remaining: z.int().openapi({
      description:
        'Units left in this window. An estimate: other replicas may have taken some in the last second.',
    }),
    resetAt: instant.nullable().openapi({
      description: 'When the window ends, or the quota is refilled. Null: never.',
    }),
  })
  .openapi('RemainingLimit');

export const remainingLimits = z.array(RemainingLimit).optional().openapi({
  description:
    'The limits and quotas of the key and of its account, after this verification: by name, and of equal names that of the key first. Absent if there are none, and for a token that is refused for another reason.',
});

/** What a refused verdict says of limits. */
export const exceeded = {
  exceeded: z
    .array(z.string())
    .optional()
    .openapi({
      description:
        'With `rate_limited` and `quota_exceeded`: the names of the limits that have fewer units left than this takes. Where the key and its account both have a `quota`, `limits` says which of them is used up.',
      example: ['burst'],
    }),
  retryAfter: z.int().optional().openapi({
    description:
      'With `rate_limited` and `quota_exceeded`: seconds until each of them has units again. Absent if one never will, or if this takes more than a whole limit, or than a quota is refilled to.',
    example: 12,
  }),
};

/** The headers of an answer that tells of limits, for a service that passes them on to its client. */
export const limitHeaders = {
  'RateLimit-Policy': {
    description:
      'The limits of the key that was verified, and of its account (draft-ietf-httpapi-ratelimit-headers-11). The quota of the account is `"account/quota"`.',
    schema: { type: 'string' as const },
    example: '"burst";q=100;w=60',
  },
  RateLimit: {
    description: 'What is left of them (the same draft).',
    schema: { type: 'string' as const },
    example: '"burst";r=99;t=42',
  },
  'Retry-After': {
    description: 'The `retryAfter` of the verdict.',
    schema: { type: 'integer' as const },
  },
};

export const remainingLimitsExample = [
  {
    name: 'burst',
    sharedByAccount: false,
    limit: 100,
    windowSeconds: 60,
    remaining: 99,
    resetAt: '2026-01-31T12:31:00.000Z',
  },
];
