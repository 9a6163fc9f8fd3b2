import type { z } from '@hono/zod-openapi';
import { type Problem, titles } from '../../../api/problem.ts';
import type { RefusalCode } from '../../../decide/codes.ts';
import { AlreadyDone, BeyondPolicy, CountDiffers, InvalidInput } from '../../errors.ts';
import type { ErrorStatus, Refuse } from '../../http/failures.ts';

type ProblemBody = z.infer<typeof Problem>;

/** The status of each refusal in `/v1`. */
const statuses: Record<RefusalCode, ErrorStatus> = {
  malformed_body: 400,
  invalid_refresh_token: 401,
  invalid_token: 401,
  unauthenticated: 401,
  wrong_credentials: 401,
  wrong_signature: 401,
  account_disabled: 403,
  beyond_policy: 403,
  insufficient_scope: 403,
  sign_up_closed: 403,
  wrong_caller: 403,
  wrong_password: 403,
  account_not_found: 404,
  key_not_found: 404,
  not_found: 404,
  role_not_found: 404,
  method_not_allowed: 405,
  already_done: 409,
  count_differs: 409,
  email_taken: 409,
  external_id_taken: 409,
  key_limit_reached: 409,
  no_quota: 409,
  role_exists: 409,
  token_exists: 409,
  rotation_draining: 409,
  rotation_not_draining: 409,
  rotation_not_pending: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  account_required: 422,
  idempotency_key_reused: 422,
  invalid_input: 422,
  upgrade_required: 426,
  too_many_attempts: 429,
  database_unavailable: 503,
  overloaded: 503,
  signing_keys_unavailable: 503,
};

/** The problem details (RFC 9457) of what went wrong: the one place where errors become the HTTP of `/v1`. */
export const problem: Refuse = (refusal, requestId) => {
  const status = refusal ? statuses[refusal.code] : 500;
  const body: ProblemBody = {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    code: refusal?.code ?? 'internal_error',
    detail: refusal?.message ?? 'This should not have happened, and is logged under the requestId.',
    requestId,
    ...(refusal instanceof AlreadyDone && 'keyId' in refusal.made && { keyId: `key_${refusal.made.keyId}` }),
    ...(refusal instanceof CountDiffers && { matched: refusal.matched }),
    ...((refusal instanceof InvalidInput || refusal instanceof BeyondPolicy) && {
      errors: [...refusal.violations],
    }),
  };
  return { status, body, contentType: 'application/problem+json' };
};
