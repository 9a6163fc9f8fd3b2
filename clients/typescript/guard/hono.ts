import type { Context, MiddlewareHandler } from 'hono';
import { isPromise } from '../../../decide/maybe-async.ts';
import type { VerifiedKey } from '../schema.gen.ts';
import { createGuard as createCore, type GuardOptions } from './guard.ts';
import { requirementOf, type Wanted } from './requirement.ts';
import { type Secured, wantedBy } from './security.ts';

export type { GuardOptions, OnUnavailable, Requirement, Wanted } from './guard.ts';

export interface HonoGuardOptions extends GuardOptions {
  /** The address of the client, which a key with `allowedIps` needs. Take a header only if your proxy sets it. */
  clientIp?: ((c: Context) => string | undefined) | undefined;
  /** The name of the security scheme in your OpenAPI document, for `secured`. Default: `apiKey`. */
  scheme?: string | undefined;
}

/** What the guard puts into the context: `c.var.key`. */
export interface GuardEnv {
  Variables: { key: VerifiedKey };
}

/** Middleware that lets a request on to the handler only with a key that has what is wanted. */
export type HonoGuard = ((...wanted: [] | [Wanted]) => MiddlewareHandler<GuardEnv>) & {
  /**
   * A route of `@hono/zod-openapi`, guarded by what its own `security` says.
   * @throws TypeError if that does not say that a key is needed, or also lets in others
   */
  secured: <Route extends Secured>(route: Route) => GuardedRoute<Route>;
};

/** A route with the guard before its own middleware. */
type GuardedRoute<Route> = Omit<Route, 'middleware' | 'getRoutingPath'> & {
  middleware: [MiddlewareHandler<GuardEnv>, ...OwnMiddleware<Route>];
};

type OwnMiddleware<Route> = Route extends { middleware: infer Own }
  ? Own extends MiddlewareHandler[]
    ? Own
    : [Own]
  : [];

/**
 * A guard of Hono's routes.
 *
 * @example
 * const guard = createGuard({ verify: latchkey });
 * app.get('/files', guard('files:read'), (c) => c.json(filesOf(c.var.key.accountId)));
 */
export function createGuard({ clientIp, scheme = 'apiKey', ...options }: HonoGuardOptions): HonoGuard {
  const core = createCore(options);

  const guard = (...wanted: [] | [Wanted]): MiddlewareHandler<GuardEnv> => {
    const requirement = requirementOf(...wanted);
    return async (c, next) => {
      const checked = core.check(c.req.raw.headers, requirement, clientIp?.(c));
      const result = isPromise(checked) ? await checked : checked;
      if (!result.ok) {
        // Not passed to c.body: there, headers that other middleware set before would win.
        for (const [name, value] of Object.entries(result.headers)) c.header(name, value);
        return c.body(JSON.stringify(result.problem), result.status);
      }
      c.set('key', result.key);
      await next();
      // Set only now, since a handler may create its own response. Headers that it set itself stay.
      for (const [name, value] of Object.entries(result.headers))
        if (!c.res.headers.has(name)) c.header(name, value);
    };
  };
  const secured = (route: Secured) => ({
    ...route,
    middleware: [guard(wantedBy(route, scheme)), ...[route.middleware ?? []].flat()],
  });
  return Object.assign(guard, { secured: secured as HonoGuard['secured'] });
}
