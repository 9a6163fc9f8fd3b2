/**
 * Goes on with a value: at once where it is there, and when it has come where it is promised. A verification from
 * memory thus waits for nothing, and for the others it reads the same.
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
