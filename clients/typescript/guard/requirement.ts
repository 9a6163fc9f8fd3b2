import type { VerifiedKey } from '../schema.gen.ts';
import type { Asked } from '../verify.ts';

/**
 * Decides on a request when nothing is known about its key, since the service cannot be reached. It returns the key to
 * go on with, or undefined to refuse the request with 503.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: it may do nothing but log.
export type OnUnavailable = (error: unknown) => VerifiedKey | undefined | void;

/** What an endpoint requires of a key. With nothing required, every valid key is let in. */
export interface Requirement extends Omit<Asked, 'ip' | 'userAgent'> {
  /** Used for this endpoint instead of the guard's own. */
  onUnavailable?: OnUnavailable;
}

/** How an endpoint says what it requires: one scope, several that a key must all have, or more than scopes. */
export type Wanted = string | readonly string[] | Requirement;

/** A scope-token of RFC 6749, section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * What an endpoint requires.
 * @throws TypeError when the program starts, not when a request comes, for what can be no scope
 */
export function requirementOf(wanted: Wanted = []): Requirement {
  const requirement =
    typeof wanted === 'string' ? { scopes: [wanted] } : isList(wanted) ? { scopes: [...wanted] } : wanted;
  const { scopes = [], anyScopes = [] } = requirement;
  for (const scope of [...scopes, ...anyScopes])
    if (!scopeToken.test(scope)) throw new TypeError(`"${scope}" is not a scope.`);
  return requirement;
}

const isList = (wanted: Wanted): wanted is readonly string[] => Array.isArray(wanted);
