import { KeyCache } from '../../decide/key-cache.ts';
import type { Database } from '../db/schema.ts';
import type { Freshness } from '../replication/freshness.ts';
import { KeyLookup } from './key-lookup.ts';

/** A cache of the keys of a database, which is trusted for as long as it is known to be fresh. */
export function openKeyCache(db: Database, freshness: Freshness, bytes: number): KeyCache {
  const lookup = new KeyLookup(db, (...reading) => freshness.readClock(...reading));
  const keys = new KeyCache({
    find: (hash) => lookup.find(hash),
    isFresh: () => freshness.isFresh(),
    bytes,
  });
  freshness.subscribe({ cache: keys });
  return keys;
}
