import { AbortError, TimeoutError } from './errors.ts';

/** The longest time that `setTimeout` takes; it treats longer ones as none. */
const longest = 2 ** 31 - 1;

/**
 * Runs `work` with a signal that fires after `milliseconds`, or with the caller's own. The wait ends with that signal, even
 * if `work` does not listen to it.
 * @param call names the call in what is thrown
 */
export async function within<Result>(
  call: string,
  milliseconds: number,
  outer: AbortSignal | null | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  // Not AbortSignal.any and .timeout: the timer is cleared, so it keeps no process alive, and the listener is removed, so
  // none are left on a signal that the caller keeps.
  const controller = new AbortController();
  const { signal } = controller;
  const abort = () => controller.abort(new AbortError(call, outer?.reason));
  const timeOut = () => controller.abort(new TimeoutError(call, milliseconds));
  if (outer?.aborted) abort();
  signal.throwIfAborted();

  const timer = setTimeout(timeOut, Math.min(milliseconds, longest));
  outer?.addEventListener('abort', abort);
  try {
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    return await Promise.race([work(signal), ended]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}

/** Waits. The caller's signal ends the wait. */
export const pause = (
  call: string,
  milliseconds: number,
  outer: AbortSignal | null | undefined,
): Promise<void> =>
  within(
    call,
    Number.POSITIVE_INFINITY,
    outer,
    (signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        signal.addEventListener('abort', () => clearTimeout(timer));
      }),
  );
