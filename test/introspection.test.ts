import * as oauth from 'oauth4webapi';
import { beforeAll, expect, test } from 'vitest';
import { newToken } from '../server/token.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** `POST /oauth2/introspect`, as resource servers call it. */

let service: TestService;
let ada: SignedIn;
/** A key of the operator's account with `keys:verify`: what a resource server has. */
let server: { id: string; token: string };

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  server = await operatorKey('keys:verify');
});

async function operatorKey(...scopes: string[]) {
  const { id: accountId } = expectData(await service.operator.GET('/v1/account'));
  const query = { accountId };
  const body = { name: 'API servers', scopes };
  return expectData(await service.operator.POST('/v1/keys', { params: { query }, body }));
}

const mint = async (body: object = {}) =>
  expectData(await ada.client.POST('/v1/keys', { body: { name: 'Mobile app', ...body } }));

/** An expiry so many seconds from now. */
const expiringIn = (seconds: number) => ({
  expiresAt: new Date(service.context.now() + seconds * 1000).toISOString(),
});

const now = () => Math.floor(service.context.now() / 1000);

const formType = 'application/x-www-form-urlencoded';

const send = (body: string, headers: Record<string, string> = {}) =>
  service.fetch('/oauth2/introspect', {
    method: 'POST',
    headers: { 'Content-Type': formType, ...headers },
    body,
  });

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });

/** What a resource server is told. */
async function introspect(token: string, as = server.token) {
  const response = await send(new URLSearchParams({ token }).toString(), bearer(as));
  expect(response.status).toBe(200);
  return response.json();
}

/** Asks as a resource server does that is built on a library. */
async function ask(token: string, authenticate: oauth.ClientAuth, clientId = server.id) {
  const as = {
    issuer: service.context.publicUrl,
    introspection_endpoint: `${service.context.publicUrl}/oauth2/introspect`,
  };
  const client = { client_id: clientId };
  const response = await oauth.introspectionRequest(as, client, authenticate, token, {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url, init) => service.fetch(url, init as RequestInit),
  });
  return oauth.processIntrospectionResponse(as, client, response);
}

test('a resource server learns what a token may do, whose it is, and how long it may rely on that', async () => {
  const { token, id } = await mint({ scopes: ['files:read', 'orders:*'], metadata: { plan: 'pro' } });
  const told = {
    active: true,
    scope: 'files:read orders:*',
    client_id: id,
    token_type: 'Bearer',
    exp: now() + 60,
    sub: ada.accountId,
    iss: 'http://latchkey.test',
    key_name: 'Mobile app',
    key_metadata: { plan: 'pro' },
    account_metadata: {},
  };
  expect(await ask(token, oauth.ClientSecretBasic(server.token))).toEqual(told);
  expect(await ask(token, oauth.ClientSecretPost(server.token))).toEqual(told);
  expect(await introspect(token)).toEqual(told);
});

