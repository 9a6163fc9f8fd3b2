/**
 * An instant by both clocks of this machine: by `performance.now()`, and as Unix time in milliseconds. Either may stand
 * still while the machine sleeps.
 */
export interface Instant {
  monotonic: number;
  wall: number;
}

export const past: Instant = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };

/** Whether an instant has come, by either clock. */
export const isOver = (at: Instant, now: Instant): boolean =>
  now.monotonic >= at.monotonic || now.wall >= at.wall;

export const after = ({ monotonic, wall }: Instant, milliseconds: number): Instant => ({
  monotonic: monotonic + milliseconds,
  wall: wall + milliseconds,
});
