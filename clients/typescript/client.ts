import createClient from 'openapi-fetch';
import type { Problem, paths } from './schema.gen.ts';

export type * from './schema.gen.ts';

export interface LatchkeyOptions {
  /** Where the service answers, such as `https://keys.example.com`. */
  baseUrl: string;
  /**
   * What to send as `Authorization: Bearer`: an access token, an API key or the operator token. A function is asked
   * before each request, so that it can refresh what has expired.
   */
  token?: string | undefined | (() => string | undefined | Promise<string | undefined>);
  /** Used instead of the global `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/**
 * One method for each HTTP method; paths, parameters, bodies and answers are those of the OpenAPI document.
 *
 * Each call answers `{ data, error, response }`: `data` on success, `error` otherwise, never both. It throws only
 * where the service did not answer: what `fetch` throws, or `UnexpectedAnswer`; and a TypeError where the token can be
 * none.
 */
export interface Latchkey {
  GET: Call<'get'>;
  POST: Call<'post'>;
  PUT: Call<'put'>;
  PATCH: Call<'patch'>;
  DELETE: Call<'delete'>;
}

// Not openapi-fetch's own `Client<paths>`: that one infers the type of the options from the argument, and so lets
// misspelt fields of a body pass.
type Call<Method extends string> = <Path extends PathWith<Method>>(
  path: Path,
  ...options: object extends Options<OperationAt<Path, Method>>
    ? [options?: Options<OperationAt<Path, Method>>]
    : [options: Options<OperationAt<Path, Method>>]
) => Promise<Answer<OperationAt<Path, Method>>>;

type PathWith<Method extends string> = {
  [Path in keyof paths]: paths[Path] extends Record<Method, object> ? Path : never;
}[keyof paths];

type OperationAt<Path extends keyof paths, Method extends string> = paths[Path][Method & keyof paths[Path]];

/** What a call takes beside its path: parameters and body as the operation has them, and what `fetch` takes. */
export type Options<Operation> = ParamsOf<Operation> &
  BodyOf<Operation> &
  Omit<RequestInit, 'body' | 'method'>;

type ParamsOf<Operation> = Operation extends { parameters: infer Params }
  ? object extends Params
    ? { params?: Params }
    : { params: Params }
  : never;

type JsonBody<Body> = { content: { 'application/json': Body } };

type BodyOf<Operation> = Operation extends { requestBody: JsonBody<infer Body> }
  ? { body: Body }
  : Operation extends { requestBody?: JsonBody<infer Body> }
    ? { body?: Body }
    : { body?: never };

/** What a call answers: `data` on success, `error` otherwise, never both. */
export type Answer<Operation> =
  | { data: DataOf<Operation>; error?: never; response: Response }
  | { data?: never; error: Problem; response: Response };

type DataOf<Operation> = Operation extends { responses: infer Responses }
  ? {
      [Status in keyof Responses]: `${Status & number}` extends `2${string}`
        ? Responses[Status] extends {
            content: { 'application/json': infer Body } | { 'text/plain': infer Body };
          }
          ? Body
          : undefined
        : never;
    }[keyof Responses]
  : never;

/** An answer that is not the service's own, such as the error page of a proxy before it, or of a wrong `baseUrl`. */
export class UnexpectedAnswer extends Error {
  readonly response: Response;
  constructor(call: string, response: Response) {
    super(`${call} got ${response.status}, but not an answer of Latchkey.`);
    this.name = 'UnexpectedAnswer';
    this.response = response;
  }
}

/**
 * A client of the Latchkey API.
 *
 * @example
 * const latchkey = createLatchkey({ baseUrl: 'https://keys.example.com', token });
 * const { data, error } = await latchkey.POST('/v1/keys/verify', { body: { token: presented } });
 */
export function createLatchkey({ baseUrl, token, fetch }: LatchkeyOptions): Latchkey {
  const client = createClient<paths>({ baseUrl, ...(fetch && { fetch }) });
  client.use({
    async onRequest({ request }) {
      const bearer = typeof token === 'function' ? await token() : token;
      // What Headers throws names the value.
      if (bearer && !/^[\x21-\x7e]+$/.test(bearer))
        throw new TypeError('The token has a character that no token has, such as a line break.');
      if (bearer) request.headers.set('Authorization', `Bearer ${bearer}`);
      return request;
    },
    async onResponse({ request, response, schemaPath }) {
      const type = response.headers.get('Content-Type') ?? '';
      const isText = schemaPath === '/metrics' && response.ok;
      const isOurs = response.ok
        ? response.status === 204 || type.startsWith(isText ? 'text/plain' : 'application/json')
        : type.startsWith('application/problem+json');
      if (!isOurs) throw new UnexpectedAnswer(`${request.method} ${schemaPath}`, response);
      // openapi-fetch reads every body as JSON.
      return isText ? new Response(JSON.stringify(await response.text()), response) : response;
    },
  });
  return client as Latchkey;
}
