import { type RawBuilder, sql } from 'kysely';
import { dayLength } from '../../decide/durations.ts';
import { isMinted } from '../../decide/token-form.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { InvalidRefreshToken, WrongCredentials } from '../errors.ts';
import { type Act, recorded } from '../events/recording.ts';
import { newId } from '../id.ts';
import type { Signer } from '../jwt/signing.ts';
import { hashToken, newToken, refreshPrefix } from '../token.ts';
import { isPassword } from './password.ts';

/** How long a session lives after its last refresh, in milliseconds: 30 days. */
const sessionLifetime = 30 * dayLength;

/** How long a session lives after it began, however often it is refreshed: 90 days, in hours of one length. */
const longestSession = sql`interval '2160 hours'`;

/** How long a refresh can be repeated if its answer was lost, in milliseconds: longer than the client's deadline. */
const repeatable = 30_000;

/** Whether a text has the form of a refresh token. */
export const isRefreshToken = (text: string): boolean => text.startsWith(refreshPrefix) && isMinted(text);

/** How many old used tokens one refresh deletes at most. It adds one, so their number cannot grow. */
const forgottenAtOnce = 100;

/** Sessions that have not expired, and whose account is not deleted and still has the password that they began with. */
const liveSessions = (now: number, columns = sql`sessions.id`) => sql`
  select ${columns} from sessions
  join accounts on accounts.id = sessions.account_id and accounts.password_version = sessions.password_version
  where accounts.closed_at is null and sessions.expires_at > ${timestamptz(now)}`;

/** A session, and whose it is. */
interface SessionName {
  accountId: string;
  sessionId: string;
}

const liveSession = ({ accountId, sessionId }: SessionName, now: number) => sql`
  ${liveSessions(now)} and sessions.id = ${sessionId}::text and sessions.account_id = ${accountId}::text`;

/** A session that was just begun or refreshed, with the refresh token that comes next. */
export interface StartedSession extends SessionName {
  refreshToken: string;
  expiresAt: Date;
}

/**
 * Begins a session. The session itself is the actor of the event.
 * @param signal that of the request: a client that hangs up leaves the queue
 * @throws WrongCredentials after the same time for an unknown email and for a wrong password
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
  const refreshToken = newToken(refreshPrefix);
  const expiresAt = new Date(now + sessionLifetime);
  const itself = { ...act, actor: `session_${sessionId}` };
  const { rows } = await sql<{ accountId: string }>`
    with account as (
      select id from accounts where id = ${account.id}::text and closed_at is null for key share),
    started as (
      insert into sessions (id, account_id, password_version, created_at, last_used_at, expires_at)
      select ${sessionId}::text, id, ${account.password_version}::integer, ${timestamptz(now)}, ${timestamptz(now)},
        ${expiresAt}::timestamptz
      from account
      returning id, account_id),
    token as (
      insert into refresh_tokens (hash, session_id) select ${hashToken(refreshToken)}::bytea, id from started),
    recorded as ${recorded(itself, 'session.started', sql`select account_id, null::text from started`)}
    select account_id as "accountId" from started`.execute(db);
  const [started] = rows;
  if (!started) throw new WrongCredentials();
  return { accountId: started.accountId, sessionId, refreshToken, expiresAt };
}

/**
 * The refresh token that comes after another. It is derived from that one and a signing key, which is not in the database.
 * So a repeated refresh returns the same token, although no token is stored.
 */
function successorOf(presented: string, signer: Signer, kid: string): string {
  return newToken(refreshPrefix, (length) => {
    const purpose = { secret: presented, salt: new Uint8Array(), info: 'latchkey refresh token', length };
    const derived = signer.derive(kid, purpose);
    if (!derived) throw new Error(`The set has no signing key ${kid}.`);
    return derived;
  });
}

/**
 * Exchanges a refresh token for the next one. For 30 seconds, and until the next one is used, the same token returns the
 * same next one again: the answer may have been lost, or two browser tabs may share a session. Any other second use ends
 * the session, since one of the two holders must have stolen the token (RFC 9700, section 4.14.2). Used tokens are kept
 * as long as a session can go without a refresh, so that a second use is noticed.
 * @throws InvalidRefreshToken
 */
