import { setTimeout } from 'node:timers';
import type { Instant } from '../../decide/instant.ts';

/** The clocks of this machine; in tests, clocks that a test moves. */
export interface Clocks {
  now(): Instant;
  /** Calls back after some milliseconds. */
  after(milliseconds: number, callback: () => void): void;
  /** What the database takes for the time; absent: its own clock. */
  database?(): Date;
}

export const ownClocks: Clocks = {
  now: () => ({ monotonic: performance.now(), wall: Date.now() }),
  after: (milliseconds, callback) => void setTimeout(callback, milliseconds),
};
