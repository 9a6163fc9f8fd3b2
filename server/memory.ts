import type { Currency, Memory } from './currency.ts';
import type { Database } from './db/schema.ts';
import { Lookup } from './lookup.ts';
import { Recent } from './recent.ts';
import type { Keys, VerifiedKey } from './verify.ts';

/** So many unknown tokens are remembered as such, apart from the keys, so that nobody can crowd those out with them. */
const maxUnknown = 10_000;
/** So many deleted accounts are remembered as such. With the next one all keys are forgotten, for once. */
const maxClosed = 10_000;
/** What a key takes beside its texts, in bytes, and what each of its scopes and each character of its texts adds. */
const bytesPerKey = 1_250;
const bytesPerScope = 30;
const bytesPerCharacter = 2;

export interface KeyMemoryOptions {
  /** Looks a key up in the database. */
  find: (hash: string) => Promise<VerifiedKey | undefined>;
  /** Whether every change so far was told to `forget`, `forgetAccount` or `forgetAll`. */
  isCurrent: () => boolean;
  /** How much the keys may take, about. */
  bytes: number;
}

/**
 * The keys that were verified lately, as many as fit. Asks the database for others, once for all who ask at the same
 * time, and for every one while what is remembered may not be current.
 */
export class KeyMemory implements Memory, Keys {
  readonly #find: KeyMemoryOptions['find'];
  readonly #isCurrent: () => boolean;
  readonly #keys: Recent<VerifiedKey>;
  readonly #unknown = new Recent<true>(maxUnknown);
  /** Accounts that were deleted, some of whose keys may still be among ours: nobody has to look for those at once. */
  readonly #closed = new Set<string>();
  /** Who is being asked for. What is forgotten meanwhile is taken out, so that its answer is not remembered. */
  readonly #asked = new Map<string, Promise<VerifiedKey | undefined>>();

  constructor({ find, isCurrent, bytes }: KeyMemoryOptions) {
    this.#find = find;
    this.#isCurrent = isCurrent;
    this.#keys = new Recent(bytes, sizeOf);
  }

  /** How many keys are in here, and how many tokens that are known to be unknown. */
  get sizes(): { keys: number; unknown: number } {
    return { keys: this.#keys.size, unknown: this.#unknown.size };
  }

  /** @param hash SHA-512 of a token, 128 hexadecimal digits */
  find(hash: string): VerifiedKey | undefined | Promise<VerifiedKey | undefined> {
    // A query under way is no answer either: it may have begun before a change that we are not told of.
    if (!this.#isCurrent()) return this.#find(hash);
    const key = this.#keys.get(hash);
    if (key && !this.#closed.has(key.accountId)) return key;
    if (this.#unknown.get(hash)) return undefined;
    return this.#asked.get(hash) ?? this.#ask(hash);
  }

  forget(hash: string): void {
    this.#keys.delete(hash);
    this.#unknown.delete(hash);
    this.#asked.delete(hash);
  }

  forgetAccount(id: string): void {
    if (this.#closed.size === maxClosed) this.forgetAll();
    this.#closed.add(id);
    // Whose key a look-up under way will find, nobody knows yet.
    this.#asked.clear();
  }

  forgetAll(): void {
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
export function rememberedKeys(db: Database, currency: Currency, bytes: number): KeyMemory {
  const lookup = new Lookup(db, (...reading) => currency.readClock(...reading));
  const keys = new KeyMemory({
    find: (hash) => lookup.find(hash),
    isCurrent: () => currency.isCurrent(),
    bytes,
  });
  currency.tell(keys);
  return keys;
}

function sizeOf({ name, scopes, metadata }: VerifiedKey): number {
  const characters = name.length + [...scopes].join().length + JSON.stringify(metadata).length;
  return bytesPerKey + bytesPerScope * scopes.size + bytesPerCharacter * characters;
}
