import { setTimeout } from 'node:timers';

/** An instant by both clocks of this machine: by `performance.now()`, and as Unix time in milliseconds. */
export interface Instant {
  monotonic: number;
  wall: number;
}

export const past: Instant = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };

/** Whether an instant has come, by either clock: one of them may stand still while a machine sleeps. */
export const isOver = (at: Instant, now: Instant): boolean =>
  now.monotonic >= at.monotonic || now.wall >= at.wall;

export const after = ({ monotonic, wall }: Instant, milliseconds: number): Instant => ({
  monotonic: monotonic + milliseconds,
  wall: wall + milliseconds,
});

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
