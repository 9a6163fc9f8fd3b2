import { type Costs, type LimitState, retryAfter, secondsUntilReset } from '../../../decide/limits.ts';
import type { Verdict } from '../../verify/verify.ts';

/** What a verdict tells of the limits of a key: its own, those of its account, and its quota. */

const stateBody = ({ limit, remaining, resetsAt }: LimitState) => ({
  name: limit.name,
  limit: limit.amount,
  remaining,
  resetAt: resetsAt === Number.POSITIVE_INFINITY ? null : new Date(resetsAt).toISOString(),
});

/** The fields of a verdict on a token whose key has limits. */
export function limitFields(verdict: Verdict, costs: Costs) {
  if (!verdict.key || !verdict.limits) return {};
  const limits = verdict.limits.map(stateBody);
  if (verdict.valid || !verdict.exceeded) return { limits };
  const seconds = retryAfter(verdict.exceeded, costs);
  const exceeded = verdict.exceeded.map(({ limit }) => limit.name);
  return { limits, exceeded, ...(seconds !== undefined && { retryAfter: seconds }) };
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-11, for a verifier to pass on; undefined without limits. */
export function limitHeaders(verdict: Verdict, costs: Costs): Record<string, string> | undefined {
  if (!verdict.key || !verdict.limits) return undefined;
  let policies = '';
  let states = '';
  for (const state of verdict.limits) {
    const { limit, remaining, resetsAt } = state;
    const item = `"${limit.name}"`;
    if (limit.amount !== null) {
      const window = limit.windowSeconds === null ? '' : `;w=${limit.windowSeconds}`;
      policies += `${policies && ', '}${item};q=${limit.amount}${window}`;
    }
    const reset = resetsAt === Number.POSITIVE_INFINITY ? '' : `;t=${secondsUntilReset(state)}`;
    states += `${states && ', '}${item};r=${remaining}${reset}`;
  }
  const seconds = verdict.valid || !verdict.exceeded ? undefined : retryAfter(verdict.exceeded, costs);
  return {
    ...(policies && { 'RateLimit-Policy': policies }),
    RateLimit: states,
    ...(seconds !== undefined && { 'Retry-After': String(seconds) }),
  };
}
