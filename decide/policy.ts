import { covers } from './scopes.ts';

/** What the keys of an account are held to when they are created and when they are changed. */
export interface Policy {
  /** How many keys the account can have. */
  maxKeys: number;
  /** Longest time from the creation of a key's current token to the expiry of the key. Null: no bound. */
  maxLifetimeSeconds: number | null;
  expiryRequired: boolean;
  /** Scopes and wildcards that cover whatever a key can be granted. Null: every scope. */
  allowedScopes: string[] | null;
}

/** The policy of one account: each field takes the place of the deployment's. */
export type AccountPolicy = { [Rule in keyof Policy]?: NonNullable<Policy[Rule]> };

/** The policy that holds for an account. */
export interface HeldPolicy extends Policy {
  /** Which rules are the account's own. The others are those of the deployment. */
  ofAccount: readonly string[];
}

/** A policy that bounds the number of keys, and nothing else. */
export const onlyMaxKeys = (maxKeys: number): Policy => ({
  maxKeys,
  maxLifetimeSeconds: null,
  expiryRequired: false,
  allowedScopes: null,
});

/** What a key is given, at its creation or by a change. */
export interface Given {
  /** All scopes that it gets by this, in whatever way. */
  scopes: readonly string[];
  /** Those that it is to have itself, and not by a role. */
  own: readonly string[];
  /** Null: it never expires. Undefined: this does not set its expiry. */
  expiresAt: Date | null | undefined;
  /** When its current token was created. */
  since: Date;
}

/** A rule that a key would break. */
export type Breach =
  /** `byRoles`: all of these scopes are those of roles. */
  | { rule: 'allowedScopes'; scopes: string[]; byRoles: boolean }
  | { rule: 'maxLifetimeSeconds'; seconds: number }
  | { rule: 'expiryRequired' };

/** The rules of a policy that a key would break. The number of keys is checked where they are inserted. */
export function breachesOf(
  { maxLifetimeSeconds, expiryRequired, allowedScopes }: Policy,
  { scopes, own, expiresAt, since }: Given,
): Breach[] {
  const breaches: Breach[] = [];
  const allowed = allowedScopes && new Set(allowedScopes);
  const beyond = allowed ? scopes.filter((scope) => !covers(allowed, scope)) : [];
  if (beyond.length > 0)
    breaches.push({
      rule: 'allowedScopes',
      scopes: beyond,
      byRoles: !beyond.some((scope) => own.includes(scope)),
    });
  if (expiresAt === undefined) return breaches;
  const lifetime = expiresAt ? (expiresAt.getTime() - since.getTime()) / 1000 : Number.POSITIVE_INFINITY;
  if (maxLifetimeSeconds !== null && lifetime > maxLifetimeSeconds)
    breaches.push({ rule: 'maxLifetimeSeconds', seconds: maxLifetimeSeconds });
  else if (expiryRequired && expiresAt === null) breaches.push({ rule: 'expiryRequired' });
  return breaches;
}
