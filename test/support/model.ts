import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { EventType } from '../../decide/events.ts';
import { clientIp } from './harness.ts';

/** What the service should be: two accounts and their keys, as plain objects. */

export interface ModelToken {
  token: string;
  createdAt: number;
  activatedAt: number | null;
  lastUsedAt: number | null;
  lastUsedIp: string | null;
}
/** `expiresAt`: when the key expires once it is used. */
type NextToken = ModelToken & { overlapSeconds: number; expiresAt: number | null };
/** `expiresAt`: when it would have expired without the rotation. */
type PreviousToken = ModelToken & { endsAt: number; expiresAt: number | null };

export const newToken = (
  token: string,
  createdAt: number,
  activatedAt: number | null = createdAt,
): ModelToken => ({
  token,
  createdAt,
  activatedAt,
  lastUsedAt: null,
  lastUsedIp: null,
});

export interface ModelKey {
  /** Which of the accounts has it. */
  owner: number;
  id: string;
  number: number;
  tokens: { current: ModelToken; next?: NextToken | undefined; previous?: PreviousToken | undefined };
  /** Tokens that it had, each with the name that the key had at their end. */
  replaced: { token: string; name: string }[];
  name: string;
  scopes: string[];
  /** Those that it was given and that are there. */
  roles: ModelRole[];
  /** Instants, in Unix milliseconds. */
  expiresAt: number | null;
  disabledAt: number | null;
  notBefore: number | null;
  /** Ranges that end where a number of the address does: `203.0.113.0/24`, or all of it. */
  allowedIps: string[] | null;
  audience: string[] | null;
  limits: ModelLimit[];
  quota: ModelQuota | null;
  /** The types of its events, in the order in which they happened. */
  events: EventType[];
  createdAt: number;
  updatedAt: number;
  /** The session that minted it. */
  createdBy: string;
  revoked: boolean;
  /** Its account is deleted. */
  erased: boolean;
}

/** In the order of their names. Those of an account are shared by its keys, and have other names. */
export interface ModelLimit {
  name: string;
  limit: number;
  windowSeconds: number;
}

export interface ModelQuota {
  remaining: number;
  refill: { amount: number; every: 'day' | 'week' } | null;
  refillsAt: number | null;
  /** Whether a verification may have used some of it: then replicas hold some, and the database’s clock refills it. */
  isUsed: boolean;
}

/** The rules of an account; where it has none, the deployment has but the limit of the model. */
export interface ModelPolicy {
  maxKeys?: number;
  maxLifetimeSeconds?: number;
  expiryRequired?: boolean;
  allowedScopes?: string[];
}

export interface ModelRole {
  id: string;
  name: string;
  scopes: string[];
}

export interface ModelAccount {
  id: string;
  isSuspended: boolean;
  policy: ModelPolicy;
  limits: ModelLimit[];
  quota: ModelQuota | null;
}

export const newAccount = (accountId: string): ModelAccount => ({
  id: accountId.slice(4),
  isSuspended: false,
  policy: {},
  limits: [],
  quota: null,
});

export interface Model {
  /** Those that are there; one that is deleted has the next one in its place. */
  accounts: ModelAccount[];
  /** In the order of their creation, which is that of their names. */
  roles: ModelRole[];
  /** How many keys an account may have. */
  limit: number;
  /** Every key ever minted, in that order. */
  keys: ModelKey[];
  /** Every token that was exchanged for one of a key. */
  exchanged: ModelExchanged[];
  now: () => number;
}

export interface ModelExchanged {
  key: ModelKey;
  /** The token that it was exchanged for. */
  parent: string;
  token: string;
  scopes: string[];
  audience: string[] | null;
  expiresAt: number;
}

export type Contract = 'v1' | 'journal' | 'share';

const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());
const unix = (instant: number) => Math.floor(instant / 1000);

export const liveKeys = ({ keys }: Model, owner: number) =>
  keys.filter((key) => key.owner === owner && !key.revoked);

/** Whether an account has as many keys as it may have. */
export const isFull = (model: Model, owner: number) =>
  liveKeys(model, owner).length >= (model.accounts[owner]?.policy.maxKeys ?? model.limit);

/**
 * Whether a key gets what the policy of its account does not allow.
 * @param expiresAt undefined if its expiry is not set
 * @param since when its current token was created
 */
