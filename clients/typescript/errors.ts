import { ApiError } from './core/errors.ts';
import type { Problem } from './schema.gen.ts';

/** What is wrong with the first three values that were refused, with the place of each. */
const violationsOf = ({ errors = [] }: Problem) =>
  errors
    .slice(0, 3)
    .map(({ pointer, parameter, header, detail }) => `${pointer ?? parameter ?? header}: ${detail}`);

/** The service refused the call, or failed: it answered a problem (RFC 9457). Branch on `code`. */
export class LatchkeyError extends ApiError {
  override name = 'LatchkeyError';
  /** The stable name of the problem. */
  readonly code: Problem['code'];
  readonly problem: Problem;
  constructor(problem: Problem, response: Response) {
    const text = [problem.detail, ...violationsOf(problem)].join(' ');
    super(`${text} (${response.status} ${problem.code}, request ${problem.requestId})`, response);
    this.code = problem.code;
    this.problem = problem;
  }
}

/** 400 and 422: the request cannot be read, or a value in it is invalid. `problem.errors` lists each one. */
export class BadRequestError extends LatchkeyError {
  override name = 'BadRequestError';
}

/** 401: the credential is missing or no longer valid. */
export class AuthenticationError extends LatchkeyError {
  override name = 'AuthenticationError';
}

/** 403: the credential is valid, but is not allowed to do this. */
export class PermissionDeniedError extends LatchkeyError {
  override name = 'PermissionDeniedError';
}

/** 404: it does not exist in this account. */
export class NotFoundError extends LatchkeyError {
  override name = 'NotFoundError';
}

/** 409: it conflicts with something that exists. */
export class ConflictError extends LatchkeyError {
  override name = 'ConflictError';
}

/** 429: too many attempts. `retryAfter` says how long to wait. */
export class RateLimitError extends LatchkeyError {
  override name = 'RateLimitError';
}

/** 5xx: the service could not do it. After a 503 a write may or may not have been made. */
export class ServerError extends LatchkeyError {
  override name = 'ServerError';
}

const classes: Record<number, typeof LatchkeyError> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: BadRequestError,
  429: RateLimitError,
};

/** The error of a problem, of the class of its status. */
export function errorOf(problem: Problem, response: Response): LatchkeyError {
  const { status } = response;
  const Class = classes[status] ?? (status >= 500 ? ServerError : LatchkeyError);
  return new Class(problem, response);
}
