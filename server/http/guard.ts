import type { RouteConfig } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { admit, type Caller, identify } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { MalformedBody, Unauthenticated } from '../errors.ts';
import { clientOf } from './client.ts';
import type { Env } from './contract.ts';

/** Adds to a route the checks that its caller is one of those its `security` names, and that a required body is there. */
export const guardedBy =
  (deps: Deps) =>
  <Route extends RouteConfig>(route: Route) => {
    const security = route.security ?? [];
    const middleware: MiddlewareHandler<Env> = async (c, next) => {
      const token = bearerToken(c.req.header('authorization'));
      const caller: Caller =
        token === undefined
          ? { kind: 'anyone' }
          : await identify(deps, token, () => clientOf((name) => c.req.header(name), c.env, deps));
      admit(caller, security);
      c.set('caller', caller);
      // What comes after this takes a body that is missing for one that is empty.
      if (route.request?.body?.required && !c.req.header('content-type') && (await c.req.text()) === '')
        throw new MalformedBody('The body is missing.');
      await next();
    };
    return { ...route, middleware };
  };

/**
 * The token in an Authorization header (RFC 6750, section 2.1); undefined where there is none, as in one of another
 * scheme.
 * @throws Unauthenticated where what stands for it can be no token
 */
export function bearerToken(header: string | null | undefined): string | undefined {
  if (header == null) return undefined;
  const [, token] = /^bearer +([\x21-\x7e]{1,8192})$/i.exec(header) ?? [];
  if (token === undefined && /^bearer +\S/i.test(header))
    throw new Unauthenticated('The Authorization header must be "Bearer <token>".', { sent: true });
  return token;
}
