import { createRoute, z } from '@hono/zod-openapi';
import { prefixFault, prefixForm } from '../decide/token-form.ts';
import { actHeaders } from './actor.ts';
import { newConditions } from './conditions.ts';
import { idempotencyHeader, invalidOrReused, replayedHeader } from './idempotency.ts';
import { accountQuery } from './ids.ts';
import { givenInstant } from './instant.ts';
import { KeyName, keyLocation, MintedKey, newKeyExample } from './key-body.ts';
import { givenLimits, NewQuota } from './limits.ts';
import { Metadata } from './metadata.ts';
import { mayNotCreate, refusal, refusals } from './problem.ts';
import { RoleNames } from './roles.ts';
import { Scopes } from './scopes.ts';
import { keyWriters } from './security.ts';

export const Lifetime = z.enum(['1d', '7d', '30d', '90d', '1y', 'never']).openapi('Lifetime', {
  description: 'Lifetime of the key, from now. A day has 24 hours, `1y` 365 days.',
});

/** One way to set the expiry, not two: for a schema of Zod, and as its document says it, which no type of Zod does. */
export const oneExpiry = [
  ({ expiresIn, expiresAt }: { expiresIn?: unknown; expiresAt?: unknown }) =>
    expiresIn === undefined || expiresAt === undefined,
  { path: ['expiresAt'], error: 'Send either expiresIn or expiresAt.' },
] satisfies [unknown, object];
export const oneExpiryDocumented = {
  dependentSchemas: { expiresIn: { not: { required: ['expiresAt'] } } },
};

/** What a new key is given, whoever makes its token. */
export const givenKey = {
  name: KeyName,
  scopes: Scopes.optional(),
  roles: RoleNames.optional(),
  metadata: Metadata.optional(),
  expiresIn: Lifetime.optional(),
  expiresAt: givenInstant.optional().openapi({
    description:
      'Expiry time, in the future. Use it instead of `expiresIn`. Without either, the key never expires.',
  }),
  ...newConditions,
  limits: givenLimits('key').optional(),
  quota: NewQuota.optional(),
};

const NewKey = z
  .strictObject({
    ...givenKey,
    prefix: z.string().regex(prefixForm, `The prefix ${prefixFault}.`).optional().openapi({
      description:
        'What the token begins with: one of the prefixes of the deployment (`TOKEN_PREFIX`), so that people and scanners tell keys for production from keys for tests. Rotations keep it. It grants nothing. Default: the first of them.',
      example: 'lk_',
    }),
  })
  .refine(...oneExpiry)
  .openapi('NewKey', {
    ...oneExpiryDocumented,
    example: {
      name: 'Mobile app',
      scopes: ['files:read'],
      metadata: { environment: 'production' },
      expiresIn: '90d',
    },
  });

export const minting = {
  create: createRoute({
    operationId: 'createKey',
    method: 'post',
    path: '/v1/keys',
    tags: ['Keys'],
    summary: 'Create a key',
    description:
      'Creates a key and returns its token, which cannot be retrieved later. A key cannot grant scopes it lacks. Only the operator sets `limits` and a `quota`. The policy of the account can bound the scopes, the lifetime and the number of keys. Unless it or the deployment says otherwise, an account has at most 1,000 keys, expired and disabled ones included. In a suspended account no key is created.',
    security: keyWriters,
    request: {
      headers: actHeaders.extend(idempotencyHeader),
      query: z.strictObject(accountQuery),
      body: { required: true, content: { 'application/json': { schema: NewKey } } },
    },
    responses: {
      201: {
        description: 'The key, with its token.',
        headers: { ...keyLocation, ...replayedHeader },
        content: {
          'application/json': {
            schema: MintedKey,
            example: { ...newKeyExample, token: 'lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f' },
          },
        },
      },
      ...refusals(400, 401, 404, 413, 415, 503),
      403: mayNotCreate,
      422: invalidOrReused,
      409: refusal(409, {
        code: 'key_limit_reached',
        detail: 'The account has 1000 keys, and may have no more: delete one that is not needed first.',
        description:
          'The account has reached its limit of keys (`key_limit_reached`), or the first call with this `Idempotency-Key` created a key whose token cannot be returned again (`already_done`, and `keyId` names the key).',
      }),
    },
  }),
};
