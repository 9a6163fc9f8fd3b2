import type { RouteConfig, z } from '@hono/zod-openapi';
import { maybeAsync } from '../../decide/maybe-async.ts';
import { authenticate, type Caller, isPublic } from '../callers.ts';
import type { ServiceContext } from '../context.ts';
import { NoSuchPath } from '../errors.ts';
import type { Act } from '../events.ts';
import { actOf } from './act.ts';
import { bearerToken } from './bearer.ts';
import { type BodyConfig, maxBytes, parseBody, readBytes } from './body.ts';
import type { AnswerFailure } from './failures.ts';
import type { Incoming } from './incoming.ts';
import type { Input, Operation } from './operation.ts';
import { parseQuery } from './query.ts';
import { respond } from './respond.ts';
import { validated } from './zod-issues.ts';

/** Serves an operation to a request. It never throws. */
export type Serve = (incoming: Incoming) => Promise<Response>;

/** As much of a request as a route describes here. */
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
 * 1. Read the body, within its bound, and look at nothing in it but the credential, where an operation takes it there: a
 *    caller is authenticated when its request is complete, so that nobody is let in and then holds back the body until
 *    after the credential was revoked.
 * 2. Authenticate: the caller must be one of those that the route's `security` names, and where the body itself has to
 *    be signed, its signature must be good. The body of anybody else costs no more than its bytes.
 * 3. Parse the path, the query, the headers and the body by the schemas of the route.
 * 4. Run, and respond.
 */
export function prepare(
  context: ServiceContext,
  { route, run, limit = maxBytes, findToken = bearerToken, checkBody, notFound }: Operation,
  answerFailure: AnswerFailure,
): Serve {
  const { security = [] } = route;
  const { params, query, headers, body }: RequestConfig = (route.request ?? {}) as RequestConfig;
  const status = successOf(route);
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
      ({ json, form }) => new Parsed(context, incoming, caller, path?.data, inQuery, inHeaders, json, form),
    );
  };

  return async (incoming) => {
    try {
      const read = body && readBytes(incoming, limit);
      const bytes = read instanceof Promise ? await read : read;
      if (checkBody && bytes) await checkBody(bytes, incoming);
      const { header, client } = incoming;
      const credential = isPublic(security) ? undefined : findToken(header('authorization'), header, bytes);
      const made = maybeAsync(authenticate(context, credential, security, client), (caller) =>
        maybeAsync(parse(incoming, bytes, caller), run),
      );
      return respond(made instanceof Promise ? await made : made, status, incoming);
    } catch (error) {
      return answerFailure(error, incoming);
    }
  };
}

/** What an operation works with: the schemas of its route have made of the request what `operation` says they do. */
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
    params: unknown,
    query: unknown,
    headers: unknown,
    json: unknown,
    form: unknown,
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

  /** Computed only when asked for, since only operations that write need it. */
  get act(): Act {
    return actOf(this.#context, this, this.#incoming);
  }

  /** Asked only where it is needed: to make one costs more than all else here. */
  get signal(): AbortSignal {
    return this.#incoming.request.signal;
  }
}

/** The headers that a schema names, as they were sent. */
const sentHeaders = ({ shape }: z.ZodObject, { header }: Incoming) =>
  Object.fromEntries(Object.keys(shape).map((name) => [name, header(name.toLowerCase()) ?? undefined]));

/** The status of a success. Where a route describes two it is the higher, 201; a Reply carries the other. */
function successOf({ operationId, responses }: RouteConfig): number {
  const status = Object.keys(responses)
    .map(Number)
    .findLast((status) => status < 300);
  if (status === undefined) throw new Error(`${operationId} describes no success.`);
  return status;
}
