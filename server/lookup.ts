import { setImmediate } from 'node:timers';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './db/schema.ts';
import type { VerifiedKey } from './verify.ts';

/** At most so many hashes go into one query. */
const batchSize = 1_000;

type Found = ReadonlyMap<string, VerifiedKey>;

/** Finds keys by their hashes in the database. All look-ups of one tick go into one query. */
export class Lookup {
  readonly #db: Database;
  #hashes = new Set<string>();
  #found: Promise<Found> | undefined;

  constructor(db: Database) {
    this.#db = db;
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
    const { rows } = await findByHashes([...hashes]).execute(this.#db);
    return new Map(rows.map(({ hash, ...key }) => [hash, key]));
  }
}

interface Row extends VerifiedKey {
  hash: string;
}

/**
 * The keys with these hashes. The LIMIT, which changes nothing since hashes are unique, keeps the planner from joining
 * whole tables: it cannot know how many hashes come, prefers to read a small table from end to end, and keeps that plan
 * while the table grows. So each hash is looked up in the index.
 */
export function findByHashes(hashes: readonly string[]): RawBuilder<Row> {
  const array = `{${hashes.map((hash) => `"\\\\x${hash}"`).join(',')}}`;
  return sql`
    select encode(wanted.hash, 'hex') as hash, key.*
    from unnest(${array}::text::bytea[]) as wanted(hash)
    cross join lateral (
      select keys.id, keys.account_id as "accountId", accounts.external_id as "externalId", keys.name, keys.scopes,
        keys.metadata, keys.expires_at as "expiresAt", keys.disabled_at as "disabledAt"
      from keys join accounts on accounts.id = keys.account_id
      where keys.hash = wanted.hash
      limit 1
    ) as key`;
}
