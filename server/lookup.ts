import { setImmediate } from 'node:timers';
import { sql } from 'kysely';
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
        findByHashes(this.#db, hashes).then(resolve, reject);
      }),
    );
  }
}

async function findByHashes(db: Database, hashes: ReadonlySet<string>): Promise<Found> {
  const literal = `{${Array.from(hashes, (hash) => `"\\\\x${hash}"`).join(',')}}`;
  const keys = await db
    .selectFrom('keys')
    .innerJoin('accounts', 'accounts.id', 'keys.account_id')
    .select([
      sql<string>`encode(keys.hash, 'hex')`.as('hash'),
      'keys.id',
      'keys.account_id as accountId',
      'accounts.external_id as externalId',
      'keys.name',
      'keys.scopes',
      'keys.metadata',
      'keys.expires_at as expiresAt',
      'keys.disabled_at as disabledAt',
    ])
    .where(sql<boolean>`keys.hash = any(${literal}::text::bytea[])`)
    .execute();
  return new Map(keys.map(({ hash, ...key }) => [hash, key]));
}
