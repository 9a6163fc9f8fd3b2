import { randomUUID } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import { admit, type Caller, identify, type Security } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { maxBytes } from './body.ts';
import { clientOf, type Peer } from './client.ts';
import { bearerToken } from './guard.ts';
import { type Head, headOf } from './head.ts';
import { textOf } from './once.ts';

/** As much of a route as is needed to serve it directly: `POST` with JSON in, 200 with JSON out. */
interface DirectRoute<Schema extends z.ZodType> {
  path: string;
  security: Security;
  request: { body: { content: { 'application/json': { schema: Schema } } } };
}

type Fetch = (request: Request, peer?: Peer) => Response | Promise<Response>;

const isJson = (contentType = '') =>
  contentType === 'application/json' || contentType === 'application/json; charset=utf-8';

/**
 * A short way for the operation that runs on every request of our users' users. What is in order it answers as the
 * long way does, in one function, from the same route, schema, guard and answer; for the rest there is the long way:
 * it gets what the short one has no words for, such as CORS and bad input, as it came, and what went wrong on it.
 * @param answer gives the body of the 200
 * @param long the whole app
 */
export function directly<Schema extends z.ZodType>(
  deps: Deps,
  { path, security, request: { body } }: DirectRoute<Schema>,
  answer: (body: z.output<Schema>, caller: Caller) => object | Promise<object>,
  long: Fetch,
): Fetch {
  const { schema } = body.content['application/json'];

  const isHere = ({ method, url }: Request) =>
    method === 'POST' &&
    url.endsWith(path) &&
    url.indexOf('/', url.indexOf('//') + 2) === url.length - path.length;

  const isInOrder = (head: Head) =>
    isJson(head['content-type']) &&
    Number(head['content-length'] ?? Number.POSITIVE_INFINITY) <= maxBytes &&
    head.authorization !== undefined &&
    head['transfer-encoding'] === undefined &&
    head.origin === undefined &&
    head['x-request-id'] === undefined &&
    !deps.log.isLevelEnabled('debug');

  const serve = async (request: Request, head: Head, peer?: Peer): Promise<Response> => {
    const again = (body: string | null) =>
      new Request(request.url, { method: 'POST', headers: request.headers, body });
    try {
      const text = await request.text();
      const input = schema.safeParse(parse(text));
      if (!input.success) return long(again(text), peer);
      const token = bearerToken(head.authorization);
      const client = () =>
        clientOf((name) => head[name as keyof Head] ?? request.headers.get(name), peer, deps);
      const found = identify(deps, token ?? '', client);
      const caller = found instanceof Promise ? await found : found;
      admit(caller, security);
      const made = answer(input.data, caller);
      return answered(made instanceof Promise ? await made : made);
    } catch (failure) {
      return long(again(null), { ip: () => peer?.ip(), failure });
    }
  };
  return (request, peer) => {
    if (!isHere(request)) return long(request, peer);
    const head = headOf(request.headers, peer?.rawHeaders);
    return isInOrder(head) ? serve(request, head, peer) : long(request, peer);
  };
}

/** The value of a JSON text; undefined where it is none, which no schema takes. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** With the headers that around.ts gives every answer: all at once, since a Headers object costs more than all else here. */
const answered = (body: object) =>
  new Response(textOf(body), {
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': randomUUID(),
    },
  });
