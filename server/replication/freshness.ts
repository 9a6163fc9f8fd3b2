import type { Invalidation } from '../../decide/frames.ts';
import { type Invalidated, invalidate } from '../../decide/key-cache.ts';
import type { Change } from './messages.ts';

/**
 * Milliseconds after which a replica that confirms nothing no longer trusts its cache, so the others stop waiting for it:
 * `trust`, and far more than two clocks drift apart in that time.
 */
export const lease = 1_500;

/** Holds blocks of limits, and is told what to give up. */
export interface LimitHolder {
  /** This limit may have changed: no unit that is held of it must be spent any more. */
  drop(id: number): void;
  /** No unit of any limit must be spent any more. */
  dropAll(): void;
  /** Units of this limit are to be given back. */
  recall(id: number): void;
  /** The row of this limit may have units again. */
  replenished(id: number): void;
}

/** Verifiers in processes of the product, which answer from what this process told them. */
export interface Followers {
  /** Passes a change on before any later message. */
  tell(change: Invalidation): void;
  /** Resolves when all of them have the changes that were told by now. Undefined: there is nobody to wait for. */
  settled(): Promise<void> | undefined;
}

/**
 * How long the cache is fresh after a heartbeat was sent that returned, in milliseconds. It is also the trust that a process
 * with a database of its own gives its verifiers.
 */
export const trust = 1_000;

/** How long to wait for trust of this length to end, in milliseconds: the clock of its holder may be slower. */
export const outlast = (milliseconds: number): number => milliseconds * 1.1;

/** Takes a reading of the database's clock: see `Clock.read`. */
export type ReadClock = (theirs: number, sent: number, received: number) => void;

/** Says whether the cache can be trusted, and makes changes wait until no process trusts a stale one. */
export interface Freshness {
  /** Whether this is the only process on its database, so that verifiers have no other replica to move to. */
  readonly isSole: boolean;
  /** Tells these of every change from now on. */
  subscribe(subscribers: Subscribers): void;
  /** How many milliseconds the cache stays fresh if nothing is heard; 0: it is not fresh. */
  trustLeft(): number;
  /** Whether the cache has every change that was answered. If not, the database has to be asked. */
  isFresh(): boolean;
  /** Waits until no process answers without the changes that are committed by now. Never fails. */
  settled(): Promise<void>;
  /** Milliseconds since the last heartbeat that returned was sent, or since the start. Absent: there are no heartbeats. */
  beatAge?(): number;
  /** Unix time in milliseconds by the database's clock, which all processes share. */
  now(): number;
  /** Adjusts `now` by the time in an answer of the database. */
  readClock: ReadClock;
  close(): Promise<void>;
}

/** Who in this process answers from memory, and has to be told of changes. */
export interface Subscribers {
  cache?: Invalidated;
  /** Also told each time that trust was lost. */
  limits?: LimitHolder;
  /** Also waited for, before a change is answered. */
  followers?: Followers;
}

/** Tells of a change. Undefined: a message of no known kind, so anything may have changed. */
export function tellSubscribers({ cache, limits, followers }: Subscribers, change: Change | undefined): void {
  switch (change?.kind) {
    case 'limit_changed':
      limits?.drop(change.id);
      break;
    case 'limit_recalled':
      limits?.recall(change.id);
      break;
    case 'limit_replenished':
      limits?.replenished(change.id);
      break;
    case 'changed':
    case 'account_changed':
    case 'roles_changed':
      if (cache) invalidate(cache, change);
      followers?.tell(change);
      break;
    default:
      change?.kind satisfies 'changed_all' | undefined;
      cache?.invalidateAll();
      limits?.dropAll();
      followers?.tell({ kind: 'changed_all' });
  }
}
