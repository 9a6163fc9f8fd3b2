import type { ColumnType, Generated, GeneratedAlways, Kysely } from 'kysely';
import type { EventType } from '../../decide/events.ts';
import type { Limit, RefillPeriod } from '../../decide/limits.ts';
import type { AccountPolicy } from '../../decide/policy.ts';

/** The tables, as `migrations/` makes them. */
export interface Schema {
  accounts: {
    id: string;
    number: GeneratedAlways<number>;
    email: string | null;
    password_hash: string | null;
    password_version: Generated<number>;
    external_id: string | null;
    key_count: Generated<number>;
    metadata: ColumnType<Metadata | null, never, never>;
    policy: ColumnType<AccountPolicy | null, never, never>;
    /** Written by triggers on limits alone. */
    limits_copy: ColumnType<Limit[] | null, never, never>;
    created_at: Date;
    disabled_at: Date | null;
    closed_at: Date | null;
    closed_by: ColumnType<StoredAct | null, never, StoredAct>;
  };
  sessions: {
    id: string;
    number: GeneratedAlways<number>;
    account_id: string;
    password_version: number;
    created_at: Date;
    last_used_at: Date;
    expires_at: Date;
  };
  refresh_tokens: {
    hash: Uint8Array;
    session_id: string;
    used_at: Date | null;
  };
  roles: {
    id: string;
    number: GeneratedAlways<number>;
    name: string;
    description: string;
    scopes: string[];
    created_at: Date;
    updated_at: Date;
  };
  keys: {
    id: string;
    number: GeneratedAlways<number>;
    account_id: string;
    name: string;
    scopes: string[];
    roles: Generated<string[]>;
    metadata: ColumnType<Metadata, never, never>;
    expires_at: Date | null;
    disabled_at: Date | null;
    not_before: Date | null;
    allowed_ips: string[] | null;
    audience: string[] | null;
    /** Written by triggers on limits alone. */
    limits_copy: ColumnType<Limit[] | null, never, never>;
    created_by: Generated<string>;
    on_behalf_of: string | null;
    expiry_check_at: Date | null;
    unused_check_at: Generated<Date>;
    created_at: Date;
    updated_at: Date;
    current_hash: Uint8Array;
    next_hash: Uint8Array | null;
    /** In seconds. */
    next_overlap: number | null;
    next_expires_at: Date | null;
    previous_hash: Uint8Array | null;
    previous_ends_at: Date | null;
    previous_expires_at: Date | null;
  };
  tokens: {
    hash: Uint8Array;
    key_id: string;
    start: string;
    created_at: Date;
    activated_at: Date | null;
    last_used_at: Date | null;
    last_used_ip: string | null;
    last_used_user_agent: string | null;
  };
  limits: {
    id: GeneratedAlways<number>;
    account_id: string;
    key_id: string | null;
    name: string;
    amount: number | null;
    window_seconds: number | null;
    refill_every: RefillPeriod | null;
    refills_from: Date | null;
    generation: Generated<number>;
    ungranted: number;
    /** May be infinite, so these are read in SQL alone: see limits/exchange.ts. */
    resets_at: ColumnType<never, never, never>;
    held: Generated<number>;
    held_until: ColumnType<never, never, never>;
    recalled_at: ColumnType<never, never, never>;
  };
  tombstones: {
    hash: Uint8Array;
    key_id: string;
    account_id: string;
    name: string;
    reason: 'revoked' | 'rotated';
    at: Date;
  };
  imported_tokens: {
    hash: Uint8Array;
  };
  usage: {
    account_id: string;
    key_id: string;
    /** The beginning of an hour, in UTC. */
    hour: Date;
    verdict: string;
    count: number;
  };
  idempotency_keys: {
    caller: string;
    hash: Uint8Array;
    fingerprint: Uint8Array;
    salt: Uint8Array;
    kid: string;
    account_id: string;
    key_id: string | null;
    token_hash: Uint8Array | null;
    sealed: Uint8Array | null;
    created_at: Date;
  };
  replicas: {
    id: string;
    beat: number;
  };
  events: {
    number: GeneratedAlways<number>;
    at: Date;
    type: EventType;
    actor: string;
    on_behalf_of: string | null;
    request_id: string | null;
    ip: string | null;
    user_agent: string | null;
    account_id: string;
    key_id: string | null;
    data: Generated<Record<string, unknown>>;
  };
  /** Kysely's own: the migrations that are applied. */
  kysely_migration: {
    name: string;
    timestamp: string;
  };
}

/** An act as events/recording.ts stores it. Its instant is in a column beside it. */
interface StoredAct {
  actor: string;
  onBehalfOf: string | null;
  requestId: string | null;
  ip: string | null;
  userAgent: string | null;
}

export type Metadata = Record<string, string | number | boolean>;

/** A database that is open and migrated. Reads and single statements only: no interactive transactions. */
export type Database = Kysely<Schema>;
