import type { Reason } from './verdict.ts';

/** How an API answers whoever presented a token that it refuses: for the guards of the client, and for gateways. */

/** Why a request is refused: the reason of the verdict, or why there is no verdict. */
export type RefusalReason = Reason | 'missing' | 'malformed' | 'unavailable';

/** The body of a refusal: RFC 9457 problem details. */
export interface RefusalProblem {
  type: 'about:blank';
  title: string;
  status: RefusalStatus;
  /** Stable: the reason of the verdict if its holder may know it, and otherwise `invalid_token`. */
  code: string;
  /** What went wrong, for people. */
  detail: string;
  /** With `insufficient_scope`: the scopes that are required and the key lacks. */
  missingScopes?: string[];
}

export type RefusalStatus = keyof typeof statuses;

/** The phrase of each status (RFC 9110, section 15), and its error code in a challenge (RFC 6750, section 3.1). */
const statuses = {
  400: ['Bad Request', 'invalid_request'],
  401: ['Unauthorized', 'invalid_token'],
  403: ['Forbidden', 'insufficient_scope'],
  429: ['Too Many Requests'],
  503: ['Service Unavailable'],
} as const;

/** The code is that of the reason, if none is given. */
type Row = readonly [status: RefusalStatus, detail: string, code?: string];

/** What whoever holds a stolen token does not learn: whether it ever was one. */
type Hidden = 'unknown' | 'revoked' | 'rotated' | 'account_disabled' | 'disabled';
const invalidToken: Row = [401, 'The key is not valid.', 'invalid_token'];

/**
 * The answer for each reason. A key that is refused for its own sake is a 401 `invalid_token`, also where it is used
 * from the wrong address or for the wrong audience: RFC 6750 has 403 for scopes alone.
 */
const refusals: Readonly<Record<Exclude<RefusalReason, Hidden>, Row>> = {
  missing: [401, 'Send an API key as "Authorization: Bearer <key>".', 'unauthenticated'],
  malformed: [400, 'Send an API key as "Authorization: Bearer <key>", and only once.', 'invalid_request'],
  expired: [401, 'The key has expired.'],
  not_yet_valid: [401, 'The key is not valid yet.'],
  insufficient_scope: [403, 'The key lacks a scope.'],
  ip_not_allowed: [401, 'The key cannot be used from this address.'],
  wrong_audience: [401, 'The key is not for this API.'],
  rate_limited: [429, 'The key has reached a limit.'],
  quota_exceeded: [429, 'The quota is used up.'],
  unavailable: [503, 'The key could not be verified: try again in a second.'],
};

// A newer service may have reasons that are not known here.
const rowOf = (reason: RefusalReason): Row =>
  (refusals as Partial<Record<RefusalReason, Row>>)[reason] ?? invalidToken;

/** What whoever presented the token is told, for people. */
export const detailOf = (reason: RefusalReason): string => rowOf(reason)[1];

/** What a refusal is about, beside its reason. */
interface Facts {
  /** The protection space that the challenge names (RFC 9110, section 11.5). */
  realm: string;
  /** The scopes that are required, all of them. */
  scopes?: readonly string[] | undefined;
  /** Those of them, and of alternatives, that the key lacks. */
  missingScopes?: readonly string[] | undefined;
}

/** The answer to a request that is refused, without what it tells of limits. */
export function refusalOf(reason: RefusalReason, { realm, scopes = [], missingScopes = [] }: Facts) {
  const [status, detail, code = reason] = rowOf(reason);
  const [title, error] = statuses[status];
  const problem: RefusalProblem = { type: 'about:blank', title, status, code, detail };
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
  };
  const challenge = [`Bearer realm="${realm}"`];
  // RFC 6750, section 3.1: no error where no credential was sent.
  if (error && reason !== 'missing') challenge.push(`error="${error}"`);
  if (status === 403) {
    problem.missingScopes = [...missingScopes];
    challenge.push(`scope="${[...new Set([...scopes, ...missingScopes])].join(' ')}"`);
  }
  if (error) headers['WWW-Authenticate'] = challenge.join(', ');
  return { status, headers, problem };
}
