import type { Database } from '../db/schema.ts';
import type { Freshness, Invalidated } from '../replication/freshness.ts';
import { GenerationalCache } from './generational-cache.ts';
import { KeyLookup } from './key-lookup.ts';
import type { Keys, VerifiedKey } from './verify.ts';

/** So many unknown tokens are remembered as such, apart from the keys, so that nobody can crowd those out with them. */
const maxUnknown = 10_000;
/** So many deleted accounts are remembered as such. With the next one all keys are forgotten, for once. */
const maxClosed = 10_000;
/** What a key takes beside its texts, in bytes, and what each of its scopes and each character of its texts adds. */
const bytesPerKey = 1_250;
const bytesPerScope = 30;
const bytesPerCharacter = 2;

export interface KeyCacheOptions {
  /** Looks a key up in the database. */
  find: (hash: string) => Promise<VerifiedKey | undefined>;
  /** Whether every change so far was told to `invalidate`, `invalidateAccount` or `invalidateAll`. */
  isFresh: () => boolean;
  /** How much the keys may take, about. */
  bytes: number;
}

/**
 * The keys that were verified lately, as many as fit. Asks the database for others, once for all who ask at the same
 * time, and for every one while what is remembered may not be current.
 */
export class KeyCache implements Invalidated, Keys {
  readonly #find: KeyCacheOptions['find'];
  readonly #isFresh: () => boolean;
  readonly #keys: GenerationalCache<VerifiedKey>;
  readonly #unknown = new GenerationalCache<true>(maxUnknown);
  /** Accounts that were deleted, some of whose keys may still be among ours: nobody has to look for those at once. */
  readonly #closed = new Set<string>();
  /** Who is being asked for. What is forgotten meanwhile is taken out, so that its answer is not remembered. */
  readonly #asked = new Map<string, Promise<VerifiedKey | undefined>>();

  constructor({ find, isFresh, bytes }: KeyCacheOptions) {
    this.#find = find;
    this.#isFresh = isFresh;
    this.#keys = new GenerationalCache(bytes, sizeOf);
  }

  /** How many keys are in here, and how many tokens that are known to be unknown. */
  get sizes(): { keys: number; unknown: number } {
    return { keys: this.#keys.size, unknown: this.#unknown.size };
  }

  /** @param hash SHA-512 of a token, 128 hexadecimal digits */
  find(hash: string): VerifiedKey | undefined | Promise<VerifiedKey | undefined> {
    // A query under way is no answer either: it may have begun before a change that we are not told of.
    if (!this.#isFresh()) return this.#find(hash);
    const key = this.#keys.get(hash);
    if (key && !this.#closed.has(key.accountId)) return key;
    if (this.#unknown.get(hash)) return undefined;
    return this.#asked.get(hash) ?? this.#ask(hash);
  }

  invalidate(hash: string): void {
    this.#keys.delete(hash);
    this.#unknown.delete(hash);
    this.#asked.delete(hash);
  }

  invalidateAccount(id: string): void {
    if (this.#closed.size === maxClosed) this.invalidateAll();
    this.#closed.add(id);
    // Whose key a look-up under way will find, nobody knows yet.
    this.#asked.clear();
  }

  invalidateAll(): void {
    this.#closed.clear();
    this.#keys.clear();
    this.#unknown.clear();
    this.#asked.clear();
  }

  #ask(hash: string): Promise<VerifiedKey | undefined> {
    const isLatest = () => this.#asked.get(hash) === asked && this.#asked.delete(hash);
    const asked: Promise<VerifiedKey | undefined> = this.#find(hash).then(
      (key) => {
        if (isLatest()) this.#remember(hash, key);
        return key;
      },
      (error) => {
        isLatest();
        throw error;
      },
    );
    this.#asked.set(hash, asked);
    return asked;
  }

  #remember(hash: string, key: VerifiedKey | undefined): void {
    if (key) this.#keys.set(hash, key);
    else this.#unknown.set(hash, true);
  }
}

/** The keys of a database, remembered for as long as they are known to be current. */
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

function sizeOf({ name, scopes, metadata }: VerifiedKey): number {
  const characters = name.length + [...scopes].join().length + JSON.stringify(metadata).length;
  return bytesPerKey + bytesPerScope * scopes.size + bytesPerCharacter * characters;
}
