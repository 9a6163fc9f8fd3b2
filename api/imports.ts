import { createRoute, z } from '@hono/zod-openapi';
import { actHeaders } from './actor.ts';
import { accountQuery } from './ids.ts';
import { givenInstant } from './instant.ts';
import { Key, keyLocation, newKeyExample } from './key-body.ts';
import { givenKey, oneExpiry, oneExpiryDocumented } from './minting.ts';
import { mayNotCreate, refusal, refusals } from './problem.ts';
import { byOperator } from './security.ts';

/** What is said of the key in the examples. */
export const importExample = {
  name: 'Mobile app',
  scopes: ['files:read'],
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  start: 'sk_live_4f',
};

export const NewImport = z
  .strictObject({
    ...givenKey,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256: 64 hexadecimal digits, in lower case.')
      .openapi({
        description: 'The SHA-256 of the token, in hexadecimal digits.',
        example: importExample.sha256,
      }),
    start: z
      .string()
      .regex(/^[\w.~+/-]{1,12}$/, 'Must be the first 1 to 12 characters of a token.')
      .openapi({
        description:
          'The first characters of the token, 12 at most, by which people recognize it. If they begin with a whole prefix of the deployment (`TOKEN_PREFIX`), a rotation gives a token with that prefix, and otherwise one with the first of them.',
        example: importExample.start,
      }),
    disabled: z.boolean('Must be true or false.').optional().openapi({
      description: 'True: the key is imported disabled, so that its token is refused until it is enabled.',
    }),
    createdAt: givenInstant.optional().openapi({
      description:
        'When the other system made the token, in the past. The age of the key counts from then: for `createdBefore` and `notRotatedSince` of a filter, and for `maxLifetimeSeconds` of the policy. Its disuse (`unusedSince`, `key.unused`) counts from the import. Default: now.',
      example: '2024-05-03T09:00:00Z',
    }),
  })
  .refine(...oneExpiry)
  .openapi('NewImport', {
    ...oneExpiryDocumented,
    example: importExample,
  });

/** The key that it makes. */
export const importedKeyExample = {
  ...newKeyExample,
  start: importExample.start,
  tokens: newKeyExample.tokens.map((token) => ({ ...token, start: importExample.start })),
};

export const imports = {
  import: createRoute({
    operationId: 'importKey',
    method: 'post',
    path: '/v1/keys/import',
    tags: ['Keys'],
    summary: 'Import a key',
    description:
      'Stores a key that another system made, by the SHA-256 of its token. Once this returns, every replica accepts the token. A token is imported once: not again after its key was revoked or rotated, or its account deleted, however long ago. A rotation gives the key a token of Latchkey. The token may have 16 to 512 characters, those of a bearer token (RFC 6750): letters, digits and `-._~+/`, with up to two `=` at its end. A JWT cannot be imported, nor a token with the form of Latchkey’s: a prefix of lower-case letters, digits and `_` that ends in `_`, then 38 letters and digits.',
    security: [byOperator],
    request: {
      headers: actHeaders,
      query: z.strictObject(accountQuery),
      body: { required: true, content: { 'application/json': { schema: NewImport } } },
    },
    responses: {
      201: {
        description: 'The key.',
        headers: keyLocation,
        content: {
          'application/json': {
            schema: Key,
            example: importedKeyExample,
          },
        },
      },
      ...refusals(400, 401, 404, 413, 415, 422, 503),
      403: mayNotCreate,
      409: refusal(409, {
        code: 'token_exists',
        detail: 'This token was imported before.',
        description:
          'The token was imported before (`token_exists`), so an import can be run again. `keyId` names the key that has it, or had it: for `TOMBSTONE_DAYS` after the token is gone, unless the account is deleted. Or the account has reached its limit of keys (`key_limit_reached`).',
      }),
    },
  }),
};
