/** What a client is told once. */
export interface CoreOptions {
  /**
   * Where the service answers, such as `https://keys.example.com`. Default: `LATCHKEY_URL`, where the runtime has an
   * environment.
   */
  baseUrl?: string | undefined;
  /**
   * What to send as `Authorization: Bearer`: an access token, an API key or the operator token; a function, which is
   * asked before each request; or a `session()`, which refreshes itself. Default: `LATCHKEY_TOKEN`, but only together
   * with `LATCHKEY_URL`, so that it is sent nowhere else.
   */
  token?: Token;
  /** Used instead of the global `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds for one attempt of a call. */
  timeout?: number | undefined;
  /** Milliseconds for a call with all its attempts and the waits between them. */
  deadline?: number | undefined;
  /** How often a call is tried again; 0 for never. */
  retries?: number | undefined;
  /** Called before each request. */
  onAttempt?: ((attempt: Attempt) => void) | undefined;
  /** Called after each request, also if no answer came. */
  onAnswer?: ((answer: AttemptAnswer) => void) | undefined;
  /** Sends an API key or the operator token from a browser, where everybody who opens the page can read it. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** One request of a call. It names the call, and shows neither a body nor a credential, nor an id in the path. */
export interface Attempt {
  method: string;
  /** The path as in the document, such as `/v1/keys/{keyId}`. */
  path: string;
  /** 1 for the first attempt of the call. */
  attempt: number;
}

/** How an attempt ended. */
export interface AttemptAnswer extends Attempt {
  /** The HTTP status. Undefined if no answer came. */
  status: number | undefined;
  /** The `x-request-id` of the answer. */
  requestId: string | undefined;
  /** Milliseconds until the answer was read. */
  elapsed: number;
  /** What the attempt failed with, if no answer of the service came. */
  error: Error | undefined;
}

/** What one call is told. */
export interface CallOptions {
  /** Ends the call, and each wait in it. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt. */
  timeout?: number | undefined;
  /** Milliseconds for all attempts and the waits between them. */
  deadline?: number | undefined;
  /** How often the call is tried again; 0 for never. */
  retries?: number | undefined;
}

/** Provides tokens, and a new one if a token is refused. `session()` makes one. */
export interface TokenSource {
  /**
   * @param options those of the client that asks, without its token
   * @param refused the token that was just answered 401
   */
  bearer(options: CoreOptions, refused?: string): string | Promise<string>;
}

/** A token, or a source of tokens. */
export type Token =
  | string
  | undefined
  | (() => string | undefined | Promise<string | undefined>)
  | TokenSource;
