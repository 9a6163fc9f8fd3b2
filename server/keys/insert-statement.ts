import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../db/schema.ts';
import { type Act, recordedEach } from '../events/recording.ts';
import type { StoredPolicy } from './bounds.ts';
import type { Key } from './keys.ts';
import { limitFacts, mintedLimits } from './limit-rows.ts';

/** A key to be inserted, if its account still has the policy that the key was checked against. */
export interface Mint {
  key: Omit<Key, 'number'>;
  checked: Checked;
  act: Act;
}

/** The policy that a key was checked against: as it is stored, and how many keys it allows. */
interface Checked {
  stored: StoredPolicy;
  maxKeys: number;
}

/** The numbers of the keys that were inserted, by their ids. */
export type Numbers = ReadonlyMap<string, number>;

/** What is told of keys, according to where their tokens are from. */
const origins = {
  /** Made here. No replica knows such a token. */
  minted: { event: 'key.minted', setting: 'on', taken: sql``, isTaken: sql`` },
  /**
   * Made by another system. Replicas may remember such a token as unknown, and are told. Each is taken for ever: the statement
   * fails if one was taken before. In the order of their hashes, so that two imports of the same tokens do not deadlock.
   */
  imported: {
    event: 'key.imported',
    setting: 'imported',
    taken: sql`
    taken as (
      insert into imported_tokens (hash)
      select decode(given.hash, 'hex') from slot join given on given.account_id = slot.id order by 1
      returning hash),`,
    isTaken: sql`join taken on taken.hash = decode(given.hash, 'hex')`,
  },
} as const;
export type Origin = keyof typeof origins;

/**
 * Inserts keys that have a slot, with their tokens, limits and events.
 * @param slots the CTEs up to `slot`, as in slots.ts. They may use `given`
 */
export async function insertKeys(
  db: Database,
  origin: Origin,
  slots: RawBuilder<unknown>,
  mints: readonly Mint[],
): Promise<Numbers> {
  const { event, setting, taken, isTaken } = origins[origin];
  // The setting tells triggers that the keys are counted and, if it is `on`, their tokens new: see keys_inserted and
  // token_inserted.
  const { rows } = await sql<{ id: string; number: number }>`
    with given as materialized (
      select * from json_to_recordset(${JSON.stringify(mints.map(rowOf))}::text::json) as given (
        id text, account_id text, max_keys integer, checked_policy text, name text, scopes text[], roles text[], metadata jsonb,
        expires_at timestamptz, not_before timestamptz, allowed_ips text[], audience text[], disabled_at timestamptz,
        created_at timestamptz, at timestamptz, hash text, start text, actor text, on_behalf_of text, request_id text,
        ip text, user_agent text, facts jsonb)),
    ${slots},${taken}
    accepted as (
      select given.*, decode(given.hash, 'hex') as current_hash from slot join given on given.account_id = slot.id
        ${isTaken}),
    minted as (
      insert into keys (id, account_id, name, scopes, roles, metadata, expires_at, not_before, allowed_ips, audience,
        disabled_at, created_by, on_behalf_of, created_at, updated_at, current_hash)
      select id, account_id, name, scopes, roles, metadata, expires_at, not_before, allowed_ips, audience,
        disabled_at, actor, on_behalf_of, created_at, at, current_hash
      from accepted, (select set_config('latchkey.minting', ${sql.lit(setting)}, true)) as setting
      returning id, account_id, number),
    token as (
      insert into tokens (hash, key_id, start, created_at, activated_at)
      select current_hash, id, start, created_at, at from accepted)${mintedLimits(mints.map(({ key }) => key))},
    recorded as ${recordedEach(
      event,
      sql`select at, actor, on_behalf_of, request_id, ip, user_agent, account_id, id, facts from accepted`,
    )}
    select id, number from minted`.execute(db);
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** A mint as the row of `given` in `insertKeys`. */
const rowOf = ({ key, checked, act }: Mint) => ({
  id: key.id,
  account_id: key.accountId,
  max_keys: checked.maxKeys,
  checked_policy: checked.stored,
  name: key.name,
  scopes: key.scopes,
  roles: key.roles.map(({ id }) => id),
  metadata: key.metadata,
  expires_at: key.expiresAt,
  not_before: key.notBefore,
  allowed_ips: key.allowedIps,
  audience: key.audience,
  disabled_at: key.disabledAt,
  created_at: key.createdAt,
  at: key.updatedAt,
  hash: key.tokens[0].hash,
  start: key.tokens[0].start,
  actor: act.actor,
  on_behalf_of: act.onBehalfOf,
  request_id: act.requestId,
  ip: act.ip,
  user_agent: act.userAgent,
  facts: {
    name: key.name,
    scopes: key.scopes,
    ...(key.roles.length > 0 && { roles: key.roles.map(({ name }) => name) }),
    expiresAt: key.expiresAt,
    ...limitFacts(key),
    ...(key.createdAt < key.updatedAt && { createdAt: key.createdAt }),
    ...(key.disabledAt && { disabled: true }),
  },
});
