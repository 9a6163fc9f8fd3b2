import { type Outcome, outcomes, zeroUses } from '../../decide/verdict.ts';
import type { VerifiedKey } from '../verify/verify.ts';

/** Who presented a token, as far as it is known. */
export interface Client {
  ip: string | null;
  userAgent: string | null;
}

/** How often tokens of a key were presented. One that is unknown belongs to no key. */
export type Counts = Record<Outcome, number>;

/** The uses of a key in one hour: who presented it last, when it was valid, and how often it was what. */
export interface KeyUses extends Client, Counts {
  keyId: string;
  accountId: string;
  /** Unix time in milliseconds; minus infinity, of which JSON makes null, where it was not valid. */
  lastUsedAt: number;
}

/** Uses of keys in the hour that begins then, as Unix time in milliseconds. */
export interface HourUses {
  hour: number;
  uses: KeyUses[];
}

const hourLength = 3_600_000;

/** A number like the others: V8 overwrites one in its place, and makes a new one where the place may hold other things. */
const never = Number.NEGATIVE_INFINITY;

/** Uses of keys that wait to be written. */
export class Uses {
  /** By hour, then by key. Seldom more than one hour: uses are written each second. */
  readonly #hours = new Map<number, Map<string, KeyUses>>();
  readonly #capacity: number;
  #size = 0;

  /** @param capacity how many keys fit; a key counts again for each further hour */
  constructor(capacity = Number.POSITIVE_INFINITY) {
    this.#capacity = capacity;
  }

  /** How many keys are in here; a key counts again for each further hour. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds one use. On the way of every request: a look-up, and nothing is made but for a key's first use in an hour.
   * @returns whether it fitted
   */
  add(
    { id, accountId }: Pick<VerifiedKey, 'id' | 'accountId'>,
    outcome: Outcome,
    at: number,
    client: () => Client,
  ): boolean {
    const uses = this.#usesOf(at - (at % hourLength), id, accountId);
    if (!uses) return false;
    uses[outcome]++;
    if (outcome === 'valid') note(uses, at, client);
    return true;
  }

  /** When a key was last valid in here, and who presented it. */
  lastUse(keyId: string): ({ at: number } & Client) | undefined {
    let latest: KeyUses | undefined;
    for (const keys of this.#hours.values()) {
      const uses = keys.get(keyId);
      if (uses && uses.lastUsedAt > (latest?.lastUsedAt ?? never)) latest = uses;
    }
    return latest && { at: latest.lastUsedAt, ip: latest.ip, userAgent: latest.userAgent };
  }

  /** Adds what came later. @returns whether all of it fitted */
  merge({ hour, uses: others }: HourUses): boolean {
    let fitted = true;
    for (const other of others) {
      const uses = this.#usesOf(hour, other.keyId, other.accountId);
      if (!uses) {
        fitted = false;
        continue;
      }
      for (const outcome of outcomes) uses[outcome] += other[outcome];
      note(uses, other.lastUsedAt, () => other);
    }
    return fitted;
  }

  /** All of it in parts, each of one hour and of at most so many keys. */
  parts(size: number): HourUses[] {
    return Array.from(this.#hours).flatMap(([hour, keys]) => {
      const all = [...keys.values()];
      const count = Math.ceil(all.length / size);
      return Array.from({ length: count }, (_, part) => ({
        hour,
        uses: all.slice(part * size, (part + 1) * size),
      }));
    });
  }

  #usesOf(hour: number, keyId: string, accountId: string): KeyUses | undefined {
    return this.#hours.get(hour)?.get(keyId) ?? this.#open(hour, keyId, accountId);
  }

  #open(hour: number, keyId: string, accountId: string): KeyUses | undefined {
    if (this.#size >= this.#capacity) return undefined;
    this.#size++;
    const keys = this.#hours.get(hour) ?? new Map<string, KeyUses>();
    this.#hours.set(hour, keys);
    const uses: KeyUses = {
      keyId,
      accountId,
      lastUsedAt: never,
      ip: null,
      userAgent: null,
      ...zeroUses(),
    };
    keys.set(keyId, uses);
    return uses;
  }
}

/** A later use is the last one; of many in the same millisecond the first, so that the others need not say who they are. */
function note(uses: KeyUses, at: number, client: () => Client): void {
  if (uses.lastUsedAt >= at) return;
  const { ip, userAgent } = client();
  uses.lastUsedAt = at;
  uses.ip = ip;
  uses.userAgent = userAgent;
}
