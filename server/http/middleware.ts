import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { Logger } from 'pino';
import type { Env } from './env.ts';

/** What stands around every contract: the log, cross-origin access, and headers for whatever is answered. */

/** A path as it may be logged. No id is so long; a token that was put there by mistake is. */
export const loggedPath = (path: string): string =>
  path.replaceAll(/[^/]{33,}/g, (part) => `${part.slice(0, 7)}…`);

/** Logs each answer at level `debug`: the path without its query, and no header, since both may hold secrets. */
export const accessLog = (log: Logger) =>
  createMiddleware<Env>(async (c, next) => {
    const began = performance.now();
    await next();
    if (!log.isLevelEnabled('debug')) return;
    const { method } = c.req;
    const path = loggedPath(c.req.path);
    const ms = Math.round((performance.now() - began) * 10) / 10;
    log.debug({ requestId: c.var.requestId, method, path, status: c.res.status, ms }, 'answered');
  });

/** CORS for these origins (`*` for any), without credentials of the browser's own: tokens are sent by hand. */
export function crossOrigin(origins: string[]): MiddlewareHandler {
  const allow = cors({
    origin: origins.includes('*') ? '*' : origins,
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'X-Request-Id'],
    exposeHeaders: ['X-Request-Id', 'WWW-Authenticate', 'Retry-After', 'Allow'],
    maxAge: 7200,
  });
  return async (c, next) => {
    if (c.req.method !== 'OPTIONS') {
      // Headers that are set before there is an answer would have Hono copy it, its body included.
      await next();
      return allow(c, nothingMore);
    }
    // An OPTIONS that is no preflight asks which methods there are, and is the contract's to answer.
    return c.req.header('access-control-request-method') ? allow(c, next) : next();
  };
}

const nothingMore = async () => {};

/** Answers hold secrets: nobody on the way keeps them. What sets its own rule, such as the docs, keeps it. */
export const noStore = createMiddleware(async (c, next) => {
  await next();
  if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  c.res.headers.set('X-Content-Type-Options', 'nosniff');
});
