import { createHash } from 'node:crypto';

/** What the service should be: two accounts and their keys, as plain objects. */

export interface ModelKey {
  /** Which of the accounts has it. */
  owner: number;
  id: string;
  number: number;
  token: string;
  name: string;
  scopes: string[];
  /** Instants, in Unix milliseconds. */
  expiresAt: number | null;
  disabledAt: number | null;
  lastUsedAt: number | null;
  lastUsedIp: string | null;
  createdAt: number;
  updatedAt: number;
  revoked: boolean;
}

export interface Model {
  /** Those that are there; one that is deleted has the next one in its place. */
  accounts: { id: string }[];
  /** How many keys an account may have. */
  limit: number;
  /** Every key ever minted, in that order. */
  keys: ModelKey[];
  now: () => number;
}

export type Contract = 'v1' | 'journal' | 'share';

const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());
const unix = (instant: number) => Math.floor(instant / 1000);

export const liveKeys = ({ keys }: Model, owner: number) =>
  keys.filter((key) => key.owner === owner && !key.revoked);

/** Whether an account has as many keys as it may have. */
export const isFull = (model: Model, owner: number) => liveKeys(model, owner).length >= model.limit;

export function statusOf({ now }: Model, { disabledAt, expiresAt }: ModelKey) {
  if (disabledAt !== null) return 'disabled';
  return expiresAt !== null && now() >= expiresAt ? 'expired' : 'active';
}

/** The verdict on a key's token: of one account (`reach`), or of the operator. */
export function verdictOn(model: Model, key: ModelKey, reach: number | 'operator', scopes: string[] = []) {
  const no = (reason: string) => ({ valid: false, reason });
  if (key.revoked || (reach !== 'operator' && reach !== key.owner)) return no('unknown');
  const status = statusOf(model, key);
  if (status !== 'active') return no(status);
  if (!scopes.every((scope) => key.scopes.includes(scope))) return no('insufficient_scope');
  return {
    valid: true,
    key: {
      id: `key_${key.id}`,
      accountId: `acc_${model.accounts[key.owner]?.id}`,
      externalId: null,
      name: key.name,
      scopes: key.scopes,
      metadata: {},
      expiresAt: iso(key.expiresAt),
    },
  };
}

/** Whether a key's token is good by itself, for whatever little it may do. */
export const isGood = (model: Model, key: ModelKey) => verdictOn(model, key, 'operator').valid;

export const v1Key = (model: Model, key: ModelKey) => ({
  id: `key_${key.id}`,
  accountId: `acc_${model.accounts[key.owner]?.id}`,
  name: key.name,
  start: key.token.startsWith('lk_') ? key.token.slice(0, 7) : key.token.slice(0, 12),
  scopes: key.scopes,
  metadata: {},
  status: statusOf(model, key),
  expiresAt: iso(key.expiresAt),
  disabledAt: iso(key.disabledAt),
  lastUsedAt: iso(key.lastUsedAt),
  lastUsedIp: key.lastUsedIp,
  lastUsedUserAgent: null,
  createdAt: iso(key.createdAt),
  updatedAt: iso(key.updatedAt),
});

export const journalKey = (key: ModelKey, token: string | null = null) => ({
  type: 'api_key',
  id: String(key.number),
  attributes: {
    name: key.name,
    token,
    last_used_at: key.lastUsedAt === null ? 'Never' : unix(key.lastUsedAt),
    created_at: unix(key.createdAt),
    updated_at: unix(key.updatedAt),
  },
  links: { self: `http://latchkey.test/api/settings/api/${key.number}` },
});

function inAHundredYears(instant: number): number {
  const date = new Date(unix(instant) * 1000);
  return date.setUTCFullYear(date.getUTCFullYear() + 100);
}

const shareKey = (model: Model, key: ModelKey) => ({
  label: key.name,
  isNever: key.expiresAt === null,
  _id: key.id,
  user: model.accounts[key.owner]?.id,
  hash: createHash('sha512').update(key.token).digest('hex'),
  expireAt: iso(key.expiresAt ?? inAHundredYears(key.createdAt)),
  createdAt: iso(key.createdAt),
  updatedAt: iso(key.updatedAt),
  __v: 0,
});

/** The list of keys that an account sees in a contract. */
export function listOf(model: Model, owner: number, contract: Contract, status?: string): unknown {
  const keys = liveKeys(model, owner);
  if (contract === 'journal') return { data: keys.map((key) => journalKey(key)) };
  if (contract === 'share') return { apiKeys: keys.map((key) => shareKey(model, key)), total: keys.length };
  const shown = keys.filter((key) => !status || statusOf(model, key) === status);
  return { data: shown.toReversed().map((key) => v1Key(model, key)), nextCursor: null };
}
