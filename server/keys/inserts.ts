import { setImmediate } from 'node:timers';
import { type RawBuilder, sql } from 'kysely';
import { isRefused } from '../db/errors.ts';
import type { Database } from '../db/schema.ts';
import { type Act, recordedEach } from '../events/events.ts';
import { isStillPolicy, type StoredPolicy } from './bounds.ts';
import type { Key } from './keys.ts';
import { limitFacts, mintedLimits } from './limit-rows.ts';

/** The policy that a key was checked against: as it is stored, and how many keys it allows. */
interface Checked {
  stored: StoredPolicy;
  maxKeys: number;
}

/** A key to be inserted, if its account still has the policy that the key was checked against. */
export interface Mint {
  key: Omit<Key, 'number'>;
  checked: Checked;
  act: Act;
  /** Whether another system made the key. Then a replica may remember its token as unknown, and is told. */
  isImported: boolean;
}

/** Whether keys can be created in an account: it is neither deleted nor disabled. */
const isOpen = sql`closed_at is null and disabled_at is null`;

/** The CTE that takes a place for one more key in an account. `place` is empty if there is none. */
const placeIn = ({ key, checked: { stored, maxKeys } }: Mint) => sql`
  place as (
    update accounts set key_count = key_count + 1
    where id = ${key.accountId} and ${isOpen} and key_count < ${maxKeys}::integer and ${isStillPolicy(stored)}
    returning id)`;

/**
 * The same for a call with an Idempotency-Key. The account is locked, then the key is claimed, then the place is taken. So
 * an account without a place leaves no claim, and a key that is taken takes no place.
 */
const claimedPlaceIn = ({ key, checked: { stored, maxKeys } }: Mint, claimed: RawBuilder<never>) => sql`
  account as (
    select id, key_count < ${maxKeys}::integer as has_place from accounts
    where id = ${key.accountId} and ${isOpen} and ${isStillPolicy(stored)} for no key update),
  claimed as ${claimed},
  place as (
    update accounts set key_count = key_count + 1 from claimed where id = claimed.account_id
    returning id)`;

/**
 * The same for keys of several accounts that have no policy of their own. It skips locked accounts: waiting for one while
 * it holds others could deadlock, and would let one account hold up another.
 */
const placesAtOnce = sql`
  account as (
    select account.id from given cross join lateral (
      select id from accounts
      where id = given.account_id and ${isOpen} and key_count < given.max_keys and ${isStillPolicy(null)}
      limit 1 for no key update skip locked) as account),
  place as (
    update accounts set key_count = key_count + 1 where id = any(array(select id from account))
    returning id)`;

/** The same for several keys of each account: all keys of an account have a place, or none of them has. */
const placesForAll = sql`
  asked as (
    select account_id, max_keys, checked_policy, count(*)::integer as count from given
    group by account_id, max_keys, checked_policy),
  account as (
    select account.id, asked.count from asked cross join lateral (
      select id from accounts
      where id = asked.account_id and ${isOpen} and key_count + asked.count <= asked.max_keys
        and policy is not distinct from asked.checked_policy::jsonb
      limit 1 for no key update skip locked) as account),
  place as (
    update accounts set key_count = key_count + account.count from account where accounts.id = account.id
    returning accounts.id)`;

/**
 * The CTE that takes the tokens of imported keys, each of them for ever: the statement fails if one was taken before. In the
 * order of their hashes, so that two imports of the same tokens at once do not deadlock.
 */
const takenTokens = sql`
    taken as (
      insert into imported_tokens (hash)
      select decode(given.hash, 'hex') from place join given on given.account_id = place.id order by 1
      returning hash),`;

/** The numbers of the keys that were inserted, by their ids. */
type Numbers = ReadonlyMap<string, number>;

/** Mints of one turn of the event loop, by account, and their numbers once they are inserted. */
interface Gathering {
  mints: Map<string, Mint>;
  numbers: Promise<Numbers>;
}

/** Maximum number of keys that one statement inserts. */
const maxTogether = 32;

