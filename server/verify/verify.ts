import { maybeAsync } from '../../decide/maybe-async.ts';
import { isPlausible } from '../../decide/token-form.ts';
import type { Presented } from '../../decide/verdict.ts';
import { type Found, type Keys, type Verdict, verdictOn } from '../../decide/verified-key.ts';
import { operatorAccountId } from '../id.ts';
import { hashText } from '../token.ts';

/** The verdict on a token whose form alone tells that it is none: nothing was looked up. */
export const malformed: Verdict = { valid: false, reason: 'unknown' };

/** The keys a verifier may see: those of one account, or, for the operator's own, every key. */
const within = (reach: string, key: Found) => reach === operatorAccountId || reach === key.accountId;

/** What is asked of a token. */
export interface Wanted extends Presented {
  /** The account whose keys the verifier may see; the operator's own sees every key. */
  reach: string;
  /** Unix time in milliseconds. Asked once the key is found, since a look-up may tell the time as well. */
  now: () => number;
}

/** Says whether a token is good at this instant: at once where memory tells. Never throws for a bad one, and never writes. */
export function verify(keys: Pick<Keys, 'find'>, token: string, wanted: Wanted): Verdict | Promise<Verdict> {
  return isPlausible(token) ? verifyHash(keys, hashText(token), wanted) : malformed;
}

/** The same for a token whose hash, in hexadecimal digits, is known already. */
export function verifyHash(
  keys: Pick<Keys, 'find'>,
  hash: string,
  wanted: Wanted,
): Verdict | Promise<Verdict> {
  return maybeAsync(keys.find(hash), (key): Verdict => {
    const seen = key && within(wanted.reach, key) ? key : undefined;
    return verdictOn(seen, wanted, seen ? wanted.now() : 0);
  });
}
