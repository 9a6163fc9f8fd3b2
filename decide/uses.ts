import type { Client } from './client.ts';
import { hourLength } from './durations.ts';
import { type Outcome, outcomes, zeroUses } from './outcomes.ts';
import type { VerifiedKey } from './verified-key.ts';

/** How often a token was presented. One that is unknown belongs to no key. */
export type Counts = Record<Outcome, number>;

/** The uses of a token in one hour: who presented it last while it was valid, and a count for each outcome. */
export interface TokenUses extends Client, Counts {
  /** SHA-512 of the token, 128 hexadecimal digits. */
  hash: string;
  keyId: string;
  accountId: string;
  /** Unix time in milliseconds; minus infinity, of which JSON makes null, where it was not valid. */
  lastUsedAt: number;
}

/** Uses of tokens in the hour that begins then, as Unix time in milliseconds. */
export interface HourUses {
  hour: number;
  uses: TokenUses[];
}

/** When the hour of an instant began, both as Unix times in milliseconds. */
export const hourOf = (at: number): number => at - (at % hourLength);

/** A number, not null: V8 updates a field in place if it only ever holds numbers. */
const never = Number.NEGATIVE_INFINITY;

/** Uses of tokens that wait to be written. */
export class Uses {
  /** By hour, then by hash. Seldom more than one hour: uses are written each second. */
  readonly #hours = new Map<number, Map<string, TokenUses>>();
  readonly #capacity: number;
  #size = 0;

  /** @param capacity how many tokens fit; a token counts again for each further hour */
  constructor(capacity = Number.POSITIVE_INFINITY) {
    this.#capacity = capacity;
  }

  /** How many tokens are in here; a token counts again for each further hour. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds uses at one instant. It runs for every request, so it allocates nothing but for a token's first use in an
   * hour.
   * @returns whether it fitted
   */
  add(
    { hash, id, accountId }: Pick<VerifiedKey, 'hash' | 'id' | 'accountId'>,
    outcome: Outcome,
    at: number,
    client: () => Client,
    times: number,
  ): boolean {
    const uses = this.#usesOf(hourOf(at), hash, id, accountId);
    if (!uses) return false;
    uses[outcome] += times;
    if (outcome === 'valid') note(uses, at, client);
    return true;
  }

  /** When a token was last valid in here, and who presented it. */
  lastUse(hash: string): ({ at: number } & Client) | undefined {
    let latest: TokenUses | undefined;
    for (const tokens of this.#hours.values()) {
      const uses = tokens.get(hash);
      if (uses && uses.lastUsedAt > (latest?.lastUsedAt ?? never)) latest = uses;
    }
    return latest && { at: latest.lastUsedAt, ip: latest.ip, userAgent: latest.userAgent };
  }

  /** Adds what came later. @returns what did not fit */
  merge({ hour, uses: others }: HourUses): TokenUses[] {
    return others.filter((other) => {
      const uses = this.#usesOf(hour, other.hash, other.keyId, other.accountId);
      if (!uses) return true;
      for (const outcome of outcomes) uses[outcome] += other[outcome];
      note(uses, other.lastUsedAt, () => other);
      return false;
    });
  }

  /** All of it in parts, each of one hour and of at most so many tokens. */
  parts(size: number): HourUses[] {
    return Array.from(this.#hours).flatMap(([hour, tokens]) => {
      const all = [...tokens.values()];
      const count = Math.ceil(all.length / size);
      return Array.from({ length: count }, (_, part) => ({
        hour,
        uses: all.slice(part * size, (part + 1) * size),
      }));
    });
  }

  #usesOf(hour: number, hash: string, keyId: string, accountId: string): TokenUses | undefined {
    return this.#hours.get(hour)?.get(hash) ?? this.#open(hour, hash, keyId, accountId);
  }

  #open(hour: number, hash: string, keyId: string, accountId: string): TokenUses | undefined {
    if (this.#size >= this.#capacity) return undefined;
    this.#size++;
    const tokens = this.#hours.get(hour) ?? new Map<string, TokenUses>();
    this.#hours.set(hour, tokens);
    const uses: TokenUses = {
      hash,
      keyId,
      accountId,
      lastUsedAt: never,
      ip: null,
      userAgent: null,
      ...zeroUses(),
    };
    tokens.set(hash, uses);
    return uses;
  }
}

/** Keeps the latest use. Of several in a millisecond it keeps the first, so that no client is built for the others. */
function note(uses: TokenUses, at: number, client: () => Client): void {
  if (uses.lastUsedAt >= at) return;
  const { ip, userAgent } = client();
  uses.lastUsedAt = at;
  uses.ip = ip;
  uses.userAgent = userAgent;
}