test('a caller can authenticate in every documented way, and a client id must belong to the secret', async () => {
  const { token } = await mint();
  const other = await operatorKey('keys:verify');
  const operator = service.operatorToken;
  const encoded = (text: string) =>
    text.replaceAll(/[^A-Za-z0-9]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  const form = (fields: Record<string, string>) => new URLSearchParams({ token, ...fields }).toString();
  const inForm = (client_id: string, client_secret: string) => form({ client_id, client_secret });

  for (const [body, headers] of [
    [form({}), bearer(server.token)],
    [form({}), bearer(operator)],
    [form({}), bearer(ada.accessToken)],
    [form({ client_id: server.id }), bearer(server.token)],
    [form({}), basic(`${server.id}:${server.token}`)],
    [form({}), basic(`${encoded(server.id)}:${encoded(server.token)}`)],
    [form({ client_id: server.id, client_secret: '' }), basic(`${server.id}:${server.token}`)],
    [form({}), basic(`operator:${operator}`)],
    [inForm(server.id, server.token), {}],
    [inForm('operator', operator), {}],
    // As lua-resty-openidc does.
    [inForm(server.id, server.token), basic(`${server.id}:${server.token}`)],
  ] as [string, Record<string, string>][]) {
    const response = await send(body, headers);
    expect([response.status, (await response.json()).active], `${body} ${headers.Authorization}`).toEqual([
      200,
      true,
    ]);
  }

  for (const [body, headers] of [
    [form({}), {}],
    [form({ client_id: server.id }), {}],
    [form({ client_id: server.id, client_secret: '' }), {}],
    [form({ client_id: other.id }), bearer(server.token)],
    [form({ client_id: server.id }), bearer(ada.accessToken)],
    [form({}), basic(`${other.id}:${server.token}`)],
    [form({}), basic(`${server.id}:${operator}`)],
    [form({}), basic(`operator:${server.token}`)],
    [form({}), basic(`${server.id}:`)],
    [form({}), basic(`${server.id}:${newToken('lk_')}`)],
    [form({}), basic(server.token)],
    [form({}), basic(`${server.id}:%${server.token}`)],
    [form({}), { Authorization: 'Basic ***' }],
    [inForm(other.id, server.token), {}],
    [inForm(server.id, operator), {}],
    [inForm(server.id, 'é'.repeat(41)), {}],
    [inForm(server.id, `${server.token} `), {}],
  ] as [string, Record<string, string>][]) {
    const response = await send(body, headers);
    expect(response.status, `${body} ${headers.Authorization}`).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Basic realm="latchkey", Bearer realm="latchkey"/,
    );
    expect(await response.json()).toEqual({ error: 'invalid_client', error_description: expect.any(String) });
  }
});

test('a request that authenticates in two ways, or sends a parameter twice, is invalid', async () => {
  const { token } = await mint();
  const { id, token: secret } = server;
  for (const [body, headers, description] of [
    [`token=${token}&client_id=${id}&client_secret=${secret}`, bearer(secret), /^client_secret: /],
    [`token=${token}&client_id=${id}&client_secret=${secret}x`, basic(`${id}:${secret}`), /^client_secret: /],
    [`token=${token}&client_id=operator&client_secret=${secret}`, basic(`${id}:${secret}`), /^client_id: /],
    [`token=${token}&client_id=operator`, basic(`${id}:${secret}`), /^client_id: /],
    [`token=${token}&client_secret=${secret}`, {}, /^client_id: /],
    [`token=${token}&client_id=${id}&client_id=${id}&client_secret=${secret}`, {}, /^client_id: /],
    [
      `token=${token}&client_id=${id}&client_secret=${secret}&client_secret=${secret}`,
      {},
      /^client_secret: /,
    ],
    [`token=${token}&token=${token}`, bearer(secret), /^token: /],
    [`token=${token}&token_type_hint=a&token_type_hint=a`, bearer(secret), /^token_type_hint: /],
    ['token=', bearer(secret), /^token: /],
    ['tokens=x', bearer(secret), /^token: /],
    ['token=%ff', bearer(secret), /percent-encoding/],
    ['', bearer(secret), /missing/],
  ] as [string, Record<string, string>, RegExp][]) {
    const response = await send(body, headers);
    expect(response.status, body).toBe(400);
    const { error, error_description } = await response.json();
    expect([error, error_description], body).toEqual(['invalid_request', expect.stringMatching(description)]);
  }
});

test('what is not known is ignored, and so is a hint, right or wrong', async () => {
  const { token } = await mint();
  for (const more of [
    'token_type_hint=access_token',
    'token_type_hint=refresh_token',
    'token_type_hint=',
    'a=1&a=2&__proto__=x',
  ])
    expect(await (await send(`token=${token}&${more}`, bearer(server.token))).json()).toMatchObject({
      active: true,
    });
});

