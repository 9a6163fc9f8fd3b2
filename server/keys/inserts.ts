import { setImmediate } from 'node:timers';
import type { RawBuilder } from 'kysely';
import { isRefused } from '../db/errors.ts';
import type { Database } from '../db/schema.ts';
import { insertKeys, type Mint, type Numbers, type Origin } from './insert-statement.ts';
import { claimedSlotFor, slotFor, slotInEach, slotsForAll } from './slots.ts';

/** Mints of one turn of the event loop, by account, and their numbers once they are inserted. */
interface Gathering {
  mints: Map<string, Mint>;
  numbers: Promise<Numbers>;
}

/** Maximum number of keys that are minted in one statement. */
const maxTogether = 32;

/** Inserts new keys, alone or together with others. */
export class KeyInserts {
  readonly #db: Database;
  #gathering: Gathering | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Inserts a key of an account without a policy, in one statement with those that are minted in other accounts in the same
   * turn of the event loop.
   * @returns its number; undefined if there is no slot for it, or only after waiting
   */
  async mintTogether(mint: Mint): Promise<number | undefined> {
    const { id, accountId } = mint.key;
    // A statement updates a row once, so it can take one slot in each account.
    if (this.#gathering?.mints.has(accountId)) return this.insertAlone(mint, 'minted');
    if (this.#gathering?.mints.size === maxTogether) this.#gathering = undefined;
    this.#gathering ??= this.#gather();
    this.#gathering.mints.set(accountId, mint);
    return (await this.#gathering.numbers).get(id);
  }

  /**
   * Inserts a key in a statement of its own, which waits for other mints in its account.
   * @param claimed the claim of an Idempotency-Key, made by `claimIfSlot`
   * @returns its number; undefined if there is no slot for it, or its claim is taken
   */
  async insertAlone(mint: Mint, origin: Origin, claimed?: RawBuilder<unknown>): Promise<number | undefined> {
    const slot = claimed ? claimedSlotFor(mint, claimed) : slotFor(mint);
    return (await insertKeys(this.#db, origin, slot, [mint])).get(mint.key.id);
  }

  /**
   * Inserts imported keys of several accounts in one statement, which waits for no account.
   * @returns the numbers of those that it has inserted, by their ids: of an account all, or none
   */
  async importMany(mints: readonly Mint[]): Promise<Numbers> {
    if (mints.length === 0) return new Map();
    return noneIfRefused(insertKeys(this.#db, 'imported', slotsForAll, mints));
  }

  #gather(): Gathering {
    const mints: Gathering['mints'] = new Map();
    const numbers = new Promise<Numbers>((resolve, reject) =>
      setImmediate(() => {
        if (this.#gathering?.mints === mints) this.#gathering = undefined;
        this.#mint([...mints.values()]).then(resolve, reject);
      }),
    );
    return { mints, numbers };
  }

  async #mint(mints: readonly Mint[]): Promise<Numbers> {
    const [only, ...others] = mints;
    if (only && others.length === 0) return insertKeys(this.#db, 'minted', slotFor(only), mints);
    return noneIfRefused(insertKeys(this.#db, 'minted', slotInEach, mints));
  }
}

/** What a statement inserted: nothing if the server refused one of its keys. Then each can be tried alone. */
async function noneIfRefused(inserted: Promise<Numbers>): Promise<Numbers> {
  try {
    return await inserted;
  } catch (error) {
    // After any other error they may be stored, and must not be tried again.
    if (isRefused(error)) return new Map();
    throw error;
  }
}
