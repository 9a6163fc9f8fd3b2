/** The `code` of each refusal. A code is stable: what it means never changes, and it is never reused. */
export type RefusalCode = CommonCode | V1Code;

/** Refusals that several contracts make. Each contract has an answer to all of them. */
export type CommonCode =
  | 'account_disabled'
  | 'account_not_found'
  | 'beyond_policy'
  | 'body_too_large'
  | 'database_unavailable'
  | 'insufficient_scope'
  | 'invalid_input'
  | 'invalid_token'
  | 'key_limit_reached'
  | 'key_not_found'
  | 'malformed_body'
  | 'method_not_allowed'
  | 'not_found'
  | 'overloaded'
  | 'too_many_attempts'
  | 'unauthenticated'
  | 'unsupported_media_type'
  | 'wrong_caller';

/** Refusals that only `/v1` makes. */
type V1Code =
  | 'account_required'
  | 'already_done'
  | 'count_differs'
  | 'email_taken'
  | 'events_pending'
  | 'external_id_taken'
  | 'idempotency_key_reused'
  | 'invalid_refresh_token'
  | 'no_quota'
  | 'role_exists'
  | 'role_not_found'
  | 'rotation_draining'
  | 'rotation_not_draining'
  | 'rotation_not_pending'
  | 'session_not_found'
  | 'sign_up_closed'
  | 'signing_keys_unavailable'
  | 'stopping'
  | 'token_exists'
  | 'token_not_found'
  | 'upgrade_required'
  | 'wrong_credentials'
  | 'wrong_password'
  | 'wrong_signature';
