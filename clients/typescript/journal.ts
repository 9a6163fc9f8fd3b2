import { byPath } from './core/by-path.ts';
import { Core, usualPace } from './core/core.ts';
import { ApiError } from './core/errors.ts';
import { methodsOf } from './core/methods.ts';
import type { CoreOptions } from './core/options.ts';
import type { ByPath } from './core/types.ts';
import { type Methods, operationTable } from './journal-operations.gen.ts';
import type { Invalid, Message, paths } from './journal-schema.gen.ts';

export { AbortError, ApiError, ConnectionError, TimeoutError, UnexpectedAnswer } from './core/errors.ts';
export type * from './journal-schema.gen.ts';

/** The service refused the call, or failed. */
export class JournalError extends ApiError {
  override name = 'JournalError';
  readonly body: Message | Invalid;
  constructor(body: Message | Invalid, response: Response) {
    super(body.message, response);
    this.body = body;
  }
}

/** A client of the Journal API: a method for each operation, and below them `journal.GET('/api/settings/api')`. */
export interface Journal extends ByPath<paths, Message | Invalid>, Methods {}

/**
 * A client of the Journal API. The token is an API key, an access token, or a `session()` of `@latchkey/client`.
 *
 * @example
 * const journal = createJournal({ baseUrl: 'https://keys.example.com', token });
 * const { data } = await journal.createApiKey({ name: 'Mobile app' });
 */
export function createJournal(options: CoreOptions = {}): Journal {
  const core = new Core(
    {
      service: 'Journal',
      errorType: 'application/json',
      errorField: 'message',
      errorOf: (body, response) => new JournalError(body as Message | Invalid, response),
      paceOf: () => usualPace,
    },
    options,
  );
  return {
    ...byPath<paths, Message | Invalid>(core),
    ...methodsOf<Methods>(core, operationTable),
  };
}
