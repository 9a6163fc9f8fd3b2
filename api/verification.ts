import { createRoute, z } from '@hono/zod-openapi';
import { reasons } from '../decide/outcomes.ts';
import { Audience } from './conditions.ts';
import { AccountId } from './ids.ts';
import { instant } from './instant.ts';
import { Key, KeyId, keyExample } from './key-body.ts';
import { ShownMetadata } from './metadata.ts';
import { longBodyTooLarge, refusals } from './problem.ts';
import {
  costs,
  exceeded,
  limitHeaders,
  remainingLimits,
  remainingLimitsExample,
} from './remaining-limits.ts';
import { scopeQuery } from './scope-query.ts';
import { Scopes } from './scopes.ts';
import { byKey, byOperator, bySession } from './security.ts';

const tags = ['Verification'];

const VerifiedKey = z
  .object({
    id: KeyId,
    accountId: AccountId,
    externalId: z.string().nullable().openapi({ description: 'The product’s own id of the account.' }),
    name: z.string().openapi({ description: 'What the key is for.' }),
    scopes: z
      .array(z.string())
      .openapi({ description: 'What the token may do: the scopes of the key and of its roles.' }),
    accountMetadata: ShownMetadata.openapi({
      description:
        'Your own facts about the account, such as its plan. Only the operator can change them. Empty for callers outside the operator’s own account, which do not see them.',
    }),
    metadata: ShownMetadata.openapi({
      description: 'Your own facts about the key. The owner of the account can change them.',
    }),
    expiresAt: instant
      .nullable()
      .openapi({ description: 'Expiry time: the token is refused from then on. Null: never.' }),
    actor: KeyId.optional().openapi({
      description: 'With an exchanged token: the key that acts for this one, if one was named.',
    }),
  })
  .openapi('VerifiedKey', {
    description:
      'The key, as the token presents it: an exchanged token has its own `scopes` and `expiresAt`, which are never more than those of the key.',
  });

/** What a verifier learns of a key whose token is refused. */
export const RefusedKey = z
  .object({ id: KeyId, accountId: AccountId, name: z.string() })
  .openapi('RefusedKey', {
    description: 'The key, unless the token is unknown. It may be deleted already.',
  });

const VerdictReason = z.enum(reasons).openapi('VerdictReason', {
  description: `Why a token is refused. \`unknown\`: there is no such key, or it is not yours to verify, or its account was deleted, or its token has been gone for longer than \`TOMBSTONE_DAYS\`. If several apply, the first in this order: ${reasons.join(', ')}.`,
});

const Check = z
  .object({ check: VerdictReason, passed: z.boolean() })
  .openapi('Check', { description: 'What was checked, by the reason if it fails.' });

const checks = z.array(Check).optional().openapi({
  description:
    'With `explain`: the outcome of each check, in order. For a token that is unknown or gone, they end with the one that failed. Limits and quotas are checked only if nothing else refuses the token, and there are any.',
});

const Verdict = z
  .union([
    z.object({ valid: z.literal(true), key: VerifiedKey, limits: remainingLimits, checks }).openapi('Valid'),
    z
      .object({
        valid: z.literal(false),
        reason: VerdictReason,
        key: RefusedKey.optional(),
        missingScopes: z
          .array(z.string())
          .optional()
          .openapi({
            description:
              'With `insufficient_scope`: the scopes that were asked for and that the key does not cover. Of alternatives that all fail, each is listed.',
            example: ['files:write'],
          }),
        detail: z.string().optional().openapi({
          description:
            'With `ip_not_allowed` and `wrong_audience`: what was compared or is missing, for people.',
          example: 'The key cannot be used from 198.51.100.7.',
        }),
        limits: remainingLimits,
        ...exceeded,
        checks,
      })
      .openapi('Invalid'),
  ])
  .openapi('Verdict');

const Token = z
  .string('Must be a string.')
  .openapi({ description: 'The token that was presented to you, whatever it is.' });

/** What the key must cover. Where several are given, each of them counts. */
const wanted = {
  scopes: Scopes.optional().openapi({
    description:
      'Scopes that the key must cover, all of them. A wildcard is covered by itself or a wider one.',
  }),
  anyScopes: Scopes.min(1, 'Must have at least one scope.')
    .optional()
    .openapi({
      description: 'Scopes of which the key must cover at least one.',
      example: ['invoices:read', 'invoices:write'],
    }),
  scopeQuery: scopeQuery.optional(),
};

const ownAudience = Audience.optional().openapi({
  description: 'The URI of your service. A key with an `audience` is accepted only if this is in it.',
});

/**
 * What a client sends of itself is passed on as it is: whatever it may be, it must not fail the verification. Its schema
 * says what makes sense.
 */
const noted = z
  .unknown()
  .transform((value) => (typeof value === 'string' ? value : undefined))
  .optional();

const Verification = z
  .strictObject({
    token: Token,
    ...wanted,
    ...costs,
    audience: ownAudience,
    ip: noted.openapi({
      type: ['string', 'null'],
      description:
        'The address that the token was presented from, IPv4 or IPv6. A key with `allowedIps` is refused without it. Shown as the key’s `lastUsedIp` where the token is good. What is no address is ignored.',
      example: '203.0.113.7',
    }),
    userAgent: noted.openapi({
      type: ['string', 'null'],
      description:
        'What the token was presented with, such as a User-Agent header. Shown as the key’s `lastUsedUserAgent` where the token is good, in at most 500 characters.',
      example: 'files-cli/2.4',
    }),
    explain: z.boolean('Must be true or false.').optional().openapi({
      description: 'True adds the outcome of each check to the verdict, for debugging.',
    }),
  })
  .openapi('Verification');

