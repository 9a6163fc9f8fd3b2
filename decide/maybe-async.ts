/**
 * Goes on with a value: at once where it is there, and when it has come where it is promised. A verification from
 * memory thus waits for nothing, and for the others it reads the same.
 */
export function maybeAsync<Value, Result>(
  value: Value | Promise<Value>,
  goOn: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}
