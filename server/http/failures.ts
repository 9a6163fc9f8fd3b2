import type { Logger } from 'pino';
import type { RefusalCode } from '../../decide/codes.ts';
import type { ServiceContext } from '../context.ts';
import {
  DatabaseUnavailable,
  InsufficientScope,
  loggable,
  MethodNotAllowed,
  Refusal,
  TooManyAttempts,
  UnsupportedMediaType,
  UpgradeRequired,
} from '../errors.ts';
import { loggedPath } from './middleware.ts';
import { Reply } from './reply.ts';
import { respond } from './respond.ts';

/** The statuses that errors are answered with. */
export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 426 | 429 | 500 | 503;

/** A contract's own body for a refusal; for undefined, which is our fault, that of an internal error. */
export type Refuse = (
  refusal: Refusal | undefined,
  requestId: string,
) => {
  status: ErrorStatus;
  body: object;
  contentType?: string;
  /** With 401, where a contract knows another scheme than Bearer: its challenge. */
  challenge?: string;
};

/** The request that failed. */
interface Failed {
  request: Pick<Request, 'url'>;
  requestId: string;
  disconnect?: (() => void) | undefined;
}

export type AnswerFailure = (error: unknown, failed: Failed) => Response;

/**
 * Makes what answers an error in the words of a contract, with the headers that HTTP asks for. What is answered 500 is
 * logged: the error alone, since a request may hold secrets.
 */
export function answersFailures({ log }: ServiceContext, refuse: Refuse): AnswerFailure {
  const warn = warnOfOutages(log);
  return (error, { request, requestId, disconnect }) => {
    const refusal = error instanceof Refusal ? error : undefined;
    if (refusal instanceof DatabaseUnavailable) warn(refusal);
    const { status, body, contentType = 'application/json', challenge } = refuse(refusal, requestId);
    if (status === 500) {
      const path = loggedPath(new URL(request.url).pathname);
      log.error({ requestId, path, error: loggable(error) }, 'unexpected error');
    }
    const headers: Record<string, string> = { 'Content-Type': contentType, ...headersOf(refusal, status) };
    if (challenge) headers['WWW-Authenticate'] = `${challenge}, ${headers['WWW-Authenticate']}`;
    return respond(new Reply(body, headers), status, { requestId, disconnect });
  };
}

/** Warns of an outage once a second at most, since it meets every request. */
function warnOfOutages(log: Logger): (refusal: DatabaseUnavailable) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return ({ cause }) => {
    if (performance.now() - warnedAt < 1000) return;
    warnedAt = performance.now();
    const reason = cause instanceof Error ? cause.message : 'not migrated';
    log.warn({ reason }, 'the database is unavailable');
  };
}

/** The challenge where a caller can also authenticate as a client of OAuth (RFC 7617). */
export const basicChallenge = 'Basic realm="latchkey"';

const bearerChallenge = (...parameters: string[]) => ({
  'WWW-Authenticate': ['Bearer realm="latchkey"', ...parameters].join(', '),
});
const invalidToken = bearerChallenge('error="invalid_token"');

/** Refusals of what was sent in the body, where another token would not help. */
const withoutToken: readonly RefusalCode[] = [
  'unauthenticated',
  'wrong_credentials',
  'invalid_refresh_token',
  'wrong_signature',
];

/** The headers that HTTP asks for with an error, in whatever contract (RFC 6750, section 3; RFC 9110). */
function headersOf(refusal: Refusal | undefined, status: ErrorStatus): Record<string, string> {
  if (refusal && status === 401)
    return withoutToken.includes(refusal.code) ? bearerChallenge() : invalidToken;
  if (refusal instanceof InsufficientScope)
    return bearerChallenge('error="insufficient_scope"', `scope="${refusal.scopes.join(' ')}"`);
  if (refusal?.code === 'wrong_caller') return bearerChallenge('error="insufficient_scope"');
  if (refusal instanceof MethodNotAllowed) return { Allow: refusal.allow };
  if (refusal instanceof UnsupportedMediaType) return refusal.accepted;
  if (refusal instanceof UpgradeRequired) return { Upgrade: 'websocket', Connection: 'Upgrade' };
  if (refusal instanceof TooManyAttempts) return { 'Retry-After': String(refusal.retryAfter) };
  return status === 503 ? { 'Retry-After': '1' } : {};
}
