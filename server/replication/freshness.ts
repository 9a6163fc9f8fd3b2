import { type Change, parse } from './messages.ts';

/**
 * Milliseconds after which a replica that confirms nothing has ceased to trust its cache, so that others wait no longer:
 * `trust` (replica.ts), and far more than two clocks drift apart meanwhile.
 */
export const lease = 1_500;

/** A cache of what is in the database, which is told what to forget. */
export interface Invalidated {
  /** The key of this hash, in hexadecimal digits, has changed, come or gone. */
  invalidate(hash: string): void;
  /** The account of this id has changed, and with it what is said of its keys; or it is deleted, and so are they. */
  invalidateAccount(id: string): void;
  /** A role has changed: what is said of keys with roles may be out of date. */
  invalidateRoles(): void;
  /** Anything may have changed. */
  invalidateAll(): void;
}

/** Takes a reading of the database's clock: see `Clock.read`. */
export type ReadClock = (theirs: number, sent: number, received: number) => void;

/** Whether the cache may be trusted; and sees to it that nobody trusts theirs too long. */
export interface Freshness {
  /** Has this cache told of every change from now on. */
  tell(cache: Invalidated): void;
  /** Whether the cache knows of every change that was answered for. If not, the database is to be asked. */
  isFresh(): boolean;
  /** Waits until no process answers without the changes that are committed by now. Never fails. */
  settled(): Promise<void>;
  /** Milliseconds since the heartbeat was sent that last came back, or since the start; absent where there are none. */
  beatAge?(): number;
  /** Unix time in milliseconds by the database's clock, which all processes share. */
  now(): number;
  /** Has `now` follow the time that an answer of the database told. */
  readClock: ReadClock;
  close(): Promise<void>;
}

/** Has a cache forget what has changed; everything, where the message was of no known kind. */
export function invalidateChanged(cache: Invalidated | undefined, change: Change | undefined): void {
  if (!change || change.kind === 'changed_all') cache?.invalidateAll();
  else if (change.kind === 'changed') cache?.invalidate(change.hash);
  else if (change.kind === 'account_changed') cache?.invalidateAccount(change.accountId);
  else cache?.invalidateRoles();
}

/** That of a process which has its database to itself, and hears of each change before whoever makes it. */
export class SoleReplica implements Freshness {
  #cache: Invalidated | undefined;
  readonly #onUnknown: (text: string) => void;

  /** @param onUnknown told of a notification of no known kind */
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
        // There is nobody else to send these.
        return;
      default:
        invalidateChanged(this.#cache, message);
    }
  }
  tell(cache: Invalidated): void {
    this.#cache = cache;
  }
  isFresh(): boolean {
    return true;
  }
  async settled(): Promise<void> {}
  now(): number {
    return Date.now();
  }
  /** Its clock is ours. */
  readClock(): void {}
  async close(): Promise<void> {}
}
