import type { z } from '@hono/zod-openapi';
import type { NewImport } from '../../../api/imports.ts';
import type { givenKey } from '../../../api/minting.ts';
import { dayLength } from '../../../decide/durations.ts';
import { InvalidInput } from '../../errors.ts';
import type { KeyRole } from '../../keys/keys.ts';
import { limitsByName, newQuota } from '../../keys/limit-rows.ts';

const lifetimes = {
  '1d': dayLength,
  '7d': 7 * dayLength,
  '30d': 30 * dayLength,
  '90d': 90 * dayLength,
  '1y': 365 * dayLength,
  never: null,
};

/** @throws InvalidInput if the expiry is not in the future: to end a key now, disable or delete it */
function ahead(expiresAt: Date, now: number): Date {
  if (expiresAt.getTime() > now) return expiresAt;
  throw new InvalidInput({ detail: 'Must be in the future.', pointer: '#/expiresAt' });
}

/** What a request says of a new key. */
type GivenKey = z.output<z.ZodObject<typeof givenKey>>;

/**
 * The expiry that a request gives; null: never; undefined: it gives none.
 * @throws InvalidInput where it is not in the future
 */
export function expiryOf(
  { expiresIn, expiresAt }: Pick<GivenKey, 'expiresIn'> & { expiresAt?: Date | null | undefined },
  now: number,
): Date | null | undefined {
  if (expiresAt !== undefined) return expiresAt && ahead(expiresAt, now);
  if (expiresIn === undefined) return undefined;
  const lifetime = lifetimes[expiresIn];
  return lifetime === null ? null : new Date(now + lifetime);
}

/**
 * What a request says that a new key is given.
 * @param roles those that the request names
 * @param at when, in Unix time in milliseconds
 * @throws InvalidInput where the expiry is not in the future
 */
export const givenBy = (json: GivenKey, roles: KeyRole[], at: number) => ({
  name: json.name,
  scopes: json.scopes ?? [],
  roles,
  metadata: json.metadata ?? {},
  expiresAt: expiryOf(json, at) ?? null,
  notBefore: json.notBefore ?? null,
  allowedIps: json.allowedIps ?? null,
  audience: json.audience ?? null,
  limits: limitsByName(json.limits ?? []),
  quota: json.quota ? newQuota(json.quota, new Date(at)) : null,
});

/**
 * What a request says that an imported key is given.
 * @throws InvalidInput where the expiry is not in the future, or the creation is
 */
export function importedBy(
  { createdAt, disabled, ...given }: Omit<z.output<typeof NewImport>, 'sha256' | 'start'>,
  roles: KeyRole[],
  at: number,
) {
  if (createdAt && createdAt.getTime() > at)
    throw new InvalidInput({ detail: 'Must be in the past.', pointer: '#/createdAt' });
  const now = new Date(at);
  return { ...givenBy(given, roles, at), createdAt: createdAt ?? now, disabledAt: disabled ? now : null };
}
