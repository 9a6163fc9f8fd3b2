import type { Limit, LimitState } from './limits.ts';
import {
  type GoneReason,
  type KeyFacts,
  type KeyReason,
  type Presented,
  reasonAgainst,
  type TokenState,
} from './verdict.ts';

type Metadata = Readonly<Record<string, string | number | boolean>>;

/** A key and the token that was presented, as far as a verdict needs them. */
export interface VerifiedKey extends KeyFacts {
  /** Null: the token is live. See `Tombstone`. */
  gone: null;
  id: string;
  /** SHA-512 of the token, 128 hexadecimal digits. */
  hash: string;
  state: TokenState;
  accountId: string;
  externalId: string | null;
  /** What the operator says of the account. Null: nothing. */
  accountMetadata: Metadata | null;
  name: string;
  /** Its own, in the order in which the owner gave them, and those of its roles. */
  scopes: ReadonlySet<string>;
  /** Whether it has roles, so that its scopes change with them. */
  hasRoles: boolean;
  metadata: Metadata;
  /** Its own and those that the keys of its account share, quotas included. Null: none. */
  limits: readonly Limit[] | null;
  /** The exchanged token that was presented, where it was not one of the key's own. */
  exchanged?: Exchanged;
}

/** A token that was exchanged for one of a key's own (RFC 8693). It is good for less, and for as long as that one at most. */
export interface Exchanged {
  scopes: ReadonlySet<string>;
  audience: readonly string[] | null;
  issuedAt: Date;
  expiresAt: Date;
  /** The id of the key that acts for the other one; null: none was named. */
  actor: string | null;
  /** The key as this token presents it. The same object each time, since answers are cached by it. */
  narrow(key: VerifiedKey): VerifiedKey;
}

/** What is kept of a token that is gone. */
export interface Tombstone extends Pick<VerifiedKey, 'id' | 'hash' | 'accountId' | 'name'> {
  gone: GoneReason;
}

/** What a look-up of a hash returns. */
export type Found = VerifiedKey | Tombstone;

/**
 * `at` is when it was given, as Unix time in milliseconds. `limits` are those of the key, once it has spent of them, and
 * `exceeded` those of them that have too little.
 */
export type Verdict =
  | { valid: true; key: VerifiedKey; at: number; limits?: readonly LimitState[] }
  | {
      valid: false;
      reason: KeyReason;
      key: Found;
      at: number;
      limits?: readonly LimitState[];
      exceeded?: readonly LimitState[];
    }
  | { valid: false; reason: 'unknown'; key?: undefined };

/** Where keys are found by the hashes of their tokens, 128 hexadecimal digits each. */
export interface Keys {
  find(hash: string): Found | undefined | Promise<Found | undefined>;
  /** Asks the database, whatever is cached. */
  refresh(hash: string): Promise<Found | undefined>;
  /** Whether this is what the cache holds of a hash: then no change of it was heard of since it was found. */
  holds(hash: string, found: Found | undefined): boolean;
}

const unknown: Verdict = { valid: false, reason: 'unknown' };

/**
 * Decides on what was found of a token.
 * @param now Unix time in milliseconds
 */
export function verdictOn(found: Found | undefined, presented: Presented, now: number): Verdict {
  if (!found) return unknown;
  if (found.gone) return { valid: false, reason: found.gone, key: found, at: now };
  const reason = reasonAgainst(found, presented, now);
  return reason ? { valid: false, reason, key: found, at: now } : { valid: true, key: found, at: now };
}
