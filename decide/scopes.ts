/** The scopes that let a key call this API. All others are the product's own words. */
export const ownScopes = [
  'keys:read',
  'keys:write',
  'keys:verify',
  'keys:rotate',
  'keys:audit',
  'leaks:report',
  'metrics:read',
  'operator:read',
  'operator:keys',
  'operator:accounts',
] as const;
export type OwnScope = (typeof ownScopes)[number];

const own: ReadonlySet<string> = /* @__PURE__ */ new Set(ownScopes);
/** What our scopes begin with, and the compiler requires of each. */
const ownPrefixes = ['keys:', 'leaks:', 'metrics:', 'operator:'] as const;
ownScopes satisfies readonly `${(typeof ownPrefixes)[number]}${string}`[];

/** A scope-token of RFC 6749, section 3.3, no longer than 64 characters. */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]{1,64}$/;

export const maxScopeLength = 64;
/** The form of a scope, and of a wildcard such as `files:*`, which ends in `:*` and has no other `*`. */
export const scopeForm = /^[\x21\x23-\x29\x2B-\x5B\x5D-\x7E]+(:\*)?$/;
/** A wildcard over scopes of ours. */
export const ownWildcard = new RegExp(`^(?:${ownPrefixes.join('|')}).*\\*$`);

/** Whether a key may be granted a scope or a wildcard. */
export const isGrantable = (scope: string): boolean =>
  scope.length <= maxScopeLength && scopeForm.test(scope) && !ownWildcard.test(scope);

/** Why a text cannot be granted as a scope, for people; undefined where it can. */
export function whyNotGrantable(scope: string): string | undefined {
  if (isGrantable(scope)) return undefined;
  if (!scopeToken.test(scope))
    return 'Must have 1 to 64 printable ASCII characters, without space, " and \\.';
  if (scope === '*') return 'A key cannot have every scope: name what it may do, such as "files:*".';
  if (ownPrefixes.some((prefix) => scope.startsWith(prefix)) && scope.endsWith('*'))
    return `No wildcard covers the scopes of this API: name them (${ownScopes.join(', ')}).`;
  return 'A "*" can only stand at the end, after a word and a colon, such as "files:*".';
}

/**
 * Whether held scopes cover one that is wanted. A held `files:*` covers whatever begins with `files:`, at any depth:
 * `files:read`, `files:eu:read`, `files:eu:*` and `files:*` itself. A wanted wildcard is covered only by that wildcard
 * or a wider one. No wildcard covers a scope of ours, so that a key of the product's scopes never gets to call this API.
 */
export function covers(held: ReadonlySet<string>, wanted: string): boolean {
  if (held.has(wanted)) return true;
  if (own.has(wanted)) return false;
  for (let colon = wanted.lastIndexOf(':'); colon > 0; colon = wanted.lastIndexOf(':', colon - 1))
    if (held.has(`${wanted.slice(0, colon)}:*`)) return true;
  return false;
}

/** Scopes that cover what both of two sets cover, and no more: of `files:*` and `files:read`, the narrower one. */
export function commonScopes(some: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  const common = [...some].filter((scope) => covers(others, scope));
  return new Set([...common, ...[...others].filter((scope) => covers(some, scope))]);
}
