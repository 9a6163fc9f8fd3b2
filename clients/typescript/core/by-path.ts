import { assertBounds } from './bounds.ts';
import type { Core } from './core.ts';
import { callOf, type OperationCall } from './request.ts';
import type { ByPath } from './types.ts';

type AnyOptions = Pick<OperationCall, 'params' | 'body'> & Omit<RequestInit, 'body'> & { timeout?: number };

/** The calls by HTTP method and path. */
export function byPath<Paths, Failure>(core: Core): ByPath<Paths, Failure> {
  const callWith =
    (method: string) =>
    async (path: string, { params, body, headers, signal, timeout, ...init }: AnyOptions = {}) => {
      assertBounds({ timeout }, 'timeout');
      const call = callOf({ method, path, params, headers, body, init });
      const { response, body: read } = await core.once(call, { signal, timeout });
      return response.ok || response.status === 304 ? { data: read, response } : { error: read, response };
    };
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, callWith(method)]);
  return Object.fromEntries(methods) as ByPath<Paths, Failure>;
}
