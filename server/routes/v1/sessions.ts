import { sessions } from '../../../api/sessions.ts';
import {
  endSession,
  type LiveSession,
  listSessions,
  refreshSession,
  type StartedSession,
  signIn,
} from '../../accounts/sessions.ts';
import { sessionOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { SessionNotFound } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { cacheable } from '../../http/reply.ts';
import { accessLifetime } from '../../jwt/signing.ts';
import { numberOf, pageAfter } from './page.ts';

const accountSessionBody = (
  { id, createdAt, lastUsedAt, expiresAt, ip, userAgent }: LiveSession,
  current: boolean,
) => ({
  id: `session_${id}`,
  current,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  ip,
  userAgent,
});

export function sessionOperations(context: ServiceContext): Operation[] {
  const { db, now, signer, passwordAttempts } = context;

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
      sessionBody(await passwordAttempts.run(json.email, signal, () => signIn(db, json, act, signal))),
    ),

    operation(sessions.refresh, async ({ act, json }) =>
      sessionBody(await refreshSession(context, json.refreshToken, act)),
    ),

    operation(sessions.end, async ({ act, caller }) => {
      await endSession(db, sessionOf(caller), act);
    }),

    operation(sessions.list, async ({ caller, query: { cursor, limit } }) => {
      const { accountId, sessionId } = sessionOf(caller);
      const list = `sessions of ${accountId}`;
      const asked = { limit, before: numberOf(list, cursor), now: now() };
      const { sessions, more } = await listSessions(db, accountId, asked);
      const data = sessions.map((session) => accountSessionBody(session, session.id === sessionId));
      return { data, nextCursor: pageAfter(list, sessions, more) };
    }),

    operation(
      sessions.endOne,
      async ({ act, caller, params: { sessionId } }) => {
        const { accountId } = sessionOf(caller);
        if (!(await endSession(db, { accountId, sessionId }, act))) throw new SessionNotFound();
      },
      { notFound: SessionNotFound },
    ),

    operation(sessions.jwks, () => jwks),
  ];
}
