import { createRoute, z } from '@hono/zod-openapi';
import { actHeaders } from './actor.ts';
import { KeyFilter } from './key-filter.ts';
import { refusal, refusals, unknownAccount } from './problem.ts';
import { byOperator } from './security.ts';

const RevokeKeys = z
  .strictObject({
    filter: KeyFilter,
    dryRun: z
      .boolean('Must be true or false.')
      .optional()
      .openapi({ description: 'True: count the keys, and revoke none.' }),
    expectedCount: z.int('Must be a whole number.').min(0, 'Must be at least 0.').optional().openapi({
      description: 'How many keys you expect to meet the filter. If it is another number, none is revoked.',
      example: 312,
    }),
  })
  .openapi('RevokeKeys', {
    example: {
      filter: { metadata: { environment: 'staging' }, unusedSince: '2026-01-31T12:00:00Z' },
      dryRun: true,
    },
  });

const RevokedKeys = z
  .object({
    matched: z.int().openapi({ description: 'How many keys met the filter when the call began.' }),
    revoked: z.int().openapi({ description: 'How many keys this call revoked.' }),
    complete: z.boolean().openapi({
      description: 'Whether no key meets the filter any more. False: repeat the call to revoke the rest.',
    }),
  })
  .openapi('RevokedKeys');

export const bulkRevocation = {
  revoke: createRoute({
    operationId: 'revokeKeys',
    method: 'post',
    path: '/v1/keys/revoke',
    tags: ['Keys'],
    summary: 'Revoke many keys',
    description:
      'Revokes the keys of all accounts that meet a filter, up to 10,000 with one call. Once this returns, every replica refuses their tokens. Keys of the operator’s own account are left alone, unless the filter names that account. `POST /v1/keys/search` lists them. Count first with `dryRun`, and send the number as `expectedCount`. The keys are counted at the beginning, and then revoked in parts: a key that meets the filter only after the count is revoked as well, and one that does not meet it any more when its part is revoked stays. If the call fails or its response is lost, some keys may be revoked: repeat it without `expectedCount`, or with a new one.',
    security: [byOperator],
    request: {
      headers: actHeaders,
      body: { required: true, content: { 'application/json': { schema: RevokeKeys } } },
    },
    responses: {
      200: {
        description: 'What was counted and revoked.',
        content: {
          'application/json': {
            schema: RevokedKeys,
            examples: {
              dryRun: { value: { matched: 312, revoked: 0, complete: false } },
              revoked: { value: { matched: 312, revoked: 312, complete: true } },
              first: { value: { matched: 25_000, revoked: 10_000, complete: false } },
            },
          },
        },
      },
      ...refusals(400, 401, 403, 413, 415, 422),
      404: unknownAccount,
      409: refusal(409, {
        code: 'count_differs',
        detail: 'The filter matches 314 keys, not 312: nothing was revoked.',
        description: 'Another number of keys than `expectedCount` meets the filter. `matched` says how many.',
      }),
      503: refusal(503, {
        description: 'The database did not answer. Some keys may be revoked: repeat the call.',
      }),
    },
  }),
};
