import type { Presented } from '../decide/verdict.ts';
import type { ServiceContext } from './context.ts';
import { activate } from './rotation.ts';
import { hashText } from './token.ts';
import type { Client } from './usage/tally.ts';
import { maybeAsync } from './verify/maybe-async.ts';
import type { Purpose } from './verify/verifications.ts';
import { type Verdict, type VerifiedKey, verify, verifyHash } from './verify/verify.ts';

/** What a token is checked for. */
export interface Check extends Presented {
  purpose: Purpose;
  /** The account whose keys the verifier may see; the operator's own sees every key. */
  reach: string;
  /** Who presented the token; asked only where that is noted or decides. */
  client: () => Client;
  /** How often the token was presented: once, if absent. */
  times?: number;
  /** Called for a valid token before the use is recorded. Where it throws, the call was no use of the key. */
  admit?: (key: VerifiedKey) => void;
}

/**
 * Decides on a token and records the use of its key. This is the only way to a verdict. The result is there at once on a
 * cache hit, and promised on a miss. A token of an expired or disabled key is recorded as such.
 * @throws DatabaseUnavailable where the cache does not tell, or the first use of a token cannot be written
 */
export function check(
  context: ServiceContext,
  token: string,
  { purpose, scopes, audience, reach, client, times = 1, admit }: Check,
): Verdict | Promise<Verdict> {
  const { keys, callerHashes, verifications, usage, now } = context;
  const wanted = { scopes, audience, client, reach, now };
  // A verifier sends its own token with every call. The cache saves the hashing, not the look-up.
  const hash = purpose === 'authenticate' ? callerHashes.get(token) : undefined;
  const asked = hash ? verifyHash(keys, hash, wanted) : verify(keys, token, wanted);
  const record = (verdict: Verdict): Verdict => {
    verifications.count(purpose, asked, verdict, times);
    if (verdict.valid && purpose === 'authenticate' && !hash) callerHashes.set(token, hashText(token));
    usage.record(verdict, client, times);
    return verdict;
  };
  return maybeAsync(asked, (verdict) => {
    if (verdict.valid) admit?.(verdict.key);
    // Its first use ends the other token of the key: that is written, and looked up again, before it is answered.
    if (verdict.valid && verdict.key.state === 'next')
      return activate(context, verdict.key)
        .then(() => verifyHash({ find: (hash) => keys.refresh(hash) }, verdict.key.hash, wanted))
        .then(record);
    return record(verdict);
  });
}
