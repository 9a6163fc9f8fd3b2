import type { RouteConfig } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { admit, type Caller, identify, isPublic } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { Unauthenticated } from '../errors.ts';
import type { Env } from './contract.ts';

/** Adds to a route the check that its caller is one of those its `security` names. */
export const guardedBy =
  (deps: Deps) =>
  <Route extends RouteConfig>(route: Route) => {
    const security = route.security ?? [];
    const middleware: MiddlewareHandler<Env> = async (c, next) => {
      const token = isPublic(security) ? undefined : bearerToken(c.req.header('authorization'));
      const caller: Caller = token === undefined ? { kind: 'anyone' } : await identify(deps, token);
      admit(caller, security);
      c.set('caller', caller);
      await next();
    };
    return { ...route, middleware };
  };

/** The token in an Authorization header (RFC 6750, section 2.1); undefined where there is no header. */
function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, token] = /^bearer +([\x21-\x7e]{1,8192})$/i.exec(header) ?? [];
  if (token === undefined)
    throw new Unauthenticated('The Authorization header must be "Bearer <token>".', { sent: true });
  return token;
}