export function isBeyond(
  { accounts }: Model,
  owner: number,
  { scopes, expiresAt, since }: { scopes: string[]; expiresAt: number | null | undefined; since: number },
): boolean {
  const { allowedScopes, expiryRequired, maxLifetimeSeconds } = accounts[owner]?.policy ?? {};
  if (allowedScopes && !scopes.every((scope) => covers(allowedScopes, scope))) return true;
  if (expiresAt === undefined) return false;
  if (expiresAt === null) return expiryRequired === true || maxLifetimeSeconds !== undefined;
  return maxLifetimeSeconds !== undefined && expiresAt > since + maxLifetimeSeconds * 1000;
}

function statusOf({ now }: Model, { disabledAt, expiresAt, notBefore }: ModelKey) {
  if (disabledAt !== null) return 'disabled';
  if (expiresAt !== null && now() >= expiresAt) return 'expired';
  return notBefore !== null && now() < notBefore ? 'not_yet_valid' : 'active';
}

/** The previous token, unless it has ended. */
export const draining = ({ now }: Model, { tokens: { previous } }: ModelKey) =>
  previous && previous.endsAt > now() ? previous : undefined;

/** What a key may do, in the order in which a verdict says it. */
export const scopesOf = ({ roles }: Model, key: ModelKey) => [
  ...new Set([
    ...key.scopes,
    ...roles.filter((role) => key.roles.includes(role)).flatMap(({ scopes }) => scopes),
  ]),
];

/** The one wildcard of the model is `files:*`. */
export const covers = (held: string[], scope: string) =>
  held.includes(scope) || (scope.startsWith('files:') && held.includes('files:*'));

const isIn = (range: string, ip: string) =>
  range.endsWith('/32') ? range === `${ip}/32` : ip.startsWith(range.replace('0/24', ''));

/** What a verification says of who presents the token, and to whom. */
export interface Presented {
  scopes?: string[] | undefined;
  ip?: string | undefined;
  audience?: string | undefined;
}

/** The verdict on a key's token, which is to be sent: of one account (`reach`), or of the operator. */
export function verdictOn(
  model: Model,
  key: ModelKey,
  token: string,
  reach: number | 'operator',
  { scopes = [], ip, audience }: Presented = {},
) {
  if (key.erased || (reach !== 'operator' && reach !== key.owner)) return { valid: false, reason: 'unknown' };
  const named = { id: `key_${key.id}`, accountId: `acc_${model.accounts[key.owner]?.id}` };
  const no = (reason: string, name = key.name) => ({ valid: false, reason, key: { ...named, name } });
  const replaced = key.replaced.find((one) => one.token === token);
  if (replaced) return no('rotated', replaced.name);
  if (key.revoked) return no('revoked');
  if (key.tokens.previous?.token === token && !draining(model, key)) return no('rotated');
  if (model.accounts[key.owner]?.isSuspended) return no('account_disabled');
  const { next } = key.tokens;
  const { expiresAt } = next?.token === token ? next : key;
  const status = statusOf(model, { ...key, expiresAt });
  if (status !== 'active') return no(status);
  const held = scopesOf(model, key);
  const missingScopes = scopes.filter((scope) => !covers(held, scope));
  if (missingScopes.length > 0) return { ...no('insufficient_scope'), missingScopes };
  const detail = expect.any(String);
  if (key.allowedIps && !key.allowedIps.some((range) => isIn(range, ip ?? '')))
    return { ...no('ip_not_allowed'), detail };
  if (key.audience && !key.audience.includes(audience ?? '')) return { ...no('wrong_audience'), detail };
  return {
    valid: true,
    key: {
      ...named,
      externalId: null,
      accountMetadata: {},
      name: key.name,
      scopes: held,
      metadata: {},
      expiresAt: iso(expiresAt),
    },
    ...limitsAfterUse(model, key),
  };
}

/** Of equal names, the first one stays the first. */
export const byName = <Limit extends { name: string }>(limits: readonly Limit[]) =>
  limits.toSorted((a, b) => Number(a.name > b.name) - Number(a.name < b.name));

/** What a verdict tells of limits. How many units are left depends on the clock of the database as well. */
function limitsAfterUse({ accounts }: Model, key: ModelKey) {
  const states = [key, accounts[key.owner]].flatMap((owner) =>
    limitsOf(owner).map((limit) => ({
      ...limit,
      sharedByAccount: owner !== key,
      remaining: expect.any(Number),
    })),
  );
  return states.length > 0 && { limits: byName(states) };
}

