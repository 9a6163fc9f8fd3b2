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
 * Stores a key that another system made. When this returns, or throws TokenExists, every replica knows its token: an earlier
 * attempt may have succeeded without an answer.
 * @throws TokenExists where a key has the token, or had it and its tombstone is kept (`TOMBSTONE_DAYS`): an import that is run
 * again revives no key that was revoked meanwhile
 * @throws InvalidInput for a token with the form of a JWT
 * @throws whatever `mintKey` throws
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
  const minted = (await isRemembered(context.db, token.hash))
    ? undefined
    : await mintKey(context, { ...given, token, within: undefined }, act).catch((error) => {
        if (!isUniqueViolation(error)) throw error;
      });
  await context.settled();
  if (!minted) throw new TokenExists();
  return minted;
}
