import { formatCidr, readCidr } from './cidr.ts';
import type { Limit } from './limits.ts';
import type { Outcome } from './outcomes.ts';
import type { TokenState } from './verdict.ts';
import type { Found, Tombstone } from './verified-key.ts';

/**
 * What a verifier and a replica say to each other over a WebSocket. A frame is a JSON list of messages, in order. See
 * docs/REVOCATION.md for what follows from the order.
 */

/** Where a verifier opens its WebSocket. */
export const verifierPath = '/v1/verifier';

/** The version of this protocol. */
export const protocol = 1;

/** Maximum length of a frame of a verifier, in bytes. */
export const maxFrameBytes = 131_072;
/**
 * How often a verifier sends a ping, in milliseconds. A pong brings 750 to 1,000 ms of trust, less its way: so one that is
 * late by less than 350 ms costs nothing. A shorter interval costs a replica more.
 */
export const pingInterval = 400;
/** Maximum number of hashes in one ask. The next ask follows the answer. */
export const maxAsked = 50;
/** Maximum number of tokens whose uses go in one message. The next message follows the acknowledgement. */
export const maxTold = 200;

export type FromVerifier =
  /** The first message. `instance` names the verifier across its connections. */
  | { kind: 'hello'; version: number; token: string; instance: string }
  | { kind: 'ping'; ping: number }
  /** Asks what is known of tokens, by their hashes. */
  | { kind: 'ask'; hashes: string[] }
  /** Every change that was told before this barrier is in force in the verifier. */
  | { kind: 'ack'; barrier: number }
  /** Uses of tokens in the hour that begins then. */
  | { kind: 'uses'; number: number; hour: number; uses: WireUses[] }
  /** The verifier answers nothing from its memory any more, and goes. */
  | { kind: 'bye' };

export type FromReplica =
  /** The verifier is let in. */
  | { kind: 'welcome' }
  /**
   * `trust`: for how long, in milliseconds since it sent this ping, the verifier may answer from its memory. `now`: the
   * time of the database, in Unix milliseconds.
   */
  | { kind: 'pong'; ping: number; trust: number; now: number }
  /** The answer to an ask, in its order. */
  | { kind: 'found'; found: WireFound[] }
  /** The answer to an ask where the database could not be asked. */
  | { kind: 'unavailable' }
  | Invalidation
  | { kind: 'barrier'; barrier: number }
  /** The uses of this number are taken. */
  | { kind: 'used'; number: number }
  /** The replica ends soon: open another connection. */
  | { kind: 'moving' };

/** A change after which what was found is out of date. */
export type Invalidation =
  /** The key of this hash, in hexadecimal digits, has changed, come or gone. */
  | { kind: 'changed'; hash: string }
  /** The account is deleted with its keys, suspended or let back, or has another `externalId`, other metadata, other limits or another quota. */
  | { kind: 'account_changed'; accountId: string }
  /** A role has changed, come or gone, and with it what its keys may do. */
  | { kind: 'roles_changed' }
  /** More has changed than can be named. */
  | { kind: 'changed_all' };

/** The uses of a token, as `TokenUses`: counts of zero are left out. */
export interface WireUses {
  /** SHA-512 of the token, 128 hexadecimal digits. */
  hash: string;
  /** Unix time in milliseconds; null where it was not valid. */
  lastUsedAt: number | null;
  ip: string | null;
  userAgent: string | null;
  counts: Partial<Record<Outcome, number>>;
}

/** What was found of a token. `keep`: whether it may be cached until it changes. */
export interface WireFound {
  hash: string;
  keep: boolean;
  /** Null: there is no such token. */
  key: WireKey | WireTombstone | null;
}

type WireTombstone = Omit<Tombstone, 'hash'>;

/** As `VerifiedKey`: sets are lists, ranges of addresses are texts, and times are Unix times in milliseconds. */
export interface WireKey {
  gone: null;
  id: string;
  state: TokenState;
  accountId: string;
  externalId: string | null;
  accountMetadata: Record<string, string | number | boolean> | null;
  name: string;
  scopes: string[];
  hasRoles: boolean;
  metadata: Record<string, string | number | boolean>;
  limits: Limit[] | null;
  expiresAt: number | null;
  accountDisabledAt: number | null;
  disabledAt: number | null;
  notBefore: number | null;
  endsAt: number | null;
  allowedIps: string[] | null;
  audience: string[] | null;
}

const timeOf = (date: Date | null) => date?.getTime() ?? null;
const dateOf = (time: number | null) => (time === null ? null : new Date(time));

/** What was found, as it is sent. */
export function toWire(found: Found): WireKey | WireTombstone {
  const { id, accountId, name } = found;
  if (found.gone) return { gone: found.gone, id, accountId, name };
  const { hash, ...key } = found;
  return {
    ...key,
    scopes: [...key.scopes],
    accountMetadata: key.accountMetadata && { ...key.accountMetadata },
    metadata: { ...key.metadata },
    limits: key.limits && [...key.limits],
    expiresAt: timeOf(key.expiresAt),
    accountDisabledAt: timeOf(key.accountDisabledAt),
    disabledAt: timeOf(key.disabledAt),
    notBefore: timeOf(key.notBefore),
    endsAt: timeOf(key.endsAt),
    allowedIps: key.allowedIps?.map(formatCidr) ?? null,
    audience: key.audience && [...key.audience],
  };
}

/** What was sent, as it was found. */
export function fromWire({ hash, key }: WireFound): Found | undefined {
  if (!key) return undefined;
  if (key.gone) return { ...key, hash };
  const ranges = key.allowedIps?.flatMap((range) => readCidr(range) ?? []);
  return {
    ...key,
    hash,
    scopes: new Set(key.scopes),
    expiresAt: dateOf(key.expiresAt),
    accountDisabledAt: dateOf(key.accountDisabledAt),
    disabledAt: dateOf(key.disabledAt),
    notBefore: dateOf(key.notBefore),
    endsAt: dateOf(key.endsAt),
    allowedIps: ranges ?? null,
  };
}
