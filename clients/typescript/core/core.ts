import { addressOf } from './address.ts';
import { beginningOf } from './beginning.ts';
import { assertBounds } from './bounds.ts';
import { type ApiError, ConnectionError, requestIdOf, TimeoutError, UnexpectedAnswer } from './errors.ts';
import type { CallOptions, CoreOptions } from './options.ts';
import { type Call, nameOf } from './request.ts';
import { assertSendable } from './token.ts';
import { pause, within } from './within.ts';

const bounds = ['timeout', 'deadline', 'retries'] as const;

/** How long a call may take, how often it is tried, and whether it may be repeated. Times are in milliseconds. */
export interface Pace {
  timeout: number;
  deadline: number;
  retries: number;
  /** The first wait between two attempts is at most so long, and each further one at most twice the one before. */
  backoff: number;
  /** Whether a call is repeated that may have been done. */
  repeatable?: boolean;
}

export const usualPace: Pace = { timeout: 10_000, deadline: 15_000, retries: 2, backoff: 500 };
const longestBackoff = 5_000;

/** What the clients of different contracts differ in, beside the operations. */
export interface Contract {
  /** How messages name the service. */
  service: string;
  /** The media type of its errors. */
  errorType: string;
  /** The field that an error of the service has, and that of a proxy has not. */
  errorField: string;
  /** The path whose answer is text. */
  textPath?: string;
  /** Whether a body can be the answer of a call: for those on which much depends. */
  isAnswer?(path: string, body: unknown): boolean;
  errorOf(body: unknown, response: Response): ApiError;
  paceOf(path: string): Pace;
}

interface Answered {
  response: Response;
  body: unknown;
}

/** What the clients of all contracts share: it makes the attempts of a call, and turns answers into values or errors. */
export class Core {
  readonly #contract: Contract;
  readonly #options: CoreOptions & { baseUrl: string };

  constructor(contract: Contract, options: CoreOptions) {
    assertBounds(options, ...bounds);
    this.#contract = contract;
    this.#options = { ...options, ...addressOf(options) };
  }

