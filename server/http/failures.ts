import type { Logger } from 'pino';
import type { Client } from '../../decide/client.ts';
import type { CommonCode, RefusalCode } from '../../decide/codes.ts';
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
import { throttled } from '../throttled.ts';
import { loggedPath } from './middleware.ts';
import { Reply } from './reply.ts';
import { respond } from './respond.ts';

/** The statuses that errors are answered with. */
export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 426 | 429 | 500 | 503;

/** A contract's own response to a refusal. Undefined: an internal error. */
export type Refuse = (
  refusal: Refusal | undefined,
  requestId: string,
) => {
  status: ErrorStatus;
  body: object;
  contentType?: string;
  /** With 401, if the contract has another scheme beside Bearer: its challenge. */
  challenge?: string;
};

/** A contract's own answer to each refusal. It leaves out those of `/v1` that it never makes. */
export type Answers<Answer> = Record<CommonCode, Answer> & Partial<Record<RefusalCode, Answer>>;

/** The request that failed. */
interface Failed {
  request: Pick<Request, 'url'>;
  requestId: string;
  disconnect?: (() => void) | undefined;
  /** Who sent it. */
  client?: () => Client;
}

export type AnswerFailure = (error: unknown, failed: Failed) => Response;

/**
 * Makes the function that answers an error in the words of a contract, with the headers that HTTP requires. It logs an
 * error that is answered 500, without its request, which may contain secrets.
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
    const headers: Record<string, string> = {
      'Content-Type': contentType,
      ...refusalHeaders(refusal, status),
    };
    if (challenge) headers['WWW-Authenticate'] = `${challenge}, ${headers['WWW-Authenticate']}`;
    return respond(new Reply(body, headers), status, { requestId, disconnect });
  };
}

/** Warns of an outage at most once a second: it affects every request. */
const warnOfOutages = (log: Logger) =>
  throttled(1_000, (_, { cause }: DatabaseUnavailable) => {
    const reason = cause instanceof Error ? cause.message : 'not migrated';
    log.warn({ reason }, 'the database is unavailable');
  });

/** The challenge where a caller can also authenticate as a client of OAuth (RFC 7617). */
export const basicChallenge = 'Basic realm="latchkey"';

const bearerChallenge = (...parameters: string[]) => ({
  'WWW-Authenticate': ['Bearer realm="latchkey"', ...parameters].join(', '),
});
const invalidToken = bearerChallenge('error="invalid_token"');

/** Refusals that are not about a bearer token, so their challenge does not say `invalid_token`. */
const notAboutToken: readonly RefusalCode[] = [
  'unauthenticated',
  'wrong_credentials',
  'invalid_refresh_token',
  'wrong_signature',
];

/** The headers that HTTP requires with an error, in every contract (RFC 6750, section 3; RFC 9110). */
function refusalHeaders(refusal: Refusal | undefined, status: ErrorStatus): Record<string, string> {
  if (refusal && status === 401)
    return notAboutToken.includes(refusal.code) ? bearerChallenge() : invalidToken;
  if (refusal instanceof InsufficientScope)
    return bearerChallenge('error="insufficient_scope"', `scope="${refusal.scopes.join(' ')}"`);
  if (refusal?.code === 'wrong_caller') return bearerChallenge('error="insufficient_scope"');
  if (refusal instanceof MethodNotAllowed) return { Allow: refusal.allow };
  if (refusal instanceof UnsupportedMediaType) return refusal.accepted;
  if (refusal instanceof UpgradeRequired) return { Upgrade: 'websocket', Connection: 'Upgrade' };
  if (refusal instanceof TooManyAttempts) return { 'Retry-After': String(refusal.retryAfter) };
  return status === 503 ? { 'Retry-After': '1' } : {};
}
