import { verification } from '../../api/verification.ts';
import { actOf, keyOf, selfOf } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { contractApp } from '../http/contract.ts';
import { guardedBy } from '../http/guard.ts';
import { getKey, revokeKey } from '../keys.ts';
import { type VerifiedKey, verify } from '../verify.ts';
import { keyBody } from './key-body.ts';

const verifiedBody = (key: VerifiedKey) => ({
  id: `key_${key.id}`,
  accountId: `acc_${key.accountId}`,
  externalId: key.externalId,
  name: key.name,
  scopes: key.scopes,
  metadata: key.metadata,
  expiresAt: key.expiresAt?.toISOString() ?? null,
});

export function verificationRoutes(deps: Deps) {
  const { db, now, usage } = deps;
  const app = contractApp();
  const guarded = guardedBy(deps);

  app.openapi(guarded(verification.verify), async (c) => {
    const { token, scopes } = c.req.valid('json');
    const at = now();
    const verdict = await verify(db, token, { scopes, reach: selfOf(c.var.caller), now: at });
    if (!verdict.valid) return c.json(verdict, 200);
    usage.record(verdict.key.id, new Date(at));
    return c.json({ valid: true as const, key: verifiedBody(verdict.key) }, 200);
  });

  app.openapi(guarded(verification.current), async (c) => {
    const { id, accountId } = keyOf(c.var.caller);
    return c.json(keyBody(deps, await getKey(db, accountId, { id })), 200);
  });

  app.openapi(guarded(verification.revokeCurrent), async (c) => {
    const { id, accountId } = keyOf(c.var.caller);
    await revokeKey(db, accountId, { id }, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  return app;
}
