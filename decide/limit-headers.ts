/** A limit or a quota, and what is left of it when a verdict is given. */
export interface LimitLevel {
  name: string;
  /** What a window begins with, or a refill sets. Null: a quota that is not refilled. */
  limit: number | null;
  /** Null: it is a quota. */
  windowSeconds: number | null;
  remaining: number;
  /** In how many seconds it is full again. Undefined: never. */
  resetsIn: number | undefined;
}

/** The headers that tell a client of its limits: draft-ietf-httpapi-ratelimit-headers-11. */
export function limitHeaders(levels: readonly LimitLevel[]): Record<string, string> {
  let policies = '';
  let states = '';
  for (const { name, limit, windowSeconds, remaining, resetsIn } of levels) {
    const window = windowSeconds === null ? '' : `;w=${windowSeconds}`;
    if (limit !== null) policies += `${policies && ', '}"${name}";q=${limit}${window}`;
    states += `${states && ', '}"${name}";r=${remaining}${resetsIn === undefined ? '' : `;t=${resetsIn}`}`;
  }
  return { ...(states && { RateLimit: states }), ...(policies && { 'RateLimit-Policy': policies }) };
}
