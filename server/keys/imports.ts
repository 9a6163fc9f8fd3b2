import { isUniqueViolation } from '../db/errors.ts';
import { InvalidInput, TokenExists } from '../errors.ts';
import type { Act } from '../events.ts';
import { importedHash } from '../token.ts';
import type { Key, Store } from './keys.ts';
import { mintKey, type NewKey } from './minting.ts';
import { isRemembered } from './token-revocation.ts';

/** A token that another system made: the SHA-256 of it in hexadecimal digits, and its first characters. */
export interface ForeignToken {
  sha256: string;
  start: string;
}

/**
 * Stores a key that another system made. When this returns, every replica accepts its token.
 * @throws TokenExists where a key has the token, or had it and its tombstone is kept (`TOMBSTONE_DAYS`): an import that is run
 * again revives no key that was revoked meanwhile
 * @throws InvalidInput for a token with the form of a JWT
 * @throws AccountNotFound, BeyondPolicy and KeyLimitReached as `mintKey` does
 */
export async function importKey(
  context: Store & Parameters<typeof mintKey>[0],
  { sha256, start }: ForeignToken,
  given: Omit<NewKey, 'token' | 'within'>,
  act: Act,
): Promise<Key> {
  if (start.startsWith('eyJ'))
    throw new InvalidInput({ detail: 'A JWT cannot be imported.', pointer: '#/start' });
  const token = { hash: importedHash(sha256), start };
  if (await isRemembered(context.db, token.hash)) throw new TokenExists();
  try {
    const key = await mintKey(context, { ...given, token, within: undefined }, act);
    await context.settled();
    return key;
  } catch (error) {
    throw isUniqueViolation(error) ? new TokenExists() : error;
  }
}
