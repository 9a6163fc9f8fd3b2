import { levelItem, policyItem, rateLimitHeaders, withItem } from '../../../decide/limit-headers.ts';
import {
  type Costs,
  type Limit,
  type LimitState,
  retryAfter,
  secondsUntilReset,
} from '../../../decide/limits.ts';
import type { Verdict } from '../../../decide/verified-key.ts';

/** What a verdict tells of the limits and quotas of a key and its account. */

const resetAtOf = (resetsAt: number) =>
  resetsAt === Number.POSITIVE_INFINITY ? null : new Date(resetsAt).toISOString();

const stateBody = ({ limit, remaining, resetsAt }: LimitState) => ({
  name: limit.name,
  sharedByAccount: limit.sharedByAccount,
  limit: limit.amount,
  windowSeconds: limit.windowSeconds,
  remaining,
  resetAt: resetAtOf(resetsAt),
});

/** The fields of a verdict about limits; none for a key without limits. */
export function limitFields(verdict: Verdict, costs: Costs) {
  if (!verdict.key || !verdict.limits) return {};
  const limits = verdict.limits.map(stateBody);
  if (verdict.valid || !verdict.exceeded) return { limits };
  const seconds = retryAfter(verdict.exceeded, costs);
  const exceeded = verdict.exceeded.map(({ limit }) => limit.name);
  return { limits, exceeded, ...(seconds !== undefined && { retryAfter: seconds }) };
}

/** The texts about a limit. Everything but `remaining` stays the same for a whole window, and is written once. */
interface Written {
  /** Its item of `RateLimit-Policy`. */
  policy: string;
  /** The text before the value of `remaining`. */
  start: string;
  /** The text after it, for the window that ends at `resetsAt`. */
  end: string;
  resetsAt: number;
}

const write = ({ name, sharedByAccount, amount, windowSeconds }: Limit): Written => ({
  policy: policyItem({ name, sharedByAccount, limit: amount, windowSeconds }),
  start: `{"name":"${name}","sharedByAccount":${sharedByAccount},"limit":${amount},"windowSeconds":${windowSeconds},"remaining":`,
  end: '',
  resetsAt: Number.NaN,
});

/** Its item of `RateLimit`. */
const levelOf = (state: LimitState): string =>
  levelItem({
    name: state.limit.name,
    sharedByAccount: state.limit.sharedByAccount,
    windowSeconds: state.limit.windowSeconds,
    remaining: state.remaining,
    resetsIn: state.resetsAt === Number.POSITIVE_INFINITY ? undefined : secondsUntilReset(state),
  });

/** Writes the states of limits fast, for verifications. */
export class LimitTexts {
  readonly #written = new WeakMap<Limit, Written>();

  /** The states as JSON: the field `limits` of `limitFields`. */
  json(limits: readonly LimitState[]): string {
    let states = '';
    for (const state of limits) {
      const { start, end } = this.#writtenOf(state);
      states += `${states && ','}${start}${state.remaining}${end}`;
    }
    return `[${states}]`;
  }

  /** The headers about limits, for a verifier to pass on to its client. Undefined: the key has no limits. */
  headers(verdict: Verdict, costs: Costs): Record<string, string> | undefined {
    if (!verdict.key || !verdict.limits) return undefined;
    let levels = '';
    let policies = '';
    for (const state of verdict.limits) {
      levels = withItem(levels, levelOf(state));
      policies = withItem(policies, this.#writtenOf(state).policy);
    }
    const headers = rateLimitHeaders(levels, policies);
    if (verdict.valid || !verdict.exceeded) return headers;
    const seconds = retryAfter(verdict.exceeded, costs);
    if (seconds !== undefined) headers['Retry-After'] = String(seconds);
    return headers;
  }

  #writtenOf({ limit, resetsAt }: LimitState): Written {
    let texts = this.#written.get(limit);
    if (!texts) {
      texts = write(limit);
      this.#written.set(limit, texts);
    }
    if (texts.resetsAt !== resetsAt) {
      texts.resetsAt = resetsAt;
      texts.end = `,"resetAt":${JSON.stringify(resetAtOf(resetsAt))}}`;
    }
    return texts;
  }
}