/** Inserts new keys, alone or together with others of the same turn of the event loop. */
export class KeyInserts {
  readonly #db: Database;
  #gathering: Gathering | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Inserts a key in one statement with those that are minted in other accounts in the same turn of the event loop.
   * @returns its number; undefined if there is no place for it, or only after waiting
   */
  async together(mint: Mint): Promise<number | undefined> {
    const { id, accountId } = mint.key;
    // A statement updates a row once, so it can take one place in each account.
    if (this.#gathering?.mints.has(accountId)) return this.alone(mint);
    if (this.#gathering?.mints.size === maxTogether) this.#gathering = undefined;
    this.#gathering ??= this.#gather();
    this.#gathering.mints.set(accountId, mint);
    return (await this.#gathering.numbers).get(id);
  }

  /**
   * Inserts a key in a statement of its own, which waits for other mints in its account.
   * @returns its number; undefined if there is no place for it, or its claim is taken
   */
  async alone(mint: Mint, claimed?: RawBuilder<never>): Promise<number | undefined> {
    // Mints in one account wait for each other at its row, and each reads the count again: the bound is exact.
    const place = claimed ? claimedPlaceIn(mint, claimed) : placeIn(mint);
    return (await insertKeys(this.#db, place, [mint])).get(mint.key.id);
  }

  /**
   * Inserts imported keys of several accounts in one statement, which waits for no account.
   * @returns the numbers of those that it has inserted, by their ids: of an account all, or none
   */
  async manyAtOnce(mints: readonly Mint[]): Promise<Numbers> {
    return mints.length === 0 ? new Map() : insertOrNone(this.#db, placesForAll, mints);
  }

  #gather(): Gathering {
    const mints: Gathering['mints'] = new Map();
    const numbers = new Promise<Numbers>((resolve, reject) =>
      setImmediate(() => {
        if (this.#gathering?.mints === mints) this.#gathering = undefined;
        this.#insert([...mints.values()]).then(resolve, reject);
      }),
    );
    return { mints, numbers };
  }

  async #insert(mints: readonly Mint[]): Promise<Numbers> {
    const [only, ...others] = mints;
    if (only && others.length === 0) return insertKeys(this.#db, placeIn(only), mints);
    return insertOrNone(this.#db, placesAtOnce, mints);
  }
}

/** Inserts keys, as `insertKeys` does; none if the server refuses one of them. */
async function insertOrNone(...inserted: Parameters<typeof insertKeys>): Promise<Numbers> {
  try {
    return await insertKeys(...inserted);
  } catch (error) {
    // One of them is at fault, so each is tried alone. After any other error they may be stored, and are not tried again.
    if (isRefused(error)) return new Map();
    throw error;
  }
}

/**
 * Inserts keys, if they have a place.
 * @param place the CTEs up to `place`, which returns the ids of the accounts; they may use `given`
 */
async function insertKeys(
  db: Database,
  place: RawBuilder<unknown>,
  mints: readonly Mint[],
): Promise<Numbers> {
  // The setting tells triggers that the keys are counted and, if it is `on`, their tokens new: see keys_inserted and
  // token_inserted. Either all keys of a statement are imported, or none.
  const isImported = mints[0]?.isImported;
  const { rows } = await sql<{ id: string; number: number }>`
    with given as materialized (
      select * from json_to_recordset(${JSON.stringify(mints.map(rowOf))}::text::json) as given (
        id text, account_id text, max_keys integer, checked_policy text, name text, scopes text[], roles text[], metadata jsonb,
        expires_at timestamptz, not_before timestamptz, allowed_ips text[], audience text[], at timestamptz,
        hash text, start text, actor text, on_behalf_of text, request_id text, ip text, user_agent text,
        facts jsonb)),
    ${place},${isImported ? takenTokens : sql``}
    placed as (
      select given.*, decode(given.hash, 'hex') as current_hash from place join given on given.account_id = place.id
        ${isImported ? sql`join taken on taken.hash = decode(given.hash, 'hex')` : sql``}),
    minted as (
      insert into keys (id, account_id, name, scopes, roles, metadata, expires_at, not_before, allowed_ips, audience,
        created_by, on_behalf_of, created_at, updated_at, current_hash)
      select id, account_id, name, scopes, roles, metadata, expires_at, not_before, allowed_ips, audience,
        actor, on_behalf_of, at, at, current_hash
      from placed, (select set_config('latchkey.minting', ${sql.lit(isImported ? 'imported' : 'on')}, true)) as setting
      returning id, account_id, number),
    token as (
      insert into tokens (hash, key_id, start, created_at, activated_at)
      select current_hash, id, start, at, at from placed)${mintedLimits(mints.map(({ key }) => key))},
    recorded as ${recordedEach(
      isImported ? 'key.imported' : 'key.minted',
      sql`select at, actor, on_behalf_of, request_id, ip, user_agent, account_id, id, facts from placed`,
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
  at: key.createdAt,
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
  },
});
