import { limitHeaders } from '../../../decide/limit-headers.ts';
import type { Verdict } from '../schema.gen.ts';

/** What a verdict tells of limits, as headers, by the clock of this process. */
export const headersOfLimits = ({ limits = [] }: Verdict): Record<string, string> =>
  limitHeaders(limits.map((limit) => ({ ...limit, resetsIn: secondsUntil(limit.resetAt) })));

const secondsUntil = (resetAt: string | null) =>
  resetAt === null ? undefined : Math.max(1, Math.ceil((Date.parse(resetAt) - Date.now()) / 1000));
