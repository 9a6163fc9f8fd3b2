import type { CallOptions } from './options.ts';

/** The types of a contract's calls, from what openapi-typescript makes of its document. */

type ParamsOf<Operation> = Operation extends { parameters: infer Params } ? Params : never;
type JsonBody<Body> = { content: { 'application/json': Body } };

/** The query parameters of an operation. */
export type Query<Operation> = NonNullable<
  ParamsOf<Operation> extends { query?: infer Params } ? Params : never
>;

type RequestOf<Operation> = Operation extends { requestBody?: infer Request } ? NonNullable<Request> : never;

/** The JSON body that an operation takes. */
export type Body<Operation> = [RequestOf<Operation>] extends [never]
  ? never
  : RequestOf<Operation> extends JsonBody<infer Content>
    ? Content
    : never;

/** What an operation answers on success. */
export type Data<Operation> = Operation extends { responses: infer Responses }
  ? {
      [Status in keyof Responses]: `${Status & number}` extends `2${string}`
        ? Responses[Status] extends {
            content: { 'application/json': infer Content } | { 'text/plain': infer Content };
          }
          ? Content
          : undefined
        : never;
    }[keyof Responses]
  : never;

type HeaderParams<Operation> = NonNullable<
  ParamsOf<Operation> extends { header?: infer Params } ? Params : never
>;

type HeaderOptions<Operation> = [HeaderParams<Operation>] extends [never]
  ? { headers?: Record<string, string> }
  : object extends HeaderParams<Operation>
    ? { headers?: Record<string, string> & Omit<HeaderParams<Operation>, 'Idempotency-Key'> }
    : { headers: Record<string, string> & HeaderParams<Operation> };

interface Idempotent {
  /** Names the call, so that it is done once however often it is made. Default: a new one for each call. */
  idempotencyKey?: string | undefined;
}

type IdempotencyOptions<Operation> = [HeaderParams<Operation>] extends [never]
  ? unknown
  : 'Idempotency-Key' extends keyof HeaderParams<Operation>
    ? Idempotent
    : unknown;

/** The query parameters of an operation that takes a body as its argument. */
interface QueryOptions<Operation> {
  query?: Query<Operation>;
}

/** The last argument of the method of an operation. */
export type Options<Operation> = CallOptions &
  HeaderOptions<Operation> &
  IdempotencyOptions<Operation> &
  ([Body<Operation>] extends [never] ? unknown : QueryOptions<Operation>);

/** What a call by path takes: parameters and body as the operation has them, a `timeout`, and what `fetch` takes. */
export type PathOptions<Operation> = (object extends ParamsOf<Operation>
  ? { params?: ParamsOf<Operation> }
  : { params: ParamsOf<Operation> }) &
  ([Body<Operation>] extends [never]
    ? { body?: never }
    : Operation extends { requestBody: object }
      ? { body: Body<Operation> }
      : { body?: Body<Operation> }) &
  Omit<RequestInit, 'body' | 'method'> & {
    /** Milliseconds until the call is given up. Default: the client's `timeout` or `deadline`, or 15 s. */
    timeout?: number | undefined;
  };

/** The answer 304 to a call whose `If-None-Match` names the current version. It has no body. */
type Unchanged<Operation> = Operation extends { responses: { 304: unknown } } ? undefined : never;

/** What a call by path answers: `data` on success, `error` otherwise, never both. */
export type PathAnswer<Operation, Failure> =
  | { data: Data<Operation> | Unchanged<Operation>; error?: never; response: Response }
  | { data?: never; error: Failure; response: Response };

type PathWith<Paths, Method extends string> = {
  [Path in keyof Paths]: Paths[Path] extends Record<Method, object> ? Path : never;
}[keyof Paths];
type OperationAt<Paths, Path extends keyof Paths, Method extends string> = Paths[Path][Method &
  keyof Paths[Path]];

type CallByPath<Paths, Method extends string, Failure> = <Path extends PathWith<Paths, Method>>(
  path: Path,
  ...options: object extends PathOptions<OperationAt<Paths, Path, Method>>
    ? [options?: PathOptions<OperationAt<Paths, Path, Method>>]
    : [options: PathOptions<OperationAt<Paths, Path, Method>>]
) => Promise<PathAnswer<OperationAt<Paths, Path, Method>, Failure>>;

/**
 * One method for each HTTP method; paths, parameters, bodies and answers are those of the OpenAPI document.
 *
 * Each call answers `{ data, error, response }`: `data` on success, `error` otherwise, never both. It makes one attempt
 * and sends no `Idempotency-Key` of its own; only an access token of a `session()` that is refused is refreshed, and
 * the call sent again. It throws where the service did not answer: `ConnectionError`, `TimeoutError`, `AbortError` or
 * `UnexpectedAnswer`; and a TypeError where the token can be none, or a parameter of the path no id.
 */
export interface ByPath<Paths, Failure> {
  GET: CallByPath<Paths, 'get', Failure>;
  POST: CallByPath<Paths, 'post', Failure>;
  PUT: CallByPath<Paths, 'put', Failure>;
  PATCH: CallByPath<Paths, 'patch', Failure>;
  DELETE: CallByPath<Paths, 'delete', Failure>;
}
