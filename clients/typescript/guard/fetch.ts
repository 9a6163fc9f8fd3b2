import { maybeAsync } from '../../../decide/maybe-async.ts';
import { type Admitted, type Checked, createGuard as createCore, type GuardOptions } from './guard.ts';
import { requirementOf, type Wanted } from './requirement.ts';

export type { Admitted, GuardOptions, OnUnavailable, Requirement, Wanted } from './guard.ts';

export interface FetchGuardOptions extends GuardOptions {
  /**
   * The address of the client, which a key with `allowedIps` needs. It gets what the handler gets. Take a header only if
   * your proxy sets it.
   */
  clientIp?: ((request: Request, ...rest: never[]) => string | undefined) | undefined;
}

type Answer = Response | Promise<Response>;

/**
 * Wraps a handler, so that requests reach it only with a key that has what is wanted. The handler gets the key after the
 * request, and then whatever else it is called with.
 */
export type FetchGuard = <Incoming extends Request, Rest extends unknown[]>(
  wanted: Wanted,
  handler: (request: Incoming, admitted: Admitted, ...rest: Rest) => Answer,
) => (request: Incoming, ...rest: Rest) => Answer;

/**
 * A guard of handlers that take a Request and return a Response, such as those of Bun, Deno, Next and Workers.
 *
 * @example
 * const guard = createGuard({ verify: latchkey });
 * export const GET = guard('files:read', (request, { key }) => Response.json(filesOf(key.accountId)));
 */
export function createGuard({ clientIp, ...options }: FetchGuardOptions): FetchGuard {
  const core = createCore(options);
  return (wanted, handler) => {
    const requirement = requirementOf(wanted);
    return (request, ...rest) => {
      const settle = (result: Checked): Answer => {
        if (result.ok)
          return maybeAsync(handler(request, result, ...rest), (response) =>
            withHeaders(response, result.headers),
          );
        // An answer to HEAD has no body, and not every runtime removes it.
        const body = request.method === 'HEAD' ? null : JSON.stringify(result.problem);
        return new Response(body, { status: result.status, headers: result.headers });
      };
      const ip = clientIp?.(request, ...(rest as unknown[] as never[]));
      return maybeAsync(core.check(request.headers, requirement, ip), settle);
    };
  };
}

/** The response with more headers, as a copy: its own may be immutable, or it may be returned to others too. */
function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const missing = Object.entries(headers).filter(([name]) => !response.headers.has(name));
  // A response that switches protocols cannot be copied.
  if (missing.length === 0 || response.status === 101) return response;
  const copy = new Response(response.body, response);
  for (const [name, value] of missing) copy.headers.set(name, value);
  return copy;
}
