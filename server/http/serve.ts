import type { RouteConfig, z } from '@hono/zod-openapi';
import { isPromise, maybeAsync } from '../../decide/maybe-async.ts';
import { authenticate, isPublic } from '../auth/authenticate.ts';
import type { Caller } from '../auth/callers.ts';
import type { ServiceContext } from '../context.ts';
import { NoSuchPath } from '../errors.ts';
import type { Act } from '../events/recording.ts';
import { actOf } from './act.ts';
import { bearerToken } from './bearer.ts';
import { type BodyConfig, parseBody, readBytes, usualMaxBodyBytes } from './body.ts';
import type { AnswerFailure } from './failures.ts';
import type { Incoming } from './incoming.ts';
import type { Input, Operation } from './operation.ts';
import { parseQuery } from './query.ts';
import { respond } from './respond.ts';
import { validated } from './zod-issues.ts';

/** Serves an operation to a request. It never throws. */
export type Serve = (incoming: Incoming) => Promise<Response>;

/** The parts of a request that a route describes. */
interface RequestConfig {
  params?: z.ZodType;
  query?: z.ZodType;
  headers?: z.ZodObject;
  body?: BodyConfig;
}

/**
 * Prepares an operation to be served. This is the one description of what happens to a request: the fast path and the
 * full app find the operation in different ways, and then both call it.
 *
 * 1. Read the body, within its bound. Only a credential is looked for in it, if the operation takes one there. The caller
 *    is authenticated after the body is complete: otherwise it could be let in, and hold back the body until after its
 *    credential was revoked.
 * 2. Authenticate: the caller must be one that the route's `security` names, and a signed body must have a valid signature.
 *    The body of anybody else is not parsed.
 * 3. Parse the path, the query, the headers and the body by the schemas of the route.
 * 4. Run, and respond.
 */
export function prepare(
  context: ServiceContext,
  {
    route,
    run,
    maxBodyBytes = usualMaxBodyBytes,
    findCredential = bearerToken,
    checkBody,
    notFound,
  }: Operation,
  answerFailure: AnswerFailure,
): Serve {
  const { security = [] } = route;
  const { params, query, headers, body }: RequestConfig = (route.request ?? {}) as RequestConfig;
  const status = successOf(route);
  const counted = context.responseCounts.counter(route.operationId);
  // An empty query reads the same for every request, so it is parsed once.
  const noQuery = query?.safeParse({});

  const parse = (incoming: Incoming, bytes: Uint8Array | undefined, caller: Caller) => {
    const path = params?.safeParse(incoming.params);
    if (path?.success === false) throw notFound ? new notFound() : new NoSuchPath();
    const inQuery =
      noQuery?.success && incoming.search === ''
        ? noQuery.data
        : query && validated(query, parseQuery(incoming.search), 'query');
    const inHeaders = headers && validated(headers, sentHeaders(headers, incoming), 'header');
    const parsed = body && bytes ? parseBody(body, bytes, incoming.header) : {};
    return maybeAsync(
      parsed,
      ({ json, form }) =>
        new Parsed(context, incoming, caller, {
          params: path?.data,
          query: inQuery,
          headers: inHeaders,
          json,
          form,
        }),
    );
  };

  return async (incoming) => {
    try {
      const read = body && readBytes(incoming, maxBodyBytes);
      const bytes = isPromise(read) ? await read : read;
      if (checkBody && bytes) await checkBody(bytes, incoming);
      const { header, client } = incoming;
      const credential = isPublic(security)
        ? undefined
        : findCredential(header('authorization'), header, bytes);
      const made = maybeAsync(authenticate(context, credential, security, client), (caller) =>
        maybeAsync(parse(incoming, bytes, caller), run),
      );
      return counted(respond(isPromise(made) ? await made : made, status, incoming));
    } catch (error) {
      return counted(answerFailure(error, incoming));
    }
  };
}

/** The input of an operation. Its types are those that `operation` derives from the schemas of the route. */
class Parsed implements Input<RouteConfig> {
  readonly #context: ServiceContext;
  readonly #incoming: Incoming;
  readonly caller: Caller;
  readonly params: never;
  readonly query: never;
  readonly headers: never;
  readonly json: never;
  readonly form: never;

  constructor(
    context: ServiceContext,
    incoming: Incoming,
    caller: Caller,
    { params, query, headers, json, form }: Record<'params' | 'query' | 'headers' | 'json' | 'form', unknown>,
  ) {
    this.#context = context;
    this.#incoming = incoming;
    this.caller = caller;
    this.params = params as never;
    this.query = query as never;
    this.headers = headers as never;
    this.json = json as never;
    this.form = form as never;
  }

  /** Computed on access, since only operations that write need it. */
  get act(): Act {
    return actOf(this.#context, this, this.#incoming);
  }

  /** Created on access: it costs more than everything else here. */
  get signal(): AbortSignal {
    return this.#incoming.request.signal;
  }
}

/** The headers that a schema names, as they were sent. */
export const sentHeaders = ({ shape }: z.ZodObject, { header }: Incoming) =>
  Object.fromEntries(Object.keys(shape).map((name) => [name, header(name.toLowerCase()) ?? undefined]));

/** The default status of a success: the higher one, 201, if a route describes two. A Reply sets the other. */
function successOf({ operationId, responses }: RouteConfig): number {
  const status = Object.keys(responses)
    .map(Number)
    .findLast((status) => status < 300);
  if (status === undefined) throw new Error(`${operationId} describes no success.`);
  return status;
}
