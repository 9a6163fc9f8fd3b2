/** Reported as 0 before the first of them: Prometheus' `rate` does not see the first event of a series. */
const reportedFromStart = [500, 503];

/** How many responses this process has sent, by operation and status. Plain numbers: every request adds one. */
export class ResponseCounts {
  readonly #counts = new Map<string, Map<number, number>>();

  /**
   * Makes a function that counts a response of the operation, and returns it.
   * @param operation its `operationId`; `none` for requests that match no operation
   */
  counter(operation: string): (response: Response) => Response {
    const count = this.ofStatus(operation);
    return (response) => {
      count(response.status);
      return response;
    };
  }

  /** Makes a function that counts a response of the operation by its status. */
  ofStatus(operation: string): (status: number) => void {
    const counts = this.#counts.get(operation) ?? new Map(reportedFromStart.map((status) => [status, 0]));
    this.#counts.set(operation, counts);
    return (status) => void counts.set(status, (counts.get(status) ?? 0) + 1);
  }

  /** Each operation and status with its count. */
  *[Symbol.iterator](): Generator<{ operation: string; status: number; count: number }> {
    for (const [operation, counts] of this.#counts)
      for (const [status, count] of counts) yield { operation, status, count };
  }
}
