interface Named {
  name: string;
  sharedByAccount: boolean;
  /** Null: it is a quota. */
  windowSeconds: number | null;
}

/**
 * The beginning of an item, with the name of the limit. All quotas have the same name, so that of an account gets one which
 * no limit can have: a client could not tell it from that of its key.
 */
const named = ({ name, sharedByAccount, windowSeconds }: Named): string =>
  `"${sharedByAccount && windowSeconds === null ? 'account/' : ''}${name}"`;

/** What a limit allows: what a window begins with, or a refill sets. */
interface Allowance extends Named {
  /** Null: a quota that is not refilled. */
  limit: number | null;
}

/** An item of `RateLimit-Policy`; empty for a quota that is not refilled. */
export const policyItem = (of: Allowance): string =>
  of.limit === null
    ? ''
    : `${named(of)};q=${of.limit}${of.windowSeconds === null ? '' : `;w=${of.windowSeconds}`}`;

/** What is left of a limit, and in how many seconds it is full again. Undefined: never. */
interface Level extends Named {
  remaining: number;
  resetsIn: number | undefined;
}

/** An item of `RateLimit`. */
export const levelItem = (of: Level): string =>
  `${named(of)};r=${of.remaining}${of.resetsIn === undefined ? '' : `;t=${of.resetsIn}`}`;

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
