import type { Peer } from './peer.ts';

/** What a handler finds in its context. */
export interface Env {
  Bindings: Peer;
  Variables: { requestId: string };
}
