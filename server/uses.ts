import type { VerifiedKey } from './verify.ts';

/** Who presented a token, as far as it is known. */
export interface Client {
  ip: string | null;
  userAgent: string | null;
}

/** What is counted. A token that is unknown belongs to no key. */
export const outcomes = ['valid', 'expired', 'disabled', 'insufficient_scope'] as const;
export type Outcome = (typeof outcomes)[number];
export type Counts = Record<Outcome, number>;

/** The beginning of an hour as Unix time in milliseconds, and what was said in it. */
type Hour = Counts & { begin: number };

interface KeyUses {
  accountId: string;
  /** When it was last valid, as Unix time in milliseconds; `never` where it was not. */
  lastUsedAt: number;
  client: Client;
  /** The last one is the one that is on, save where a clock went back. Seldom more than one. */
  hours: Hour[];
}

const hourLength = 3_600_000;

/** A number like the others: V8 overwrites one in its place, and makes a new one where the place may hold other things. */
const never = Number.NEGATIVE_INFINITY;
const nobody: Client = { ip: null, userAgent: null };

/** Uses of keys that wait to be written: for each key its last use, and for each hour how often it was what. */
export class Uses {
  readonly #keys = new Map<string, KeyUses>();
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
   * Adds one use. On the way of every request: two look-ups, and nothing is made but for a key's first use in an hour.
   * @returns whether it fitted
   */
  add(
    { id, accountId }: Pick<VerifiedKey, 'id' | 'accountId'>,
    outcome: Outcome,
    at: number,
    client: () => Client,
  ): boolean {
    const begin = at - (at % hourLength);
    const uses = this.#keys.get(id) ?? this.#open(id, accountId);
    const hour = uses && (hourOf(uses, begin) ?? this.#begin(uses, begin));
    if (!hour) return false;
    hour[outcome]++;
    if (outcome === 'valid') note(uses, at, client);
    return true;
  }

  /** When a key was last valid in here, and who presented it. */
  lastUse(id: string): ({ at: number } & Client) | undefined {
    const { lastUsedAt: at = never, client } = this.#keys.get(id) ?? {};
    return at === never || !client ? undefined : { at, ...client };
  }

  /** Adds what came later, in another one. @returns whether all of it fitted */
  merge(others: Uses): boolean {
    let fitted = true;
    for (const [id, { accountId, lastUsedAt, client, hours }] of others.#keys) {
      for (const counts of hours) {
        const uses = this.#keys.get(id) ?? this.#open(id, accountId);
        const hour = uses && (hourOf(uses, counts.begin) ?? this.#begin(uses, counts.begin));
        if (hour) for (const outcome of outcomes) hour[outcome] += counts[outcome];
        else fitted = false;
        if (uses) note(uses, lastUsedAt, () => client);
      }
    }
    return fitted;
  }

  /** The same in parts of at most so many keys. */
  *parts(size: number): Generator<Uses> {
    let part = new Uses();
    for (const [id, uses] of this.#keys) {
      part.#keys.set(id, uses);
      part.#size += uses.hours.length;
      if (part.#size < size) continue;
      yield part;
      part = new Uses();
    }
    if (part.#size > 0) yield part;
  }

  /** The keys that were valid, each with when and who. */
  lastUses(): ({ id: string; at: Date } & Client)[] {
    return Array.from(this.#keys).flatMap(([id, { lastUsedAt, client }]) =>
      lastUsedAt === never ? [] : [{ id, at: new Date(lastUsedAt), ...client }],
    );
  }

  /** How often each key was what in each hour. */
  counts(): { accountId: string; keyId: string; hour: Date; verdict: Outcome; count: number }[] {
    return Array.from(this.#keys).flatMap(([keyId, { accountId, hours }]) =>
      hours.flatMap(({ begin, ...counts }) =>
        outcomes.flatMap((verdict) => {
          const count = counts[verdict];
          return count > 0 ? [{ accountId, keyId, hour: new Date(begin), verdict, count }] : [];
        }),
      ),
    );
  }

  #open(id: string, accountId: string): KeyUses | undefined {
    if (this.#size >= this.#capacity) return undefined;
    const uses: KeyUses = {
      accountId,
      lastUsedAt: never,
      client: nobody,
      hours: [],
    };
    this.#keys.set(id, uses);
    return uses;
  }

  #begin({ hours }: KeyUses, begin: number): Hour | undefined {
    if (this.#size >= this.#capacity) return undefined;
    const hour: Hour = { begin, valid: 0, expired: 0, disabled: 0, insufficient_scope: 0 };
    hours.push(hour);
    this.#size++;
    return hour;
  }
}

function hourOf({ hours }: KeyUses, begin: number): Hour | undefined {
  for (let index = hours.length - 1; index >= 0; index--)
    if (hours[index]?.begin === begin) return hours[index];
  return undefined;
}

/** A later use is the last one; of many in the same millisecond the first, so that the others need not say who they are. */
function note(uses: KeyUses, at: number, client: () => Client): void {
  if (uses.lastUsedAt >= at) return;
  uses.lastUsedAt = at;
  uses.client = client();
}
