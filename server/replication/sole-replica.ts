import { setTimeout as pause } from 'node:timers/promises';
import { type Freshness, outlast, type Subscribers, tellSubscribers, trust } from './freshness.ts';
import { parse } from './messages.ts';

/** The freshness of the only process on its database: it hears of each change before the statement ends. */
export class SoleReplica implements Freshness {
  readonly isSole = true;
  readonly #subscribers: Subscribers = {};
  readonly #onUnknown: (text: string) => void;
  /** Until when verifiers of the process before this one may answer from memory, should it have been killed. */
  readonly #inherited = performance.now() + outlast(trust);

  /** @param onUnknown called with a notification of no known kind */
  constructor(onUnknown: (text: string) => void) {
    this.#onUnknown = onUnknown;
  }

  /** Takes a notification of the database. */
  hear(text: string): void {
    const message = parse(text);
    if (!message) this.#onUnknown(text);
    switch (message?.kind) {
      case 'barrier':
      case 'confirmed':
      case 'beat':
      case 'call':
        // Only replicas send these.
        return;
      default:
        tellSubscribers(this.#subscribers, message);
    }
  }

  subscribe(subscribers: Subscribers): void {
    Object.assign(this.#subscribers, subscribers);
  }

  trustLeft(): number {
    return trust;
  }

  isFresh(): boolean {
    return true;
  }

  async settled(): Promise<void> {
    await this.#subscribers.followers?.settled();
    const inherited = this.#inherited - performance.now();
    if (inherited > 0) await pause(inherited);
  }

  now(): number {
    return Date.now();
  }

  /** The embedded database has our clock. */
  readClock(): void {}

  async close(): Promise<void> {}
}
