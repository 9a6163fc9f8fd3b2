import { createRoute, z } from '@hono/zod-openapi';
import { actHeaders } from './actor.ts';
import { idempotencyHeader, invalidOrReused, replayedHeader } from './idempotency.ts';
import { accountQuery } from './ids.ts';
import { givenInstant } from './instant.ts';
import { keyPath, MintedKey, oneKey, rotatedKeyExample } from './key-body.ts';
import { Lifetime, oneExpiry, oneExpiryDocumented } from './minting.ts';
import { forbiddenOrBeyondPolicy, refusal, refusals } from './problem.ts';
import { byKey, byOperator, byOperatorKey, bySession } from './security.ts';

const tags = ['Keys'];
const security = [bySession, byKey('keys:rotate'), byOperator, byOperatorKey('operator:keys')];

/** A week. */
const maxOverlap = 604_800;

const overlapSeconds = z
  .int('Must be a whole number.')
  .min(0, 'Must be at least 0.')
  .max(maxOverlap, `Must be at most ${maxOverlap}, a week.`);

/** What no Zod type says: one way to set the expiry, and no overlap where the old token ends at once. */
const rotate = {
  dependentSchemas: {
    ...oneExpiryDocumented.dependentSchemas,
    overlapSeconds: { properties: { immediate: { enum: [false] } } },
  },
  example: { overlapSeconds: 3600 },
};

const Rotate = z
  .strictObject({
    overlapSeconds: overlapSeconds.optional().openapi({
      description: 'How many seconds the current token lives once the new one is used. Default: 3600.',
      example: 3600,
    }),
    immediate: z.boolean('Must be true or false.').optional().openapi({
      description:
        'True, for use after a leak: the new token is the current one at once, and every replica refuses all others once this returns. With true, send no `overlapSeconds`. A key that rotates itself loses its token with this call, and cannot repeat it if the response is lost: it should send `"overlapSeconds":0`.',
    }),
    expiresIn: Lifetime.optional(),
    expiresAt: givenInstant.optional().openapi({
      description:
        'Expiry time, in the future, instead of `expiresIn`. With either, the key gets a new expiry when the new token is first used, or now if `immediate`; until then the current token keeps its own. Takes `keys:write` where a key calls. Default: the key keeps its expiry.',
    }),
  })
  .refine(...oneExpiry)
  .openapi('Rotate', rotate);

const ExtendRotation = z
  .strictObject({
    overlapSeconds: overlapSeconds.openapi({
      description: 'How many seconds the previous token lives from now. It never ends earlier than before.',
      example: 86_400,
    }),
  })
  .openapi('ExtendRotation', { example: { overlapSeconds: 86_400 } });

const conflict = (
  code: 'rotation_draining' | 'rotation_not_draining' | 'rotation_not_pending',
  detail: string,
  description = 'The key is not at that step of a rotation.',
) => refusal(409, { code, detail, description });

const notDraining = conflict(
  'rotation_not_draining',
  'The key has no previous token that is still accepted: no rotation is under way.',
);

const byWhom = 'A key with `keys:rotate` can only do this to itself, and not with its previous token.';

export const rotation = {
  rotate: createRoute({
    operationId: 'rotateKey',
    method: 'post',
    path: '/v1/keys/{keyId}/rotate',
    tags,
    summary: 'Rotate a key',
    description: `Gives the key a new token and returns it. The token cannot be retrieved later. The key keeps its id, name, scopes and usage. The old token stays valid until the new one is used: the first accepted verification makes the new token the current one, and the old one ends \`overlapSeconds\` later, or when it would have expired. With \`expiresIn\` or \`expiresAt\`, the key also gets a new expiry at that first use, which renews a key that has expired. If the response is lost, rotate again: this replaces a new token that was never used. While the previous token is still accepted, a rotation is refused unless it is \`immediate\`. ${byWhom}`,
    security,
    request: {
      headers: actHeaders.extend(idempotencyHeader),
      params: keyPath,
      query: z.strictObject(accountQuery),
      body: { required: false, content: { 'application/json': { schema: Rotate } } },
    },
    responses: {
      200: {
        description: 'The key, with its new token. A repeated call returns the key as it is by then.',
        headers: replayedHeader,
        content: {
          'application/json': {
            schema: MintedKey,
            example: { ...rotatedKeyExample, token: 'lk_8vQzT1nW5kE9xUaGfP3rJc7yBhVm2sLd0iR6oS' },
          },
        },
      },
      ...refusals(400, 401, 404, 413, 415, 503),
      403: forbiddenOrBeyondPolicy,
      422: invalidOrReused,
      409: conflict(
        'rotation_draining',
        'The previous token of the key is still accepted: finish its rotation first, or rotate with "immediate": true.',
        'The previous token is still accepted (`rotation_draining`), or the first call with this `Idempotency-Key` brought a token that cannot be returned again (`already_done`).',
      ),
    },
  }),

  cancel: createRoute({
    operationId: 'cancelRotation',
    method: 'post',
    path: '/v1/keys/{keyId}/rotation/cancel',
    tags,
    summary: 'Cancel a rotation',
    description: `Deletes the next token, which was never used. ${byWhom}`,
    security,
    request: { headers: actHeaders, params: keyPath, query: z.strictObject(accountQuery) },
    responses: {
      200: oneKey('The key as it is now.'),
      ...refusals(401, 403, 404, 422, 503),
      409: conflict('rotation_not_pending', 'The key has no next token: there is no rotation to cancel.'),
    },
  }),

  finish: createRoute({
    operationId: 'finishRotation',
    method: 'post',
    path: '/v1/keys/{keyId}/rotation/finish',
    tags,
    summary: 'Finish a rotation',
    description: `Ends the previous token now. Every replica refuses it once this returns. ${byWhom}`,
    security,
    request: { headers: actHeaders, params: keyPath, query: z.strictObject(accountQuery) },
    responses: {
      200: oneKey('The key as it is now.'),
      ...refusals(401, 403, 404, 422, 503),
      409: notDraining,
    },
  }),

  extend: createRoute({
    operationId: 'extendRotation',
    method: 'post',
    path: '/v1/keys/{keyId}/rotation/extend',
    tags,
    summary: 'Extend a rotation',
    description: `Gives the previous token more time, for example because its \`lastUsedAt\` shows that it is still in use. It never ends later than it would have expired without the rotation, whatever the key’s expiry is changed to. ${byWhom}`,
    security,
    request: {
      headers: actHeaders,
      params: keyPath,
      query: z.strictObject(accountQuery),
      body: { required: true, content: { 'application/json': { schema: ExtendRotation } } },
    },
    responses: {
      200: oneKey('The key as it is now.'),
      ...refusals(400, 401, 403, 404, 413, 415, 422, 503),
      409: notDraining,
    },
  }),
};
