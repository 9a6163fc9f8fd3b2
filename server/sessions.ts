import { type QueryCreator, sql } from 'kysely';
import { openAccount } from './db/open-account.ts';
import type { Database, Schema } from './db/schema.ts';
import { InvalidRefreshToken, WrongCredentials } from './errors.ts';
import { type Act, recorded } from './events.ts';
import { newId } from './id.ts';
import { isPassword } from './password.ts';
import { hashToken, newToken } from './token.ts';

/** How long a session lives after its last refresh, in milliseconds: 30 days. */
const sessionLifetime = 30 * 86_400_000;

/** At most so many expired sessions are deleted by one sign-in. */
const sweepLimit = 100;

/** Sessions that have neither expired nor begun with a password that is not the account's any more, nor outlived it. */
const liveSessions = (q: QueryCreator<Schema>, now: number) =>
  q
    .selectFrom('sessions')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.id', '=', 'sessions.account_id')
        .onRef('accounts.password_version', '=', 'sessions.password_version'),
    )
    .select('sessions.id')
    .where('accounts.closed_at', 'is', null)
    .where('sessions.expires_at', '>', new Date(now));

/** A session that was just begun or refreshed, with the refresh token that comes next. */
export interface StartedSession {
  accountId: string;
  sessionId: string;
  refreshToken: string;
  expiresAt: Date;
}

/**
 * Begins a session, which is the actor of its own event, and sweeps away some that have expired, whosever they are.
 * @param signal that of the request: who hangs up while many sign in waits no longer
 * @throws WrongCredentials, in the same time for an unknown email as for a wrong password
 * @throws Overloaded
 */
export async function signIn(
  db: Database,
  { email, password }: { email: string; password: string },
  act: Act,
  signal: AbortSignal,
): Promise<StartedSession> {
  const account = await db
    .selectFrom('accounts')
    .select(['id', 'password_hash', 'password_version'])
    .where('email', '=', email)
    .executeTakeFirst();
  const matches = await isPassword(password, account?.password_hash ?? null, signal);
  if (!account || !matches) throw new WrongCredentials();

  const { now } = act;
  const sessionId = newId(now);
  const refreshToken = newToken('lkr_');
  const expiresAt = new Date(now + sessionLifetime);
  const started = await db
    .with('account', (q) => openAccount(q, account.id).forKeyShare())
    .with('swept', (q) =>
      q
        .deleteFrom('sessions')
        .where('id', 'in', (e) =>
          e
            .selectFrom('sessions')
            .select('id')
            .where('expires_at', '<=', new Date(now))
            .limit(sweepLimit)
            .forUpdate()
            .skipLocked(),
        ),
    )
    .with(
      'started',
      () => sql<{ id: string; account_id: string }>`(
        insert into sessions (id, account_id, password_version, created_at, expires_at)
        select ${sessionId}::text, id, ${account.password_version}::integer, ${new Date(now)}::timestamptz,
          ${expiresAt}::timestamptz
        from account
        returning id, account_id)`,
    )
    .with(
      'token',
      () => sql<never>`(
        insert into refresh_tokens (hash, session_id) select ${hashToken(refreshToken)}::bytea, id from started)`,
    )
    .with('recorded', () =>
      recorded(
        { ...act, actor: `session_${sessionId}` },
        'session.started',
        sql`select account_id, null::text from started`,
      ),
    )
    .selectFrom('started')
    .select('account_id as accountId')
    .executeTakeFirst();
  if (!started) throw new WrongCredentials();
  return { accountId: started.accountId, sessionId, refreshToken, expiresAt };
}

/**
 * Trades a refresh token for the next one. A token that was used before ends its session, since one of the two
 * who hold it must have stolen it (RFC 9700, section 4.14.2). That is known for as long as a session may stay silent.
 * @throws InvalidRefreshToken
 */
export async function refreshSession(db: Database, presented: string, act: Act): Promise<StartedSession> {
  const { now } = act;
  const hash = hashToken(presented);
  const refreshToken = newToken('lkr_');
  const expiresAt = new Date(now + sessionLifetime);
  const refreshed = await db
    // The session is locked before its tokens, in the order in which deleting one locks them.
    .with('session', (q) =>
      liveSessions(q, now)
        .where('sessions.id', 'in', (e) =>
          e.selectFrom('refresh_tokens').select('session_id').where('hash', '=', hash),
        )
        .forUpdate('sessions'),
    )
    .with('used', (q) =>
      q
        .updateTable('refresh_tokens')
        .set({ used_at: new Date(now) })
        .where('hash', '=', hash)
        .where('used_at', 'is', null)
        .where('session_id', 'in', (e) => e.selectFrom('session').select('id'))
        .returning('session_id'),
    )
    .with('forgotten', (q) =>
      q
        .deleteFrom('refresh_tokens')
        .where('session_id', 'in', (e) => e.selectFrom('session').select('id'))
        .where('used_at', '<=', new Date(now - sessionLifetime)),
    )
    .with('prolonged', (q) =>
      q
        .updateTable('sessions')
        .set({ expires_at: expiresAt })
        .where('id', 'in', (e) => e.selectFrom('used').select('session_id'))
        .returning(['id', 'account_id']),
    )
    .with(
      'token',
      () => sql<never>`(
        insert into refresh_tokens (hash, session_id) select ${hashToken(refreshToken)}::bytea, id from prolonged)`,
    )
    .with('recorded', () =>
      recorded(
        { ...act, actor: 'refresh_token' },
        'session.refreshed',
        sql`select account_id, null::text from prolonged`,
      ),
    )
    .selectFrom('prolonged')
    .select(['id as sessionId', 'account_id as accountId'])
    .executeTakeFirst();
  if (refreshed) return { ...refreshed, refreshToken, expiresAt };

  await endReusedSession(db, hash, act);
  throw new InvalidRefreshToken();
}

/** Ends the session of a refresh token that was used before. A statement of its own: it must see that use committed. */
async function endReusedSession(db: Database, hash: Uint8Array, act: Act): Promise<void> {
  await db
    .with('ended', (q) =>
      q
        .deleteFrom('sessions')
        .where('id', 'in', (e) =>
          e
            .selectFrom('refresh_tokens')
            .select('session_id')
            .where('hash', '=', hash)
            .where('used_at', 'is not', null),
        )
        .returning(['id', 'account_id']),
    )
    .with('recorded', () =>
      recorded(
        { ...act, actor: 'refresh_token' },
        'session.reuse_detected',
        sql`select account_id, null::text from ended`,
      ),
    )
    .selectFrom('ended')
    .select('id')
    .execute();
}

/** Ends a session, with its tokens. */
export async function endSession(db: Database, sessionId: string, act: Act): Promise<void> {
  await db
    .with('ended', (q) =>
      q.deleteFrom('sessions').where('id', '=', sessionId).returning(['id', 'account_id']),
    )
    .with('recorded', () => recorded(act, 'session.ended', sql`select account_id, null::text from ended`))
    .selectFrom('ended')
    .select('id')
    .execute();
}

/** Whether a session of this account has neither ended nor expired, nor outlived its password. */
export async function isLiveSession(
  db: Database,
  { accountId, sessionId, now }: { accountId: string; sessionId: string; now: number },
): Promise<boolean> {
  const session = await liveSessions(db, now)
    .where('sessions.id', '=', sessionId)
    .where('sessions.account_id', '=', accountId)
    .executeTakeFirst();
  return session !== undefined;
}
