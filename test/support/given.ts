import * as fc from 'fast-check';
import { clientIp } from './harness.ts';
import type { Model, ModelKey, ModelRole } from './model.ts';

/** What keys are given in the commands of the model. */

export const day = 86_400_000;
export const scopes = fc.subarray(['keys:read', 'keys:write', 'keys:verify', 'files:read', 'files:*']);
export type Conditions = Pick<ModelKey, 'notBefore' | 'allowedIps' | 'audience'>;
export const unconditional: Conditions = { notBefore: null, allowedIps: null, audience: null };
export const addresses = [clientIp, '203.0.113.7'] as const;
export const audiences = ['http://latchkey.test', 'https://api.example.com'] as const;
/** As a request has them: `notBefore` in milliseconds from now. */
export const conditions = {
  notBefore: fc.constantFrom(1, day),
  allowedIps: fc.constantFrom<string[]>([`${clientIp}/32`], ['198.51.100.0/24', '203.0.113.0/24']),
  audience: fc.constantFrom<string[]>([...audiences], [audiences[1]]),
};
export const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() === text && text !== '');

/** Roles that a key is given, as places in the model's list. */
export const someRoles = fc.subarray([0, 1]);
export const rolesAt = ({ roles }: Model, places: number[]): ModelRole[] =>
  places.flatMap((place) => roles[place] ?? []);
export const namesOf = (roles: ModelRole[]) => roles.map((role) => role.name);

/** Whether an account reaches a key; if not, the key does not exist for it. */
export const reaches = (by: number, key: ModelKey) => key.owner === by && !key.revoked;
