import type { Invalidation } from './frames.ts';
import { GenerationalCache } from './generational-cache.ts';
import type { Found, Keys, Tombstone, VerifiedKey } from './verified-key.ts';

/** How many hashes the negative cache holds: of no key, or of one that is gone. It is apart, so that made-up tokens evict no key. */
const maxUnknown = 10_000;
/** How many changed accounts are remembered. One more invalidates the whole cache. */
const maxAccounts = 10_000;
/** The memory of a key without its parts, and of each part, in bytes. */
const bytesPerKey = 1_250;
const bytesPerScope = 30;
const bytesPerRange = 150;
const bytesPerLimit = 150;
const bytesPerCharacter = 2;

/** A cache of what is in the database, which is told what to forget. */
export interface Invalidated {
  /** The key of this hash, in hexadecimal digits, has changed, come or gone. */
  invalidate(hash: string): void;
  /** The account of this id has changed, and with it what a verdict says of its keys; or it is deleted, and so are they. */
  invalidateAccount(id: string): void;
  /** A role has changed: what is said of keys with roles may be out of date. */
  invalidateRoles(): void;
  /** Anything may have changed. */
  invalidateAll(): void;
}

/** Has a cache forget what a change is about: everything, if it is of a kind that is not known here. */
export function invalidate(cache: Invalidated, change: Invalidation): void {
  switch (change.kind) {
    case 'changed':
      cache.invalidate(change.hash);
      break;
    case 'account_changed':
      cache.invalidateAccount(change.accountId);
      break;
    case 'roles_changed':
      cache.invalidateRoles();
      break;
    default:
      change.kind satisfies 'changed_all';
      cache.invalidateAll();
  }
}

/** What was found. `generation`: how many changes of accounts and roles had been heard of when it was cached. */
interface Entry<Value> {
  found: Value;
  generation: number;
}

interface KeyCacheOptions<Key extends VerifiedKey> {
  /** Looks a key up in the database. */
  find: (hash: string) => Promise<Key | Tombstone | undefined>;
  /** Whether every change so far was told to `invalidate`, `invalidateAccount`, `invalidateRoles` or `invalidateAll`. */
  isFresh: () => boolean;
  /** About how much memory the keys may take. */
  bytes: number;
}

/**
 * A cache of the keys that were verified lately, as many as fit. On a miss it asks the database, in a single flight for
 * all who ask for the same key meanwhile. While it may be stale, every look-up goes to the database.
 */
export class KeyCache<Key extends VerifiedKey = VerifiedKey> implements Invalidated, Keys {
  readonly #find: KeyCacheOptions<Key>['find'];
  readonly #isFresh: () => boolean;
  readonly #keys: GenerationalCache<Entry<Key>>;
  readonly #unknown = new GenerationalCache<Entry<Tombstone | undefined>>(maxUnknown);
  #generation = 0;
  /** The generation at which an account changed last. Its keys that were cached before are stale, however many. */
  readonly #accounts = new Map<string, number>();
  /** The generation at which a role changed last. Keys with roles that were cached before are stale. */
  #roles = 0;
  /** Look-ups in flight, by hash. What is invalidated meanwhile is taken out, so that its answer is not cached. */
  readonly #inFlight = new Map<string, Promise<Key | Tombstone | undefined>>();

  constructor({ find, isFresh, bytes }: KeyCacheOptions<Key>) {
    this.#find = find;
    this.#isFresh = isFresh;
    this.#keys = new GenerationalCache(bytes, ({ found }) => sizeOf(found));
  }

  /** How many tokens are cached with their keys, and how many that are unknown or gone. */
  get sizes(): { known: number; unknown: number } {
    return { known: this.#keys.size, unknown: this.#unknown.size };
  }

  /** The key of a hash, if it is cached. Neither looks it up, nor checks whether the cache is fresh. */
  peek(hash: string): Key | undefined {
    const key = this.#keys.get(hash);
    return key && this.#isCurrent(key) ? key.found : undefined;
  }

  /** @param hash SHA-512 of a token, 128 hexadecimal digits */
  find(hash: string): Key | Tombstone | undefined | Promise<Key | Tombstone | undefined> {
    // Not by a look-up in flight either: it may have begun before a change that we are not told of.
    if (!this.#isFresh()) return this.#find(hash);
    const key = this.peek(hash);
    if (key) return key;
    const none = this.#unknown.get(hash);
    if (none && this.#isCurrent(none)) return none.found;
    return this.#inFlight.get(hash) ?? this.#ask(hash);
  }

  holds(hash: string, found: Found | undefined): boolean {
    if (!this.#isFresh()) return false;
    const entry = found && !found.gone ? this.#keys.get(hash) : this.#unknown.get(hash);
    return entry !== undefined && entry.found === found && this.#isCurrent(entry);
  }

  /** The hashes of the keys that are cached. */
  hashes(): string[] {
    return this.#keys.names();
  }

  async refresh(hash: string): Promise<Key | Tombstone | undefined> {
    this.invalidate(hash);
    return this.find(hash);
  }

  invalidate(hash: string): void {
    this.#keys.delete(hash);
    this.#unknown.delete(hash);
    this.#inFlight.delete(hash);
  }

  invalidateAccount(id: string): void {
    if (this.#accounts.size === maxAccounts) this.invalidateAll();
    this.#generation += 1;
    this.#accounts.set(id, this.#generation);
    // A look-up in flight may find a key of this account.
    this.#inFlight.clear();
  }

  invalidateRoles(): void {
    this.#generation += 1;
    this.#roles = this.#generation;
    // A look-up in flight may find a key with roles.
    this.#inFlight.clear();
  }

  invalidateAll(): void {
    this.#accounts.clear();
    this.#keys.clear();
    this.#unknown.clear();
    this.#inFlight.clear();
  }

  /** Whether neither the account of what was found nor, for a key with roles, any role has changed since. */
  #isCurrent({ found, generation }: Entry<Found | undefined>): boolean {
    if (generation === this.#generation || !found) return true;
    if (generation < (this.#accounts.get(found.accountId) ?? 0)) return false;
    return found.gone !== null || !found.hasRoles || generation >= this.#roles;
  }

  #ask(hash: string): Promise<Key | Tombstone | undefined> {
    const isLatest = () => this.#inFlight.get(hash) === asked && this.#inFlight.delete(hash);
    const asked: Promise<Key | Tombstone | undefined> = this.#find(hash).then(
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

  #store(hash: string, found: Key | Tombstone | undefined): void {
    const generation = this.#generation;
    if (found && !found.gone) this.#keys.set(hash, { found, generation });
    else this.#unknown.set(hash, { found, generation });
  }
}

function sizeOf(key: VerifiedKey): number {
  const { name, scopes, metadata, accountMetadata, allowedIps, audience, limits } = key;
  const words = [...scopes, ...(audience ?? [])];
  const facts = JSON.stringify([metadata, accountMetadata]);
  const characters = name.length + words.join().length + facts.length;
  const ranges = allowedIps?.length ?? 0;
  const fixed = bytesPerKey + bytesPerScope * words.length + bytesPerRange * ranges;
  return fixed + bytesPerLimit * (limits?.length ?? 0) + bytesPerCharacter * characters;
}
