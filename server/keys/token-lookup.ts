import { sql } from 'kysely';
import type { GoneReason, TokenState } from '../../decide/verdict.ts';
import type { Database } from '../db/schema.ts';
import { TokenNotFound } from '../errors.ts';
import type { Signer } from '../jwt/signing.ts';
import { keyHash } from '../token.ts';
import { type Key, type KeyRow, keyColumns, keyOf, ownedBy } from './keys.ts';

/** The key that has a token, and which of its tokens that is; or what is known of the key that had it. */
export type FoundToken =
  | { gone: null; state: TokenState; key: Key }
  | { gone: GoneReason; key: Pick<Key, 'id' | 'accountId' | 'name'> };

/**
 * The hash by which the token of a key is found, in hexadecimal digits. Of an exchanged token that is still valid: that of
 * the token that it was exchanged for. Undefined: it can be none.
 */
export async function keyTokenHash(
  { exchanged }: Signer,
  token: string,
  now: number,
): Promise<string | undefined> {
  const read = exchanged.claims(token) ? await exchanged.find(token) : undefined;
  return read && now < read.expiresAt.getTime() ? read.parent : keyHash(token);
}

/**
 * Finds the key of a token in the database. Nothing is written, and no cache is asked or filled.
 * @param accountId the account of the key; undefined: any
 * @param now Unix time in milliseconds
 * @throws TokenNotFound
 */
export async function lookUpToken(
  { db, signer }: { db: Database; signer: Signer },
  token: string,
  accountId: string | undefined,
  now: number,
): Promise<FoundToken> {
  const hash = await keyTokenHash(signer, token, now);
  if (hash === undefined) throw new TokenNotFound();
  const bytes = sql`decode(${hash}::text, 'hex')`;
  const isSeen =
    accountId === undefined
      ? sql`account_id in (select id from accounts where closed_at is null)`
      : ownedBy(accountId);
  const live = await sql<KeyRow>`
    select ${keyColumns} from keys
    where id = (select key_id from tokens where hash = ${bytes})
      and ${bytes} in (current_hash, next_hash, previous_hash) and ${isSeen}`.execute(db);
  const [row] = live.rows;
  if (row) {
    const key = keyOf(row);
    const found = key.tokens.find((one) => one.hash === hash);
    // A previous token that has ended stays in its row until the next rotation.
    const hasEnded = found?.endsAt && now >= found.endsAt.getTime();
    return found && !hasEnded ? { gone: null, state: found.state, key } : { gone: 'rotated', key };
  }
  // After the other query: a token that ended in between has its tombstone by now.
  const gone = await sql<{ reason: GoneReason; id: string; accountId: string; name: string }>`
    select reason, key_id as id, account_id as "accountId", name from tombstones
    where hash = ${bytes} and ${isSeen}`.execute(db);
  const [tombstone] = gone.rows;
  if (!tombstone) throw new TokenNotFound();
  const { reason, ...key } = tombstone;
  return { gone: reason, key };
}
