import type { RefusalCode } from '../decide/codes.ts';
import type { Breach, HeldPolicy } from '../decide/policy.ts';

/**
 * An expected failure, in the product's words and with its facts. Each contract maps it to its own HTTP.
 * Outcomes a caller expects (a verdict, an empty list) are values, not errors.
 */
export abstract class Refusal extends Error {
  abstract readonly code: RefusalCode;
  /** Who was refused, if that is known: for the log. */
  actor: string | undefined;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A refusal that is always the same. */
const refusal = <Code extends RefusalCode>(code: Code, message: string) =>
  class extends Refusal {
    readonly code = code;
    constructor() {
      super(message);
    }
  };

/** The credential is missing (`sent` false) or invalid. The message says which, for people. */
export class Unauthenticated extends Refusal {
  readonly code: 'unauthenticated' | 'invalid_token';
  constructor(message: string, { sent }: { sent: boolean }) {
    super(message);
    this.code = sent ? 'invalid_token' : 'unauthenticated';
  }
}

/** The caller is authenticated, but the operation does not accept its kind. */
export class WrongCaller extends Refusal {
  readonly code = 'wrong_caller';
}

/** The calling key lacks scopes. */
export class InsufficientScope extends Refusal {
  readonly code = 'insufficient_scope';
  readonly scopes: readonly string[];
  constructor(scopes: readonly string[], message = `This needs the scope "${scopes.join(' ')}".`) {
    super(message);
    this.scopes = scopes;
  }
}

/** A length of time for people, in days where it is whole days. */
export function durationText(seconds: number): string {
  const [count, unit] = seconds % 86_400 === 0 ? [seconds / 86_400, 'day'] : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function breachText(breach: Breach, { ofAccount }: HeldPolicy): string {
  const policy = `The policy of ${ofAccount.includes(breach.rule) ? 'the account' : 'this deployment'}`;
  switch (breach.rule) {
    case 'allowedScopes':
      return `${policy} does not allow "${breach.scopes.join(' ')}" (allowedScopes).`;
    case 'maxLifetimeSeconds':
      return `${policy} lets a key live for at most ${durationText(breach.seconds)} after its current token was created (maxLifetimeSeconds): choose an earlier expiry.`;
    case 'expiryRequired':
      return `${policy} requires that keys expire (expiryRequired): choose an expiry.`;
  }
}

/** The field that breaks the rule. */
function breachPointer(breach: Breach): string {
  if (breach.rule !== 'allowedScopes') return '#/expiresAt';
  return breach.byRoles ? '#/roles' : '#/scopes';
}

/** A key would break rules of the policy that holds for its account. */
export class BeyondPolicy extends Refusal {
  readonly code = 'beyond_policy';
  readonly breaches: readonly Breach[];
  readonly violations: readonly Violation[];
  constructor(breaches: readonly Breach[], policy: HeldPolicy) {
    const violations = breaches.map((breach) => ({
      detail: breachText(breach, policy),
      pointer: breachPointer(breach),
    }));
    super(violations.map(({ detail }) => detail).join(' '));
    this.breaches = breaches;
    this.violations = violations;
  }
}

export class KeyNotFound extends refusal('key_not_found', 'This account has no such key.') {}

export class AccountNotFound extends refusal('account_not_found', 'This account does not exist.') {}

/** The account is disabled, so no key is created in it. */
export class AccountDisabled extends refusal(
  'account_disabled',
  'The account is disabled, so no key can be created in it: ask the operator of this deployment.',
) {}

/** The account has reached its limit of keys. */
export class KeyLimitReached extends Refusal {
  readonly code = 'key_limit_reached';
  readonly limit: number;
  constructor(limit: number) {
    super(`The account has ${limit} keys, and may have no more: delete one that is not needed first.`);
    this.limit = limit;
  }
}

/** Units are to be added to a quota that is not there. */
export class NoQuota extends Refusal {
  readonly code = 'no_quota';
  constructor(whose: 'key' | 'account') {
    super(`The ${whose} has no quota: give it one first, with "quota": { "remaining": … }.`);
  }
}

const rotationConflicts = {
  rotation_draining:
    'The previous token of the key is still accepted: finish its rotation first, or rotate with "immediate": true.',
  rotation_not_pending: 'The key has no next token: there is no rotation to cancel.',
  rotation_not_draining: 'The key has no previous token that is still accepted: no rotation is under way.',
};
export type RotationConflictCode = keyof typeof rotationConflicts;

/** The key is not at the step of a rotation that the call is for. */
export class RotationConflict extends Refusal {
  readonly code: RotationConflictCode;
  constructor(code: RotationConflictCode) {
    super(rotationConflicts[code]);
    this.code = code;
  }
}

/** The number of keys that meet a filter is not the one that the caller expects. Nothing was done. */
export class CountDiffers extends Refusal {
  readonly code = 'count_differs';
  readonly matched: number;
  constructor(matched: number, expected: number) {
    super(`The filter matches ${matched} keys, not ${expected}: nothing was revoked.`);
    this.matched = matched;
  }
}

/** An Idempotency-Key came with another request than the first. */
export class IdempotencyKeyReused extends refusal(
  'idempotency_key_reused',
  'This Idempotency-Key was sent with another request before: use a new one for each request.',
) {}

/** A repeated request was done before, and its response cannot be returned again. */
export class AlreadyDone extends Refusal {
  readonly code = 'already_done';
  /** The key that the first request created or rotated, or a text for anything else that it was for. */
  readonly made: { keyId: string } | string;
  constructor(made: AlreadyDone['made']) {
    super(
      typeof made === 'object'
        ? `This request was already done for key_${made.keyId}, and the token cannot be returned again: if you do not have it, rotate or revoke that key.`
        : `This request was already done for ${made}, and its response cannot be returned again.`,
    );
    this.made = made;
  }
}

/** The operator did not name the account to act on. */
export class AccountRequired extends refusal(
  'account_required',
  'The operator must name the account to act on: add the query parameter accountId or externalId.',
) {}

export class EmailTaken extends refusal(
  'email_taken',
  'An account with this email already exists: sign in instead.',
) {}

export class ExternalIdTaken extends refusal('external_id_taken', 'Another account has this externalId.') {}

/** The token that is to be imported was imported before. */
export class TokenExists extends Refusal {
  readonly code = 'token_exists';
  /** The key that has the token, or had it. Undefined: nothing else of it is left. */
  readonly keyId: string | undefined;
  constructor(keyId: string | undefined) {
    super('This token was imported before.');
    this.keyId = keyId;
  }
}

/** No key has a token, or none that the caller sees. */
export class TokenNotFound extends Refusal {
  readonly code = 'token_not_found';
  constructor() {
    super('No key has this token.');
  }
}

/** Another role has this name. */
export class RoleExists extends Refusal {
  readonly code = 'role_exists';
  constructor(name: string) {
    super(`A role named "${name}" already exists.`);
  }
}

export class RoleNotFound extends refusal('role_not_found', 'This deployment has no such role.') {}

export class SessionNotFound extends refusal('session_not_found', 'This account has no such session.') {}

export class SignUpClosed extends refusal(
  'sign_up_closed',
  'Sign-up is closed in this deployment (SIGN_UP): ask its operator for an account.',
) {}

/** The email is unknown or the password is wrong. The caller is not told which. */
export class WrongCredentials extends refusal('wrong_credentials', 'The email or the password is wrong.') {}

export class WrongPassword extends refusal('wrong_password', 'The current password is wrong.') {}

/** Too many attempts of one kind: at a password, at a signature, or to report leaks. */
export class TooManyAttempts extends Refusal {
  readonly code = 'too_many_attempts';
  readonly retryAfter: number;
  /** @param retryAfter seconds until the next try */
  constructor(retryAfter: number) {
    super(`Too many attempts: try again in ${retryAfter} seconds.`);
    this.retryAfter = retryAfter;
  }
}

export class InvalidRefreshToken extends refusal(
  'invalid_refresh_token',
  'The refresh token is unknown, expired or already used: sign in again.',
) {}

/** One invalid value: its `pointer` into the body (RFC 6901, as a URI fragment), its query `parameter`, or its `header`. */
export interface Violation {
  detail: string;
  pointer?: string;
  parameter?: string;
  header?: string;
}

/** The input could be parsed, but has invalid values. */
export class InvalidInput extends Refusal {
  readonly code = 'invalid_input';
  readonly violations: readonly Violation[];
  constructor(...violations: Violation[]) {
    super(
      violations.length === 1 ? 'One value is invalid: see errors.' : 'Some values are invalid: see errors.',
    );
    this.violations = violations;
  }
}

/** The body could not be parsed as its declared content type. */
export class MalformedBody extends Refusal {
  readonly code = 'malformed_body';
}

export class BodyTooLarge extends Refusal {
  readonly code = 'body_too_large';
  constructor(limit: number) {
    super(`The body may have at most ${limit} bytes.`);
  }
}

export class UnsupportedMediaType extends Refusal {
  readonly code = 'unsupported_media_type';
  /** What is accepted, as the response header that says so (RFC 9110, sections 12.5.1 and 12.5.3). */
  readonly accepted: { Accept: string } | { 'Accept-Encoding': string };
  constructor(accepted: UnsupportedMediaType['accepted']) {
    super(
      'Accept' in accepted
        ? `The body must have one of these content types, in UTF-8: ${accepted.Accept}.`
        : 'The body must be sent without a Content-Encoding.',
    );
    this.accepted = accepted;
  }
}

export class MethodNotAllowed extends Refusal {
  readonly code = 'method_not_allowed';
  readonly allow: string;
  constructor(method: string, allow: string) {
    super(`${method} is not allowed here. Allowed: ${allow}.`);
    this.allow = allow;
  }
}

export class UpgradeRequired extends refusal(
  'upgrade_required',
  'This is a WebSocket, for verifiers: ask for an upgrade to one.',
) {}

export class NoSuchPath extends Refusal {
  readonly code = 'not_found';
  constructor(message = 'This path does not exist: see /docs.') {
    super(message);
  }
}

/** The database cannot be reached or does not answer. A write may or may not have been made. */
export class DatabaseUnavailable extends Refusal {
  readonly code = 'database_unavailable';
  constructor(cause?: unknown) {
    super('The database cannot be reached: try again in a second.', { cause });
  }
}

/** A transaction that may write events has been open for long, so it is not known which events come next. */
export class EventsPending extends refusal(
  'events_pending',
  'A change is not finished, so it is not known which events come next: try again in a second.',
) {}

/** The signature of a request is missing or wrong. */
export class WrongSignature extends refusal(
  'wrong_signature',
  'The signature is missing, or not that of this body by a key of GitHub: send Github-Public-Key-Identifier and Github-Public-Key-Signature.',
) {}

/** Keys that signatures are checked with cannot be fetched. Nothing was done. */
export class SigningKeysUnavailable extends refusal(
  'signing_keys_unavailable',
  'The public keys of GitHub cannot be fetched: try again later.',
) {}

/** The process was told to stop. It serves what comes, and wants no more. */
export class Stopping extends refusal(
  'stopping',
  'The process was told to stop: send no more requests to it.',
) {}

/** Too much work of this kind is queued. Nothing was done. */
export class Overloaded extends Refusal {
  readonly code = 'overloaded';
  /** @param what says what waits */
  constructor(what: string) {
    super(`Too many ${what}: try again in a second.`);
  }
}

/** No worker of a replica has told its metrics. */
export class NoWorkerAnswered extends refusal(
  'overloaded',
  'No worker answered in time: try again in a second.',
) {}

/** The service cannot start. The message is one line for whoever starts it: what is wrong and what to do. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/** What is logged of an unexpected error. Not its other fields: a driver may put parameters there. */
export function loggable(error: unknown): { name: string; message: string; stack: string | undefined } {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}

/** The message of an error's first cause. Never its other properties, which may hold secrets. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause ? messageOf(error.cause) : error.message || error.name;
}
