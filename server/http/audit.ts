import { type RouteConfig, z } from '@hono/zod-openapi';
import type { Logger } from 'pino';
import { isPromise, maybeAsync } from '../../decide/maybe-async.ts';
import { actorOf, isOfOperator } from '../auth/callers.ts';
import type { ServiceContext } from '../context.ts';
import { Refusal } from '../errors.ts';
import { lineInterval } from '../throttled.ts';
import type { AnswerFailure } from './failures.ts';
import type { Input, Operation } from './operation.ts';
import { Reply } from './reply.ts';

/** Operations that are called too often for lines of the log. They are counted. */
const unlogged = ['verifyKey', 'verifyKeyBatch', 'introspectToken', 'getMetrics'];

/** Operations that can be reads although their method is not GET: whether one was. */
const reading: Record<string, (input: Called, made: unknown) => boolean> = {
  searchKeys: () => true,
  lookupKey: () => true,
  revokeKeys: ({ json }) => json?.dryRun === true,
  // An account that exists is returned.
  createAccount: (_, made) => made instanceof Reply && made.status === 200,
  updateKey: changesNothing,
  updateAccount: changesNothing,
  updateNamedAccount: changesNothing,
};

/** Whether a merge patch is empty, or has but empty objects: then what it is for is returned as it is. */
function changesNothing({ json }: Called): boolean {
  return Object.values(json ?? {}).every(
    (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0,
  );
}

/**
 * Has an operation log what leaves no event: what the operator reads, with its token or a key of its own account, and who
 * is refused with 401 or 403. The lines contain ids and addresses, and nothing else that was sent.
 */
export function audited(
  { log }: ServiceContext,
  operation: Operation,
  answerFailure: AnswerFailure,
): [operation: Operation, answerFailure: AnswerFailure] {
  const { operationId, method } = operation.route;
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

  const logRead = logDifferent(log, 1_000, 'the operator has read');
  const isRead = reading[operationId] ?? (() => method === 'get');
  const named = namedBy(operation);
  const run: Operation['run'] = (input) =>
    maybeAsync(naming(input, operation.run), (made) => {
      const { caller } = input;
      if (caller.kind === 'anyone' || !isOfOperator(caller) || !isRead(input as Called, made)) return made;
      const facts = named(input as Called, made);
      logRead(input.act.requestId, { operation: operationId, actor: actorOf(caller), ...facts });
      return made;
    });
  return [{ ...operation, run }, answer];
}

/** Runs an operation. A caller that it refuses is named to the log. */
function naming(input: Input<RouteConfig>, run: Operation['run']): unknown {
  const name = (error: unknown): never => {
    if (error instanceof Refusal && input.caller.kind !== 'anyone') error.actor ??= actorOf(input.caller);
    throw error;
  };
  try {
    const made = run(input);
    return isPromise(made) ? made.catch(name) : made;
  } catch (error) {
    return name(error);
  }
}

/** What is logged of the input of any operation. */
interface Called extends Pick<Input<RouteConfig>, 'caller' | 'act'> {
  params: Record<string, string> | undefined;
  query: AccountNames | undefined;
  json: { filter?: AccountNames; dryRun?: boolean } | undefined;
}

interface AccountNames {
  accountId?: string;
  externalId?: string;
}

/** Whom an answer is about, where the call did not say: ids as they are printed. Its types are those of the operations. */
const found: Record<string, (made: never) => object> = {
  lookupKey: ({ key }: { key: { id: string; accountId: string } }) => ({
    accountId: key.accountId,
    keyId: key.id,
  }),
  createAccount: ({ body }: Reply<{ id: string }>) => ({ accountId: body.id }),
  listAccounts: ({ data }: { data: { id: string }[] }) =>
    data.length === 1 ? { accountId: data[0]?.id } : {},
};

/**
 * Whom a read was about: what is in the path, the account that the query or a filter names, and what was found. In a list
 * of accounts `externalId` need not be that of any, so it could be anything.
 */
function namedBy({ route: { request, operationId } }: Operation): (input: Called, made: unknown) => object {
  const namesAccount = request?.query instanceof z.ZodObject && 'accountId' in request.query.shape;
  return ({ params, query, json }, made) => {
    const { accountId, externalId } = json?.filter ?? (namesAccount ? query : undefined) ?? {};
    return {
      ...printed({ ...params, ...(accountId && { accountId }) }),
      externalId,
      ...found[operationId]?.(made as never),
    };
  };
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
