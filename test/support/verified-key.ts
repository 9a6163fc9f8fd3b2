import type { VerifiedKey } from '../../decide/verified-key.ts';

/** A key as a verification finds it: active, without scopes, and otherwise as the facts say. */
export const verifiedKey = (facts: Partial<VerifiedKey> = {}): VerifiedKey => ({
  gone: null,
  id: '',
  hash: '',
  state: 'current',
  accountId: '',
  externalId: null,
  accountMetadata: null,
  name: 'Key',
  scopes: new Set(),
  hasRoles: false,
  metadata: {},
  expiresAt: null,
  accountDisabledAt: null,
  disabledAt: null,
  notBefore: null,
  allowedIps: null,
  audience: null,
  endsAt: null,
  limits: null,
  ...facts,
});
