import { fromWire, type WireFound } from '../../../decide/frames.ts';
import type { TokenUses } from '../../../decide/uses.ts';
import type { Tombstone, VerifiedKey } from '../../../decide/verified-key.ts';
import type { Verdict } from '../schema.gen.ts';

/**
 * A key, and what is made of it once and needed for each verification. It stands in the key itself: with a thousand keys
 * in use, each look-up elsewhere would wait for memory.
 */
export interface KnownKey extends VerifiedKey {
  /** What is told of it where it is accepted. */
  accepted: Verdict | undefined;
  /** Where its uses are counted now, and for which period of the reporter. */
  uses: TokenUses | undefined;
  period: object | undefined;
}

/** What was sent, as it was found. */
export function knownFrom(wire: WireFound): KnownKey | Tombstone | undefined {
  const found = fromWire(wire);
  return found && !found.gone ? { ...found, accepted: undefined, uses: undefined, period: undefined } : found;
}
