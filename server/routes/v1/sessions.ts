import { sessions } from '../../../api/sessions.ts';
import { actOf, sessionOf } from '../../callers.ts';
import type { ServiceContext } from '../../context.ts';
import { contractApp } from '../../http/contract.ts';
import { guardedBy } from '../../http/guard.ts';
import { endSession, refreshSession, type StartedSession, signIn } from '../../sessions.ts';
import { accessLifetime } from '../../signing.ts';

export function sessionRoutes(context: ServiceContext) {
  const { db, now, signer, attempts } = context;
  const app = contractApp();
  const guarded = guardedBy(context);

  const sessionBody = async (session: StartedSession) => ({
    accessToken: await signer.signAccess(session, now()),
    tokenType: 'Bearer' as const,
    expiresIn: accessLifetime,
    refreshToken: session.refreshToken,
    refreshExpiresAt: session.expiresAt.toISOString(),
  });

  app.openapi(guarded(sessions.create), async (c) => {
    const { email, password } = c.req.valid('json');
    const { signal } = c.req.raw;
    const session = await attempts.count(email, () => signIn(db, { email, password, now: now() }, signal));
    return c.json(await sessionBody(session), 201);
  });

  app.openapi(guarded(sessions.refresh), async (c) => {
    const session = await refreshSession(db, c.req.valid('json').refreshToken, now());
    return c.json(await sessionBody(session), 200);
  });

  app.openapi(guarded(sessions.end), async (c) => {
    await endSession(db, sessionOf(c.var.caller).sessionId, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  app.openapi(sessions.jwks, (c) => c.json(signer.jwks, 200));

  return app;
}