/** The limits and the quota of a key or an account, in that order, as far as all lists of them agree. */
export const limitsOf = (owner?: Pick<ModelKey, 'limits' | 'quota'>) => [
  ...(owner?.limits ?? []).map((limit) => ({ ...limit, resetAt: expect.any(String) })),
  ...(owner?.quota
    ? [
        {
          ...{ name: 'quota', limit: owner.quota.refill?.amount ?? null, windowSeconds: null },
          resetAt: owner.quota.refill && expect.any(String),
        },
      ]
    : []),
];

const inCall = { ip: clientIp, audience: 'http://latchkey.test' };

/** Whether a key may call this service with its current token, for whatever little it may do. */
export const isGood = (model: Model, key: ModelKey) =>
  verdictOn(model, key, key.tokens.current.token, 'operator', inCall).valid;

/** The quota of a key, or an account, as it is now, refilled as often as its time has come. */
export function quotaNow({ now }: Model, { quota }: Pick<ModelKey, 'quota'>): ModelQuota | null {
  if (!quota?.refill || quota.refillsAt === null) return quota;
  const period = quota.refill.every === 'week' ? 604_800_000 : 86_400_000;
  let { remaining, refillsAt } = quota;
  for (; refillsAt <= now(); refillsAt += period) remaining = quota.refill.amount;
  return { ...quota, remaining, refillsAt };
}

export function v1Quota(model: Model, owner: Pick<ModelKey, 'quota'>) {
  const quota = quotaNow(model, owner);
  if (!quota?.isUsed)
    return quota && { remaining: quota.remaining, refill: quota.refill, refillsAt: iso(quota.refillsAt) };
  const { refill } = quota;
  return { remaining: expect.any(Number), refill, refillsAt: refill && expect.any(String) };
}

const startOf = ({ token }: ModelToken) => (token.startsWith('lk_') ? token.slice(0, 7) : token.slice(0, 12));

const lastUse = ({ lastUsedAt, lastUsedIp }: ModelToken) => ({
  lastUsedAt: iso(lastUsedAt),
  lastUsedIp,
  lastUsedUserAgent: null,
});

const v1Token = (
  state: string,
  token: ModelToken & Partial<NextToken & PreviousToken>,
  expiresAt: number | null,
) => ({
  state,
  start: startOf(token),
  createdAt: iso(token.createdAt),
  activatedAt: iso(token.activatedAt),
  endsAt: iso(token.endsAt ?? null),
  expiresAt: iso(expiresAt),
  overlapSeconds: token.overlapSeconds ?? null,
  ...lastUse(token),
});

/** Of all its tokens, the one that was used last. */
function lastUsed({ tokens: { current, next, previous } }: ModelKey): ModelToken {
  let last: ModelToken = current;
  for (const other of [next, previous])
    if ((other?.lastUsedAt ?? 0) > (last.lastUsedAt ?? 0)) last = other ?? last;
  return last;
}

export const v1Key = (model: Model, key: ModelKey) => ({
  id: `key_${key.id}`,
  accountId: `acc_${model.accounts[key.owner]?.id}`,
  name: key.name,
  start: startOf(key.tokens.current),
  scopes: key.scopes,
  roles: model.roles.filter((role) => key.roles.includes(role)).map((role) => role.name),
  metadata: {},
  status: statusOf(model, key),
  expiresAt: iso(key.expiresAt),
  disabledAt: iso(key.disabledAt),
  notBefore: iso(key.notBefore),
  allowedIps: key.allowedIps,
  audience: key.audience,
  limits: key.limits,
  quota: v1Quota(model, key),
  ...lastUse(lastUsed(key)),
  tokens: [
    v1Token('current', key.tokens.current, key.expiresAt),
    ...(key.tokens.next ? [v1Token('next', key.tokens.next, key.tokens.next.expiresAt)] : []),
    ...[draining(model, key)].flatMap((token) => (token ? [v1Token('previous', token, key.expiresAt)] : [])),
  ],
  createdBy: { actor: key.createdBy, onBehalfOf: null },
  createdAt: iso(key.createdAt),
  updatedAt: iso(key.updatedAt),
});

export const journalKey = (key: ModelKey, token: string | null = null) => ({
  type: 'api_key',
  id: String(key.number),
  attributes: {
    name: key.name,
    token,
    last_used_at: lastUsed(key).lastUsedAt === null ? 'Never' : unix(lastUsed(key).lastUsedAt ?? 0),
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
  hash: createHash('sha512').update(key.tokens.current.token).digest('hex'),
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
