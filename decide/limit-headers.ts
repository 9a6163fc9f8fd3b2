/** What a limit allows: what a window begins with, or a refill sets. `windowSeconds` is null for a quota. */
interface Allowance {
  name: string;
  /** Null: a quota that is not refilled. */
  limit: number | null;
  windowSeconds: number | null;
}

/** An item of `RateLimit-Policy`; empty for a quota that is not refilled. */
export function policyItem({ name, limit, windowSeconds }: Allowance): string {
  if (limit === null) return '';
  return windowSeconds === null ? `"${name}";q=${limit}` : `"${name}";q=${limit};w=${windowSeconds}`;
}

/** What is left of a limit, and in how many seconds it is full again. Undefined: never. */
interface Level {
  name: string;
  remaining: number;
  resetsIn: number | undefined;
}

/** An item of `RateLimit`. */
export const levelItem = ({ name, remaining, resetsIn }: Level): string =>
  resetsIn === undefined ? `"${name}";r=${remaining}` : `"${name}";r=${remaining};t=${resetsIn}`;

/** A list with one more such item (RFC 9651, section 3.1). */
export const withItem = (list: string, item: string): string =>
  list && item ? `${list}, ${item}` : list || item;

/** The headers that tell a client of its limits (draft-ietf-httpapi-ratelimit-headers-11); none for an empty list. */
export function rateLimitHeaders(levels: string, policies: string): Record<string, string> {
  const headers: Record<string, string> = {};
  if (levels) headers.RateLimit = levels;
  if (policies) headers['RateLimit-Policy'] = policies;
  return headers;
}
