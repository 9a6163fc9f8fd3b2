/** One call of an operation, as data: each attempt makes a request of its own of it. */
export interface Call {
  method: string;
  /** With the names of its parameters in braces, as the document has it. */
  path: string;
  params?: {
    path?: Record<string, unknown>;
    query?: Record<string, unknown>;
    header?: Record<string, unknown>;
  };
  body?: unknown;
  /** As `fetch` takes them. `HeadersInit` is a type of browsers alone. */
  headers?: NonNullable<RequestInit['headers']>;
  /** A field that the body of the answer has; empty: it has no body. Undefined: either may be. */
  answer?: string;
  /** What else `fetch` takes. */
  init?: RequestInit;
}

/** How messages name a call: without the values in its path and query. */
export const nameOf = ({ method, path }: Call): string => `${method} ${path}`;

/**
 * A parameter of a path.
 * @throws TypeError for what would name another path, such as `..`, or nothing
 */
export function pathPart(name: string, value: unknown): string {
  if (typeof value !== 'string' || /^\.{0,2}$/.test(value)) throw new TypeError(`${name} must be an id.`);
  return value;
}

/** @throws TypeError for a parameter of the path that is no id */
function urlOf(baseUrl: string, { path, params = {} }: Call): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(pathPart(name, params.path?.[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params.query ?? {}))
    for (const one of [value].flat()) if (one != null) query.append(name, String(one));
  const search = query.toString();
  return `${baseUrl.replace(/\/$/, '')}${filled}${search && `?${search}`}`;
}

/** A new request for a call. What its body holds is read here, at each attempt. */
export function requestOf(
  baseUrl: string,
  call: Call,
  { bearer, signal }: { bearer: string | undefined; signal: AbortSignal },
): Request {
  const headers = new Headers(call.body === undefined ? {} : { 'Content-Type': 'application/json' });
  new Headers(call.headers).forEach((value, name) => {
    headers.set(name, value);
  });
  for (const [name, value] of Object.entries(call.params?.header ?? {}))
    if (value != null) headers.set(name, String(value));
  if (bearer) headers.set('Authorization', `Bearer ${bearer}`);
  return new Request(urlOf(baseUrl, call), {
    // The service sends no redirects. One would make a GET of a POST, or pass the token on.
    redirect: 'manual',
    ...call.init,
    method: call.method,
    headers,
    signal,
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  });
}
