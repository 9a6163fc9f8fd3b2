import { createRoute, z } from '@hono/zod-openapi';
import { actHeaders } from './actor.ts';
import { conditionsPatch } from './conditions.ts';
import { accountQuery } from './ids.ts';
import { givenInstant } from './instant.ts';
import { KeyName, KeyPage, KeyStatus, keyExample, keyPath, oneKey } from './key-body.ts';
import { givenLimits, limitsPatched, quotaPatched } from './limits.ts';
import { MetadataPatch } from './metadata.ts';
import { Lifetime, oneExpiry, oneExpiryDocumented } from './minting.ts';
import { filterParam, pageQuery } from './page.ts';
import { forbiddenOrBeyondPolicy, overloadedLists, refusals } from './problem.ts';
import { RoleNames } from './roles.ts';
import { Scopes } from './scopes.ts';
import { keyReaders, keyWriters } from './security.ts';
import { text } from './text.ts';

const tags = ['Keys'];

const KeyPatch = z
  .strictObject({
    name: KeyName.optional(),
    scopes: Scopes.optional(),
    roles: RoleNames.optional(),
    metadata: MetadataPatch.optional(),
    expiresIn: Lifetime.optional(),
    expiresAt: givenInstant
      .nullable()
      .optional()
      .openapi({
        type: ['string', 'null'],
        description: 'Expiry time, in the future, instead of `expiresIn`. Null: never.',
      }),
    disabled: z
      .boolean('Must be true or false.')
      .optional()
      .openapi({ description: 'True: every token of the key is refused, until it is false again.' }),
    ...conditionsPatch,
    limits: givenLimits('key', limitsPatched).optional(),
    quota: quotaPatched,
  })
  .refine(...oneExpiry)
  .openapi('KeyPatch', {
    ...oneExpiryDocumented,
    example: { name: 'Mobile app (old)', disabled: true },
  });

export const keys = {
  list: createRoute({
    operationId: 'listKeys',
    method: 'get',
    path: '/v1/keys',
    tags,
    summary: 'List keys',
    description:
      'The account’s keys, newest first. With `status` or `search`, a page of an account with thousands of keys may have fewer than `limit`, or none, while more follow: go on until `nextCursor` is null.',
    security: keyReaders,
    request: {
      query: z.strictObject({
        ...accountQuery,
        ...pageQuery,
        status: KeyStatus.optional().openapi({
          param: { ...filterParam('status', 'active'), description: 'Only keys of this status.' },
        }),
        search: text(1, 255)
          .optional()
          .openapi({
            description:
              'Only keys whose name contains this, ignoring case, or whose `start` begins with it.',
            param: { name: 'search', in: 'query' },
          }),
      }),
    },
    responses: {
      200: {
        description: 'One page of keys.',
        content: {
          'application/json': {
            schema: KeyPage,
            example: { data: [keyExample], nextCursor: null },
          },
        },
      },
      ...refusals(401, 403, 404, 422),
      503: overloadedLists,
    },
  }),

  get: createRoute({
    operationId: 'getKey',
    method: 'get',
    path: '/v1/keys/{keyId}',
    tags,
    summary: 'Get a key',
    security: keyReaders,
    description: 'One key, without its token.',
    request: { params: keyPath, query: z.strictObject(accountQuery) },
    responses: { 200: oneKey('The key.'), ...refusals(401, 403, 404, 422, 503) },
  }),

  update: createRoute({
    operationId: 'updateKey',
    method: 'patch',
    path: '/v1/keys/{keyId}',
    tags,
    summary: 'Change a key',
    description:
      'A JSON merge patch (RFC 7396): what is left out stays as it is. A key cannot grant scopes it lacks, or edit keys that have them. The policy of the account judges the scopes and the roles that are new to the key, and an expiry that is later than before.',
    security: keyWriters,
    request: {
      headers: actHeaders,
      params: keyPath,
      query: z.strictObject(accountQuery),
      body: {
        required: true,
        content: {
          'application/json': { schema: KeyPatch },
          'application/merge-patch+json': { schema: KeyPatch },
        },
      },
    },
    responses: {
      200: oneKey('The key as it is now.'),
      ...refusals(400, 401, 404, 413, 415, 422, 503),
      403: forbiddenOrBeyondPolicy,
    },
  }),

  delete: createRoute({
    operationId: 'deleteKey',
    method: 'delete',
    path: '/v1/keys/{keyId}',
    tags,
    summary: 'Revoke a key',
    description: 'Deletes the key permanently. Once this returns, every replica refuses its tokens.',
    security: keyWriters,
    request: { headers: actHeaders, params: keyPath, query: z.strictObject(accountQuery) },
    responses: { 204: { description: 'The key is gone.' }, ...refusals(401, 403, 404, 422, 503) },
  }),
};
