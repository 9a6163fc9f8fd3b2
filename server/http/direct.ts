import { randomUUID } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import { admit, type Caller, identify, type Security } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { maxBytes } from './body.ts';
import { clientOf, type Peer } from './client.ts';
import { bearerToken } from './guard.ts';
import { textOf } from './once.ts';

/** As much of a route as is needed to serve it directly: `POST` with JSON in, 200 with JSON out. */
interface DirectRoute<Schema extends z.ZodType> {
  path: string;
  security: Security;
  request: { body: { content: { 'application/json': { schema: Schema } } } };
}

type Fetch = (request: Request, peer?: Peer) => Response | Promise<Response>;

const isJson = (contentType: string | null) =>
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

  const isInOrder = ({ method, url, headers }: Request) =>
    method === 'POST' &&
    url.endsWith(path) &&
    url.indexOf('/', url.indexOf('//') + 2) === url.length - path.length &&
    isJson(headers.get('content-type')) &&
    Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY) <= maxBytes &&
    !headers.has('transfer-encoding') &&
    !headers.has('origin') &&
    !headers.has('x-request-id') &&
    !deps.log.isLevelEnabled('debug');

  const serve = async (request: Request, peer?: Peer): Promise<Response> => {
    const { url, headers } = request;
    const again = (body?: string) => new Request(url, { method: 'POST', headers, body: body ?? null });
    let text: string | undefined;
    try {
      text = await request.text();
      const input = schema.safeParse(parse(text));
      if (!input.success) return long(again(text), peer);
      const token = bearerToken(headers.get('authorization'));
      if (token === undefined) return long(again(text), peer);
      const found = identify(deps, token, () => clientOf(headers, peer, deps));
      const caller = found instanceof Promise ? await found : found;
      admit(caller, security);
      const made = answer(input.data, caller);
      return answered(made instanceof Promise ? await made : made);
    } catch (failure) {
      return long(again(), { ip: () => peer?.ip(), failure });
    }
  };
  return (request, peer) => (isInOrder(request) ? serve(request, peer) : long(request, peer));
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
