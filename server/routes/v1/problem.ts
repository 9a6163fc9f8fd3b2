import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Problem, titles } from '../../../api/problem.ts';
import * as errors from '../../errors.ts';
import type { Env } from '../../http/env.ts';

type ProblemBody = z.infer<typeof Problem>;

/** What each refusal is in `/v1`. */
const answers: [
  refusal: abstract new (...facts: never[]) => errors.Refusal,
  ContentfulStatusCode,
  ProblemBody['code'],
][] = [
  [errors.MalformedBody, 400, 'malformed_body'],
  [errors.WrongCredentials, 401, 'wrong_credentials'],
  [errors.InvalidRefreshToken, 401, 'invalid_refresh_token'],
  [errors.InsufficientScope, 403, 'insufficient_scope'],
  [errors.WrongCaller, 403, 'wrong_caller'],
  [errors.WrongPassword, 403, 'wrong_password'],
  [errors.SignUpClosed, 403, 'sign_up_closed'],
  [errors.KeyNotFound, 404, 'key_not_found'],
  [errors.AccountNotFound, 404, 'account_not_found'],
  [errors.NoSuchPath, 404, 'not_found'],
  [errors.MethodNotAllowed, 405, 'method_not_allowed'],
  [errors.EmailTaken, 409, 'email_taken'],
  [errors.ExternalIdTaken, 409, 'external_id_taken'],
  [errors.KeyLimitReached, 409, 'key_limit_reached'],
  [errors.BodyTooLarge, 413, 'body_too_large'],
  [errors.UnsupportedMediaType, 415, 'unsupported_media_type'],
  [errors.AccountRequired, 422, 'account_required'],
  [errors.InvalidInput, 422, 'invalid_input'],
  [errors.TooManyAttempts, 429, 'too_many_attempts'],
  [errors.DatabaseUnavailable, 503, 'database_unavailable'],
  [errors.Overloaded, 503, 'overloaded'],
];

function statusAndCode(refusal: errors.Refusal | undefined): [ContentfulStatusCode, ProblemBody['code']] {
  if (refusal instanceof errors.Unauthenticated)
    return [401, refusal.sent ? 'invalid_token' : 'unauthenticated'];
  const [, ...answer] = answers.find(([kind]) => refusal instanceof kind) ?? [
    undefined,
    500,
    'internal_error',
  ];
  return answer;
}

/** The problem details (RFC 9457) of what went wrong: `/v1`'s one place where errors become HTTP. */
export function problem(c: Context<Env>, refusal: errors.Refusal | undefined): Response {
  const [status, code] = statusAndCode(refusal);
  const body: ProblemBody = {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    code,
    detail: refusal?.message ?? 'This should not have happened, and is logged under the requestId.',
    requestId: c.var.requestId,
    ...(refusal instanceof errors.InvalidInput && { errors: [...refusal.violations] }),
  };
  return c.json(body, status, { 'Content-Type': 'application/problem+json' });
}
