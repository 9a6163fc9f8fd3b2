import type { Limit, LimitState } from '../../decide/limits.ts';
import { isPlausible } from '../../decide/token-form.ts';
import {
  type GoneReason,
  type KeyFacts,
  type KeyReason,
  type Presented,
  reasonAgainst,
  type TokenState,
} from '../../decide/verdict.ts';
import type { Metadata } from '../db/schema.ts';
import { operatorAccountId } from '../id.ts';
import { hashText } from '../token.ts';
import { maybeAsync } from './maybe-async.ts';

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
  name: string;
  /** Its own, in the order in which the owner gave them, and those of its roles. */
  scopes: ReadonlySet<string>;
  /** Whether it has roles, so that its scopes change with them. */
  hasRoles: boolean;
  metadata: Metadata;
  /** Its own, those that the keys of its account share, and its quota. Null: none. */
  limits: readonly Limit[] | null;
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

const unknown: Verdict = { valid: false, reason: 'unknown' };
/** The verdict on a token whose form alone tells that it is none: nothing was looked up. */
export const malformed: Verdict = { valid: false, reason: 'unknown' };

/** Where keys are found by the hashes of their tokens, 128 hexadecimal digits each. */
export interface Keys {
  find(hash: string): Found | undefined | Promise<Found | undefined>;
  /** Asks the database, whatever is cached. */
  refresh(hash: string): Promise<Found | undefined>;
}

/** The keys a verifier may see: those of one account, or, for the operator's own, every key. */
const within = (reach: string, key: Found) => reach === operatorAccountId || reach === key.accountId;

/** What is asked of a token. */
export interface Wanted extends Presented {
  /** The account whose keys the verifier may see; the operator's own sees every key. */
  reach: string;
  /** Unix time in milliseconds. Asked once the key is found, since a look-up may tell the time as well. */
  now: () => number;
}

/** Says whether a token is good at this instant: at once where memory tells. Never throws for a bad one, and never writes. */
export function verify(keys: Pick<Keys, 'find'>, token: string, wanted: Wanted): Verdict | Promise<Verdict> {
  return isPlausible(token) ? verifyHash(keys, hashText(token), wanted) : malformed;
}

/** The same for a token whose hash, in hexadecimal digits, is known already. */
export function verifyHash(
  keys: Pick<Keys, 'find'>,
  hash: string,
  wanted: Wanted,
): Verdict | Promise<Verdict> {
  return maybeAsync(keys.find(hash), (key): Verdict => {
    if (!key || !within(wanted.reach, key)) return unknown;
    const at = wanted.now();
    if (key.gone) return { valid: false, reason: key.gone, key, at };
    const reason = reasonAgainst(key, wanted, at);
    return reason ? { valid: false, reason, key, at } : { valid: true, key, at };
  });
}
