/** The headers of a request: a `Headers` object, or `headersDistinct` of a request of Node. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/**
 * The headers of a request of Node. `headers` has only the first of two Authorization headers, so `headersDistinct` is
 * used if it is there: requests that were never sent, as in tests of Fastify, do not have it.
 */
export const headersOf = (request: {
  headersDistinct?: RequestHeaders & object;
  headers: RequestHeaders;
}): RequestHeaders => request.headersDistinct ?? request.headers;

/** The value of a header. If it was sent several times, all values, joined as a `Headers` object joins them. */
export function headerOf(headers: RequestHeaders, name: string): string {
  if (typeof headers.get === 'function') return headers.get(name) ?? '';
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name.toLowerCase()];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}
