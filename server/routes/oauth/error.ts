import type { z } from '@hono/zod-openapi';
import { missing, type OAuthError, type oauthErrors, repeated } from '../../../api/oauth.ts';
import { InvalidInput, type Refusal } from '../../errors.ts';
import { type Answers, basicChallenge, type ErrorStatus, type Refuse } from '../../http/failures.ts';

type ErrorName = (typeof oauthErrors)[number];
type Answer = [status: ErrorStatus, error: ErrorName];

const invalidClient: Answer = [401, 'invalid_client'];
const invalidRequest: Answer = [400, 'invalid_request'];
const unavailable: Answer = [503, 'temporarily_unavailable'];
/** For internal errors, and for refusals that no operation of this contract makes. */
const ourFault: Answer = [500, 'server_error'];

/** The value of a parameter is refused with an error of the standards' own. */
export class OAuthRefusal extends InvalidInput {
  readonly error: ErrorName;
  constructor(error: ErrorName, parameter: string, detail: string) {
    super({ detail, pointer: `#/${parameter}` });
    this.error = error;
  }
}

/** The errors of the standards for invalid values of certain parameters. */
const ofValues: Partial<Record<string, ErrorName>> = {
  grant_type: 'unsupported_grant_type',
  scope: 'invalid_scope',
  audience: 'invalid_target',
  resource: 'invalid_target',
};

/** The answer to each refusal. */
const answers: Answers<Answer> = {
  unauthenticated: invalidClient,
  invalid_token: invalidClient,
  insufficient_scope: [403, 'insufficient_scope'],
  wrong_caller: [403, 'insufficient_scope'],
  invalid_input: invalidRequest,
  malformed_body: invalidRequest,
  not_found: [404, 'invalid_request'],
  method_not_allowed: [405, 'invalid_request'],
  body_too_large: [413, 'invalid_request'],
  unsupported_media_type: [415, 'invalid_request'],
  too_many_attempts: [429, 'temporarily_unavailable'],
  database_unavailable: unavailable,
  overloaded: unavailable,
  account_disabled: ourFault,
  account_not_found: ourFault,
  beyond_policy: ourFault,
  key_limit_reached: ourFault,
  key_not_found: ourFault,
};

/** The one place where errors become the HTTP of this contract (RFC 6749, section 5.2). */
export const oauthError: Refuse = (refusal) => {
  const [status, usual] = (refusal && answers[refusal.code]) ?? ourFault;
  const body: z.infer<typeof OAuthError> = {
    error: (refusal instanceof InvalidInput && errorOf(refusal)) || usual,
    error_description: plain(descriptionOf(refusal)),
  };
  return { status, body, ...(status === 401 && { challenge: basicChallenge }) };
};

/** The specific error for invalid input, if there is one. The first violation counts. */
function errorOf(refusal: InvalidInput): ErrorName | undefined {
  if (refusal instanceof OAuthRefusal) return refusal.error;
  const [{ detail, pointer = '' } = { detail: missing }] = refusal.violations;
  const [, parameter = ''] = pointer.split('/');
  return detail === missing || detail === repeated ? undefined : ofValues[parameter];
}

function descriptionOf(refusal: Refusal | undefined): string {
  if (refusal?.code === 'unauthenticated')
    return 'Authenticate with HTTP Basic, with client_id and client_secret in the form, or with a bearer token.';
  if (!(refusal instanceof InvalidInput)) return refusal?.message ?? 'This should not have happened.';
  const [{ detail, header, pointer = '#/' } = { detail: refusal.message }] = refusal.violations;
  return `${header ?? decodeURIComponent(pointer.slice(2))}: ${detail}`;
}

/** Replaces the characters that RFC 6749 does not allow in a description. */
const plain = (text: string) => text.replaceAll(/["’]/g, "'").replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, '?');
