import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, ErrorHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import type { ServiceContext } from '../context.ts';
import {
  DatabaseUnavailable,
  InsufficientScope,
  InvalidRefreshToken,
  KeyNotFound,
  MalformedBody,
  MethodNotAllowed,
  NoSuchPath,
  Overloaded,
  Refusal,
  TooManyAttempts,
  Unauthenticated,
  UnsupportedMediaType,
  WrongCaller,
  WrongCredentials,
} from '../errors.ts';
import type { Env } from './env.ts';
import { loggedPath } from './middleware.ts';
import { invalidInput } from './zod-issues.ts';

/**
 * An empty app of one contract. Whatever its schemas refuse is thrown as InvalidInput, and as KeyNotFound where it
 * stands in the path: an id that cannot exist does not exist.
 */
export const contractApp = () =>
  new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return;
      throw result.target === 'param' ? new KeyNotFound() : invalidInput(result.target, result.error.issues);
    },
  });

/** Throws what went wrong on the short way (direct.ts), so that it is answered like anything else. */
export const failed = createMiddleware<Env>(async (c, next) => {
  if (c.env?.failure) throw c.env.failure;
  await next();
});

/** The last handler of a contract: nothing is here. */
export const nothingHere = () => {
  throw new NoSuchPath();
};

/**
 * Makes a contract's one place for errors: `answer` is given what went wrong in the product's words, or nothing
 * where it is our fault. That is logged here: the error alone, since a request may hold secrets.
 */
export const onError =
  (
    { log }: ServiceContext,
    answer: (c: Context<Env>, refusal: Refusal | undefined) => Response,
  ): ErrorHandler<Env> =>
  (error, c) => {
    const refusal = asRefusal(error);
    if (refusal instanceof DatabaseUnavailable) warnOfOutage(log, refusal);
    if (!refusal) {
      const { name, message, stack } = error;
      log.error(
        { requestId: c.var.requestId, path: loggedPath(c.req.path), error: { name, message, stack } },
        'unexpected error',
      );
    }
    for (const [header, value] of Object.entries(headersOf(refusal))) c.header(header, value);
    return answer(c, refusal);
  };

let warnedAt = Number.NEGATIVE_INFINITY;

/** Once a second at most: an outage meets every request. */
function warnOfOutage(log: Logger, { cause }: DatabaseUnavailable): void {
  if (performance.now() - warnedAt < 1000) return;
  warnedAt = performance.now();
  log.warn(
    { reason: cause instanceof Error ? cause.message : 'not migrated' },
    'the database is unavailable',
  );
}

function asRefusal(error: Error): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof HTTPException)
    return error.status === 415
      ? new UnsupportedMediaType()
      : new MalformedBody(`${error.message.replace(/\.+$/, '')}.`);
  return undefined;
}

/** The challenge to a token that is not good, or not good for this. */
export const invalidToken = 'Bearer realm="latchkey", error="invalid_token"';

/** The headers that HTTP asks for with a refusal, in whatever contract (RFC 6750, section 3; RFC 9110). */
function headersOf(refusal: Refusal | undefined): Record<string, string> {
  const challenge = (...parameters: string[]) => ({
    'WWW-Authenticate': ['Bearer realm="latchkey"', ...parameters].join(', '),
  });
  if (refusal instanceof Unauthenticated)
    return refusal.sent ? { 'WWW-Authenticate': invalidToken } : challenge();
  if (refusal instanceof WrongCredentials || refusal instanceof InvalidRefreshToken) return challenge();
  if (refusal instanceof InsufficientScope)
    return challenge('error="insufficient_scope"', `scope="${refusal.scopes.join(' ')}"`);
  if (refusal instanceof WrongCaller) return challenge('error="insufficient_scope"');
  if (refusal instanceof MethodNotAllowed) return { Allow: refusal.allow };
  if (refusal instanceof TooManyAttempts) return { 'Retry-After': String(refusal.retryAfter) };
  if (refusal instanceof DatabaseUnavailable || refusal instanceof Overloaded) return { 'Retry-After': '1' };
  return {};
}
