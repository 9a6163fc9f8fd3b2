import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose';
import { sql } from 'kysely';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, test } from 'vitest';
import { sweepSessions } from '../server/background/ended-sessions.ts';
import { hashToken } from '../server/token.ts';
import { clientIp, expectData, password, startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const day = 86_400_000;

const refresh = async (refreshToken: string) =>
  service.as().POST('/v1/sessions/refresh', { body: { refreshToken } });

test('an access token is a JWT that verifies offline against the JWK Set', async () => {
  const { accessToken, accountId } = await service.signIn();
  const jwks = createRemoteJWKSet(new URL('http://latchkey.test/.well-known/jwks.json'), {
    [customFetch]: (url: string) => service.fetch(new URL(url).pathname),
  });
  const { payload, protectedHeader } = await jwtVerify(accessToken, jwks, {
    issuer: 'http://latchkey.test',
    audience: 'http://latchkey.test',
    currentDate: new Date(service.context.now()),
  });
  expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
  expect(payload).toMatchObject({ sub: accountId, client_id: 'latchkey' });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
});

test('an access token is one of RFC 9068 to a client of OAuth that knows the issuer alone', async () => {
  const { accessToken, accountId } = await service.signIn();
  const issuer = new URL(service.context.publicUrl);
  const options = {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url: string) => service.fetch(new URL(url).pathname),
    [oauth.clockSkew]: Math.round((service.context.now() - Date.now()) / 1000),
  };
  const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' });
  const as = await oauth.processDiscoveryResponse(issuer, response);
  const headers = { Authorization: `Bearer ${accessToken}` };
  const request = new Request(service.context.publicUrl, { headers });
  const claims = await oauth.validateJwtAccessToken(as, request, service.context.publicUrl, options);
  expect(claims.sub).toBe(accountId);
});

test('an access token ends after 15 minutes', async () => {
  const { accessToken } = await service.signIn();
  const status = async () => (await service.as(accessToken).GET('/v1/account')).response.status;
  service.pass(900_000 - 1);
  expect(await status()).toBe(200);
  service.pass(1);
  expect(await status()).toBe(401);
});

test('a wrong password and an unknown email answer alike', async () => {
  const { email } = await service.signIn();
  const answers = [];
  for (const body of [
    { email, password: 'wrong password' },
    { email: 'nobody@example.com', password },
  ]) {
    const { error, response } = await service.as().POST('/v1/sessions', { body });
    answers.push({ ...error, requestId: '', authenticate: response.headers.get('www-authenticate') });
  }
  expect(answers[0]).toMatchObject({ status: 401, code: 'wrong_credentials' });
  expect(answers[1]).toEqual(answers[0]);
});

test('a wrong password and an unknown email take the same work', async () => {
  const { email } = await service.signIn();
  const timed = async (email: string) => {
    // Time of the processor, which other programs on the machine do not lengthen.
    const began = process.cpuUsage();
    await service.as().POST('/v1/sessions', { body: { email, password: 'wrong password' } });
    const { user, system } = process.cpuUsage(began);
    return user + system;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    known.push(await timed(email));
    unknown.push(await timed('nobody.at.all@example.com'));
  }
  // Both hash once, for tens of milliseconds. An answer without a hash would come in a tenth of the time.
  expect(Math.min(...unknown) / Math.min(...known)).toBeGreaterThan(0.5);
  expect(Math.min(...unknown) / Math.min(...known)).toBeLessThan(2);
});

test('guesses at a password are limited', async () => {
  const { email } = await service.signIn();
  const attempt = (password: string) => service.as().POST('/v1/sessions', { body: { email, password } });
  for (let count = 0; count < 10; count += 1)
    expect((await attempt('wrong password')).response.status).toBe(401);
  const { error, response } = await attempt(password);
  expect(error).toMatchObject({ status: 429, code: 'too_many_attempts' });
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a refresh token works once, and gives the next', async () => {
  const { refreshToken, accountId } = await service.signIn();
  service.pass(3_600_000);
  const next = expectData(await refresh(refreshToken));
  expect(next.refreshToken).not.toBe(refreshToken);
  expect(expectData(await service.as(next.accessToken).GET('/v1/account')).id).toBe(accountId);
  expect((await refresh(next.refreshToken)).response.status).toBe(200);
});

test('a refresh token that is used twice ends the whole session', async () => {
  const { refreshToken, email } = await service.signIn();
  const bystander = expectData(await service.as().POST('/v1/sessions', { body: { email, password } }));
  const second = expectData(await refresh(refreshToken));
  const third = expectData(await refresh(second.refreshToken));

  expect((await refresh(refreshToken)).error).toMatchObject({ status: 401, code: 'invalid_refresh_token' });
  expect((await refresh(third.refreshToken)).response.status).toBe(401);
  expect((await service.as(third.accessToken).GET('/v1/account')).response.status).toBe(401);
  expect((await service.as(bystander.accessToken).GET('/v1/account')).response.status).toBe(200);
});

