import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from '@hono/zod-openapi';
import {
  maxBatchBytes,
  type Verification,
  type VerificationBatch,
  verification,
} from '../../api/verification.ts';
import { after } from '../after.ts';
import { actOf, type Caller, keyOf, selfOf } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { plainIp } from '../http/client.ts';
import { contractApp } from '../http/contract.ts';
import { guardedBy } from '../http/guard.ts';
import { answerList, once } from '../http/once.ts';
import { getKey, revokeKey } from '../keys.ts';
import type { Client } from '../uses.ts';
import { type Verdict, type VerifiedKey, verify } from '../verify.ts';
import { keyBody } from './key-body.ts';

/** What a verifier is told of a key: made once for each that is remembered. */
const accepted = once((key: VerifiedKey) => ({
  valid: true as const,
  key: {
    id: `key_${key.id}`,
    accountId: `acc_${key.accountId}`,
    externalId: key.externalId,
    name: key.name,
    scopes: [...key.scopes],
    metadata: key.metadata,
    expiresAt: key.expiresAt?.toISOString() ?? null,
  },
}));

/**
 * What a verifier is told of a token. The verdict counts as a use of the key.
 * @param asked what `verify` returned
 */
function told(
  { usage, verifications }: Deps,
  asked: Verdict | Promise<Verdict>,
  verdict: Verdict,
  client: () => Client,
) {
  verifications.count('verify', asked, verdict);
  usage.record(verdict, client);
  return verdict.valid ? accepted(verdict.key) : { valid: false as const, reason: verdict.reason };
}

/** Answers a verification. */
export const verifier =
  (deps: Deps) =>
  ({ json: { token, scopes, ip, userAgent } }: { json: z.output<typeof Verification> }, caller: Caller) => {
    const asked = verify(deps.keys, token, { scopes, reach: selfOf(caller), now: deps.now });
    return after(asked, (verdict) =>
      told(deps, asked, verdict, () => ({ ip: ip ? plainIp(ip) : null, userAgent: userAgent ?? null })),
    );
  };

const unknownClient = () => ({ ip: null, userAgent: null });

/** So many verdicts are written in one turn of the event loop: with all that a key can hold, they have 0.7 MB. */
const verdictsPerTurn = 50;

/** Answers a batch, in the order of its tokens. One that is there twice is verified once, and used twice. */
async function answersTo(deps: Deps, { tokens, scopes }: z.output<typeof VerificationBatch>, caller: Caller) {
  const { keys, now } = deps;
  const wanted = { scopes, reach: selfOf(caller), now };
  const byToken = new Map<string, Verdict | Promise<Verdict>>();
  const verdicts = await Promise.all(
    // Async, so that one that throws leaves none of the others' promises without anybody to await them.
    tokens.map(async (token) => {
      const asked = byToken.get(token) ?? verify(keys, token, wanted);
      byToken.set(token, asked);
      return { asked, verdict: await asked };
    }),
  );
  const answers = [];
  for (const { asked, verdict } of verdicts) {
    answers.push(told(deps, asked, verdict, unknownClient));
    if (answers.length % verdictsPerTurn === 0) await nextTurn();
  }
  return answers;
}

export function verificationRoutes(deps: Deps) {
  const { db, now } = deps;
  const app = contractApp();
  const guarded = guardedBy(deps);
  const answer = verifier(deps);

  app.openapi(guarded(verification.verify), async (c) =>
    c.json(await answer({ json: c.req.valid('json') }, c.var.caller), 200),
  );

  app.openapi(guarded(verification.verifyBatch, { limit: maxBatchBytes }), async (c) => {
    const verdicts = await answersTo(deps, c.req.valid('json'), c.var.caller);
    return answerList(c, 'verdicts', verdicts);
  });

  app.openapi(guarded(verification.current), async (c) => {
    const { id, accountId } = keyOf(c.var.caller);
    return c.json(keyBody(deps, await getKey(db, accountId, { id })), 200);
  });

  app.openapi(guarded(verification.revokeCurrent), async (c) => {
    const { id, accountId } = keyOf(c.var.caller);
    await revokeKey(deps, accountId, { id }, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  return app;
}