export async function refreshSession(
  context: { db: Database; signer: Signer },
  presented: string,
  act: Act,
): Promise<StartedSession> {
  if (!isRefreshToken(presented)) throw new InvalidRefreshToken();
  // A first statement that has waited for a change of the password reads the new version of it in the session, which was
  // kept, and still the old one in the account: it finds no live session. So it is tried once more.
  const session =
    (await useOnce(context, presented, act)) ??
    (await useAgain(context, presented, act)) ??
    (await useOnce(context, presented, act));
  if (!session) throw new InvalidRefreshToken();
  return session;
}

/** The first use of a refresh token. Undefined: it was used before, or has no live session. */
async function useOnce(
  { db, signer }: { db: Database; signer: Signer },
  presented: string,
  act: Act,
): Promise<StartedSession | undefined> {
  const { now } = act;
  const hash = hashToken(presented);
  const refreshToken = successorOf(presented, signer, signer.kid);
  const expiresAt = new Date(now + sessionLifetime);
  const holder = { ...act, actor: 'refresh_token' };
  // The session is locked before its tokens, in the order in which deleting one locks them.
  const { rows } = await sql<Omit<StartedSession, 'refreshToken'>>`
    with session as (
      ${liveSessions(now)} and sessions.id in (
        select session_id from refresh_tokens where hash = ${hash}::bytea)
      for update of sessions),
    used as (
      update refresh_tokens set used_at = ${timestamptz(now)}
      where hash = ${hash}::bytea and used_at is null and session_id in (select id from session)
      returning session_id),
    forgotten as (
      delete from refresh_tokens where hash = any(array(
        select hash from refresh_tokens
        where session_id in (select id from session) and used_at <= ${timestamptz(now - sessionLifetime)}
        limit ${forgottenAtOnce}))),
    prolonged as (
      update sessions set last_used_at = ${timestamptz(now)},
        expires_at = least(${expiresAt}::timestamptz, created_at + ${longestSession})
      where id in (select session_id from used)
      returning id, account_id, expires_at),
    token as (
      insert into refresh_tokens (hash, session_id) select ${hashToken(refreshToken)}::bytea, id from prolonged),
    recorded as ${recorded(holder, 'session.refreshed', sql`select account_id, null::text from prolonged`)}
    select id as "sessionId", account_id as "accountId", expires_at as "expiresAt"
    from prolonged`.execute(db);
  const [refreshed] = rows;
  return refreshed && { ...refreshed, refreshToken };
}

/**
 * Ends a session by any clock: it expires when it began. `background/ended-sessions.ts` deletes its row, and its tokens,
 * which may be many.
 */
const ended = (which: RawBuilder<unknown>) => sql`
      update sessions set expires_at = created_at where ${which} and expires_at > created_at returning id, account_id`;

/**
 * The second use of a refresh token: returns what the first use returned, or ends the session. It is a second statement,
 * since it has to see the first use committed.
 */
async function useAgain(
  { db, signer }: { db: Database; signer: Signer },
  presented: string,
  act: Act,
): Promise<StartedSession | undefined> {
  const { now } = act;
  const hash = hashToken(presented);
  const holder = { ...act, actor: 'refresh_token' };
  // The first use may have met a replica that signs with another key of the set.
  const successors = signer.jwks.keys.map(({ kid }) => successorOf(presented, signer, kid));
  const { rows } = await sql<Omit<StartedSession, 'refreshToken'> & { nextHash: Uint8Array }>`
    with used as (
      select session_id, used_at from refresh_tokens where hash = ${hash}::bytea and used_at is not null),
    repeated as (
      select sessions.id, sessions.account_id, sessions.expires_at, next.hash
      from used
      join sessions on sessions.id = used.session_id
      join refresh_tokens as next on next.session_id = used.session_id and next.used_at is null
      where used.used_at > ${timestamptz(now - repeatable)}
        and next.hash in (${sql.join(successors.map((token) => sql`${hashToken(token)}::bytea`))})
        and sessions.id in (${liveSessions(now)})),
    ended as (${ended(sql`id in (select session_id from used) and not exists (select from repeated)`)}),
    recorded_repetition as ${recorded(holder, 'session.refresh_repeated', sql`select account_id, null::text from repeated`)},
    recorded_end as ${recorded(holder, 'session.reuse_detected', sql`select account_id, null::text from ended`)}
    select id as "sessionId", account_id as "accountId", expires_at as "expiresAt", hash as "nextHash"
    from repeated`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { nextHash, ...session } = row;
  const refreshToken = successors.find((token) => hashToken(token).equals(nextHash));
  return refreshToken === undefined ? undefined : { ...session, refreshToken };
}

