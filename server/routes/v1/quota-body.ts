import { type Quota, quotaAt } from '../../keys/quota.ts';

/**
 * A quota of a key or an account as `/v1` shows it.
 * @param now Unix time in milliseconds
 */
export function quotaBody(quota: Quota | null, now: number) {
  if (!quota) return null;
  const { remaining, refill, refillsAt } = quotaAt(quota, new Date(now));
  return {
    remaining,
    refill: refill && { amount: refill.amount, every: refill.every },
    refillsAt: refillsAt?.toISOString() ?? null,
  };
}