test('a refresh whose answer was lost can be repeated for 30 seconds, and gives the same refresh token', async () => {
  const { refreshToken, accountId } = await service.signIn();
  const lost = expectData(await refresh(refreshToken));
  service.pass(30_000 - 1);
  const repeated = expectData(await refresh(refreshToken));
  expect(repeated.refreshToken).toBe(lost.refreshToken);
  expect(repeated.refreshExpiresAt).toBe(lost.refreshExpiresAt);
  expect(expectData(await service.as(repeated.accessToken).GET('/v1/account')).id).toBe(accountId);
  expect((await refresh(repeated.refreshToken)).response.status).toBe(200);
  const query = { accountId, actor: 'refresh_token' };
  const { data } = await service.operator.events.list(query);
  expect(data.map(({ type }) => type)).toEqual([
    'session.refreshed',
    'session.refresh_repeated',
    'session.refreshed',
  ]);
});

test('a refresh that is repeated after 30 seconds ends the session', async () => {
  const { refreshToken } = await service.signIn();
  const next = expectData(await refresh(refreshToken));
  service.pass(30_000);
  expect((await refresh(refreshToken)).error).toMatchObject({ code: 'invalid_refresh_token' });
  expect((await refresh(next.refreshToken)).response.status).toBe(401);
});

test('a refresh cannot be repeated when its session has ended', async () => {
  const { refreshToken, accessToken } = await service.signIn();
  await refresh(refreshToken);
  expect((await service.as(accessToken).DELETE('/v1/sessions/current')).response.status).toBe(204);
  expect((await refresh(refreshToken)).response.status).toBe(401);
});

test('refreshes at the same moment all give the same refresh token', async () => {
  const { refreshToken } = await service.signIn();
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
  const [next = expect.fail(), ...others] = new Set(answers.map((answer) => expectData(answer).refreshToken));
  expect(others).toEqual([]);
  expect((await refresh(next)).response.status).toBe(200);
});

test('refreshing and signing out at the same moment neither hang nor fail', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { refreshToken, accessToken } = await service.signIn();
    const [refreshed, ended] = await Promise.all([
      refresh(refreshToken),
      service.as(accessToken).DELETE('/v1/sessions/current'),
    ]);
    expect([200, 401]).toContain(refreshed.response.status);
    expect(ended.response.status).toBe(204);
  }
});

test('a session that is not refreshed for 30 days has ended', async () => {
  const early = await service.signIn();
  const late = await service.signIn();
  service.pass(30 * day - 1);
  expect((await refresh(early.refreshToken)).response.status).toBe(200);
  service.pass(1);
  expect((await refresh(late.refreshToken)).response.status).toBe(401);
});

test('refreshing prolongs a session', async () => {
  const { refreshToken } = await service.signIn();
  service.pass(20 * day);
  const next = expectData(await refresh(refreshToken));
  service.pass(20 * day);
  expect((await refresh(next.refreshToken)).response.status).toBe(200);
});

test('a session ends 90 days after it began, however often it is refreshed', async () => {
  const { refreshToken } = await service.signIn();
  const end = new Date(service.context.now() + 90 * day).toISOString();
  let session = expectData(await refresh(refreshToken));
  for (let count = 0; count < 3; count += 1) {
    service.pass(25 * day);
    session = expectData(await refresh(session.refreshToken));
  }
  expect(session.refreshExpiresAt).toBe(end);
  service.pass(15 * day - 1);
  session = expectData(await refresh(session.refreshToken));
  expect(session.refreshExpiresAt).toBe(end);
  expect((await service.as(session.accessToken).GET('/v1/account')).response.status).toBe(200);
  service.pass(1);
  expect((await service.as(session.accessToken).GET('/v1/account')).response.status).toBe(401);
  expect((await refresh(session.refreshToken)).response.status).toBe(401);
});

