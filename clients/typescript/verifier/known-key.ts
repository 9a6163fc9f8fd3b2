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
 * A key, and what is made of it once and needed for each verification. It stands in the key itself: with a thousand keys
 * in use, each look-up elsewhere would wait for memory.
 */
export interface KnownKey extends VerifiedKey, OwnUses {
  /** Until when it is decided here by its scopes alone. */
  plainUntil: number;
  /** What is told of it where it is accepted. */
  accepted: Verdict | undefined;
  /** Whether the service alone decides: it spends units, and writes the first use of a token. */
  isTheirs: boolean;
}

/** What was sent, as it was found. */
export function knownFrom(wire: WireFound): KnownKey | Tombstone | undefined {
  const found = fromWire(wire);
  if (!found || found.gone) return found;
  const isTheirs = found.limits !== null || found.state === 'next';
  // What each verification needs stands first, where V8 keeps it in the object itself.
  return {
    plainUntil: isTheirs ? Number.NEGATIVE_INFINITY : plainUntil(found),
    uses: unused.uses,
    usedAt: unused.usedAt,
    usedWith: unused.usedWith,
    accepted: undefined,
    isTheirs,
    ...found,
  };
}
