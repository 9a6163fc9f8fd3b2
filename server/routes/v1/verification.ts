import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from '@hono/zod-openapi';
import { maxBatchBytes, type VerificationBatch, verification } from '../../../api/verification.ts';
import { type Caller, keyOf, selfOf } from '../../callers.ts';
import { check } from '../../check.ts';
import type { ServiceContext } from '../../context.ts';
import { plainIp, plainUserAgent } from '../../http/client.ts';
import { type Operation, operation, type Success } from '../../http/operation.ts';
import { Json } from '../../http/reply.ts';
import { getKey, revokeKey } from '../../keys.ts';
import { maybeAsync } from '../../verify/maybe-async.ts';
import type { Verdict, VerifiedKey } from '../../verify/verify.ts';
import { keyBody } from './key-body.ts';

type Told = Json<Success<typeof verification.verify>>;

/** Makes what a verifier is told of a verdict. For a key in the cache it is made once, and kept while the key is there. */
function teller(): (verdict: Verdict) => Told {
  const accepted = new WeakMap<VerifiedKey, Told>();
  return (verdict) => {
    if (!verdict.valid) return Json.of({ valid: false, reason: verdict.reason });
    const { key } = verdict;
    const kept = accepted.get(key);
    if (kept) return kept;
    const told: Told = Json.of({ valid: true, key: verifiedBody(key) });
    accepted.set(key, told);
    return told;
  };
}

const verifiedBody = (key: VerifiedKey) => ({
  id: `key_${key.id}`,
  accountId: `acc_${key.accountId}`,
  externalId: key.externalId,
  name: key.name,
  scopes: [...key.scopes],
  metadata: key.metadata,
  expiresAt: key.expiresAt?.toISOString() ?? null,
});

const unknownClient = () => ({ ip: null, userAgent: null });

/** So many verdicts are written in one turn of the event loop: with all that a key can hold, they have 0.7 MB. */
const verdictsPerTurn = 50;

/** Answers a batch, in the order of its tokens. One that is there twice is verified once, and used twice. */
async function verdictsOn(
  context: ServiceContext,
  { tokens, scopes }: z.output<typeof VerificationBatch>,
  caller: Caller,
  tell: (verdict: Verdict) => Told,
): Promise<Told[]> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const wanted = { purpose: 'verify' as const, scopes, reach: selfOf(caller), client: unknownClient };
  const verdicts = new Map<string, Verdict>();
  await Promise.all(
    // Async, so that one that throws leaves none of the others' promises without anybody to await them.
    Array.from(counts, async ([token, times]) =>
      verdicts.set(token, await check(context, token, { ...wanted, times })),
    ),
  );
  const answers: Told[] = [];
  for (const token of tokens) {
    const verdict = verdicts.get(token);
    if (verdict) answers.push(tell(verdict));
    if (answers.length % verdictsPerTurn === 0) await nextTurn();
  }
  return answers;
}

export function verificationOperations(context: ServiceContext): Operation[] {
  const { db } = context;
  const tell = teller();
  return [
    operation(verification.verify, ({ caller, json: { token, scopes, ip, userAgent } }) => {
      const client = () => ({ ip: ip ? plainIp(ip) : null, userAgent: plainUserAgent(userAgent) });
      return maybeAsync(
        check(context, token, { purpose: 'verify', scopes, reach: selfOf(caller), client }),
        tell,
      );
    }),

    operation(
      verification.verifyBatch,
      async ({ caller, json }) => Json.list('verdicts', await verdictsOn(context, json, caller, tell)),
      { limit: maxBatchBytes },
    ),

    operation(verification.current, async ({ caller }) => {
      const { id, accountId } = keyOf(caller);
      return keyBody(context, await getKey(db, accountId, { id }));
    }),

    operation(verification.revokeCurrent, async ({ act, caller }) => {
      const { id, accountId } = keyOf(caller);
      await revokeKey(context, accountId, { id }, act);
    }),
  ];
}
