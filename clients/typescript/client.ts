import createClient, { type Client, type ClientOptions } from 'openapi-fetch';
import type { paths } from './schema.gen.ts';

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
  fetch?: ClientOptions['fetch'];
}

/** One method for each HTTP method; paths, parameters, bodies and answers are typed by the OpenAPI document. */
export type Latchkey = Client<paths>;

/**
 * A client of the Latchkey API.
 *
 * Each call answers `{ data, error, response }`: `data` on success, `error` (an RFC 9457 problem) otherwise, never
 * both. It throws only where no answer came at all.
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
      if (bearer) request.headers.set('Authorization', `Bearer ${bearer}`);
      return request;
    },
  });
  return client;
}
