import type { RouteConfig, z } from '@hono/zod-openapi';
import type { Caller } from '../auth/callers.ts';
import type { Refusal } from '../errors.ts';
import type { Act } from '../events/recording.ts';
import type { FindCredential } from './bearer.ts';
import type { Incoming } from './incoming.ts';
import type { Json, Reply, Text } from './reply.ts';

type Part<Route, Name extends string> = Route extends { request: Record<Name, infer Schema> }
  ? Schema
  : undefined;
type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** The media types of a body, by the way in which they are read. */
type JsonTypes = 'application/json' | 'application/merge-patch+json';
type FormTypes = 'application/x-www-form-urlencoded' | 'multipart/form-data';
type BodyOf<Route, Types extends string> =
  Part<Route, 'body'> extends { content: infer Content }
    ? {
        [Type in keyof Content & Types]: Content[Type] extends { schema: infer Schema }
          ? Output<Schema>
          : never;
      }[keyof Content & Types]
    : undefined;
/** Undefined as well, if the body can be missing. */
type Optional<Route, Value> = Part<Route, 'body'> extends { required: true } ? Value : Value | undefined;

/** A form is there for certain only if the body is required and the route takes nothing but a form. */
type Form<Route> =
  Part<Route, 'body'> extends { content: infer Content }
    ? keyof Content extends FormTypes
      ? Optional<Route, BodyOf<Route, FormTypes>>
      : BodyOf<Route, FormTypes> | undefined
    : undefined;

/** What an operation works with: who calls, and what the schemas of its route made of the request. */
export interface Input<Route> {
  caller: Caller;
  params: Output<Part<Route, 'params'>>;
  query: Output<Part<Route, 'query'>>;
  /** The headers that the route describes. */
  headers: Output<Part<Route, 'headers'>>;
  json: Optional<Route, BodyOf<Route, JsonTypes>>;
  form: Form<Route>;
  /** For operations that write: what their events record. Reading it can throw InvalidInput (see act.ts). */
  act: Act;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

type SuccessStatus = 200 | 201 | 204;
type Content<Response> = Response extends { content: { 'application/json': { schema: infer Schema } } }
  ? Schema extends z.ZodType
    ? z.input<Schema>
    : never
  : Response extends { content: object }
    ? Text
    : // biome-ignore lint/suspicious/noConfusingVoidType: what has no body returns nothing.
      void;
/** What the route answers on success, as its schema has it. */
export type Success<Route> = Route extends { responses: infer Responses }
  ? { [Status in keyof Responses & SuccessStatus]: Content<Responses[Status]> }[keyof Responses &
      SuccessStatus]
  : never;
type Made<Body> = Body | Json<Body>;
type Awaitable<Value> = Value | Promise<Value>;
type Result<Route> = Awaitable<Made<Success<Route>> | Reply<Made<Success<Route>>>>;

/** Options of an operation. */
interface Options {
  /** How many bytes the body may have. */
  maxBodyBytes?: number;
  /** Finds the credential, if it can be in another place or form than that of RFC 6750. */
  findCredential?: FindCredential;
  /** Checks the raw body before any of it is parsed, such as its signature. What it throws is the answer. */
  checkBody?: (bytes: Uint8Array, incoming: Incoming) => Promise<void>;
  /** What is thrown when a path parameter cannot be the id of anything. */
  notFound?: new () => Refusal;
}
/** An operation with path parameters has to set `notFound`. */
type OptionsOf<Route> =
  Part<Route, 'params'> extends undefined
    ? [options?: Options]
    : [options: Options & Required<Pick<Options, 'notFound'>>];

/** What a route says, with the name that its operation is found and counted by. */
type NamedRoute = RouteConfig & { operationId: string };

/** One operation of a contract: its route says who may call it, what it reads and what it answers; `run` does it. */
export interface Operation extends Options {
  route: NamedRoute;
  run: (input: Input<RouteConfig>) => unknown;
}

/** An operation. The compiler checks the input and the result of `run` against the schemas of the route. */
export const operation = <Route extends NamedRoute>(
  route: Route,
  run: (input: Input<Route>) => Result<Route>,
  ...[options = {}]: OptionsOf<Route>
): Operation => ({ route, run: run as Operation['run'], ...options });
