import type { Database } from '../db/schema.ts';
import type { Freshness, Invalidated } from '../replication/freshness.ts';
import { GenerationalCache } from './generational-cache.ts';
import { KeyLookup } from './key-lookup.ts';
import type { Found, Keys, Tombstone, VerifiedKey } from './verify.ts';

/** The negative cache holds so many hashes of no key, or of one that is gone. It is apart from the keys, so that nobody can evict those with made-up tokens. */
const maxUnknown = 10_000;
/** So many deleted accounts are noted as such. With the next one the whole cache is invalidated, for once. */
const maxClosed = 10_000;
/** What a key takes beside its texts, in bytes, and what each of its scopes and each character of its texts adds. */
const bytesPerKey = 1_250;
const bytesPerScope = 30;
/** And each range of addresses. */
const bytesPerRange = 150;
const bytesPerCharacter = 2;

export interface KeyCacheOptions {
  /** Looks a key up in the database. */
  find: (hash: string) => Promise<Found | undefined>;
  /** Whether every change so far was told to `invalidate`, `invalidateAccount` or `invalidateAll`. */
  isFresh: () => boolean;
  /** How much the keys may take, about. */
  bytes: number;
}

/**
 * A cache of the keys that were verified lately, as many as fit. On a miss it asks the database, in a single flight for
 * all who ask for the same key meanwhile. While it may be stale, every look-up goes to the database.
 */
export class KeyCache implements Invalidated, Keys {
  readonly #find: KeyCacheOptions['find'];
  readonly #isFresh: () => boolean;
  readonly #keys: GenerationalCache<VerifiedKey>;
  readonly #unknown = new GenerationalCache<Tombstone | 'unknown'>(maxUnknown);
  /** Accounts that were deleted, some of whose keys may still be among ours: nobody has to look for those at once. */
  readonly #closed = new Set<string>();
  /** Look-ups in flight, by hash. What is invalidated meanwhile is taken out, so that its answer is not cached. */
  readonly #inFlight = new Map<string, Promise<Found | undefined>>();

  constructor({ find, isFresh, bytes }: KeyCacheOptions) {
    this.#find = find;
    this.#isFresh = isFresh;
    this.#keys = new GenerationalCache(bytes, sizeOf);
  }

  /** How many keys are cached, and how many hashes of no key. */
  get sizes(): { keys: number; unknown: number } {
    return { keys: this.#keys.size, unknown: this.#unknown.size };
  }

  /** @param hash SHA-512 of a token, 128 hexadecimal digits */
  find(hash: string): Found | undefined | Promise<Found | undefined> {
    // Nor would a look-up in flight do: it may have begun before a change that we are not told of.
    if (!this.#isFresh()) return this.#find(hash);
    const key = this.#keys.get(hash);
    if (key && !this.#closed.has(key.accountId)) return key;
    const none = this.#unknown.get(hash);
    if (none === 'unknown') return undefined;
    if (none && !this.#closed.has(none.accountId)) return none;
    return this.#inFlight.get(hash) ?? this.#ask(hash);
  }

  refresh(hash: string): Promise<Found | undefined> {
    this.invalidate(hash);
    return this.#isFresh() ? this.#ask(hash) : this.#find(hash);
  }

  invalidate(hash: string): void {
    this.#keys.delete(hash);
    this.#unknown.delete(hash);
    this.#inFlight.delete(hash);
  }

  invalidateAccount(id: string): void {
    if (this.#closed.size === maxClosed) this.invalidateAll();
    this.#closed.add(id);
    // Of which account the key is that a look-up in flight will find, is not known yet.
    this.#inFlight.clear();
  }

  invalidateAll(): void {
    this.#closed.clear();
    this.#keys.clear();
    this.#unknown.clear();
    this.#inFlight.clear();
  }

  #ask(hash: string): Promise<Found | undefined> {
    const isLatest = () => this.#inFlight.get(hash) === asked && this.#inFlight.delete(hash);
    const asked: Promise<Found | undefined> = this.#find(hash).then(
      (key) => {
        if (isLatest()) this.#store(hash, key);
        return key;
      },
      (error) => {
        isLatest();
        throw error;
      },
    );
    this.#inFlight.set(hash, asked);
    return asked;
  }

  #store(hash: string, found: Found | undefined): void {
    if (!found) this.#unknown.set(hash, 'unknown');
    else if (found.gone) this.#unknown.set(found.hash, found);
    else this.#keys.set(found.hash, found);
  }
}

/** A cache of the keys of a database, which is trusted for as long as it is known to be fresh. */
export function openKeyCache(db: Database, freshness: Freshness, bytes: number): KeyCache {
  const lookup = new KeyLookup(db, (...reading) => freshness.readClock(...reading));
  const keys = new KeyCache({
    find: (hash) => lookup.find(hash),
    isFresh: () => freshness.isFresh(),
    bytes,
  });
  freshness.tell(keys);
  return keys;
}

function sizeOf({ name, scopes, metadata, allowedIps, audience }: VerifiedKey): number {
  const words = [...scopes, ...(audience ?? [])];
  const characters = name.length + words.join().length + JSON.stringify(metadata).length;
  const ranges = allowedIps?.length ?? 0;
  return bytesPerKey + bytesPerScope * words.length + bytesPerRange * ranges + bytesPerCharacter * characters;
}
