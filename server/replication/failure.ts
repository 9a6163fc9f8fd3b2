/**
 * The failure of something that lasts, such as a connection, which also ends the wait of the moment. `Promise.race` with one
 * promise for all waits would not do: as long as that promise is pending, it keeps each of them, with what came of it.
 */
export class Failure {
  #error: { error: unknown } | undefined;
  #endWait: (error: unknown) => void = () => {};

  /** The first call counts. */
  end(error: unknown): void {
    this.#error ??= { error };
    this.#endWait(this.#error.error);
  }

  /** Waits for a promise, one at a time. @throws its error, or that of the failure as soon as there is one */
  during<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#endWait = reject;
      if (this.#error) reject(this.#error.error);
      work.then(resolve, reject);
    });
  }
}