test('the full app answers as the fast path does', async () => {
  const { token } = await mint();
  const { token: without } = await mint();
  const facts = async (response: Response) => {
    const { 'x-request-id': _, ...headers } = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text() };
  };
  for (const [body, as] of [
    [`token=${token}`, server.token],
    ['token=x', server.token],
    ['', server.token],
    [`token=${token}`, without],
    [`token=${token}`, 'x'],
  ] as const) {
    const fast = await facts(await send(body, bearer(as)));
    const full = await facts(await send(body, { ...bearer(as), Origin: 'https://app.example.com' }));
    for (const name of Object.keys(full.headers))
      if (name.startsWith('access-control-')) delete full.headers[name];
    expect(full, body).toEqual(fast);
  }
});

test('an inactive token is answered {"active":false} and nothing more', async () => {
  const grace = await service.signIn();
  const own = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Verifier', scopes: ['keys:verify'] } }),
  );
  const foreign = expectData(await grace.client.POST('/v1/keys', { body: { name: 'Key' } }));
  const revoked = await mint();
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: revoked.id } } });
  const disabled = await mint();
  await ada.client.PATCH('/v1/keys/{keyId}', {
    params: { path: { keyId: disabled.id } },
    body: { disabled: true },
  });
  const expired = await mint(expiringIn(1));
  const early = await mint({ notBefore: new Date(service.context.now() + 60_000).toISOString() });
  const bound = await mint({ allowedIps: ['192.0.2.0/24'] });
  service.pass(1000);

  for (const token of [
    ...[revoked, disabled, expired, early, bound].map((key) => key.token),
    newToken('lk_'),
    service.operatorToken,
    ada.accessToken,
    ada.refreshToken,
    'x',
    'x'.repeat(60_000),
    'a\u0000b',
    'eyJhbGciOiJub25lIn0.e30.x',
  ])
    expect(await introspect(token), token.slice(0, 100)).toEqual({ active: false });
  expect(await introspect(foreign.token, own.token)).toEqual({ active: false });
  expect(await introspect(foreign.token, ada.accessToken)).toEqual({ active: false });
  expect(await introspect(foreign.token)).toMatchObject({ active: true, client_id: foreign.id });
});

test('exp is the earliest end, and the true end stands beside it', async () => {
  const soon = await mint(expiringIn(30));
  expect(await introspect(soon.token)).toMatchObject({ exp: now() + 30, key_exp: now() + 30 });
  const late = await mint(expiringIn(3600));
  expect(await introspect(late.token)).toMatchObject({ exp: now() + 60, key_exp: now() + 3600 });
  expect(await introspect((await mint()).token)).not.toHaveProperty('key_exp');
  const begun = await mint({ notBefore: new Date(service.context.now() + 500).toISOString() });
  service.pass(600);
  expect(await introspect(begun.token)).toMatchObject({ active: true, nbf: now() });
});

test('a previous token says its own end, and the first introspection of the next one is its first use', async () => {
  const { id, token: previous } = await mint(expiringIn(86_400));
  const rotate = (body: object) =>
    ada.client.POST('/v1/keys/{keyId}/rotate', { params: { path: { keyId: id } }, body });
  const { token: next } = expectData(await rotate({ overlapSeconds: 20 }));
  expect(await introspect(previous)).toMatchObject({ exp: now() + 60 });
  expect(await introspect(next)).toMatchObject({ client_id: id, exp: now() + 60, key_exp: now() + 86_400 });
  // A use that leaves the previous token so long waits for no replica.
  await service.context.settled();
  expect(await introspect(previous)).toMatchObject({ client_id: id, exp: now() + 20, key_exp: now() + 20 });
  service.pass(20_000);
  expect(await introspect(previous)).toEqual({ active: false });
});

test('a key with an audience is active, and says for whom', async () => {
  const audience = ['https://api.example.com', 'urn:example:orders'];
  const { token } = await mint({ audience });
  expect(await introspect(token)).toMatchObject({ active: true, aud: audience });
  expect(await introspect((await mint()).token)).not.toHaveProperty('aud');
});

