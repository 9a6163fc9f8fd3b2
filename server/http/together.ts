import type { Peer } from './client.ts';

type Fetch = (request: Request, peer: Peer) => Response | Promise<Response>;

/**
 * Has the answers of one turn of the event loop leave one after the other, at its end. An answer that leaves wakes
 * whoever waits for it, and to wake somebody is dear: those that come in a row find them awake. At little load a turn
 * is one request, and waits for nothing.
 */
export function together(fetch: Fetch): (request: Request, peer: Peer) => Promise<Response> {
  let end: Promise<void> | undefined;
  const ends = () => {
    end ??= new Promise((resolve) =>
      setImmediate(() => {
        end = undefined;
        resolve();
      }),
    );
    return end;
  };

  return async (request, peer) => {
    const answer = await fetch(request, peer);
    await ends();
    return answer;
  };
}
