import { z } from '@hono/zod-openapi';
import { refusal } from './problem.ts';

/** The header in which a client names a request that it may repeat (draft-ietf-httpapi-idempotency-key-header). */
export const idempotencyKeyHeader = 'Idempotency-Key';

/**
 * The pattern of a key: 16 or more characters where the response has a secret, which the key helps to encrypt. A quote is
 * `\x22`, since generators write the pattern into texts of their own.
 */
const patternOf = (min: number) =>
  `^(?:[!#-\\[\\]-~]{${min},255}|\\x22(?:[ !#-\\[\\]-~]|\\\\[\\x22\\\\]){${min},255}\\x22)$`;

/** The key as the client chose it: it comes bare or as a string of RFC 9651, in quotes, which name the same key. */
const idempotencyKey = (min: number) =>
  z
    .string()
    .regex(new RegExp(patternOf(min)), `Must have ${min} to 255 visible ASCII characters, bare or in quotes.`)
    .transform((sent) => (sent.startsWith('"') ? sent.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : sent));

const example = 'f1c9e3a0-5a1e-4b7c-9c55-2d6a4d1f8b10';

const header = (min: number, description: string) => ({
  [idempotencyKeyHeader]: idempotencyKey(min)
    .optional()
    .openapi({
      type: 'string',
      pattern: patternOf(min),
      description,
      // The docs would send an example with every request that is tried there, and get the first response again.
      param: {
        name: idempotencyKeyHeader,
        in: 'header',
        examples: { uuid: { value: example, 'x-disabled': true } },
      },
    }),
});

/** The header of operations that answer a secret. */
export const idempotencyHeader = header(
  16,
  'Makes the call safe to repeat: use a new UUID for each key you create or rotate, and send it again when you repeat the call. A repeated call returns the same token again, with `Idempotent-Replayed: true`, for 24 hours or until the token is used or the key is revoked. 16 to 255 visible ASCII characters, bare or in quotes.',
);

/** The header of operations whose response has no secret. */
export const plainIdempotencyHeader = header(
  1,
  'Makes the call safe to repeat for 24 hours: a repeated call is not done again, and its response has `Idempotent-Replayed: true`. 1 to 255 visible ASCII characters, bare or in quotes.',
);

/** The response header that marks a replay. */
export const replayedHeader = {
  'Idempotent-Replayed': {
    description: 'Sent if an earlier call with the same `Idempotency-Key` did what this one asks for.',
    required: false,
    schema: { type: 'string' as const, enum: ['true'] },
  },
};

/** What an operation with this header means by 422. */
export const invalidOrReused = refusal(422, {
  description:
    'A value is invalid (`invalid_input`, and `errors` lists each one), or the `Idempotency-Key` was sent with another request (`idempotency_key_reused`).',
});
