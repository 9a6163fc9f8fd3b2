import { sql } from 'kysely';
import { byteaArray } from '../db/bytea-array.ts';
import type { Database } from '../db/schema.ts';

/**
 * The tokens that the database remembers, by their hashes: those of its keys, those that are gone lately, and every token
 * that was ever imported. Each with the id of its key; undefined: nothing else of the key is left. A token may be here that
 * a look-up does not find: its account was deleted, perhaps a moment ago, and another replica may not have heard of that. The
 * sweep removes the key only after every replica has.
 */
export async function rememberedKeys(
  db: Database,
  hashes: readonly string[],
): Promise<Map<string, string | undefined>> {
  // The first row from the hash on, for which the index is the cheapest plan: see findByHashes in verify/key-lookup.ts.
  const { rows } = await sql<{ hash: string; keyId: string | null }>`
    select encode(wanted.hash, 'hex') as hash, coalesce(token.key_id, tombstone.key_id) as "keyId"
    from unnest((select ${byteaArray(hashes)}::text::bytea[])) as wanted(hash)
    left join lateral (
      select hash, key_id from tokens where hash >= wanted.hash order by hash limit 1) as token
      on token.hash = wanted.hash
    left join lateral (
      select hash, key_id from tombstones where hash >= wanted.hash order by hash limit 1) as tombstone
      on tombstone.hash = wanted.hash
    left join lateral (
      select hash from imported_tokens where hash >= wanted.hash order by hash limit 1) as imported
      on imported.hash = wanted.hash
    where coalesce(token.hash, tombstone.hash, imported.hash) is not null`.execute(db);
  return new Map(rows.map(({ hash, keyId }) => [hash, keyId ?? undefined]));
}
