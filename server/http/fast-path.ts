import { randomUUID } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import { authenticate, type Caller, type Security } from '../callers.ts';
import type { ServiceContext } from '../context.ts';
import { maybeAsync } from '../verify/maybe-async.ts';
import { incompleteBody, maxBytes, parseJson } from './body.ts';
import { clientOf, type Peer, type ReadHeader } from './client.ts';
import { bearerToken } from './guard.ts';
import { textOf } from './memo-json.ts';
import { invalidInput } from './zod-issues.ts';

/** As much of a route as is needed to serve it directly: `POST`, with JSON in and JSON out. */
interface DirectRoute<Body extends z.ZodType, Query extends z.ZodType> {
  path: string;
  security: Security;
  request: { body: { content: { 'application/json': { schema: Body } } }; query?: Query };
}

/** What such an operation works with, as the schemas of its route read it. */
export interface Input<Body, Query = unknown> {
  json: Body;
  query: Query;
}

type Fetch = (request: Request, peer?: Peer) => Response | Promise<Response>;

/** A short way: the path it is for, and what goes it. `long` is the whole app. */
interface Way {
  path: string;
  go: (
    request: Request,
    search: string,
    header: ReadHeader,
    peer: Peer | undefined,
    long: Fetch,
  ) => Promise<Response>;
}

/**
 * A fast path for an operation that runs very often: one function, made of the same route, authentication and answer as
 * the full app. A request that it cannot handle, such as one that needs CORS, goes to the full app as it came; of one
 * that is refused, the full app is told the refusal, and answers it.
 * @param answer gives the body of a success, with this status
 */
export function fastPath<Body extends z.ZodType, Query extends z.ZodType>(
  context: ServiceContext,
  { path, security, request: { body, query } }: DirectRoute<Body, Query>,
  status: number,
  answer: (input: Input<z.output<Body>, z.output<Query>>, caller: Caller) => object | Promise<object>,
): Way {
  const { schema } = body.content['application/json'];
  const noQuery = query ? query.safeParse({}) : undefined;

  return {
    path,
    async go(request, search, header, peer, long) {
      const asked = search === '' ? noQuery : query?.safeParse(parameters(search));
      if (asked ? !asked.success : search !== '') return long(request, peer);
      const refused = (failure: unknown) =>
        long(again(request, path, search), { ip: () => peer?.ip(), failure });
      // Body, caller, JSON: in the order of guard.ts, and for its reason.
      const text = await request.text().catch(() => undefined);
      if (text === undefined) return refused(incompleteBody());
      try {
        const token = bearerToken(header('authorization'));
        const caller = authenticate(context, token, security, () => clientOf(header, peer, context));
        const made = maybeAsync(caller, (caller) => {
          const json = schema.safeParse(parseJson(text));
          if (!json.success) throw invalidInput('json', json.error.issues);
          return answer({ json: json.data, query: asked?.data as z.output<Query> }, caller);
        });
        return answered(made instanceof Promise ? await made : made, status);
      } catch (failure) {
        return refused(failure);
      }
    },
  };
}

/** Sends each request the short way where there is one and the request is in order, else the long one. */
export function withFastPaths({ log }: ServiceContext, ways: readonly Way[], long: Fetch): Fetch {
  // The log of each answer is the long way's.
  if (log.isLevelEnabled('debug')) return long;
  const byPath = new Map(ways.map((way) => [way.path, way]));
  return (request, peer) => {
    if (request.method !== 'POST') return long(request, peer);
    const { url } = request;
    const start = url.indexOf('/', url.indexOf('//') + 2);
    const end = url.indexOf('?', start);
    const way = byPath.get(end < 0 ? url.slice(start) : url.slice(start, end));
    if (!way) return long(request, peer);
    const header = peer?.header ?? ((name: string) => request.headers.get(name));
    const search = end < 0 ? '' : url.slice(end + 1);
    return isInOrder(header) ? way.go(request, search, header, peer, long) : long(request, peer);
  };
}

const isJson = (contentType: string | null | undefined) =>
  contentType === 'application/json' || contentType === 'application/json; charset=utf-8';

const isInOrder = (header: ReadHeader) =>
  isJson(header('content-type')) &&
  Number(header('content-length') ?? Number.POSITIVE_INFINITY) <= maxBytes &&
  header('transfer-encoding') == null &&
  header('origin') == null &&
  header('x-request-id') == null;

/** The same request once more, without its body, which has been read. Its own URL may have been made of a Host that makes none. */
const again = ({ headers }: Request, path: string, search: string) =>
  new Request(`http://localhost${path}?${search}`, { method: 'POST', headers });

/** The parameters of a query; undefined, which no schema takes, where one is there twice. */
function parameters(search: string): Record<string, string> | undefined {
  const pairs = [...new URLSearchParams(search)];
  const read = Object.fromEntries(pairs);
  return Object.keys(read).length === pairs.length ? read : undefined;
}

/** With the headers that around.ts gives every answer: all at once, since a Headers object costs more than all else here. */
const answered = (body: object, status: number) =>
  new Response(textOf(body), {
    status,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': randomUUID(),
    },
  });
