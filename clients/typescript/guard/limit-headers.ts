import { levelItem, policyItem, rateLimitHeaders } from '../../../decide/limit-headers.ts';
import type { Verdict } from '../schema.gen.ts';

/** What a verdict tells of limits, as headers, by the clock of this process. */
export const headersOfLimits = ({ limits = [] }: Verdict): Record<string, string> =>
  rateLimitHeaders(
    limits.map((limit) => levelItem({ ...limit, resetsIn: secondsUntil(limit.resetAt) })).join(', '),
    limits.map(policyItem).filter(Boolean).join(', '),
  );

const secondsUntil = (resetAt: string | null) =>
  resetAt === null ? undefined : Math.max(1, Math.ceil((Date.parse(resetAt) - Date.now()) / 1000));
