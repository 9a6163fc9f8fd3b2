import type { RefusalCode } from '../decide/codes.ts';

/** The code of a problem that no operation refuses with: of what fails before it, or beyond it. */
type OtherCode = 'head_too_large' | 'internal_error' | 'malformed_request' | 'request_too_slow';

/** Every `code` that a problem can carry: its status, and what it means and what to do, in Markdown. */
export const problemCodes = {
  malformed_body: [400, 'The body cannot be parsed, nests too deep, or has too many values.'],
  malformed_request: [
    400,
    'The request is not valid HTTP, or its `Host` is missing or invalid. With 417: `Expect` is not `100-continue`.',
  ],
  invalid_refresh_token: [401, 'The refresh token is unknown, expired or already used. Sign in again.'],
  invalid_token: [
    401,
    'The credential is unknown, expired or revoked. Refresh the session, or use another key.',
  ],
  unauthenticated: [401, 'No credential was sent. Send `Authorization: Bearer <token>`.'],
  wrong_credentials: [401, 'The email or the password is wrong.'],
  wrong_signature: [401, 'The signature of a report from GitHub is missing or wrong.'],
  account_disabled: [403, 'The operator has suspended the account. Ask the operator to let it back.'],
  beyond_policy: [
    403,
    'The policy of the account, or of the deployment, does not allow a scope or the lifetime. `errors` lists each value.',
  ],
  insufficient_scope: [
    403,
    'The calling key lacks a scope that the operation needs or that it would grant. `detail` names the scope.',
  ],
  sign_up_closed: [403, 'Nobody can sign up in this deployment. Its operator creates accounts.'],
  wrong_caller: [
    403,
    'The operation does not accept this kind of credential. Its description lists those it accepts.',
  ],
  wrong_password: [403, 'The current password is wrong. The session is still valid.'],
  account_not_found: [404, 'There is no such account.'],
  key_not_found: [404, 'The account has no such key. It may be of another account, or deleted.'],
  not_found: [404, 'There is no such path.'],
  role_not_found: [404, 'There is no such role.'],
  session_not_found: [404, 'The account has no such session. It may have ended.'],
  token_not_found: [
    404,
    'No key has the token, or had it lately. It may be mistyped, or the token of another account.',
  ],
  method_not_allowed: [405, 'The path has no such method. `Allow` lists those it has.'],
  request_too_slow: [408, 'The request did not arrive in time. Send it again.'],
  already_done: [
    409,
    'An earlier call with this `Idempotency-Key` was done, and its response cannot be returned again. If the call created or rotated a key, `keyId` names it: rotate that key if you do not have the token.',
  ],
  count_differs: [
    409,
    'The filter matches another number of keys than expected. Nothing was revoked; `matched` is that number.',
  ],
  email_taken: [409, 'An account with this email exists. Sign in instead.'],
  external_id_taken: [409, 'Another account has this `externalId`.'],
  key_limit_reached: [409, 'The account has as many keys as it may have. Delete one first.'],
  no_quota: [409, 'The key, or the account, has no quota to add to. Give it one first.'],
  role_exists: [409, 'A role with this name exists.'],
  rotation_draining: [
    409,
    'The previous token of the key is still accepted. Finish that rotation, or rotate with `immediate`.',
  ],
  rotation_not_draining: [409, 'The key has no previous token that is still accepted.'],
  rotation_not_pending: [409, 'The key has no next token, so there is no rotation to cancel.'],
  token_exists: [
    409,
    'The token was imported before, and no token is imported twice. `keyId` names its key while that is known.',
  ],
  body_too_large: [413, 'The body is larger than the operation takes. `detail` says how much that is.'],
  unsupported_media_type: [
    415,
    'The body has another `Content-Type` than the operation takes, or a `Content-Encoding`.',
  ],
  account_required: [422, 'The operator must name the account, by `accountId` or `externalId` in the query.'],
  idempotency_key_reused: [
    422,
    'This `Idempotency-Key` was sent with another request before. Use a new one for each request.',
  ],
  invalid_input: [422, 'A value is invalid. `errors` lists each one, and where it is.'],
  upgrade_required: [426, 'The path is a WebSocket. Ask for an upgrade to one.'],
  too_many_attempts: [429, 'Too many attempts of this kind. Wait for the seconds in `Retry-After`.'],
  head_too_large: [431, 'The request line and the headers are larger than 16 KiB together.'],
  internal_error: [
    500,
    'A fault of the service, logged under the `requestId`. A write may or may not have been made.',
  ],
  database_unavailable: [
    503,
    'The database did not answer. A write may or may not have been made: repeat it with the same `Idempotency-Key`, or check first.',
  ],
  events_pending: [
    503,
    'A change has not been finished for a second, so that it is not known which events come next. Try again.',
  ],
  overloaded: [503, 'Too much work of this kind is waiting. Nothing was done: try again.'],
  signing_keys_unavailable: [
    503,
    'The public keys of GitHub cannot be fetched. Nothing was done: try again later.',
  ],
  stopping: [503, 'The process was told to stop. Send no more requests to it.'],
} as const satisfies Record<RefusalCode | OtherCode, readonly [status: number, meaning: string]>;

export type ProblemCode = keyof typeof problemCodes;
