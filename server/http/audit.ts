import { type RouteConfig, z } from '@hono/zod-openapi';
import type { Logger } from 'pino';
import { maybeAsync } from '../../decide/maybe-async.ts';
import { actorOf, isOfOperator } from '../auth/callers.ts';
import type { ServiceContext } from '../context.ts';
import { Refusal } from '../errors.ts';
import { lineInterval } from '../throttled.ts';
import type { AnswerFailure } from './failures.ts';
import type { Input, Operation } from './operation.ts';

/** Operations that are called too often for lines of the log. They are counted. */
const unlogged = ['verifyKey', 'verifyKeyBatch', 'introspectToken', 'getMetrics'];
/** Operations that only read, although their method is POST. */
const reading = ['searchKeys', 'lookupKey'];

/**
 * Has an operation log what leaves no event: what the operator reads, with its token or a key of its own account, and who
 * is refused with 401 or 403. The lines contain ids and addresses, and nothing else that was sent.
 */
export function audited(
  { log }: ServiceContext,
  operation: Operation,
  answerFailure: AnswerFailure,
): [operation: Operation, answerFailure: AnswerFailure] {
  const { operationId, method, request } = operation.route;
  if (unlogged.includes(operationId)) return [operation, answerFailure];
  const logRefusal = logDifferent(log, 20, 'a call was refused');
  const answer: AnswerFailure = (error, failed) => {
    const response = answerFailure(error, failed);
    if (error instanceof Refusal && (response.status === 401 || response.status === 403)) {
      const { code, actor } = error;
      const ip = failed.client?.().ip ?? null;
      logRefusal(failed.requestId, { operation: operationId, status: response.status, code, actor, ip });
    }
    return response;
  };
  if (method !== 'get' && !reading.includes(operationId)) return [operation, answer];

  const logRead = logDifferent(log, 1_000, 'the operator has read');
  // Elsewhere `externalId` is a condition that need not hold for any account, so it could be anything.
  const namesAccount = request?.query instanceof z.ZodObject && 'accountId' in request.query.shape;
  const run: Operation['run'] = (input) =>
    maybeAsync(operation.run(input), (made) => {
      const { caller, act, params, query = {} } = input as Read;
      if (caller.kind === 'anyone' || !isOfOperator(caller)) return made;
      const { accountId, externalId } = namesAccount ? query : {};
      const ids = printed({ ...params, ...(accountId && { accountId }) });
      logRead(act.requestId, { operation: operationId, actor: actorOf(caller), ...ids, externalId });
      return made;
    });
  return [{ ...operation, run }, answer];
}

/** What is logged of the input of any operation. */
interface Read extends Pick<Input<RouteConfig>, 'caller' | 'act'> {
  params: Record<string, string> | undefined;
  query: { accountId?: string; externalId?: string } | undefined;
}

const prefixes: Record<string, string> = { accountId: 'acc_', keyId: 'key_', roleId: 'role_' };

/** Ids as the API prints them. */
const printed = (ids: Record<string, string>) =>
  Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, (prefixes[name] ?? '') + id]));

/** Logs facts, unless the same were logged within the interval, or `maxLines` others: `leftOut` counts those. */
function logDifferent(log: Logger, maxLines: number, message: string) {
  const seen = new Set<string>();
  let began = Number.NEGATIVE_INFINITY;
  let leftOut = 0;
  return (requestId: string | null, facts: object): void => {
    if (performance.now() - began >= lineInterval) {
      seen.clear();
      began = performance.now();
    }
    const text = JSON.stringify(facts);
    if (seen.has(text) || seen.size >= maxLines) {
      leftOut += 1;
      return;
    }
    seen.add(text);
    log.info({ requestId, ...facts, leftOut }, message);
    leftOut = 0;
  };
}
