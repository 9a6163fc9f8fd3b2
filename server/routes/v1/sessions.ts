import { sessions } from '../../../api/sessions.ts';
import { endSession, refreshSession, type StartedSession, signIn } from '../../accounts/sessions.ts';
import { sessionOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { cacheable } from '../../http/reply.ts';
import { accessLifetime } from '../../jwt/signing.ts';

export function sessionOperations(context: ServiceContext): Operation[] {
  const { db, now, signer, attempts } = context;

  const sessionBody = async (session: StartedSession) => ({
    accessToken: await signer.signAccess(session, now()),
    tokenType: 'Bearer' as const,
    expiresIn: accessLifetime,
    refreshToken: session.refreshToken,
    refreshExpiresAt: session.expiresAt.toISOString(),
  });

  // Cached for five minutes: a rotation of signing keys waits as long, see docs/DEPLOYING.md.
  const jwks = cacheable(signer.jwks);

  return [
    operation(sessions.create, async ({ act, json, signal }) =>
      sessionBody(await attempts.run(json.email, () => signIn(db, json, act, signal))),
    ),

    operation(sessions.refresh, async ({ act, json }) =>
      sessionBody(await refreshSession(context, json.refreshToken, act)),
    ),

    operation(sessions.end, async ({ act, caller }) => {
      await endSession(db, sessionOf(caller).sessionId, act);
    }),

    operation(sessions.jwks, () => jwks),
  ];
}
