import { type Cidr, isWithin } from './cidr.ts';
import { type ScopeQuery, satisfies } from './scope-query.ts';

/**
 * The state of a token. Every key has a `current` token. While it rotates it has a second one: a `next` token, which was
 * never used, or a `previous` token, which is accepted until it ends.
 */
export const tokenStates = ['current', 'next', 'previous'] as const;
export type TokenState = (typeof tokenStates)[number];

/** The facts of a key, and of the token that was presented, that a verdict depends on. */
export interface KeyFacts {
  scopes: ReadonlySet<string>;
  expiresAt: Date | null;
  /** Since when its account is disabled, and with it all of its keys. */
  accountDisabledAt: Date | null;
  disabledAt: Date | null;
  /** From when on it is accepted; null: always. */
  notBefore: Date | null;
  /** The addresses that it is accepted from; null: all. */
  allowedIps: readonly Cidr[] | null;
  /** Who may accept it, as URIs (the resources of RFC 8707); null: anybody. */
  audience: readonly string[] | null;
  /** When the token ends, if it is the previous one. */
  endsAt: Date | null;
}

/** What a token is presented for. */
export interface Presented {
  /** What the key must cover; undefined: nothing. */
  scopes?: ScopeQuery | undefined;
  /** The URI of the service that is to accept the token, if it names itself. Null: it is told the audience, and judges it. */
  audience?: string | null | undefined;
  /** Who presented the token: from which address, where that is known. */
  client: () => { ip: string | null };
}

/**
 * Why a token of a key that exists is refused, limits aside. In the order of the checks: the first one counts. What is
 * true of the token comes first, since it stays true. The account comes before what is true of the key: while it is
 * disabled, nothing that its owner does to the key gets it accepted.
 */
export const liveReasons = [
  'rotated',
  'account_disabled',
  'disabled',
  'expired',
  'not_yet_valid',
  'insufficient_scope',
  'ip_not_allowed',
  'wrong_audience',
] as const;
type LiveReason = (typeof liveReasons)[number];

/** Why a token is refused that would be accepted otherwise: its key has spent what a limit or its quota allows. */
export const spentReasons = ['rate_limited', 'quota_exceeded'] as const;

/** Why a token that is gone is refused: its key was revoked, or it was replaced by another token of the key. */
export type GoneReason = 'revoked' | 'rotated';

/** Why a token is refused that belongs, or belonged, to a key. */
export type KeyReason = GoneReason | LiveReason | (typeof spentReasons)[number];

/** Why a token is refused. `unknown`: it belongs to no key that the verifier can see, which is looked for first. */
export type Reason = 'unknown' | KeyReason;

/** For each reason, whether it applies. */
const against: Record<LiveReason, (key: KeyFacts, presented: Presented, now: number) => boolean> = {
  rotated: ({ endsAt }, _, now) => endsAt !== null && now >= endsAt.getTime(),
  account_disabled: ({ accountDisabledAt }) => accountDisabledAt !== null,
  disabled: ({ disabledAt }) => disabledAt !== null,
  expired: ({ expiresAt }, _, now) => expiresAt !== null && now >= expiresAt.getTime(),
  not_yet_valid: ({ notBefore }, _, now) => notBefore !== null && now < notBefore.getTime(),
  insufficient_scope: ({ scopes: held }, { scopes }) => scopes !== undefined && !satisfies(held, scopes),
  // Both also apply if the address is unknown, or the verifier does not name itself.
  ip_not_allowed: ({ allowedIps }, { client }) =>
    allowedIps !== null && !isWithin(allowedIps, client().ip ?? ''),
  // The audience of an exchanged token is empty if that of its key was changed since: then nobody accepts it.
  wrong_audience: ({ audience: allowed }, { audience }) =>
    allowed !== null &&
    (audience === null ? allowed.length === 0 : audience === undefined || !allowed.includes(audience)),
};

const checks = liveReasons.map((reason) => ({ reason, applies: against[reason] }));

/**
 * Why a key is refused at an instant; undefined if it is accepted.
 * @param now Unix time in milliseconds
 */
export function reasonAgainst(key: KeyFacts, presented: Presented, now: number): LiveReason | undefined {
  // By index: a verification takes a noticeable part of its time here.
  for (let at = 0; at < checks.length; at += 1) {
    const check = checks[at];
    if (check?.applies(key, presented, now)) return check.reason;
  }
  return undefined;
}

/**
 * Whether a key begins, or it or its token ends, so near to an instant that the error of the clock would decide the
 * verdict.
 * @param now Unix time in milliseconds
 * @param error how far off that may be, in milliseconds
 */
export function isTurning({ endsAt, expiresAt, notBefore }: KeyFacts, now: number, error: number): boolean {
  const isNear = (date: Date | null) => date !== null && Math.abs(date.getTime() - now) <= error;
  return isNear(endsAt) || isNear(expiresAt) || isNear(notBefore);
}

/** A token presented from an unknown address, to somebody who does not name itself. */
const anybody: Presented = { client: () => ({ ip: null }) };

/**
 * Until when a key can be refused for its scopes alone, whoever presents its token, as Unix time in milliseconds. Minus
 * infinity: something else can be against it already. With this, a verification of most keys compares one number.
 */
export function plainUntil(key: KeyFacts): number {
  // At minus infinity no end has passed, and a key with a `notBefore` has not begun.
  const never = Number.NEGATIVE_INFINITY;
  if (reasonAgainst(key, anybody, never)) return never;
  return endOf(key);
}

const timeOf = (end: Date | null) => end?.getTime() ?? Number.POSITIVE_INFINITY;

/** When a key or its token ends, as Unix time in milliseconds. Infinity: never. */
export const endOf = ({ endsAt, expiresAt }: Pick<KeyFacts, 'endsAt' | 'expiresAt'>): number =>
  Math.min(timeOf(endsAt), timeOf(expiresAt));

/** The outcome of one check of a token. */
export interface CheckOutcome {
  check: Reason;
  passed: boolean;
}

/** Every check of a key that exists, in order, with its outcome. */
export const explain = (key: KeyFacts, presented: Presented, now: number): CheckOutcome[] =>
  checks.map(({ reason, applies }) => ({ check: reason, passed: !applies(key, presented, now) }));

export const keyStatuses = ['active', 'disabled', 'expired', 'not_yet_valid'] as const;
export type KeyStatus = (typeof keyStatuses)[number];

/**
 * Whether a key can be used at an instant. A disabled key stays `disabled` when it expires, and before it begins.
 * @param now Unix time in milliseconds. The key has expired at `expiresAt` itself, and begins at `notBefore` itself
 */
export function statusOf(
  { disabledAt, expiresAt, notBefore }: Pick<KeyFacts, 'disabledAt' | 'expiresAt' | 'notBefore'>,
  now: number,
): KeyStatus {
  if (disabledAt) return 'disabled';
  if (expiresAt && now >= expiresAt.getTime()) return 'expired';
  return notBefore && now < notBefore.getTime() ? 'not_yet_valid' : 'active';
}
