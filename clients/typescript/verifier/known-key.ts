import { fromWire, type WireFound } from '../../../decide/frames.ts';
import { plainUntil } from '../../../decide/verdict.ts';
import type { Tombstone, VerifiedKey } from '../../../decide/verified-key.ts';
import type { Verdict } from '../schema.gen.ts';
import type { Asked } from '../verify.ts';

/** Valid uses of a token that wait to be gathered. */
interface OwnUses {
  uses: number;
  /** When the last of them was, as Unix time in milliseconds, and what it came with. */
  usedAt: number;
  usedWith: Asked;
}

export const unused: Readonly<OwnUses> = {
  uses: 0,
  usedAt: Number.NEGATIVE_INFINITY,
  usedWith: {},
};

/**
 * A key, with what is computed of it once and needed for each verification. These are fields of the key: with a thousand
 * keys in use, each look-up elsewhere would wait for memory.
 */
export interface KnownKey extends VerifiedKey, OwnUses {
  /** Until when its scopes alone decide: see `plainUntil` in decide/. */
  plainUntil: number;
  /** The verdict that accepts it, once it was needed. */
  accepted: Verdict | undefined;
  /** Whether only the service can decide: it spends units of limits, and writes the first use of a next token. */
  needsService: boolean;
}

/** What the replica found, from what it sent. */
export function knownFrom(wire: WireFound): KnownKey | Tombstone | undefined {
  const found = fromWire(wire);
  if (!found || found.gone) return found;
  const needsService = found.limits !== null || found.state === 'next';
  // The fields of each verification come first: V8 keeps the first fields in the object itself.
  return {
    plainUntil: needsService ? Number.NEGATIVE_INFINITY : plainUntil(found),
    uses: unused.uses,
    usedAt: unused.usedAt,
    usedWith: unused.usedWith,
    accepted: undefined,
    needsService,
    ...found,
  };
}
