import { isGrantable } from '../../../decide/scopes.ts';
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
  onUnavailable?: OnUnavailable | undefined;
}

/** How an endpoint says what it requires: one scope, several that a key must all have, or more than scopes. */
export type Wanted = string | readonly string[] | Requirement;

/** The fields that say which scopes are required. */
const scopeFields = ['scopes', 'anyScopes', 'scopeQuery'] as const;
/** What these may be misspelt as. */
const misspelt = /^(any_?)?scopes?(_?query)?$/i;
/** What can be asked of a key for an endpoint. */
export const askable = [...scopeFields, 'cost', 'costs', 'audience'] as const;
const fields: readonly string[] = [...askable, 'onUnavailable'] satisfies (keyof Requirement)[];

/** Whether the service can be asked for these scopes. Others, such as `files*`, would be answered 503 at each request. */
const areScopes = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  new Set(value).size === value.length &&
  value.every((scope) => typeof scope === 'string' && isGrantable(scope));

const canBe: Readonly<Record<(typeof scopeFields)[number], (value: unknown) => boolean>> = {
  scopes: areScopes,
  anyScopes: (value) => areScopes(value) && value.length > 0,
  scopeQuery: (value) => typeof value === 'string',
};

const cannotBe = (name: string, value: unknown) =>
  new TypeError(`${JSON.stringify(value)} cannot be required as ${name}.`);

/**
 * What an endpoint requires. With no argument: nothing. With several, which only JavaScript can pass: all of these scopes.
 * @throws TypeError when the program starts, not when a request comes, for what can be no requirement. One that is
 * undefined is none, such as a misspelt constant: it would let in every key
 */
export function requirementOf(...given: readonly Wanted[]): Requirement {
  const [wanted] = given;
  if (given.length > 1 || typeof wanted !== 'object' || isList(wanted))
    return assertRequirement({ scopes: given.flat() as string[] });
  for (const name of Object.keys(wanted))
    if (!fields.includes(name)) throw new TypeError(`Nothing called "${name}" can be required.`);
  return assertRequirement(wanted);
}

/**
 * The same for an object that may have other fields, such as the config of a Fastify route.
 * @throws TypeError
 */
export function assertRequirement<Given extends Requirement>(requirement: Given): Given {
  assertNamed(requirement);
  for (const name of scopeFields)
    if (name in requirement && !canBe[name](requirement[name])) throw cannotBe(name, requirement[name]);
  return requirement;
}

/**
 * Checks no more than that scopes are not required by a misspelt name, or are undefined: this would let in every key.
 * @throws TypeError
 */
export function assertNamed(requirement: Requirement): void {
  for (const name in requirement) {
    const value = requirement[name as keyof Requirement];
    const isField = (scopeFields as readonly string[]).includes(name);
    if (isField ? value === undefined : misspelt.test(name)) throw cannotBe(name, value);
  }
}

const isList = (wanted: Wanted): wanted is readonly string[] => Array.isArray(wanted);
