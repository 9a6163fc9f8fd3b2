import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from '@hono/zod-openapi';
import {
  maxBatchBytes,
  type Verification,
  type VerificationBatch,
  verification,
} from '../../../api/verification.ts';
import { actOf, type Caller, keyOf, selfOf } from '../../callers.ts';
import type { ServiceContext } from '../../context.ts';
import { plainIp } from '../../http/client.ts';
import { contractApp } from '../../http/contract.ts';
import { guardedBy } from '../../http/guard.ts';
import { answerList, once } from '../../http/memo-json.ts';
import { getKey, revokeKey } from '../../keys.ts';
import type { Client } from '../../usage/tally.ts';
import { maybeAsync } from '../../verify/maybe-async.ts';
import { type Verdict, type VerifiedKey, verify } from '../../verify/verify.ts';
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
  { usage, verifications }: ServiceContext,
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
  (context: ServiceContext) =>
  ({ json: { token, scopes, ip, userAgent } }: { json: z.output<typeof Verification> }, caller: Caller) => {
    const asked = verify(context.keys, token, { scopes, reach: selfOf(caller), now: context.now });
    return maybeAsync(asked, (verdict) =>
      told(context, asked, verdict, () => ({ ip: ip ? plainIp(ip) : null, userAgent: userAgent ?? null })),
    );
  };

const unknownClient = () => ({ ip: null, userAgent: null });

/** So many verdicts are written in one turn of the event loop: with all that a key can hold, they have 0.7 MB. */
const verdictsPerTurn = 50;

/** Answers a batch, in the order of its tokens. One that is there twice is verified once, and used twice. */
async function answersTo(
  context: ServiceContext,
  { tokens, scopes }: z.output<typeof VerificationBatch>,
  caller: Caller,
) {
  const { keys, now } = context;
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
    answers.push(told(context, asked, verdict, unknownClient));
    if (answers.length % verdictsPerTurn === 0) await nextTurn();
  }
  return answers;
}

export function verificationRoutes(context: ServiceContext) {
  const { db, now } = context;
  const app = contractApp();
  const guarded = guardedBy(context);
  const answer = verifier(context);

  app.openapi(guarded(verification.verify), async (c) =>
    c.json(await answer({ json: c.req.valid('json') }, c.var.caller), 200),
  );

  app.openapi(guarded(verification.verifyBatch, { limit: maxBatchBytes }), async (c) => {
    const verdicts = await answersTo(context, c.req.valid('json'), c.var.caller);
    return answerList(c, 'verdicts', verdicts);
  });

  app.openapi(guarded(verification.current), async (c) => {
    const { id, accountId } = keyOf(c.var.caller);
    return c.json(keyBody(context, await getKey(db, accountId, { id })), 200);
  });

  app.openapi(guarded(verification.revokeCurrent), async (c) => {
    const { id, accountId } = keyOf(c.var.caller);
    await revokeKey(context, accountId, { id }, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  return app;
}
