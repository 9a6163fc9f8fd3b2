import { setImmediate } from 'node:timers';
import { type RawBuilder, sql } from 'kysely';
import { parseCidr } from '../../decide/cidr.ts';
import type { Limit } from '../../decide/limits.ts';
import type { Found, Tombstone, VerifiedKey } from '../../decide/verified-key.ts';
import { byteaArray } from '../db/bytea-array.ts';
import { databaseTime } from '../db/database-time.ts';
import type { Database } from '../db/schema.ts';
import type { ReadClock } from '../replication/freshness.ts';

/** At most so many hashes go into one query. */
const batchSize = 1_000;

type FoundByHash = ReadonlyMap<string, Found>;

/** Finds keys by their hashes in the database. All look-ups of one tick go into one query. */
export class KeyLookup {
  readonly #db: Database;
  readonly #readClock: ReadClock;
  #hashes = new Set<string>();
  #found: Promise<FoundByHash> | undefined;

  /** @param readClock is told what time it was in the database, before the keys are given */
  constructor(db: Database, readClock: ReadClock) {
    this.#db = db;
    this.#readClock = readClock;
  }

  /** @param hash SHA-512 of a token, 128 hexadecimal digits */
  async find(hash: string): Promise<Found | undefined> {
    if (this.#hashes.size === batchSize) this.#found = undefined;
    this.#found ??= this.#gather();
    this.#hashes.add(hash);
    return (await this.#found).get(hash);
  }

  /** What is found of those that are asked for until the tick ends. */
  #gather(): Promise<FoundByHash> {
    const hashes = new Set<string>();
    this.#hashes = hashes;
    return new Promise((resolve, reject) =>
      setImmediate(() => {
        if (this.#hashes === hashes) this.#found = undefined;
        this.#query(hashes).then(resolve, reject);
      }),
    );
  }

  async #query(hashes: ReadonlySet<string>): Promise<FoundByHash> {
    const sent = performance.now();
    const { rows } = await findByHashes([...hashes]).execute(this.#db);
    const received = performance.now();
    const [first] = rows;
    if (first) this.#readClock(first.now, sent, received);
    return new Map(rows.map((row) => [row.hash, foundIn(row)]));
  }
}

/** It names its hash: rows of another statement, which the driver has given for ours, would be found by no token. */
interface Row extends Omit<VerifiedKey, 'gone' | 'scopes' | 'allowedIps'> {
  gone: Tombstone['gone'] | null;
  scopes: string[];
  allowedIps: string[] | null;
  /** Those that the keys of its account share. */
  accountLimits: readonly Limit[] | null;
  /** Unix time in milliseconds by the database's clock. */
  now: number;
}

/** Field by field: leaving fields out by a rest and a spread takes ten times as long. */
function foundIn(row: Row): Found {
  const { gone, id, hash, accountId, name, limits, accountLimits } = row;
  if (gone) return { gone, id, hash, accountId, name };
  // A range that somebody wrote by hand, and that is none, allows nothing.
  const ranges = row.allowedIps?.map(parseCidr).flatMap((parsed) => ('cidr' in parsed ? [parsed.cidr] : []));
  return {
    gone,
    id,
    hash,
    state: row.state,
    endsAt: row.endsAt,
    accountId,
    externalId: row.externalId,
    accountMetadata: row.accountMetadata,
    name,
    scopes: new Set(row.scopes),
    hasRoles: row.hasRoles,
    metadata: row.metadata,
    expiresAt: row.expiresAt,
    accountDisabledAt: row.accountDisabledAt,
    disabledAt: row.disabledAt,
    notBefore: row.notBefore,
    allowedIps: ranges ?? null,
    audience: row.audience,
    limits:
      limits && accountLimits ? limitsInOrder([...limits, ...accountLimits]) : (limits ?? accountLimits),
  };
}

/** Limits by their names. One of a key comes before one of its account that has the same. */
const limitsInOrder = (limits: readonly Limit[]): readonly Limit[] =>
  limits.toSorted((a, b) =>
    a.name === b.name ? Number(a.sharedByAccount) - Number(b.sharedByAccount) : a.name < b.name ? -1 : 1,
  );

/**
 * Selects the keys whose tokens have these hashes, or else the tombstones of the tokens. The planner cannot know how many
 * hashes there are. It prefers a sequential scan of a small table for each of them, and keeps that plan while the table
 * grows. So the query asks for the first token from the hash on, for which the index is always the cheapest plan. The
 * outer LIMIT changes no result, and keeps the planner from joining whole tables. The array stands in a select of its own,
 * where the planner does not count the hashes: it would plan every query for a few of them anew, which takes longer than
 * the query.
 */
export function findByHashes(hashes: readonly string[]): RawBuilder<Row> {
  return sql`
    select encode(wanted.hash, 'hex') as hash, found.*, ${sql.raw(databaseTime)} as now
    from unnest((select ${byteaArray(hashes)}::text::bytea[])) as wanted(hash)
    cross join lateral (
      (select null as gone, keys.id, keys.account_id as "accountId", accounts.external_id as "externalId",
        accounts.metadata as "accountMetadata", keys.name,
        case when keys.roles = '{}' then keys.scopes else keys.scopes || array(
          select scope from roles, unnest(roles.scopes) as scope where roles.id = any(keys.roles) order by roles.number)
        end as scopes, keys.roles <> '{}' as "hasRoles",
        keys.metadata, case tokens.hash when keys.next_hash then keys.next_expires_at else keys.expires_at end as "expiresAt",
        accounts.disabled_at as "accountDisabledAt",
        keys.disabled_at as "disabledAt", keys.not_before as "notBefore", keys.allowed_ips as "allowedIps", keys.audience,
        keys.limits_copy as limits, accounts.limits_copy as "accountLimits",
        case tokens.hash when keys.current_hash then 'current' when keys.next_hash then 'next' else 'previous' end as state,
        case tokens.hash when keys.previous_hash then keys.previous_ends_at end as "endsAt"
      from (select hash, key_id from tokens where hash >= wanted.hash order by hash limit 1) as tokens
      join keys on keys.id = tokens.key_id join accounts on accounts.id = keys.account_id
      where tokens.hash = wanted.hash and accounts.closed_at is null
        and tokens.hash in (keys.current_hash, keys.next_hash, keys.previous_hash)
      limit 1)
      union all
      (select tombstones.reason, tombstones.key_id, tombstones.account_id, null, null, tombstones.name,
        null, null, null, null, null, null, null, null, null, null, null, null, null
      from (select * from tombstones where hash >= wanted.hash order by hash limit 1) as tombstones
      join accounts on accounts.id = tombstones.account_id
      where tombstones.hash = wanted.hash and accounts.closed_at is null
        -- A live token has precedence, in whatever order the two halves run.
        and wanted.hash is distinct from (
          select hash from tokens where hash >= wanted.hash order by hash limit 1)
      limit 1)
      limit 1
    ) as found`;
}
