import { type KeyReason, liveReasons, type Reason, spentReasons } from './verdict.ts';

/**
 * The reasons as lists, in the order of the checks. They have a file of their own, because bundlers would put them into every
 * verifier with that of the checks.
 */

/** Why a token is refused that belongs, or belonged, to a key. */
export const keyReasons = [
  'revoked',
  ...liveReasons,
  ...spentReasons,
] as const satisfies readonly KeyReason[];

/** Why a token is refused. */
export const reasons = ['unknown', ...keyReasons] as const satisfies readonly Reason[];

/** What is counted as a use of a key. */
export const outcomes = ['valid', ...keyReasons] as const;
export type Outcome = (typeof outcomes)[number];

const noUses = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Readonly<
  Record<Outcome, number>
>;

/** A count of zero for each outcome. */
export const zeroUses = (): Record<Outcome, number> => ({ ...noUses });
