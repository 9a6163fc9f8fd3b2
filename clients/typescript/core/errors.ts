/** No answer came: the service was not reached, or the connection ended before the answer was complete. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** Whether the request may have reached the service. False only where no connection was made. */
  readonly mayHaveArrived: boolean;
  constructor(call: string, cause: unknown) {
    const reason = reasonOf(cause);
    super(`${call} got no answer: ${reason}`, { cause });
    this.mayHaveArrived = !unconnected.test(reason);
  }
}

/** No answer came within `timeout`, or what was left of the `deadline`. The request may have arrived. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  constructor(call: string, milliseconds: number) {
    super(`${call} got no answer within ${Math.round(milliseconds)} ms.`);
  }
}

/** The caller's `signal` ended the call; its reason is the `cause`. The request may have arrived. */
export class AbortError extends Error {
  override readonly name = 'AbortError';
  constructor(call: string, cause: unknown) {
    super(`${call} was aborted.`, { cause });
  }
}

/** An answer that is not the service's own, such as the error page of a proxy before it, or of a wrong `baseUrl`. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly status: number;
  /** The answer, with at least the first 64 KiB of its body. */
  readonly response: Response;
  /** Seconds to wait before the next try, where the answer has a `Retry-After`. */
  readonly retryAfter: number | undefined;
  constructor(call: string, response: Response, service: string, options?: ErrorOptions) {
    // Of a redirect, as from http:// to https://: without the ids and the query in it.
    const [target] = response.headers.get('Location')?.split(/\b[/?#]/) ?? [];
    super(
      `${call} got ${response.status}${target ? ` to ${target}` : ''}, but not an answer of ${service}.`,
      options,
    );
    this.status = response.status;
    this.response = response;
    this.retryAfter = retryAfterOf(response);
  }
}

/** The service refused the call, or failed. */
export class ApiError extends Error {
  readonly status: number;
  /** The `x-request-id` of the answer: names the request in the service's logs. */
  readonly requestId: string | undefined;
  /** Seconds to wait before the next try, where the answer has a `Retry-After`. */
  readonly retryAfter: number | undefined;
  constructor(message: string, response: Response) {
    super(message);
    this.status = response.status;
    this.requestId = requestIdOf(response);
    this.retryAfter = retryAfterOf(response);
  }
}

export const requestIdOf = (response: Response): string | undefined =>
  response.headers.get('x-request-id') ?? undefined;

/** `Retry-After` in seconds, which is a number of them or a date (RFC 9110, section 10.2.3). */
function retryAfterOf({ headers }: Response): number | undefined {
  const sent = headers.get('Retry-After') ?? '';
  const seconds = /^\d+$/.test(sent) ? Number(sent) : (Date.parse(sent) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/**
 * Why `fetch` failed. Node and Deno have the reason in the cause of the error, Bun in the error itself. Deno includes the
 * URL, which is removed: messages show neither ids nor a query.
 */
function reasonOf(thrown: unknown): string {
  const { cause = thrown } = Object(thrown) as { cause?: unknown };
  const { code, message = String(cause) } = Object(cause) as { code?: string; message?: string };
  return code ?? message.replace(/ for (?:url \()?https?:\S+/, ':');
}

/** What runtimes say if no connection was made: Node and Bun a code, Deno a text. */
const unconnected =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$|\(Connect\)/;
