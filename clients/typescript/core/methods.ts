import type { Core } from './core.ts';
import type { CallOptions } from './options.ts';
import { Pages } from './pages.ts';
import { callOf } from './request.ts';

/**
 * The operations of a contract by name, or by group and name. Each is written as its HTTP method, its path, and marks:
 * - `query`, `body`: the method takes that as an object, after the parameters of the path
 * - `paged`: the answer is a page of a list, so the call only reads, whatever its HTTP method
 * - `keyed`: the operation takes an `Idempotency-Key`
 * - `> id`: the body of the answer has this field, or is `text`; without it the answer has no body
 */
export interface Operations {
  [name: string]: string | { [name: string]: string };
}

interface AnyOptions extends CallOptions {
  query?: Record<string, unknown>;
  idempotencyKey?: string;
  headers?: HeadersInit;
}

/** Makes the methods of a client. `Methods` is the interface that is generated with the table of the operations. */
export const methodsOf = <Methods>(core: Core, operations: Operations): Methods =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      typeof operation === 'string' ? methodOf(core, operation) : methodsOf(core, operation),
    ]),
  ) as Methods;

function methodOf(core: Core, operation: string) {
  const [request = '', answer = ''] = operation.split(' > ');
  const [method = '', path = '', ...marks] = request.split(' ');
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name);
  const is = (mark: string) => marks.includes(mark);
  const repeatable = /^(?:GET|DELETE)$/.test(method) || is('paged') || (is('keyed') && core.hasToken);

  return (...args: unknown[]) => {
    const ids = names.map((name) => [name, args.shift()]);
    const input = is('body') || is('query') ? args.shift() : undefined;
    const { query, idempotencyKey, headers: given, ...options } = (args[0] ?? {}) as AnyOptions;
    // Asynchronous from here on: what cannot be sent, such as a bad id, rejects, as everything else does.
    const call = async (more: Record<string, unknown> = {}) => {
      const headers = new Headers(given);
      if (is('keyed') && !headers.has('Idempotency-Key'))
        headers.set('Idempotency-Key', idempotencyKey ?? newIdempotencyKey());
      return core.call(
        callOf({
          method,
          path,
          headers,
          repeatable,
          answer,
          params: {
            path: Object.fromEntries(ids),
            query: { ...(is('body') ? query : (input as typeof query)), ...more },
          },
          ...(is('body') && { body: input }),
        }),
        options,
      );
    };
    return is('paged') ? new Pages((cursor) => call(cursor ? { cursor } : {}) as Promise<never>) : call();
  };
}

/** 128 random bits. Not `crypto.randomUUID`, which browsers have on HTTPS only. */
const newIdempotencyKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
