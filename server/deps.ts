import type { Logger } from 'pino';
import type { Attempts } from './attempts.ts';
import type { Database } from './db/schema.ts';
import type { Signer } from './signing.ts';
import type { Usage } from './usage.ts';

/** All that the service works with. Nothing else is reached for: tests bring their own clock and database. */
export interface Deps {
  db: Database;
  /** Unix time in milliseconds. */
  now: () => number;
  usage: Usage;
  attempts: Attempts;
  signer: Signer;
  log: Logger;
  operatorToken: string;
  /** Where integrators reach the service, without a trailing slash. */
  publicUrl: string;
  tokenPrefix: string;
  signUp: 'open' | 'closed';
  /** Origins that browsers may call from; `*` for any. */
  corsOrigins: string[];
}
