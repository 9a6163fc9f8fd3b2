/**
 * Goes on with a value: at once if it is there, and later if it is promised. So a cache hit waits for no turn of the event
 * loop, and a miss needs no code of its own. An async function writes `isPromise(x) ? await x : x` instead, since awaiting a
 * value that is there costs a turn.
 */
export function maybeAsync<Value, Result>(
  value: Value | Promise<Value>,
  goOn: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return isPromise(value) ? value.then(goOn) : goOn(value);
}

/** Whether a value is promised. Not `instanceof`: promises of other realms, as tests have them, are promises too. */
export const isPromise = <Value>(value: Value | Promise<Value>): value is Promise<Value> =>
  typeof (value as Promise<Value> | undefined)?.then === 'function';
