import { setImmediate } from 'node:timers';
import { type RawBuilder, sql } from 'kysely';
import { parseCidr } from '../../decide/cidr.ts';
import type { Database } from '../db/schema.ts';
import { databaseTime } from '../replication/clock.ts';
import type { ReadClock } from '../replication/freshness.ts';
import type { VerifiedKey } from './verify.ts';

/** At most so many hashes go into one query. */
const batchSize = 1_000;

type Found = ReadonlyMap<string, VerifiedKey>;

/** Finds keys by their hashes in the database. All look-ups of one tick go into one query. */
export class KeyLookup {
  readonly #db: Database;
  readonly #readClock: ReadClock;
  #hashes = new Set<string>();
  #found: Promise<Found> | undefined;

  /** @param readClock is told what time it was in the database, before the keys are given */
  constructor(db: Database, readClock: ReadClock) {
    this.#db = db;
    this.#readClock = readClock;
  }

  /** @param hash SHA-512 of a token, 128 hexadecimal digits */
  async find(hash: string): Promise<VerifiedKey | undefined> {
    if (this.#hashes.size === batchSize) this.#found = undefined;
    this.#found ??= this.#gather();
    this.#hashes.add(hash);
    return (await this.#found).get(hash);
  }

  /** What is found of those that are asked for until the tick ends. */
  #gather(): Promise<Found> {
    const hashes = new Set<string>();
    this.#hashes = hashes;
    return new Promise((resolve, reject) =>
      setImmediate(() => {
        if (this.#hashes === hashes) this.#found = undefined;
        this.#query(hashes).then(resolve, reject);
      }),
    );
  }

  async #query(hashes: ReadonlySet<string>): Promise<Found> {
    const sent = performance.now();
    const { rows } = await findByHashes([...hashes]).execute(this.#db);
    const received = performance.now();
    const [first] = rows;
    if (first) this.#readClock(first.now, sent, received);
    return new Map(rows.map((row) => [row.hash, keyOf(row)]));
  }
}

interface Row extends Omit<VerifiedKey, 'scopes' | 'allowedIps'> {
  scopes: string[];
  allowedIps: string[] | null;
  /** Unix time in milliseconds by the database's clock. */
  now: number;
}

function keyOf({ now, scopes, allowedIps, ...key }: Row): VerifiedKey {
  // A range that somebody wrote by hand, and that is none, allows nothing.
  const ranges = allowedIps?.map(parseCidr).flatMap((parsed) => ('cidr' in parsed ? [parsed.cidr] : []));
  return { ...key, scopes: new Set(scopes), allowedIps: ranges ?? null };
}

/**
 * The keys whose tokens have these hashes. The planner cannot know how many hashes come, prefers to read a small table
 * from end to end for each of them, and keeps that plan while the table grows. So the token is asked for as the first
 * one from this hash on, which nothing finds as fast as the index; and the outer LIMIT, which changes nothing, keeps
 * whole tables from being joined.
 */
export function findByHashes(hashes: readonly string[]): RawBuilder<Row> {
  const array = `{${hashes.map((hash) => `"\\\\x${hash}"`).join(',')}}`;
  return sql`
    select encode(wanted.hash, 'hex') as hash, found.*, ${sql.raw(databaseTime)} as now
    from unnest(${array}::text::bytea[]) as wanted(hash)
    cross join lateral (
      select keys.id, keys.account_id as "accountId", accounts.external_id as "externalId", keys.name, keys.scopes,
        keys.metadata, keys.expires_at as "expiresAt", keys.disabled_at as "disabledAt",
        keys.not_before as "notBefore", keys.allowed_ips as "allowedIps", keys.audience,
        case tokens.hash when keys.current_hash then 'current' when keys.next_hash then 'next' else 'previous' end as state,
        case tokens.hash when keys.previous_hash then keys.previous_ends_at end as "endsAt"
      from (select hash, key_id from tokens where hash >= wanted.hash order by hash limit 1) as tokens
      join keys on keys.id = tokens.key_id join accounts on accounts.id = keys.account_id
      where tokens.hash = wanted.hash and accounts.closed_at is null
        and tokens.hash in (keys.current_hash, keys.next_hash, keys.previous_hash)
      limit 1
    ) as found`;
}
