import { isEntryName } from './entry-name.ts';
import { isGrantable } from './scopes.ts';

/** What a verification can ask of a token: the rules of `POST /v1/keys/verify`, for whoever decides without asking it. */

/** How many units a verification can take of a limit. */
export const maxCost = 1_000_000_000;
/** At most so many limits can be named: 8 of a key, 8 of its account, and the quota. */
export const maxNamedCosts = 17;
/** How many scopes can be asked for, or granted. */
export const maxScopes = 100;
/** An absolute URI without a fragment, as RFC 8707, section 2, requires. Its characters are those of RFC 3986, `[` and `]` among them. */
export const audienceUri = /^[A-Za-z][A-Za-z0-9+.-]*:[\w.~:/?\x5B\x5D@!$&'()*+,;=%-]+$/;
export const maxAudienceLength = 255;

function areScopes(value: unknown): value is unknown[] {
  if (!Array.isArray(value) || value.length > maxScopes) return false;
  if (value.length > 1 && new Set(value).size < value.length) return false;
  return value.every((scope) => typeof scope === 'string' && isGrantable(scope));
}

const isCost = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= maxCost;

function areCosts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const named = Object.entries(value);
  return named.length <= maxNamedCosts && named.every(([name, cost]) => isEntryName(name) && isCost(cost));
}

const isAudience = (value: unknown) =>
  typeof value === 'string' && value.length <= maxAudienceLength && audienceUri.test(value);

/**
 * Whether a verifier can decide on this without the service. If not, the service says what is wrong, or answers an `explain`.
 * The syntax of a `scopeQuery` is checked where it is parsed. An address and a user agent can be whatever a client sends.
 */
export function isAskable(asked: object): boolean {
  for (const name in asked) {
    const value: unknown = asked[name as keyof typeof asked];
    if (value !== undefined && !canBeAsked(name, value)) return false;
  }
  return true;
}

function canBeAsked(name: string, value: unknown): boolean {
  switch (name) {
    case 'scopes':
      return areScopes(value);
    case 'anyScopes':
      return areScopes(value) && value.length > 0;
    case 'scopeQuery':
      return typeof value === 'string';
    case 'cost':
      return isCost(value);
    case 'costs':
      return areCosts(value);
    case 'audience':
      return isAudience(value);
    case 'ip':
    case 'userAgent':
      return true;
    default:
      return false;
  }
}
