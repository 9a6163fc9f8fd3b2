import type { ServiceContext } from '../context.ts';
import { headerReader, incomingOf, pathOf, sentPathOf } from './incoming.ts';
import { logged, requestIdOf } from './middleware.ts';
import type { Fetch, Peer } from './peer.ts';
import type { Serve } from './serve.ts';

/** What is served without the full app. */
interface FastPaths {
  /** Operations of POST, by their path. */
  posts: Readonly<Record<string, Serve>>;
  /**
   * An operation of every method, at a path and below it. What follows the path is the client's of a gateway, and dots in it
   * can make the URL that of another operation. So this one answers whatever was sent below the path. Bun does not tell what
   * was sent, so it also answers whatever has the header, which only this operation reads.
   */
  below: { path: string; header: string; serve: Serve };
}

/**
 * Serves operations that run very often without the full app: without its router, its middleware and its contexts.
 * What happens to a request is the same (see `prepare`). A request that needs more, such as one from another origin,
 * falls through to the full app.
 */
export function withFastPaths(context: ServiceContext, { posts, below }: FastPaths, fullApp: Fetch): Fetch {
  const byPath = new Map(Object.entries(posts));
  const isBelow = (path: string) =>
    path.startsWith(below.path) && (path.length === below.path.length || path[below.path.length] === '/');
  // The first test rules out nearly every request.
  const wasSentBelow = (url: string, target: Peer['target']) =>
    target?.includes(below.path) === true && isBelow(sentPathOf(url, target));
  return (request, peer) => {
    const { method, url } = request;
    const path = pathOf(url);
    const header = headerReader(request, peer);
    const isForBelow = isBelow(path) || header(below.header) != null || wasSentBelow(url, peer?.target);
    const post = !isForBelow && method === 'POST' ? byPath.get(path) : undefined;
    const serve = isForBelow ? below.serve : post;
    if (!serve || (post && header('origin') != null)) return fullApp(request, peer);
    const requestId = requestIdOf(header('x-request-id'));
    return logged(context.log, { method, path, requestId }, () =>
      serve(incomingOf(context, request, peer, { params: {}, requestId })),
    );
  };
}
