/** How often a line that says the same is logged, in milliseconds. */
export const lineInterval = 10_000;

/**
 * Makes a function that acts at most once in so many milliseconds, for lines of the log about what may happen with every
 * request.
 * @param act gets the arguments of the call, and the number of calls that were left out before it
 */
export function throttled<Arguments extends unknown[]>(
  interval: number,
  act: (leftOut: number, ...args: Arguments) => void,
): (...args: Arguments) => void {
  let actedAt = Number.NEGATIVE_INFINITY;
  let leftOut = 0;
  return (...args) => {
    if (performance.now() - actedAt < interval) {
      leftOut += 1;
      return;
    }
    actedAt = performance.now();
    const before = leftOut;
    leftOut = 0;
    act(before, ...args);
  };
}
