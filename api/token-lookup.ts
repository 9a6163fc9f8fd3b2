import { createRoute, z } from '@hono/zod-openapi';
import { accountQuery } from './ids.ts';
import { Key, keyExample, TokenState } from './key-body.ts';
import { refusal, refusals } from './problem.ts';
import { byKey, byOperator, byOperatorKey, bySession } from './security.ts';
import { bounded } from './text.ts';
import { RefusedKey } from './verification.ts';

const LookupKey = z
  .strictObject({
    token: bounded(4_096).openapi({ description: 'The token to look up.', format: 'password' }),
  })
  .openapi('LookupKey');

const LiveToken = z.object({ gone: z.literal(false), state: TokenState, key: Key }).openapi('LiveToken', {
  description:
    'A token that its key has. That says nothing of whether it is accepted: the key may be disabled or expired, and its account suspended.',
});

const GoneToken = z
  .object({
    gone: z.literal(true),
    reason: z.enum(['revoked', 'rotated']).openapi({
      description:
        '`revoked`: the key was revoked. `rotated`: the token was replaced, and its key had another one from then on.',
    }),
    key: RefusedKey,
  })
  .openapi('GoneToken', { description: 'A token that a key had.' });

const FoundToken = z.union([LiveToken, GoneToken]).openapi('FoundToken');

export const tokenLookup = {
  lookup: createRoute({
    operationId: 'lookupKey',
    method: 'post',
    path: '/v1/keys/lookup',
    tags: ['Keys'],
    summary: 'Look up the key of a token',
    description:
      'Says whose key a token is, such as one that a customer sends to your support. Nothing else happens: unlike a verification, it is no use of the key, does not make the next token of a rotation the current one, takes nothing from a limit, and leaves no event. The database is asked each time. An exchanged token counts, until it expires, as the one that it was exchanged for. An access token, a refresh token and the operator token are no tokens of a key.',
    security: [
      bySession,
      byKey('keys:read'),
      byOperator,
      byOperatorKey('operator:read'),
      byOperatorKey('operator:keys'),
    ],
    request: {
      query: z.strictObject({
        accountId: accountQuery.accountId.openapi({
          description:
            'Only a key of this account. Without it, the operator finds keys of all accounts, and other callers those of their own. A key with `operator:keys`, and without `operator:read`, names one, and not that of the operator.',
        }),
        externalId: accountQuery.externalId.openapi({
          description: 'Only a key of this account, by its `externalId`. Use it instead of `accountId`.',
        }),
      }),
      body: { required: true, content: { 'application/json': { schema: LookupKey } } },
    },
    responses: {
      200: {
        description: 'The key that has the token, and which of its tokens that is; or the key that had it.',
        content: {
          'application/json': {
            schema: FoundToken,
            examples: {
              live: { value: { gone: false, state: 'current', key: keyExample } },
              gone: {
                value: {
                  gone: true,
                  reason: 'revoked',
                  key: { id: keyExample.id, accountId: keyExample.accountId, name: keyExample.name },
                },
              },
            },
          },
        },
      },
      ...refusals(400, 401, 403, 413, 415, 422, 503),
      404: refusal(404, {
        code: 'token_not_found',
        detail: 'No key has this token.',
        description:
          'No key has the token, and none had it in the last `TOMBSTONE_DAYS`, or it is not a key of yours (`token_not_found`); or the account that is named does not exist (`account_not_found`).',
      }),
    },
  }),
};
