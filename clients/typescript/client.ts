import { contract } from './contract.ts';
import { byPath } from './core/by-path.ts';
import { Core } from './core/core.ts';
import { methodsOf } from './core/methods.ts';
import type { CallOptions, CoreOptions } from './core/options.ts';
import type { ByPath, PathAnswer, PathOptions } from './core/types.ts';
import { type Methods, operationTable } from './operations.gen.ts';
import type { Problem, paths, Verdict } from './schema.gen.ts';
import type { Asked, Verifies } from './verify.ts';

export { AbortError, ApiError, ConnectionError, TimeoutError, UnexpectedAnswer } from './core/errors.ts';
export type { Attempt, AttemptAnswer, CallOptions, TokenSource } from './core/options.ts';
export { Pages } from './core/pages.ts';
export {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  LatchkeyError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  ServerError,
} from './errors.ts';
export type { Methods } from './operations.gen.ts';
export type * from './schema.gen.ts';
export { type StoredSession, session } from './session.ts';
export type { Asked, Verifies } from './verify.ts';

/** What the client is told once. */
export type LatchkeyOptions = CoreOptions;

/** What a call by path takes: parameters and body as the operation has them, a `timeout`, and what `fetch` takes. */
export type Options<Operation> = PathOptions<Operation>;

/** What a call by path answers: `data` on success, `error` otherwise, never both. */
export type Answer<Operation> = PathAnswer<Operation, Problem>;

/**
 * A client of the Latchkey API: a method for each operation, such as `latchkey.keys.create()`, and below them
 * `latchkey.POST('/v1/keys')`.
 *
 * A method resolves to the body of the answer. It throws a `LatchkeyError` if the service refuses the call or fails,
 * and a `ConnectionError`, `TimeoutError`, `AbortError` or `UnexpectedAnswer` if the service does not answer. It tries
 * again where that can help and nothing is done twice, up to its deadline.
 */
export interface Latchkey extends ByPath<paths, Problem>, Methods, Verifies {
  /**
   * Verifies a token. An invalid one is a verdict; what is thrown means that nothing is known about the token, so
   * refuse the request.
   *
   * A verification that gets no answer within a second is repeated once, and given up after two. If the first attempt
   * was done and only its answer was lost, the use is counted twice, and its cost is taken twice from the limits of the
   * key. `retries: 0` excludes that.
   */
  verify(token: string, asked?: Asked, options?: CallOptions): Promise<Verdict>;
}

/**
 * A client of the Latchkey API.
 *
 * @example
 * const latchkey = createLatchkey({ baseUrl: 'https://keys.example.com', token });
 * const verdict = await latchkey.verify(presented, { scopes: ['files:read'] });
 */
export function createLatchkey(options: LatchkeyOptions = {}): Latchkey {
  const core = new Core(contract, options);
  const methods = methodsOf<Methods>(core, operationTable);
  return {
    ...byPath<paths, Problem>(core),
    ...methods,
    verify: (token, asked, options) => methods.keys.verify({ ...asked, token }, options),
  };
}
