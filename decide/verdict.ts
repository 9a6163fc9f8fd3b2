import { type ScopeQuery, satisfies } from './scope-query.ts';

/**
 * What a token is to its key. A key has a `current` one. While it rotates, it has a `next` one beside it, which was
 * never used, or a `previous` one, which is accepted until it ends.
 */
export const tokenStates = ['current', 'next', 'previous'] as const;
export type TokenState = (typeof tokenStates)[number];

/** What a decision needs to know of a key, and of the token that was presented. */
export interface KeyFacts {
  scopes: ReadonlySet<string>;
  expiresAt: Date | null;
  disabledAt: Date | null;
  /** When this token ends, where it is the previous one. */
  endsAt: Date | null;
}

/** Why a token of a known key is refused, in the order in which the reasons are looked for: the first one counts. */
export const keyReasons = ['rotated', 'disabled', 'expired', 'insufficient_scope'] as const;
export type KeyReason = (typeof keyReasons)[number];

/** Why a token is refused. `unknown`: it belongs to no key that the verifier can see, which is looked for first. */
export const reasons = ['unknown', ...keyReasons] as const;
export type Reason = (typeof reasons)[number];

/** What is counted as a use of a key. */
export const outcomes = ['valid', ...keyReasons] as const;
export type Outcome = (typeof outcomes)[number];

const none: Readonly<Record<Outcome | 'unknown', number>> = {
  valid: 0,
  rotated: 0,
  disabled: 0,
  expired: 0,
  insufficient_scope: 0,
  unknown: 0,
};
const { unknown: _, ...noUses } = none;

/** A count of zero for each outcome. */
export const zeroUses = (): Record<Outcome, number> => ({ ...noUses });
/** A count of zero for each verdict: the outcomes, and `unknown`. */
export const zeroVerdicts = (): Record<Outcome | 'unknown', number> => ({ ...none });

export const keyStatuses = ['active', 'disabled', 'expired'] as const;
export type KeyStatus = (typeof keyStatuses)[number];

/**
 * Whether a key can be used at an instant. A disabled key stays `disabled` when it expires.
 * @param now Unix time in milliseconds. The key has expired at `expiresAt` itself
 */
export function statusOf(
  { disabledAt, expiresAt }: Pick<KeyFacts, 'disabledAt' | 'expiresAt'>,
  now: number,
): KeyStatus {
  if (disabledAt) return 'disabled';
  return expiresAt && now >= expiresAt.getTime() ? 'expired' : 'active';
}

/**
 * Why a key is refused at an instant; undefined where it is accepted.
 * @param scopes what it must cover; undefined: nothing
 * @param now Unix time in milliseconds
 */
export function reasonAgainst(
  key: KeyFacts,
  scopes: ScopeQuery | undefined,
  now: number,
): KeyReason | undefined {
  if (key.endsAt && now >= key.endsAt.getTime()) return 'rotated';
  const status = statusOf(key, now);
  if (status !== 'active') return status;
  return !scopes || satisfies(key.scopes, scopes) ? undefined : 'insufficient_scope';
}
