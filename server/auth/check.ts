import type { Client } from '../../decide/client.ts';
import type { Costs, Limit } from '../../decide/limits.ts';
import { isPromise, maybeAsync } from '../../decide/maybe-async.ts';
import type { Presented } from '../../decide/verdict.ts';
import type { Verdict, VerifiedKey } from '../../decide/verified-key.ts';
import type { ServiceContext } from '../context.ts';
import { activate } from '../keys/rotation.ts';
import type { Spending } from '../limits/spending.ts';
import type { Purpose } from '../verify/verifications.ts';
import { verify, verifyHash } from '../verify/verify.ts';

/** What a token is checked for. */
export interface Check extends Presented {
  purpose: Purpose;
  /** The account whose keys the verifier may see; the operator's own sees every key. */
  reach: string;
  /** Who presented the token. Called only if the verdict or a record needs it. */
  client: () => Client;
  /** Who is recorded to have presented it: `client`, if absent. */
  recordedClient?: () => Client;
  /** How often the token was presented: once, if absent. */
  times?: number;
  /** What it costs of the key's limits, for all `times` together. Absent: limits are neither spent nor checked. */
  costs?: Costs;
  /** Called for a valid token before the use is recorded. If it throws, no use is recorded. */
  admit?: (key: VerifiedKey) => void;
}

type Valid = Extract<Verdict, { valid: true }>;
type Shortfall = Extract<Spending, { kind: 'refused' }>;

/**
 * Decides on a token, spends its cost from the limits of its key, and records the use. This is the only way to a verdict.
 * It is synchronous on a cache hit, and a promise on a miss. A refused token spends nothing; its use is recorded under the
 * reason. A check that fails spends nothing either, and records nothing.
 * @throws DatabaseUnavailable if the database is needed and does not answer: for a miss, for units of a limit, or to write
 * the first use of a token
 */
export function check(
  context: ServiceContext,
  token: string,
  { purpose, scopes, audience, reach, client, recordedClient = client, times = 1, costs, admit }: Check,
): Verdict | Promise<Verdict> {
  const { keys, callerHashes, limits, verifications, usage, now, signer } = context;
  // To call this API, and to be exchanged, a token must be one of the key's own.
  const exchanged = purpose === 'verify' ? signer.exchanged : undefined;
  const wanted = { scopes, audience, client, reach, now, exchanged };
  // A caller sends its own token with every call. This cache saves the hashing, not the look-up.
  const knownHash = purpose === 'authenticate' ? callerHashes.get(token) : undefined;
  const asked = knownHash ? verifyHash(keys, knownHash, wanted) : verify(keys, token, wanted);
  const isCached = !isPromise(asked);

  const decide = (verdict: Verdict): Verdict | Promise<Verdict> => {
    if (!verdict.valid) return record(verdict);
    admit?.(verdict.key);
    return costs && verdict.key.limits ? spend(verdict, verdict.key.limits, costs) : accept(verdict);
  };

  const spend = (verdict: Valid, ofKey: readonly Limit[], costs: Costs): Verdict | Promise<Verdict> =>
    maybeAsync(limits.spend(ofKey, costs), (spending) => {
      switch (spending.kind) {
        case 'spent':
          return accept({ ...verdict, limits: spending.limits });
        case 'refused':
          return record(exceeded(verdict, spending));
        case 'changed':
          return again(verdict.key).then(decide);
      }
    });

  const accept = (verdict: Valid): Verdict | Promise<Verdict> =>
    verdict.key.state === 'next' ? activated(verdict) : record(verdict);

  // The first use of a next token makes it the current one. That is written, and looked up again, before it is answered.
  const activated = async (verdict: Valid): Promise<Verdict> => {
    let found: Verdict | undefined;
    try {
      await activate(context, verdict.key);
      found = await again(verdict.key);
    } finally {
      if (!found?.valid && costs && verdict.limits) limits.unspend(verdict.limits, costs);
    }
    return record(found.valid ? { ...verdict, ...found } : found);
  };

  const again = async ({ hash, exchanged }: VerifiedKey) =>
    verifyHash({ find: (hash) => keys.refresh(hash) }, hash, wanted, exchanged);

  const record = (verdict: Verdict): Verdict => {
    verifications.count(purpose, verdict, isCached, times);
    if (verdict.valid && purpose === 'authenticate' && !knownHash) callerHashes.set(token, verdict.key.hash);
    usage.record(verdict, recordedClient, times);
    return verdict;
  };

  return maybeAsync(asked, decide);
}

const exceeded = ({ key, at }: Valid, { limits, exceeded }: Shortfall): Verdict => ({
  valid: false,
  reason: exceeded.every(({ limit }) => limit.windowSeconds === null) ? 'quota_exceeded' : 'rate_limited',
  key,
  at,
  limits,
  exceeded,
});
