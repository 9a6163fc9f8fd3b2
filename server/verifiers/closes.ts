import type { Logger } from 'pino';
import { type CloseCode, closeCodes } from '../../api/verifier.ts';
import { lineInterval, throttled } from '../throttled.ts';

/** The WebSocket that is closed. */
interface Closed {
  code: CloseCode;
  /** One of a few texts. */
  reason: string;
  /** The name that the verifier gave itself; empty before its hello. */
  instance: string;
  ip: string | null;
}

/** Counts the WebSockets of verifiers that this replica closes, and logs why. */
export class Closes {
  readonly #log: Logger;
  readonly #counts = new Map<string, number>(Object.keys(closeCodes).map((code) => [code, 0]));
  readonly #warnings = new Map<string, (closed: Closed) => void>();

  constructor(log: Logger) {
    this.#log = log;
  }

  add(closed: Closed): void {
    const code = String(closed.code);
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    // The replica ends, or its database does not answer: there are lines about that.
    if (closed.code !== 4503) this.#warn(closed);
  }

  /** How many were closed with each code. */
  [Symbol.iterator](): Iterator<[code: string, count: number]> {
    return this.#counts.entries();
  }

  #warn(closed: Closed): void {
    const warn =
      this.#warnings.get(closed.reason) ??
      throttled(lineInterval, (leftOut, { instance, ...facts }: Closed) =>
        this.#log.warn(
          { ...facts, ...(instance && { instance }), leftOut },
          'the WebSocket of a verifier was closed',
        ),
      );
    this.#warnings.set(closed.reason, warn);
    warn(closed);
  }
}
