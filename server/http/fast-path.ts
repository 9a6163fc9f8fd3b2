import type { ServiceContext } from '../context.ts';
import type { Peer } from './client.ts';
import { headerOf, incomingOf } from './incoming.ts';
import { logged, requestIdOf } from './middleware.ts';
import type { Serve } from './serve.ts';

type Fetch = (request: Request, peer?: Peer) => Response | Promise<Response>;

/**
 * Serves operations that run very often without the full app: without its router, its middleware and its contexts.
 * What happens to a request is the same (see `prepare`). A request that needs more, such as one from another origin,
 * falls through to the full app.
 * @param operations by their path, all of them of POST
 */
export function withFastPaths(
  context: ServiceContext,
  operations: Readonly<Record<string, Serve>>,
  fullApp: Fetch,
): Fetch {
  const byPath = new Map(Object.entries(operations));
  return (request, peer) => {
    if (request.method !== 'POST') return fullApp(request, peer);
    const { url } = request;
    const start = url.indexOf('/', url.indexOf('//') + 2);
    const end = url.indexOf('?', start);
    const path = end < 0 ? url.slice(start) : url.slice(start, end);
    const serve = byPath.get(path);
    if (!serve) return fullApp(request, peer);
    const header = headerOf(request, peer);
    if (header('origin') != null) return fullApp(request, peer);
    const requestId = requestIdOf(header('x-request-id'));
    return logged(context.log, { method: 'POST', path, requestId }, () =>
      serve(incomingOf(context, request, peer, { params: {}, requestId })),
    );
  };
}
