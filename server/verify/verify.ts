import { maybeAsync } from '../../decide/maybe-async.ts';
import { isPlausible } from '../../decide/token-form.ts';
import type { Presented } from '../../decide/verdict.ts';
import { type Exchanged, type Found, type Keys, type Verdict, verdictOn } from '../../decide/verified-key.ts';
import { operatorAccountId } from '../id.ts';
import type { ExchangedTokens } from '../jwt/exchanged-tokens.ts';
import { keyHash } from '../token.ts';

/** The verdict on a text that cannot be a token. Nothing is looked up. `Verifications` knows it by identity. */
export const malformed: Verdict = { valid: false, reason: 'unknown' };

/** Whether a verifier may see a key: one in its own account; from the operator's account, every key. */
const within = (reach: string, key: Found) => reach === operatorAccountId || reach === key.accountId;

/** What is asked of a token. */
interface Wanted extends Presented {
  /** The account whose keys the verifier may see; the operator's own sees every key. */
  reach: string;
  /** Unix time in milliseconds. Called once the key is found, since a look-up also reads the clock of the database. */
  now: () => number;
  /** Reads exchanged tokens. Absent: they are refused. */
  exchanged?: ExchangedTokens | undefined;
}

/** The verdict on a token, synchronously on a cache hit. An invalid token is a verdict, not an error. Nothing is written. */
export function verify(keys: Pick<Keys, 'find'>, token: string, wanted: Wanted): Verdict | Promise<Verdict> {
  const { exchanged } = wanted;
  // The signature is checked before the look-up, so that forged tokens never reach the database.
  if (exchanged?.claims(token) && isPlausible(token))
    return maybeAsync(exchanged.find(token), (found) =>
      found ? verifyHash(keys, found.parent, wanted, found) : malformed,
    );
  const hash = keyHash(token);
  return hash ? verifyHash(keys, hash, wanted) : malformed;
}

/**
 * The same for a token whose hash, in hexadecimal digits, is known already.
 * @param exchanged the token that is verified, where it was exchanged for the one with this hash
 */
export function verifyHash(
  keys: Pick<Keys, 'find'>,
  hash: string,
  wanted: Wanted,
  exchanged?: Exchanged,
): Verdict | Promise<Verdict> {
  return maybeAsync(keys.find(hash), (key): Verdict => {
    const seen = key && within(wanted.reach, key) ? key : undefined;
    const presented = exchanged && seen && !seen.gone ? exchanged.narrow(seen) : seen;
    return verdictOn(presented, wanted, seen ? wanted.now() : 0);
  });
}
