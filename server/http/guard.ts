import type { RouteConfig } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { authenticate, isPublic } from '../callers.ts';
import type { ServiceContext } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { bodyReader, checkBody, maxBytes } from './body.ts';
import { clientOf } from './client.ts';
import type { Env } from './env.ts';

/** Finds the token in an Authorization header; undefined where there is none. */
type FindToken = (header: string | undefined) => string | undefined;

/**
 * Adds to a route what comes before its schemas: the body is read, within its bound; then the caller must be one of
 * those that `security` names; and only then is the body looked at. It is read first so that a caller is authenticated
 * when its request is complete: nobody is let in, and then holds back the body until after the credential was revoked.
 */
export const guardedBy =
  (context: ServiceContext, findToken: FindToken = bearerToken) =>
  <Route extends RouteConfig>(route: Route, { limit = maxBytes }: { limit?: number } = {}) => {
    const security = route.security ?? [];
    const { body: expected } = route.request ?? {};
    const read = expected && bodyReader(limit);
    const middleware: MiddlewareHandler<Env> = async (c, next) => {
      const body = await read?.(c);
      const token = isPublic(security) ? undefined : findToken(c.req.header('authorization'));
      const client = () => clientOf((name) => c.req.header(name), c.env, context);
      c.set('caller', await authenticate(context, token, security, client));
      if (body) await checkBody(c, body, expected?.required ?? false);
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
