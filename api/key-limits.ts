import { createRoute, z } from '@hono/zod-openapi';
import { actHeaders } from './actor.ts';
import { invalidOrReused, plainIdempotencyHeader, replayedHeader } from './idempotency.ts';
import { accountQuery } from './ids.ts';
import { instant } from './instant.ts';
import { keyPath, oneKey } from './key-body.ts';
import { QuotaAddition } from './limits.ts';
import { refusal, refusals } from './problem.ts';
import { sharedByAccount } from './remaining-limits.ts';
import { byOperator, byOperatorKey, keyReaders } from './security.ts';

const tags = ['Keys'];

const LimitState = z
  .object({
    name: z.string().openapi({ description: 'The name of the limit. `quota`: a quota.' }),
    sharedByAccount,
    limit: z.int().nullable().openapi({
      description: 'Units per window. Of a quota: what it is refilled to; null if it is not refilled.',
    }),
    windowSeconds: z.int().nullable().openapi({ description: 'Length of a window. Null for a quota.' }),
    ungranted: z.int().openapi({
      description: 'Units that are left, without those that a replica has taken to spend.',
    }),
    held: z.int().openapi({
      description:
        'Estimate of the units that replicas have taken: some of them may be spent. A replica gives back what it does not spend.',
    }),
    resetAt: instant.nullable().openapi({
      description: 'End of the window, or time of the next refill. Null: a quota that is never refilled.',
    }),
  })
  .openapi('LimitState');

const statesExample = {
  data: [
    {
      ...{ name: 'burst', sharedByAccount: false, limit: 100, windowSeconds: 60 },
      ...{ ungranted: 40, held: 12, resetAt: '2026-01-31T12:01:00.000Z' },
    },
    {
      ...{ name: 'quota', sharedByAccount: false, limit: 10_000, windowSeconds: null },
      ...{ ungranted: 9_800, held: 50, resetAt: '2026-02-28T12:00:00.000Z' },
    },
    {
      ...{ name: 'hourly', sharedByAccount: true, limit: 50_000, windowSeconds: 3_600 },
      ...{ ungranted: 21_500, held: 0, resetAt: '2026-01-31T13:00:00.000Z' },
    },
  ],
};

export const keyLimits = {
  list: createRoute({
    operationId: 'listKeyLimits',
    method: 'get',
    path: '/v1/keys/{keyId}/limits',
    tags,
    summary: 'List the limits of a key',
    description:
      'What is left of each limit of the key, of its quota, and of the limits and the quota that it shares with the other keys of its account, now. A window or a refill period that has ended is shown as the next one.',
    security: keyReaders,
    request: { params: keyPath, query: z.strictObject(accountQuery) },
    responses: {
      200: {
        description: 'The limits of the key, by name, its quota, and then the same of its account.',
        content: {
          'application/json': {
            schema: z.object({ data: z.array(LimitState) }).openapi('LimitStates'),
            example: statesExample,
          },
        },
      },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),

  add: createRoute({
    operationId: 'addToQuota',
    method: 'post',
    path: '/v1/keys/{keyId}/quota',
    tags,
    summary: 'Add to the quota of a key',
    description:
      'Adds units to what remains of the quota, for example after a purchase. Units that replicas hold stay good. With them, at most 999999999999999 can remain. When the call returns, every replica knows that there are units again.',
    security: [byOperator, byOperatorKey('operator:keys')],
    request: {
      headers: actHeaders.extend(plainIdempotencyHeader),
      params: keyPath,
      query: z.strictObject(accountQuery),
      body: { required: true, content: { 'application/json': { schema: QuotaAddition } } },
    },
    responses: {
      200: {
        ...oneKey('The key as it is now. A repeated call returns the key as it is by then.'),
        headers: replayedHeader,
      },
      ...refusals(400, 401, 403, 404, 413, 415, 503),
      422: invalidOrReused,
      409: refusal(409, {
        code: 'no_quota',
        detail: 'The key has no quota: give it one first, with "quota": { "remaining": … }.',
        description:
          'The key has no quota (`no_quota`), or the first call with this `Idempotency-Key` is too long ago (`already_done`).',
      }),
    },
  }),
};
