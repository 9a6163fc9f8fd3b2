import { setTimeout as pause } from 'node:timers/promises';
import type { KeyChange } from '../../decide/frames.ts';
import { type Invalidated, invalidate } from '../../decide/key-cache.ts';
import { type Change, parse } from './messages.ts';

/**
 * Milliseconds after which a replica that confirms nothing has ceased to trust its cache, so that others wait no longer:
 * `trust`, and far more than two clocks drift apart meanwhile.
 */
export const lease = 1_500;

/** Blocks of limits that this process holds. It is told what to give up. */
export interface Holder {
  /** What is held of this limit must not be spent any more. */
  drop(id: number): void;
  /** Nothing that is held must be spent any more. */
  dropAll(): void;
  /** What is held of this limit is to be given back. */
  recall(id: number): void;
  /** There may be something of this limit again. */
  replenished(id: number): void;
}

/** Verifiers in processes of the product, which answer from what this process told them. */
export interface Followers {
  /** Passes a change on, before anything else is told. */
  tell(change: KeyChange): void;
  /** Resolves when none of them answers without the changes that were told by now. Undefined: none does now. */
  settled(): Promise<void> | undefined;
}

/**
 * Milliseconds from sending a heartbeat until the cache is no longer fresh, if that heartbeat has returned: also for how
 * long a process that has its database to itself is trusted by those who follow it.
 */
export const trust = 1_000;

/** How long to wait until trust of so many milliseconds has ended, although the clock of whoever has it may be slower. */
export const outlast = (milliseconds: number): number => milliseconds * 1.1;

/** Takes a reading of the database's clock: see `Clock.read`. */
export type ReadClock = (theirs: number, sent: number, received: number) => void;

/** Whether the cache may be trusted; and sees to it that nobody trusts theirs too long. */
export interface Freshness {
  /** Whether the process has its database to itself, so that there is no other replica to go to. */
  readonly isSole: boolean;
  /** Tells these of every change from now on. */
  subscribe(subscribers: Subscribers): void;
  /** For how many milliseconds more the cache is fresh if nothing is heard; 0 where it is not. */
  trustLeft(): number;
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

/** Who in this process answers from memory, and has to be told of changes. */
export interface Subscribers {
  cache?: Invalidated;
  /** Also told each time that trust was lost. */
  holder?: Holder;
  /** Also waited for, before a change is answered. */
  followers?: Followers;
}

/** Tells of a change. Undefined: a message of no known kind, so anything may have changed. */
export function announce({ cache, holder, followers }: Subscribers, change: Change | undefined): void {
  switch (change?.kind) {
    case 'limit_changed':
      holder?.drop(change.id);
      break;
    case 'limit_recalled':
      holder?.recall(change.id);
      break;
    case 'limit_replenished':
      holder?.replenished(change.id);
      break;
    case 'changed':
    case 'account_changed':
    case 'roles_changed':
      if (cache) invalidate(cache, change);
      followers?.tell(change);
      break;
    default:
      cache?.invalidateAll();
      holder?.dropAll();
      followers?.tell({ kind: 'changed_all' });
  }
}

/** That of a process which has its database to itself, and hears of each change before whoever makes it. */
export class SoleReplica implements Freshness {
  readonly isSole = true;
  readonly #subscribers: Subscribers = {};
  readonly #onUnknown: (text: string) => void;
  /** Until when those may answer who followed the process that had the database before, should it have been killed. */
  readonly #inherited = performance.now() + outlast(trust);

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
        announce(this.#subscribers, message);
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
  /** Its clock is ours. */
  readClock(): void {}
  async close(): Promise<void> {}
}
