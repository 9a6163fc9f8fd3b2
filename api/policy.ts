import { z } from '@hono/zod-openapi';
import { orNull } from './or-null.ts';
import { Scopes } from './scopes.ts';

/** What the keys of an account are held to, in place of what the deployment sets. */

const maxKeys = z
  .int('Must be a whole number.')
  .min(0, 'Must be at least 0.')
  .max(100_000, 'Must be at most 100000.');
/** 100 years of 365 days. */
const longest = 3_153_600_000;
const maxLifetimeSeconds = z
  .int('Must be a whole number of seconds.')
  .min(1, 'Must be at least 1.')
  .max(longest, `Must be at most ${longest}.`);
const expiryRequired = z.boolean('Must be true or false.');

const descriptions = {
  policy:
    'What the account’s keys are held to when they are created or changed. A rule that is not set here is that of the deployment.',
  maxKeys: 'Maximum number of keys, expired and disabled ones included.',
  maxLifetimeSeconds:
    'Longest lifetime of a key, in seconds from the creation of its current token. Keys must then expire; a key that was rotated can be given a later expiry.',
  expiryRequired: 'True: keys must expire.',
  allowedScopes:
    'The scopes that keys can be granted. A wildcard such as `files:*` allows every scope that begins with `files:`. No wildcard allows the scopes of this API: name them. The scopes of a role count when a key is given the role; a later change of the role is not bounded.',
};

export const policyExample = { maxKeys: 50, maxLifetimeSeconds: 7_776_000, allowedScopes: ['files:*'] };

export const Policy = z
  .object({
    maxKeys: z.int().optional().openapi({ description: descriptions.maxKeys }),
    maxLifetimeSeconds: z.int().optional().openapi({ description: descriptions.maxLifetimeSeconds }),
    expiryRequired: z.boolean().optional().openapi({ description: descriptions.expiryRequired }),
    allowedScopes: z.array(z.string()).optional().openapi({ description: descriptions.allowedScopes }),
  })
  .openapi('Policy', { description: descriptions.policy });

/** A description that says what null does. */
const orDefault = (description: string) => ({
  description: `${description} Null: as the deployment sets it.`,
});

const PolicyPatch = z
  .strictObject({
    maxKeys: maxKeys.nullable().optional().openapi(orDefault(descriptions.maxKeys)),
    maxLifetimeSeconds: maxLifetimeSeconds
      .nullable()
      .optional()
      .openapi(orDefault(descriptions.maxLifetimeSeconds)),
    expiryRequired: expiryRequired.nullable().optional().openapi(orDefault(descriptions.expiryRequired)),
    allowedScopes: Scopes.nullable().optional().openapi(orDefault(descriptions.allowedScopes)),
  })
  .openapi('PolicyPatch', { description: descriptions.policy });
export const givenPolicy = orNull(PolicyPatch, 'Null: no rules of its own.').optional();
export const policyPatched = orNull(PolicyPatch, 'Null removes all rules of the account.').optional();
