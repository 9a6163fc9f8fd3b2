import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { Logger } from 'pino';
import { contracts } from '../../api/contracts.ts';
import type { Env } from './env.ts';
import { standardHeaders } from './respond.ts';

/** The middleware of every contract: request ids, the log, cross-origin access and standard headers. */

/** The id of a request: its `x-request-id`, if that is valid, or a new one. */
export const requestIdOf = (sent: string | null | undefined): string =>
  sent != null && /^[\w=-]{1,255}$/.test(sent) ? sent : randomUUID();

export const requestId = createMiddleware<Env>(async (c, next) => {
  c.set('requestId', requestIdOf(c.req.header('x-request-id')));
  await next();
});

/** The words in the paths of all contracts, and of their docs. */
const words = new Set(
  Object.values(contracts)
    .flatMap(({ bases, routes }) => ['/docs', ...bases, ...routes.map(({ path }) => path)])
    .flatMap((path) => path.split('/').filter((part) => !part.startsWith('{'))),
);
/** A short number, or an id of ours. */
const numberOrId = /^(?:\d{1,9}|(?:acc|key|role|session)_[\da-f]{24})$/;

/**
 * A path as it may be logged: with what is known to be harmless alone. All else may be a token that was put there by mistake,
 * or a piece of one: that of an imported key may have but 16 characters, and slashes among them.
 */
export const loggedPath = (path: string): string =>
  path.replaceAll(/[^/]+/g, (part) => (words.has(part) || numberOrId.test(part) ? part : '…'));

/**
 * Answers a request, and logs that at level `debug`: the path without its query, and no headers, since both may contain
 * secrets.
 */
export function logged<Answer extends { status: number }>(
  log: Logger,
  { method, path, requestId }: { method: string; path: string; requestId: string },
  answer: () => Promise<Answer>,
): Promise<Answer> {
  if (!log.isLevelEnabled('debug')) return answer();
  const began = performance.now();
  return answer().then((answered) => {
    const ms = Math.round((performance.now() - began) * 10) / 10;
    log.debug({ requestId, method, path: loggedPath(path), status: answered.status, ms }, 'answered');
    return answered;
  });
}

export const accessLog = (log: Logger) =>
  createMiddleware<Env>(async (c, next) => {
    const { method, path } = c.req;
    await logged(log, { method, path, requestId: c.var.requestId }, async () => {
      await next();
      return c.res;
    });
  });

/** CORS for these origins (`*` for any), without cookies: clients send their tokens themselves. */
export function crossOrigin(origins: string[]): MiddlewareHandler {
  const allow = cors({
    origin: origins.includes('*') ? '*' : origins,
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-None-Match',
      'Latchkey-Actor',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'X-Request-Id',
      'WWW-Authenticate',
      'Retry-After',
      'Allow',
      'Location',
      'Idempotent-Replayed',
      'RateLimit',
      'RateLimit-Policy',
      'ETag',
      'Accept',
      'Accept-Encoding',
    ],
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

/** Adds the standard headers to responses that no operation made. A header that is set, as by the docs, stays. */
export const withStandardHeaders = createMiddleware<Env>(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(standardHeaders(c.var.requestId)))
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
});
