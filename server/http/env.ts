import type { Peer } from './client.ts';

/** What a handler finds in its context. */
export interface Env {
  Bindings: Peer;
  Variables: { requestId: string };
}
