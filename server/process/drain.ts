import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Peer } from '../http/client.ts';

type Fetch = (request: Request, peer: Peer) => Response | Promise<Response>;

/** How long answers are held back before the server stops, in milliseconds. */
const hold = 500;
/** How long requests in flight may take to end after that. */
const patience = 10_000;

/**
 * Ends a server without cutting a request off. Told to stop, every runtime closes its idle connections at once, also
 * those on which the next request of a busy client is under way. So answers are held back for a moment: whoever is
 * busy then waits for one, and no connection is idle that is used. Then the server stops, and each held answer is the
 * last on its connection, and says so.
 */
export function draining(fetch: Fetch) {
  let held: Promise<void> | undefined;
  return {
    fetch: async (request: Request, peer: Peer): Promise<Response> => {
      const response = await fetch(request, peer);
      if (!held) return response;
      await held;
      response.headers.set('Connection', 'close');
      return response;
    },
    /**
     * @param stop closes what listens and what is idle, and ends with the last request in flight
     * @param closed when the answers may go: their clients connect again at once, to whatever listens on the port
     */
    async drain(stop: () => Promise<unknown>, closed: () => Promise<void>): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      await pause(hold);
      // What arrived while this process was busy is not read yet.
      await nextTurn();
      const stopped = stop();
      await closed();
      resolve();
      await Promise.race([stopped, pause(patience, undefined, { ref: false })]);
    },
  };
}
