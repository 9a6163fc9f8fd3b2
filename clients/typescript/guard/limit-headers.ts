import type { Verdict } from '../schema.gen.ts';

/**
 * What a verdict tells of limits, as headers of draft-ietf-httpapi-ratelimit-headers-11. A verdict does not tell how
 * long a window is, so the policy has no `w`.
 */
export function limitHeaders({ limits = [] }: Verdict): Record<string, string> {
  const states: string[] = [];
  const policies: string[] = [];
  for (const { name, limit, remaining, resetAt } of limits) {
    const seconds = resetAt && Math.max(1, Math.ceil((Date.parse(resetAt) - Date.now()) / 1000));
    states.push(`"${name}";r=${remaining}${seconds ? `;t=${seconds}` : ''}`);
    if (limit !== null) policies.push(`"${name}";q=${limit}`);
  }
  return {
    ...(states.length > 0 && { RateLimit: states.join(', ') }),
    ...(policies.length > 0 && { 'RateLimit-Policy': policies.join(', ') }),
  };
}