/** A live session, as its account sees it. */
export interface LiveSession {
  id: string;
  number: number;
  createdAt: Date;
  /** When it was last refreshed, or began. */
  lastUsedAt: Date;
  expiresAt: Date;
  /** From where the account signed in, and with what, as the event says. Null: that is unknown, or not kept any more. */
  ip: string | null;
  userAgent: string | null;
}

/** One page of the live sessions of an account, newest first, and whether more follow. */
export async function listSessions(
  db: Database,
  accountId: string,
  { limit, before, now }: { limit: number; before: number | undefined; now: number },
): Promise<{ sessions: LiveSession[]; more: boolean }> {
  const { rows } = await sql<LiveSession>`
    select page.id, page.number, page.created_at as "createdAt", page.last_used_at as "lastUsedAt",
      page.expires_at as "expiresAt", events.ip, events.user_agent as "userAgent"
    from (
      ${liveSessions(now, sql`sessions.*`)} and sessions.account_id = ${accountId}::text
        and ${before === undefined ? sql`true` : sql`sessions.number < ${before}::bigint`}
      order by sessions.number desc limit ${limit + 1}) as page
    left join events on events.actor = 'session_' || page.id and events.at = page.created_at
      and events.type = 'session.started'
    order by page.number desc`.execute(db);
  return { sessions: rows.slice(0, limit), more: rows.length > limit };
}

/**
 * Ends a session of an account, with its tokens.
 * @returns false if the account has no such session, or it has ended
 */
export async function endSession(db: Database, session: SessionName, act: Act): Promise<boolean> {
  const data = { sessionId: `session_${session.sessionId}` };
  const { rows } = await sql`
    with ended as (${ended(sql`id in (${liveSession(session, act.now)})`)}),
    recorded as ${recorded(act, 'session.ended', sql`select account_id, null::text from ended`, data)}
    select id from ended`.execute(db);
  return rows.length > 0;
}

/**
 * Ends the live sessions of refresh tokens with these hashes, used ones among them: the CTEs, with an event for each. They
 * are locked in one order, since two reports can have the same ones.
 */
export const endedByTokens = (
  hashes: RawBuilder<unknown>,
  act: Act,
  data?: object,
): RawBuilder<unknown> => sql`
    reported_sessions as (
      select id from sessions
      where id in (${liveSessions(act.now)} and sessions.id in (
        select session_id from refresh_tokens where hash in (${hashes})))
      order by id for update),
    ended_sessions as (${ended(sql`id in (select id from reported_sessions)`)}),
    recorded_end as ${recorded(act, 'session.ended', sql`select account_id, null::text from ended_sessions`, data)}`;

/**
 * Ends the session of a refresh token, if it has one.
 * @param act if its actor is `anyone`, the event names the refresh token as the actor: the caller has nothing else
 */
export async function endSessionOf(db: Database, refreshToken: string, act: Act): Promise<void> {
  const actor = act.actor === 'anyone' ? 'refresh_token' : act.actor;
  await sql`
    with ${endedByTokens(sql`${hashToken(refreshToken)}::bytea`, { ...act, actor })}
    select id from ended_sessions`.execute(db);
}

/** Whether a session is this account's and still live: see `liveSessions`. */
export async function isLiveSession(
  db: Database,
  { now, ...session }: SessionName & { now: number },
): Promise<boolean> {
  const { rows } = await liveSession(session, now).execute(db);
  return rows.length > 0;
}