  get hasToken(): boolean {
    return Boolean(this.#options.token);
  }

  /**
   * Makes a call, and repeats it if that can help and is safe: if the service did nothing, or the call is `repeatable`, even
   * if it may have been done.
   * @returns the body of the answer
   * @throws ApiError, ConnectionError, TimeoutError, AbortError, UnexpectedAnswer
   */
  async call(call: Call, options: CallOptions = {}): Promise<unknown> {
    assertBounds(options, ...bounds);
    const pace = this.#contract.paceOf(call.path);
    const timeout = options.timeout ?? this.#options.timeout ?? pace.timeout;
    const deadline = options.deadline ?? this.#options.deadline ?? pace.deadline;
    const retries = options.retries ?? this.#options.retries ?? pace.retries;
    const repeatable = call.repeatable || pace.repeatable;
    const endsAt = performance.now() + deadline;

    let failure: unknown;
    for (let attempt = 1; ; attempt += 1) {
      const left = endsAt - performance.now();
      // The process was blocked, or slept, for long.
      if (failure && left <= 0) throw failure;
      try {
        const { response, body } = await this.once(call, {
          signal: options.signal,
          timeout: Math.min(timeout, left),
          attempt,
        });
        if (response.ok) return body;
        // Only a caller that sends `If-None-Match` gets a 304, and a method has no body to return then.
        if (response.status === 304)
          throw new UnexpectedAnswer(nameOf(call), response, this.#contract.service);
        failure = this.#explained(this.#contract.errorOf(body, response));
      } catch (thrown) {
        failure = thrown;
      }
      const wait = waitBefore(attempt, failure, pace);
      const isLast = attempt > retries || performance.now() + wait >= endsAt;
      if (isLast || !canHelp(failure, repeatable)) throw failure;
      await pause(nameOf(call), wait, options.signal);
    }
  }

  /**
   * Makes one attempt, and a second one only if a session's access token was refused.
   * @throws ConnectionError, TimeoutError, AbortError, UnexpectedAnswer
   */
  async once(
    call: Call,
    {
      signal,
      timeout,
      attempt = 1,
    }: { signal?: AbortSignal | null | undefined; timeout?: number | undefined; attempt?: number },
  ): Promise<Answered> {
    const { token, ...options } = this.#options;
    const { baseUrl, timeout: usual, deadline = usualPace.deadline } = options;
    const longest = timeout ?? Math.min(usual ?? deadline, deadline);
    return within(nameOf(call), longest, signal, async (signal) => {
      const send = async (bearer: string | undefined) => {
        if (bearer) assertSendable(bearer, options);
        return this.#send(call, call.requestOf({ baseUrl, bearer, signal }), attempt);
      };
      if (typeof token !== 'object') return send(await (typeof token === 'function' ? token() : token));
      const bearer = await token.bearer(options);
      const answered = await send(bearer);
      return refusesToken(answered.response) ? send(await token.bearer(options, bearer)) : answered;
    });
  }

  /** Who reads in a log that a token must be sent, while requests with keys are guarded, takes it for a fault of those. */
  #explained(error: ApiError & { code?: unknown }): ApiError {
    if (error.code === 'unauthenticated' && !this.hasToken)
      error.message = `This client has no token: pass one, or set LATCHKEY_URL and LATCHKEY_TOKEN. ${error.message}`;
    return error;
  }

  async #send(call: Call, request: Request, attempt: number): Promise<Answered> {
    const { fetch = globalThis.fetch, onAttempt, onAnswer } = this.#options;
    const facts = { method: call.method, path: call.path, attempt };
    onAttempt?.(facts);
    const began = performance.now();
    let response: Response | undefined;
    let error: Error | undefined;
    try {
      response = await fetch(request);
      return { response, body: await this.#read(call, request, response) };
    } catch (thrown) {
      if (request.signal.aborted) error = request.signal.reason;
      else error = thrown instanceof UnexpectedAnswer ? thrown : new ConnectionError(nameOf(call), thrown);
      throw error;
    } finally {
      onAnswer?.({
        ...facts,
        status: response?.status,
        requestId: response && requestIdOf(response),
        elapsed: performance.now() - began,
        error,
      });
    }
  }

  async #read(call: Call, request: Request, response: Response): Promise<unknown> {
    const { service, errorType, errorField, textPath, isAnswer = () => true } = this.#contract;
    const { ok, status } = response;
    // Without a body, only the header shows that it is an answer of the service.
    if (status === 204 && !call.answer && requestIdOf(response)) return undefined;
    if (status === 304 && request.headers.has('If-None-Match')) return undefined;
    const isText = ok && call.path === textPath;
    const expected = isText ? 'text/plain' : ok ? 'application/json' : errorType;
    const unexpected = (answer: Response, cause?: unknown) =>
      new UnexpectedAnswer(nameOf(call), answer, service, { cause });
    if (!response.headers.get('Content-Type')?.startsWith(expected))
      throw unexpected(await beginningOf(response));
    const text = await response.text();
    if (isText) return text;
    let cause: unknown;
    try {
      const body = JSON.parse(text);
      const isOwn = ok
        ? call.answer === undefined || Object.hasOwn(body, call.answer)
        : typeof body[errorField] === 'string';
      if (isOwn && (!ok || isAnswer(call.path, body))) return body;
    } catch (error) {
      cause = error;
    }
    throw unexpected(new Response(text || null, response), cause);
  }
}

/** Whether an answer is about the token (RFC 6750, section 3.1), and not about a password in the body. */
const refusesToken = ({ headers }: Response) => /"invalid_token"/.test(headers.get('WWW-Authenticate') ?? '');

/** Milliseconds to wait after an attempt. A random part keeps clients that failed together from coming back together. */
function waitBefore(attempt: number, failure: unknown, { backoff }: Pace): number {
  const { retryAfter } = failure as { retryAfter?: number };
  if (retryAfter !== undefined) return retryAfter * 1000 + Math.random() * backoff;
  return Math.random() * Math.min(longestBackoff, backoff * 2 ** (attempt - 1));
}

/**
 * Whether the same call may succeed later. No 409 of these services passes by itself: each says that something exists,
 * or that a rotation is at another step.
 */
function canHelp(failure: unknown, repeatable: boolean | undefined): boolean {
  if (failure instanceof ConnectionError) return repeatable || !failure.mayHaveArrived;
  if (failure instanceof TimeoutError) return repeatable === true;
  const { status, code } = failure as { status?: number; code?: string };
  // Nothing was done: the request was refused before it was handled.
  if (status === 408 || status === 429 || code === 'overloaded') return true;
  return repeatable === true && [500, 502, 503, 504].includes(status ?? 0);
}
