import { byPath } from './core/by-path.ts';
import { Core, usualPace } from './core/core.ts';
import { ApiError } from './core/errors.ts';
import { methodsOf } from './core/methods.ts';
import type { CoreOptions } from './core/options.ts';
import type { ByPath } from './core/types.ts';
import { type Methods, operationTable } from './share-operations.gen.ts';
import type { Outcome, paths } from './share-schema.gen.ts';

export { AbortError, ApiError, ConnectionError, TimeoutError, UnexpectedAnswer } from './core/errors.ts';
export type * from './share-schema.gen.ts';

/** The service refused the call, or failed. */
export class ShareError extends ApiError {
  override name = 'ShareError';
  /** The stable name of the error, such as `INVALID_EXPIRES`. */
  readonly code: string;
  constructor({ code, message }: Outcome, response: Response) {
    super(message, response);
    this.code = code;
  }
}

/** A client of the Share API: a method for each operation, and below them `share.GET('/apikey')`. */
export interface Share extends ByPath<paths, Outcome>, Methods {}

/**
 * A client of the Share API. The token is an access token, or a `session()` of `@latchkey/client`.
 *
 * @example
 * const share = createShare({ baseUrl: 'https://keys.example.com', token });
 * const { api_key } = await share.createApiKey({ label: 'Test 123', expires: 'One Month' });
 */
export function createShare(options: CoreOptions = {}): Share {
  const core = new Core(
    {
      service: 'Share',
      errorType: 'application/json',
      errorField: 'code',
      errorOf: (body, response) => new ShareError(body as Outcome, response),
      paceOf: () => usualPace,
    },
    options,
  );
  return {
    ...byPath<paths, Outcome>(core),
    ...methodsOf<Methods>(core, operationTable),
  };
}
