import { contract } from './contract.ts';
import { Core } from './core/core.ts';
import type { CoreOptions, TokenSource } from './core/options.ts';
import { callOf } from './core/request.ts';
import type { Session } from './schema.gen.ts';

/** A session to resume: all of it, or only its refresh token. */
export type StoredSession = Pick<Session, 'refreshToken'> & Partial<Session>;

/** How long before its end an access token is replaced, in milliseconds. */
const margin = 60_000;

/**
 * The token of a client that stays signed in: `createLatchkey({ baseUrl, token: session(stored) })`. The access token
 * is refreshed a minute before it expires, and when a call is refused for it. All calls wait for one refresh, which is
 * repeated if its answer is lost. A refresh token works once: used again after 30 seconds, or after the next one was
 * used, it ends the session. So give each process and each browser tab a session of its own, or let one of them refresh
 * for all.
 *
 * A call throws an AuthenticationError with the code `invalid_refresh_token` when the session has ended.
 * @param keep stores the session wherever it must outlive this process; no call is made with it before that is done
 */
export function session(
  stored: StoredSession,
  { keep }: { keep?: ((session: Session) => void | Promise<void>) | undefined } = {},
): TokenSource {
  let { accessToken, refreshToken } = stored;
  const refreshTime = (expiresIn: number) => Date.now() + expiresIn * 1000 - margin;
  let refreshAt = stored.expiresIn === undefined ? Number.POSITIVE_INFINITY : refreshTime(stored.expiresIn);
  let refreshing: Promise<string> | undefined;

  async function refresh(options: CoreOptions): Promise<string> {
    const core = new Core(contract, { ...options, timeout: undefined, deadline: undefined });
    const next = (await core.call(
      callOf({
        method: 'POST',
        path: '/v1/sessions/refresh',
        body: { refreshToken },
        repeatable: true,
        answer: 'refreshToken',
      }),
    )) as Session;
    refreshToken = next.refreshToken;
    // No access token until the session is stored: if `keep` fails, the next call refreshes again.
    accessToken = undefined;
    await keep?.(next);
    accessToken = next.accessToken;
    refreshAt = refreshTime(next.expiresIn);
    return accessToken;
  }

  return {
    async bearer(options, refused) {
      const isUsable = accessToken !== undefined && accessToken !== refused && Date.now() < refreshAt;
      if (isUsable && !refreshing) return accessToken as string;
      refreshing ??= refresh(options).finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
  };
}
