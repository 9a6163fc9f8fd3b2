/** Statuses that are told before the first of them: an alert on their rate would miss it. */
const awaited = [500, 503];

/** How many requests this process has answered, by operation and status. Plain numbers: every request adds one. */
export class Answers {
  readonly #counts = new Map<string, Map<number, number>>();

  /**
   * Makes what counts the answers of an operation, and returns each as it came.
   * @param operation its `operationId`; `none` for requests that match no operation
   */
  counter(operation: string): (answer: Response) => Response {
    const counts = this.#counts.get(operation) ?? new Map(awaited.map((status) => [status, 0]));
    this.#counts.set(operation, counts);
    return (answer) => {
      const { status } = answer;
      counts.set(status, (counts.get(status) ?? 0) + 1);
      return answer;
    };
  }

  /** Each operation and status with its count. */
  *[Symbol.iterator](): Generator<{ operation: string; status: number; count: number }> {
    for (const [operation, counts] of this.#counts)
      for (const [status, count] of counts) yield { operation, status, count };
  }
}
