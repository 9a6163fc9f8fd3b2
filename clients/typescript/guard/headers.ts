/** The headers of a request: a `Headers` object, or `headersDistinct` of a request of Node. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/**
 * The headers of a request of Node. `headers` has only the first of two Authorization headers, so `headersDistinct` is
 * used where it has any. Requests that were not parsed may have none there: those of serverless-http, or of tests of Fastify.
 */
export const headersOf = ({
  headersDistinct = {},
  headers,
}: {
  headersDistinct?: RequestHeaders & object;
  headers: RequestHeaders;
}): RequestHeaders => (Object.keys(headersDistinct).length > 0 ? headersDistinct : headers);

/** The value of a header. If it was sent several times, all values, joined as a `Headers` object joins them. */
export function headerOf(headers: RequestHeaders, name: string): string {
  if (typeof headers.get === 'function') return headers.get(name) ?? '';
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name.toLowerCase()];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}