/** How many tokens can be verified at once. */
const maxTokens = 1_000;

export const VerificationBatch = z
  .strictObject({
    tokens: z
      .array(Token, 'Must be a list of tokens.')
      .min(1, 'Must have at least one token.')
      .max(maxTokens, `Must have at most ${maxTokens} tokens.`),
    ...wanted,
    audience: ownAudience,
  })
  .openapi('VerificationBatch');

const refusedKey = {
  id: 'key_6921a5d4b281af121fcda4cf',
  accountId: 'acc_6921a5c0b281af121fcda4ce',
  name: 'Mobile app',
};

const validKey = {
  id: 'key_6921a5d4b281af121fcda4cf',
  accountId: 'acc_6921a5c0b281af121fcda4ce',
  externalId: 'user_8812',
  accountMetadata: { plan: 'pro' },
  name: 'Mobile app',
  scopes: ['files:read'],
  metadata: { environment: 'production' },
  expiresAt: '2026-05-01T12:00:00.000Z',
};

const verdictExamples = {
  valid: { valid: true, key: validKey },
  expired: { valid: false, reason: 'expired', key: refusedKey },
  ipNotAllowed: {
    valid: false,
    reason: 'ip_not_allowed',
    key: refusedKey,
    detail: 'The key cannot be used from 198.51.100.7.',
  },
  insufficientScope: {
    valid: false,
    reason: 'insufficient_scope',
    key: refusedKey,
    missingScopes: ['files:write'],
  },
  limited: { valid: true, key: validKey, limits: remainingLimitsExample },
  rateLimited: {
    valid: false,
    reason: 'rate_limited',
    key: refusedKey,
    limits: remainingLimitsExample.map((state) => ({ ...state, remaining: 0 })),
    exceeded: ['burst'],
    retryAfter: 42,
  },
};

export const verification = {
  verify: createRoute({
    operationId: 'verifyKey',
    method: 'post',
    path: '/v1/keys/verify',
    tags,
    summary: 'Verify a token',
    description:
      'Says whether a token is good, and whose it is. Always 200: an invalid token is a verdict, not an error. The operator, and a key with `keys:verify` in the operator’s account, verify every key of the deployment; other callers those of their own account.',
    security: [bySession, byKey('keys:verify'), byOperator],
    request: {
      body: {
        required: true,
        content: {
          'application/json': {
            schema: Verification,
            example: {
              token: 'lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f',
              scopes: ['files:read'],
              ip: '203.0.113.7',
              userAgent: 'files-cli/2.4',
            },
          },
        },
      },
    },
    responses: {
      200: {
        description: 'The verdict.',
        headers: limitHeaders,
        content: {
          'application/json': {
            schema: Verdict,
            examples: {
              valid: { value: verdictExamples.valid },
              limited: { value: verdictExamples.limited },
              expired: { value: verdictExamples.expired },
              insufficientScope: { value: verdictExamples.insufficientScope },
              ipNotAllowed: { value: verdictExamples.ipNotAllowed },
              rateLimited: { value: verdictExamples.rateLimited },
            },
          },
        },
      },
      ...refusals(400, 401, 403, 413, 415, 422, 503),
    },
  }),

  verifyBatch: createRoute({
    operationId: 'verifyKeyBatch',
    method: 'post',
    path: '/v1/keys/verify/batch',
    tags,
    summary: 'Verify many tokens',
    description: `Up to ${maxTokens} tokens at once, with one look-up for all. A verdict for each, in the order of the tokens. A batch has no \`ip\`, so it refuses keys with \`allowedIps\`: verify those one by one. Each token takes one unit of the limits of its key; one that is there several times takes as many at once, or is refused each time. The body has at most 512 KiB.`,
    security: [bySession, byKey('keys:verify'), byOperator],
    request: {
      body: {
        required: true,
        content: {
          'application/json': {
            schema: VerificationBatch,
            example: {
              tokens: ['lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f', 'lk_typo'],
              scopes: ['files:read'],
            },
          },
        },
      },
    },
    responses: {
      200: {
        description: 'The verdicts.',
        content: {
          'application/json': {
            schema: z.object({ verdicts: z.array(Verdict) }).openapi('Verdicts'),
            example: { verdicts: [verdictExamples.valid, { valid: false, reason: 'unknown' }] },
          },
        },
      },
      ...refusals(400, 401, 403, 415, 422, 503),
      413: longBodyTooLarge,
    },
  }),

  current: createRoute({
    operationId: 'getCurrentKey',
    method: 'get',
    path: '/v1/keys/current',
    tags,
    summary: 'Get the calling key',
    description: 'A key asks who it is. It needs no scope for that.',
    security: [byKey()],
    responses: {
      200: {
        description: 'The key that made the call.',
        content: { 'application/json': { schema: Key, example: keyExample } },
      },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),

  revokeCurrent: createRoute({
    operationId: 'deleteCurrentKey',
    method: 'delete',
    path: '/v1/keys/current',
    tags,
    summary: 'Revoke the calling key',
    description:
      'A key revokes itself, as when it has leaked. It needs no scope for that. After a rotation its previous token cannot, so that a program that still has it does not end the new token: `POST /oauth2/revoke` ends the previous token alone.',
    security: [byKey()],
    responses: { 204: { description: 'The key is gone.' }, ...refusals(401, 403, 404, 422, 503) },
  }),
};
