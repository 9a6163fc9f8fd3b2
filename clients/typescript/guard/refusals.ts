import type { Invalid } from '../schema.gen.ts';

/** Why a request is refused: the reason of the verdict, or why there is no verdict. */
export type RefusalReason = Invalid['reason'] | 'missing' | 'malformed' | 'unavailable';

/** The body of a refusal: RFC 9457 problem details, in the form that Latchkey has itself. */
export interface GuardProblem {
  type: 'about:blank';
  title: string;
  status: RefusalStatus;
  /** Stable: the reason of the verdict if its holder may know it, and otherwise `invalid_token`. */
  code: string;
  /** What went wrong, for people. */
  detail: string;
  /** With `insufficient_scope`: the scopes that the endpoint requires and the key lacks. */
  missingScopes?: string[];
}

export type RefusalStatus = keyof typeof titles;

/** The phrases of the statuses (RFC 9110, section 15). */
export const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** The error codes of RFC 6750, section 3.1. */
export const errorCodes: { [Status in RefusalStatus]?: string } = {
  400: 'invalid_request',
  401: 'invalid_token',
  403: 'insufficient_scope',
};

type Refusal = readonly [status: RefusalStatus, code: string, detail: string];

// Whoever holds a stolen token does not learn whether it ever was one.
const invalidToken: Refusal = [401, 'invalid_token', 'The key is not valid.'];

/**
 * The answer for each reason. A key that is refused for its own sake is a 401 `invalid_token`, also where it is used
 * from the wrong address or for the wrong audience: RFC 6750 has 403 for scopes alone, and Latchkey answers the same.
 */
export const refusals: Readonly<Record<RefusalReason, Refusal>> = {
  missing: [401, 'unauthenticated', 'Send an API key as "Authorization: Bearer <key>".'],
  malformed: [
    400,
    'invalid_request',
    'Send the API key once, as "Authorization: Bearer <key>", and nowhere else.',
  ],
  unknown: invalidToken,
  revoked: invalidToken,
  rotated: invalidToken,
  disabled: invalidToken,
  expired: [401, 'expired', 'The key has expired.'],
  not_yet_valid: [401, 'not_yet_valid', 'The key is not valid yet.'],
  insufficient_scope: [403, 'insufficient_scope', 'The key lacks a scope.'],
  ip_not_allowed: [401, 'ip_not_allowed', 'The key cannot be used from this address.'],
  wrong_audience: [401, 'wrong_audience', 'The key is not for this API.'],
  rate_limited: [429, 'rate_limited', 'The key has reached a limit.'],
  quota_exceeded: [429, 'quota_exceeded', 'The quota of the key is used up.'],
  unavailable: [503, 'unavailable', 'The key could not be verified: try again in a second.'],
};
