import type { z } from '@hono/zod-openapi';
import { type Verification, verification } from '../../api/verification.ts';
import { after } from '../after.ts';
import { actOf, type Caller, keyOf, selfOf } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { plainIp } from '../http/client.ts';
import { contractApp } from '../http/contract.ts';
import { guardedBy } from '../http/guard.ts';
import { once } from '../http/once.ts';
import { getKey, revokeKey } from '../keys.ts';
import { type VerifiedKey, verify } from '../verify.ts';
import { keyBody } from './key-body.ts';

/** What a verifier is told of a key: made once for each that is remembered. */
const accepted = once((key: VerifiedKey) => ({
  valid: true as const,
  key: {
    id: `key_${key.id}`,
    accountId: `acc_${key.accountId}`,
    externalId: key.externalId,
    name: key.name,
    scopes: key.scopes,
    metadata: key.metadata,
    expiresAt: key.expiresAt?.toISOString() ?? null,
  },
}));

/** Answers a verification; it counts as a use of the key. */
export const verifier =
  ({ keys, now, usage, verifications }: Deps) =>
  ({ json: { token, scopes, ip, userAgent } }: { json: z.output<typeof Verification> }, caller: Caller) => {
    const asked = verify(keys, token, { scopes, reach: selfOf(caller), now });
    return after(asked, (verdict) => {
      verifications.count('verify', asked, verdict);
      usage.record(verdict, () => ({ ip: ip ? plainIp(ip) : null, userAgent: userAgent ?? null }));
      return verdict.valid ? accepted(verdict.key) : { valid: false as const, reason: verdict.reason };
    });
  };

export function verificationRoutes(deps: Deps) {
  const { db, now } = deps;
  const app = contractApp();
  const guarded = guardedBy(deps);
  const answer = verifier(deps);

  app.openapi(guarded(verification.verify), async (c) =>
    c.json(await answer({ json: c.req.valid('json') }, c.var.caller), 200),
  );

  app.openapi(guarded(verification.verifyBatch), async (c) => {
    const { tokens, scopes } = c.req.valid('json');
    const verdicts = await Promise.all(
      // Async, so that one that throws leaves none of the others' promises without anybody to await them.
      tokens.map(async (token) => answer({ json: { token, scopes } }, c.var.caller)),
    );
    return c.json({ verdicts }, 200);
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
