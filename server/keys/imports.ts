import { isUniqueViolation } from '../db/errors.ts';
import { InvalidInput, TokenExists } from '../errors.ts';
import type { Act } from '../events/recording.ts';
import type { Store } from '../store.ts';
import { importedHash } from '../token.ts';
import type { Key, StoredToken } from './keys.ts';
import { mintKey, type NewKey } from './minting.ts';
import { rememberedKeys } from './remembered.ts';

/** A token that another system made: the SHA-256 of it in hexadecimal digits, and its first characters. */
export interface ForeignToken {
  sha256: string;
  start: string;
}

/** What an imported key is given. */
export type GivenToImported = Omit<NewKey, 'token' | 'within'>;

/** What an imported key is stored with. */
export type Storing = Store & Parameters<typeof mintKey>[0];

/** What will be stored of a token. @throws InvalidInput for one with the form of a JWT */
export function storedToken({ sha256, start }: ForeignToken): StoredToken {
  if (start.startsWith('eyJ'))
    throw new InvalidInput({ detail: 'A JWT cannot be imported.', pointer: '#/start' });
  return { hash: importedHash(sha256), start };
}

/**
 * Stores a key that another system made. When this returns, or throws TokenExists, every replica knows its token: an earlier
 * attempt may have succeeded without an answer.
 * @throws whatever `storeImported` throws
 * @throws InvalidInput for a token with the form of a JWT
 */
export async function importKey(
  context: Storing,
  token: ForeignToken,
  given: GivenToImported,
  act: Act,
): Promise<Key> {
  const outcome = await storeImported(context, storedToken(token), given, act).catch((error) => {
    if (error instanceof TokenExists) return error;
    throw error;
  });
  await context.settled();
  if (outcome instanceof TokenExists) throw outcome;
  return outcome;
}

/**
 * Stores one imported key. Replicas may not know its token yet.
 * @throws TokenExists where the token was ever imported: an import that is run again revives no key that is gone since
 * @throws whatever `mintKey` throws
 */
export async function storeImported(
  context: Storing,
  token: StoredToken,
  given: GivenToImported,
  act: Act,
): Promise<Key> {
  const assertUnknown = async () => {
    const remembered = await rememberedKeys(context.db, [token.hash]);
    if (remembered.has(token.hash)) throw new TokenExists(remembered.get(token.hash));
  };
  await assertUnknown();
  return mintKey(context, { ...given, token, within: undefined }, act).catch(async (error) => {
    // Another import of the token was faster.
    if (isUniqueViolation(error)) await assertUnknown();
    throw error;
  });
}