const rowsOf = async (table: 'sessions' | 'refresh_tokens', accountId: string) => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ${table === 'sessions' ? sql`sessions` : sql`refresh_tokens join sessions on sessions.id = session_id`}
    where account_id = ${accountId.slice(4)}`.execute(service.db);
  return rows[0]?.count;
};
const sweep = () => sweepSessions(service.db, service.context.now());

test('a session that has expired is deleted in the background', async () => {
  const { accountId } = await service.signIn();
  service.pass(30 * day - 1);
  await sweep();
  expect(await rowsOf('sessions', accountId)).toBe(1);
  service.pass(1);
  while (await sweep());
  expect(await rowsOf('sessions', accountId)).toBe(0);
});

test('a session that was refreshed very often ends with one small statement, and its tokens are deleted in parts', async () => {
  const { refreshToken, accessToken, accountId } = await service.signIn();
  const client = service.as(accessToken);
  await sql`
    insert into refresh_tokens (hash, session_id, used_at)
    select sha512(n::text::bytea), sessions.id, sessions.created_at from sessions, generate_series(1, 600) as n
    where account_id = ${accountId.slice(4)}`.execute(service.db);
  while (await sweep());
  expect((await client.DELETE('/v1/sessions/current')).response.status).toBe(204);
  expect((await client.GET('/v1/account')).response.status).toBe(401);
  expect((await refresh(refreshToken)).response.status).toBe(401);

  const left = [await rowsOf('refresh_tokens', accountId)];
  while (await sweep()) left.push(await rowsOf('refresh_tokens', accountId));
  expect(left).toEqual([601, 351, 101, 0, 0]);
  expect(await rowsOf('sessions', accountId)).toBe(0);
});

test('a refresh token is known as used for 30 days, and then deleted by the next refresh', async () => {
  const { refreshToken } = await service.signIn();
  const left = () =>
    service.db
      .selectFrom('refresh_tokens')
      .select('used_at')
      .where('hash', '=', hashToken(refreshToken))
      .execute();
  let next = expectData(await refresh(refreshToken));
  service.pass(30 * day - 1);
  next = expectData(await refresh(next.refreshToken));
  expect(await left()).toHaveLength(1);
  service.pass(1);
  await refresh(next.refreshToken);
  expect(await left()).toEqual([]);
});

test('signing out ends the access token and the refresh token at once', async () => {
  const { accessToken, refreshToken } = await service.signIn();
  const client = service.as(accessToken);
  expect((await client.DELETE('/v1/sessions/current')).response.status).toBe(204);
  expect((await client.GET('/v1/account')).error).toMatchObject({ status: 401, code: 'invalid_token' });
  expect((await refresh(refreshToken)).response.status).toBe(401);
});

describe('an account', () => {
  const signInAgain = async (email: string, userAgent = 'Browser/1') => {
    const body = JSON.stringify({ email, password });
    const headers = { 'Content-Type': 'application/json', 'User-Agent': userAgent };
    return (await service.fetch('/v1/sessions', { method: 'POST', headers, body })).json();
  };
  const sessionsOf = async (accessToken: string) =>
    (await service.as(accessToken).account.listSessions()).data;
  const idOf = (accessToken: string) => `session_${decodeJwt(accessToken).sid}`;

  test('sees where it is signed in, newest first, and which session makes the call', async () => {
    const inDays = (days: number) => new Date(service.context.now() + days * day).toISOString();
    const { accessToken, email } = await service.signIn();
    service.pass(day);
    const { accessToken: other, refreshToken } = await signInAgain(email, 'Telephone/2');
    service.pass(day);
    const client = service.as(expectData(await refresh(refreshToken)).accessToken);
    expect((await client.account.listSessions()).data).toEqual([
      {
        ...{ id: idOf(other), current: true, createdAt: inDays(-1), lastUsedAt: inDays(0) },
        ...{ expiresAt: inDays(30), ip: clientIp, userAgent: 'Telephone/2' },
      },
      {
        ...{ id: idOf(accessToken), current: false, createdAt: inDays(-2), lastUsedAt: inDays(-2) },
        ...{ expiresAt: inDays(28), ip: clientIp, userAgent: null },
      },
    ]);
    const sessions = [];
    for await (const session of client.account.listSessions({ limit: 1 })) sessions.push(session);
    expect(sessions.map(({ current }) => current)).toEqual([true, false]);
  });

  test('sees no session that has ended, or that is of another account', async () => {
    const { email, accessToken } = await service.signIn();
    await service.signIn();
    const [signedOut, left] = [await signInAgain(email), await signInAgain(email)];
    await service.as(signedOut.accessToken).sessions.end();
    expect(await sessionsOf(accessToken)).toHaveLength(2);
    const change = { currentPassword: password, newPassword: `${password} again` };
    await service.as(left.accessToken).account.setPassword(change);
    expect((await sessionsOf(left.accessToken)).map(({ id }) => id)).toEqual([idOf(left.accessToken)]);
  });

  test('ends another session of its own: its tokens stop working at once, and the event names both', async () => {
    const { accessToken, email, accountId } = await service.signIn();
    const lost = await signInAgain(email);
    const sessionId = idOf(lost.accessToken);
    const { account } = service.as(accessToken);
    await account.endSession(sessionId);
    expect((await service.as(lost.accessToken).GET('/v1/account')).response.status).toBe(401);
    expect((await refresh(lost.refreshToken)).response.status).toBe(401);
    await expect(account.endSession(sessionId)).rejects.toMatchObject({ code: 'session_not_found' });
    const own = idOf(accessToken);
    expect(await sessionsOf(accessToken)).toMatchObject([{ id: own, current: true }]);
    const { data } = await service.operator.events.list({ accountId, type: 'session.ended' });
    expect(data).toMatchObject([{ actor: own, data: { sessionId } }]);
  });
});

test('signing in and refreshing do not mind a stale Authorization header', async () => {
  const { email, refreshToken } = await service.signIn();
  const stale = service.as('stale');
  expect((await stale.POST('/v1/sessions', { body: { email, password } })).response.status).toBe(201);
  expect((await stale.POST('/v1/sessions/refresh', { body: { refreshToken } })).response.status).toBe(200);
});
