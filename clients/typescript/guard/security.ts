import type { Requirement } from './requirement.ts';

/** A route with the security requirements of OpenAPI: alternatives, each with the scopes that it needs. */
export interface Secured {
  security?: readonly { readonly [scheme: string]: readonly string[] | undefined }[] | undefined;
  middleware?: unknown;
}

/**
 * What the security requirements of a route want of a key.
 * @throws TypeError if one of the alternatives is anything but a key: the guard would refuse what the document allows
 */
export function wantedBy({ security = [] }: Secured, scheme: string): Requirement {
  const alternatives = security.map((schemes) => {
    const scopes = schemes[scheme];
    if (!scopes || Object.keys(schemes).length > 1) throw new TypeError(mustBe(scheme));
    return [...scopes];
  });
  const [first, ...others] = alternatives;
  if (!first) throw new TypeError(mustBe(scheme));
  if (others.length === 0) return { scopes: first };
  if (alternatives.some(({ length }) => length === 0)) return {};
  return { scopeQuery: alternatives.map((scopes) => `(${scopes.join(' AND ')})`).join(' OR ') };
}

const mustBe = (scheme: string) => `The security of the route must be a list of { ${scheme}: [scopes] }.`;