test('an account that the product knows by its own id is named by it', async () => {
  const account = expectData(
    await service.operator.POST('/v1/accounts', { body: { externalId: 'user_8812' } }),
  );
  const { token } = expectData(
    await service.operator.POST('/v1/keys', {
      params: { query: { accountId: account.id } },
      body: { name: 'CI' },
    }),
  );
  expect(await introspect(token)).toMatchObject({ sub: account.id, username: 'user_8812' });
});

test('an introspection is counted as a use, and takes nothing of limits and quota', async () => {
  const { id, token } = await mint();
  const params = { path: { keyId: id }, query: { accountId: ada.accountId } };
  const limits = [{ name: 'burst', limit: 1, windowSeconds: 86_400 }];
  await service.operator.PATCH('/v1/keys/{keyId}', { params, body: { limits, quota: { remaining: 1 } } });
  for (let time = 0; time < 3; time += 1) expect(await introspect(token)).toMatchObject({ active: true });
  await service.context.usage.flush();
  service.pass(1);
  const { total } = expectData(
    await ada.client.GET('/v1/keys/{keyId}/usage', { params: { path: { keyId: id } } }),
  );
  expect(total.valid).toBe(3);
  const verify = async () => expectData(await ada.client.POST('/v1/keys/verify', { body: { token } }));
  expect(await verify()).toMatchObject({ valid: true });
  expect(await verify()).toMatchObject({ valid: false });
  // What is used up is no end of the token.
  expect(await introspect(token)).toMatchObject({ active: true });
});

test('a key without keys:verify introspects nothing', async () => {
  const { id, token } = await mint({ scopes: ['files:read'] });
  for (const headers of [bearer(token), basic(`${id}:${token}`)]) {
    const response = await send(`token=${token}`, headers);
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain(
      'error="insufficient_scope", scope="keys:verify"',
    );
    expect((await response.json()).error).toBe('insufficient_scope');
  }
});

test('a body that is no form is refused, once it is known who sends it', async () => {
  for (const type of ['application/json', 'text/plain']) {
    const headers = { 'Content-Type': type };
    expect((await send('{"token":"x"}', headers)).status).toBe(401);
    const response = await send('{"token":"x"}', { ...headers, ...bearer(server.token) });
    expect([response.status, (await response.json()).error]).toEqual([415, 'invalid_request']);
    expect(response.headers.get('accept')).toBe(formType);
  }
});

test('hostile input is refused', async () => {
  const own = bearer(server.token);
  for (const [status, body, headers] of [
    [413, `token=${'x'.repeat(70_000)}`, own],
    [400, 'token&'.repeat(5_001), own],
    [401, 'client_id&'.repeat(5_001), {}],
    [400, `token=x&${'client_id=a&'.repeat(4_000)}`, own],
    [401, `token=x&client_id=${'a'.repeat(60_000)}&client_secret=a`, {}],
    [401, 'token=x&client_id=__proto__&client_secret=constructor', {}],
    [401, 'token=x', basic('\u0000:\u0000')],
    [401, 'token=x', { Authorization: 'Basic /////w==' }],
    [401, 'token=x', { Authorization: `Basic ${'A'.repeat(60_000)}` }],
    [401, 'token=x', { Authorization: `Basic ${'='.repeat(60_000)}` }],
    [401, 'token=x', { Authorization: 'Basic a, Basic b' }],
    [401, 'token=x', { Authorization: `Bearer ${server.token}, Bearer ${server.token}` }],
  ] as [number, string, Record<string, string>][]) {
    const response = await send(body, headers);
    expect(response.status, `${body.slice(0, 40)} ${headers.Authorization?.slice(0, 40)}`).toBe(status);
    expect(await response.json()).toHaveProperty('error_description');
  }
});

test('a description of an error has no character that RFC 6749 does not allow', async () => {
  const response = await service.fetch('/oauth2/introspect', { method: 'DELETE' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  for (const answer of [response, await send('x'), await service.fetch('/oauth2/nothing')])
    expect(await answer.json()).toEqual({
      error: expect.any(String),
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
    });
});
