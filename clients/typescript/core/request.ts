import { placed } from './address.ts';

/** One call. */
export interface Call {
  method: string;
  /** With the names of its parameters in braces, as the document has it. */
  path: string;
  /** A field that the body of the answer has; empty: it has no body. Undefined: either may be. */
  answer?: string;
  /** Whether doing it twice is safe. */
  repeatable?: boolean | undefined;
  /** A new request for each attempt. What the body of the call holds is read here. */
  requestOf(sending: Sending): Request;
}

/** Where an attempt goes, and as whom. */
export interface Sending {
  baseUrl: string;
  bearer: string | undefined;
  signal: AbortSignal;
}

/** A call of an operation, as data. */
export interface OperationCall extends Omit<Call, 'requestOf'> {
  params?:
    | {
        path?: Record<string, unknown>;
        query?: Record<string, unknown> | undefined;
        header?: Record<string, unknown>;
      }
    | undefined;
  body?: unknown;
  /** As `fetch` takes them. `HeadersInit` is a type of browsers alone. */
  headers?: RequestInit['headers'] | undefined;
  /** What else `fetch` takes. */
  init?: RequestInit;
}

/** How messages name a call: without the values in its path and query. */
export const nameOf = ({ method, path }: Pick<Call, 'method' | 'path'>): string => `${method} ${path}`;

/** What can name an account in a query, and in a filter. */
const namesOfAccount = ['accountId', 'externalId', 'email'];

/**
 * The id of a user who is not signed in, say, is undefined, and would not be sent: a list would be that of all accounts, and a
 * revocation would revoke the keys of all.
 * @throws TypeError if an account is to be named, and by nothing
 */
function assertAccount(given: unknown): void {
  const names = Object(given);
  const [name] = namesOfAccount.filter((one) => one in names);
  if (name && namesOfAccount.every((one) => names[one] == null)) throw new TypeError(`${name} is undefined.`);
}

/**
 * A parameter of a path.
 * @throws TypeError for what would name another path, such as `..`, or nothing
 */
function pathPart(name: string, value: unknown): string {
  if (typeof value !== 'string' || /^\.{0,2}$/.test(value)) throw new TypeError(`${name} must be an id.`);
  return encodeURIComponent(value);
}

/** The call of an operation. */
export const callOf = (operation: OperationCall): Call => ({
  ...operation,
  requestOf({ baseUrl, ...sending }) {
    const { method, path, params: { path: ids = {}, query = {}, header = {} } = {}, body, init } = operation;
    assertAccount(query);
    assertAccount(Object(body).filter);
    const filled = path.replace(/\{(\w+)\}/g, (_, name) => pathPart(name, ids[name]));
    const given = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      for (const one of [value].flat()) if (one != null) given.append(name, String(one));
    const headers = new Headers(operation.headers);
    for (const [name, value] of Object.entries(header)) if (value != null) headers.set(name, String(value));
    const search = String(given);
    const url = placed(baseUrl, filled) + (search && `?${search}`);
    return requestTo(url, { ...init, method, headers }, body, sending);
  },
});

/** A request with a body of JSON, if it has one. */
export function requestTo(
  url: string,
  { headers = new Headers(), ...init }: RequestInit & { headers?: Headers },
  body: unknown,
  { bearer, signal }: Pick<Sending, 'bearer' | 'signal'>,
): Request {
  if (body !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', 'application/json');
  if (bearer) headers.set('Authorization', `Bearer ${bearer}`);
  return new Request(url, {
    // The service sends no redirects. One would make a GET of a POST, or pass the token on.
    redirect: 'manual',
    ...init,
    headers,
    signal,
    body: JSON.stringify(body),
  });
}
