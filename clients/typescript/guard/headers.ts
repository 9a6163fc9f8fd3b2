/** The headers of a request: a `Headers` object, or `headersDistinct` of a request of Node. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/**
 * The headers of a request of Node. In `headers` alone, the second of two Authorization headers would be overlooked;
 * requests that never were on a wire, as in tests of Fastify, have nothing else.
 */
export const headersOf = (request: {
  headersDistinct?: RequestHeaders & object;
  headers: RequestHeaders;
}): RequestHeaders => request.headersDistinct ?? request.headers;

/** The value of a header; of one that was sent several times, all of them, joined as a `Headers` object joins them. */
export function headerOf(headers: RequestHeaders, name: string): string {
  if (typeof headers.get === 'function') return headers.get(name) ?? '';
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name.toLowerCase()];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}
