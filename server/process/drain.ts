import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Fetch, Peer } from '../http/peer.ts';

/**
 * How long responses are held back before the server stops: so many steps of so many milliseconds, and `most` at most. On a
 * machine that is short of processor time a step takes longer, and so do the clients whose next requests are awaited.
 */
const hold = { steps: 50, step: 10, most: 3_000 };
/** How long a drain takes at most, in milliseconds: so long may requests in flight take to end. */
export const longestDrain = 10_500;

/**
 * Stops a server without cutting off a request. A runtime that stops closes its idle connections at once, also those on
 * which the next request of a busy client is already on its way. So responses are held back for a moment: every busy
 * client then waits for one, and no connection in use is idle. Then the server stops, and each held response is the
 * last on its connection, which its `Connection: close` says.
 */
export function draining(fetch: Fetch) {
  let held: Promise<void> | undefined;
  return {
    fetch: async (request: Request, peer?: Peer): Promise<Response> => {
      const response = await fetch(request, peer);
      if (!held) return response;
      await held;
      response.headers.set('Connection', 'close');
      return response;
    },
    /**
     * @param stop closes the listening socket and idle connections; resolves after the last request in flight
     * @param closed resolves when the held responses may go: their clients reconnect at once, to whatever listens
     */
    async drain(stop: () => Promise<unknown>, closed: () => Promise<void>): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      const late = pause(longestDrain, undefined, { ref: false });
      const until = performance.now() + hold.most;
      for (let step = 0; step < hold.steps && performance.now() < until; step += 1) await pause(hold.step);
      // Requests that arrived while this process was busy are not read yet.
      await nextTurn();
      const stopped = stop();
      await closed();
      resolve();
      await Promise.race([stopped, late]);
    },
  };
}
