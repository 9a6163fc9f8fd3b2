import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { TooManyAttempts } from '../server/errors.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
});

/** Calls as the page's `curl` lines do, content type included. */
const call = (
  method: string,
  where: string,
  {
    fields,
    as = ada.accessToken,
    ...init
  }: RequestInit & { fields?: Record<string, string>; as?: string } = {},
) =>
  service.fetch(where, {
    method,
    headers: { Authorization: `Bearer ${as}`, 'Content-Type': 'application/x-www-form-urlencoded' },
    ...(fields && { body: new URLSearchParams(fields).toString() }),
    ...init,
  });

const create = async (fields: Record<string, string>) => {
  const response = await call('POST', '/api/apikey', { fields });
  expect(response.status).toBe(201);
  const { api_key } = await response.json();
  const { apiKeys } = await (await call('GET', '/api/apikey')).json();
  return { token: api_key, key: apiKeys.at(-1) };
};

beforeAll(async () => {
  ada = await service.signIn();
});

test('create answers as the page prints, with a JWT of exactly 31 days for One Month', async () => {
  const response = await call('POST', '/api/apikey', { fields: { expires: 'One Month', label: 'Test 123' } });
  expect(response.status).toBe(201);
  const body = await response.text();
  const { api_key } = JSON.parse(body);
  expect(body).toBe(`{"code":"ADDED","message":"Added new API Key","api_key":"${api_key}"}`);

  const jwks = createLocalJWKSet(await (await service.fetch('/.well-known/jwks.json')).json());
  const { payload } = await jwtVerify(api_key, jwks, { currentDate: new Date(service.context.now()) });
  expect(payload).toMatchObject({
    sub: ada.accountId.slice(4),
    iss: 'Share 3rd-party API',
    jti: expect.any(String),
  });
  expect(payload.iat).toBe(Math.floor(service.context.now() / 1000));
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(2_678_400);
});

test('list and get answer as the page prints, byte for byte', async () => {
  ada = await service.signIn();
  const now = new Date(service.context.now());
  const { token, key } = await create({ expires: 'One Month', label: 'Test 123' });
  const document = {
    label: 'Test 123',
    isNever: false,
    _id: key._id,
    user: ada.accountId.slice(4),
    hash: createHash('sha512').update(token).digest('hex'),
    expireAt: new Date(now.getTime() + 2_678_400_000).toISOString(),
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    __v: 0,
  };
  expect(key._id).toMatch(/^[0-9a-f]{24}$/);
  for (const base of ['/api/apikey', '/apikey']) {
    const list = await call('GET', base);
    expect(list.status).toBe(200);
    expect(await list.text()).toBe(JSON.stringify({ apiKeys: [document], total: 1 }));
    const one = await call('GET', `${base}/${key._id}`);
    expect(one.status).toBe(200);
    expect(await one.text()).toBe(JSON.stringify({ apiKey: document }));
  }
});

test('edit and delete answer as the page prints', async () => {
  const { token, key } = await create({ label: 'Test 1234' });
  const edited = await call('PATCH', `/api/apikey/${key._id}`, { fields: { label: 'Test 123' } });
  expect(edited.status).toBe(200);
  expect(await edited.text()).toBe('{"code":"UPDATED","message":"APIKey has been updated"}');
  expect((await (await call('GET', `/apikey/${key._id}`)).json()).apiKey.label).toBe('Test 123');

  const removed = await call('DELETE', `/api/apikey/${key._id}`);
  expect(removed.status).toBe(200);
  expect(await removed.text()).toBe('{"code":"REMOVED","message":"APIKey has been removed"}');
  const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  expect(verdict).toMatchObject({ valid: false, reason: 'revoked' });
});

test('every word for an expiry means its number of days, whatever its case', async () => {
  const createdAt = Math.floor(service.context.now() / 1000);
  for (const [days, words] of Object.entries({
    1: ['day', 'One Day', 'ONE DAY'],
    7: ['week', 'One Week'],
    31: ['month', 'One Month', 'one month'],
    365: ['year', 'One Year'],
  }))
    for (const expires of words) {
      const { token, key } = await create({ expires });
      expect(decodeJwt(token).exp).toBe(createdAt + Number(days) * 86_400);
      expect(key).toMatchObject({ isNever: false });
      expect(Date.parse(key.expireAt) / 1000).toBe(decodeJwt(token).exp);
    }
});

test('a key that never expires says 100 calendar years, in its JWT as in its document', async () => {
  for (const fields of [{ expires: 'Never' }, { expires: 'never' }, {}] as Record<string, string>[]) {
    const { token, key } = await create(fields);
    expect(key).toMatchObject({ isNever: true, expireAt: '2126-01-31T12:00:00.000Z' });
    expect(decodeJwt(token).exp).toBe(Date.parse(key.expireAt) / 1000);
  }
});

test('an unknown expiry is refused, so that no key is permanent by mistake', async () => {
  const before = (await (await call('GET', '/apikey')).json()).total;
  for (const expires of [
    '',
    'wee\u212a',
    'One Decade',
    'one never',
    '1',
    'One  Month',
    'constructor',
    'months',
  ]) {
    const response = await call('POST', '/apikey', { fields: { expires } });
    expect(response.status).toBe(400);
    expect((await response.json()).code).toBe('INVALID_EXPIRES');
  }
  for (const expires of ['null', '31', 'true', '["One Month"]']) {
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' };
    const response = await call('POST', '/apikey', { body: `{"expires":${expires}}`, headers });
    expect(response.status).toBe(400);
  }
  expect((await (await call('GET', '/apikey')).json()).total).toBe(before);
});

test('create refuses fields other than label and expires, so that no key is permanent by mistake', async () => {
  const before = (await (await call('GET', '/apikey')).json()).total;
  const jsonHeaders = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' };
  for (const field of [
    'Expires',
    'EXPIRES',
    'expires[]',
    'expire',
    'expiresIn',
    'labels',
    '__proto__',
    ' expires',
  ]) {
    const pair = new URLSearchParams([[field, 'One Day']]).toString();
    for (const response of [
      await call('POST', '/apikey', { body: pair }),
      await call('POST', `/apikey?${pair}`),
      await call('POST', '/apikey', {
        body: `{"label":"x",${JSON.stringify(field)}:"One Day"}`,
        headers: jsonHeaders,
      }),
    ]) {
      expect(response.status, field).toBe(400);
      const { code, message } = await response.json();
      expect(code).toBe('INVALID_FIELD');
      expect(message).toContain(`"${field}"`);
    }
  }
  for (const response of [
    await call('POST', '/apikey', { body: 'expires=One+Day&expires=Never' }),
    await call('POST', '/apikey?expires=One+Day&expires=Never'),
    await call('POST', '/apikey?expires=Never', { body: 'expires=soon' }),
    await call('POST', '/apikey?expires=soon', { body: 'expires=One+Day' }),
  ]) {
    expect(response.status).toBe(400);
    expect((await response.json()).code).toBe('INVALID_EXPIRES');
  }
  expect((await (await call('GET', '/apikey')).json()).total).toBe(before);
});

test('label and expires are read from the query too, and the body comes before it', async () => {
  const newest = async () => (await (await call('GET', '/apikey')).json()).apiKeys.at(-1);
  const day = new Date(service.context.now() + 86_400_000).toISOString();
  for (const [query, body, expected] of [
    ['?label=Query&expires=One+Day', undefined, { label: 'Query', isNever: false, expireAt: day }],
    [
      '?label=Query&expires=One+Year',
      'label=Form&expires=day',
      { label: 'Form', isNever: false, expireAt: day },
    ],
    ['?expires=One+Day', 'label=Form', { label: 'Form', isNever: false, expireAt: day }],
    ['?label=Query', 'expires=Never', { label: 'Query', isNever: true }],
    ['?expires=One+Day', 'expires=Never', { isNever: true }],
  ] as const) {
    const response = await call('POST', `/apikey${query}`, body === undefined ? {} : { body });
    expect(response.status, query).toBe(201);
    expect(await newest(), query).toMatchObject(expected);
  }
  const { _id } = await newest();
  await call('PATCH', `/apikey/${_id}?label=Changed`);
  expect((await newest()).label).toBe('Changed');
});

test('a body of zero bytes is no body, whatever its Content-Type', async () => {
  const { key } = await create({ label: 'Key' });
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'nonsense']) {
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': type };
    expect((await call('POST', '/apikey', { headers, body: '' })).status, type).toBe(201);
    expect((await call('PATCH', `/apikey/${key._id}`, { headers, body: '' })).status, type).toBe(200);
    for (const method of ['GET', 'DELETE'])
      expect((await call(method, `/apikey/${'f'.repeat(24)}`, { headers })).status, type).toBe(404);
  }
});

test('a throttled call is answered in the words of this contract', async () => {
  const { key } = await create({});
  const settled = () => Promise.reject(new TooManyAttempts(7));
  const response = await createApp({ ...service.context, settled }).fetch(
    new Request(`http://latchkey.test/api/apikey/${key._id}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${ada.accessToken}` },
    }),
  );
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('7');
  expect(await response.text()).toBe('{"code":"TOO_MANY_ATTEMPTS","message":"Too Many Attempts."}');
});

test('a label is trimmed, bounded, and has a default; an edit without one changes nothing', async () => {
  const { key } = await create({ label: '  Test  ' });
  expect(key.label).toBe('Test');
  expect((await create({})).key.label).toBe('Default API Key Label');
  expect((await create({ label: '  ' })).key.label).toBe('Default API Key Label');
  expect((await create({ label: 'x'.repeat(255) })).key.label).toHaveLength(255);

  const tooLong = await call('POST', '/apikey', { fields: { label: 'x'.repeat(256) } });
  expect(tooLong.status).toBe(400);
  expect((await tooLong.json()).code).toBe('INVALID_LABEL');

  service.pass(1000);
  for (const fields of [{}, { label: '' }, { expires: 'One Day' }] as Record<string, string>[]) {
    const edited = await call('PATCH', `/apikey/${key._id}`, { fields });
    expect((await edited.json()).code).toBe('UPDATED');
    expect((await (await call('GET', `/apikey/${key._id}`)).json()).apiKey).toEqual(key);
  }
});

test('JSON bodies are read as forms are', async () => {
  const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' };
  const response = await call('POST', '/apikey', { headers, body: '{"label":"Json","expires":"One Week"}' });
  expect(response.status).toBe(201);
  const { apiKeys } = await (await call('GET', '/apikey')).json();
  expect(apiKeys.at(-1)).toMatchObject({ label: 'Json', isNever: false });
});

test('the access token is taken without the word Bearer, as the page’s table of headers has it', async () => {
  const list = (authorization: string) =>
    service.fetch('/api/apikey', { headers: { Authorization: authorization } });
  expect((await list(ada.accessToken)).status).toBe(200);
  for (const bad of [`${ada.accessToken}x`, 'eyJ', `Token ${ada.accessToken}`, (await create({})).token]) {
    const response = await list(bad);
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('{"code":"UNAUTHORIZED","message":"Unauthorized"}');
  }
  // Nowhere else: what is no bearer token is no credential.
  const elsewhere = await service.fetch('/v1/keys', { headers: { Authorization: ada.accessToken } });
  expect(elsewhere.status).toBe(401);
});

test('only a session can manage keys in this contract', async () => {
  const { token } = await create({ label: 'Key' });
  const { token: ours } = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:read', 'keys:write'] } }),
  );
  for (const as of [token, ours, service.operatorToken, 'x', ''])
    for (const where of ['/apikey', '/api/apikey']) {
      const response = await call('GET', where, { as });
      expect(response.status).toBe(401);
      expect(await response.text()).toBe('{"code":"UNAUTHORIZED","message":"Unauthorized"}');
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
});

test('a malformed or foreign id is not found', async () => {
  const grace = await service.signIn();
  const { id: foreign } = expectData(await grace.client.POST('/v1/keys', { body: { name: 'Key' } }));
  for (const id of [
    'x',
    '0',
    'F'.repeat(24),
    'f'.repeat(24),
    `key_${'f'.repeat(24)}`,
    foreign.slice(4),
    '%00',
  ])
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const response = await call(method, `/api/apikey/${id}`);
      expect(response.status).toBe(404);
      expect(await response.text()).toBe('{"code":"NOT_FOUND","message":"APIKey not found."}');
    }
});

test('a key is refused from its expiry on, and stays listed until it is deleted', async () => {
  const { token, key } = await create({ expires: 'One Day' });
  const verify = async () => expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  service.pass(Date.parse(key.expireAt) - service.context.now() - 1);
  expect(await verify()).toMatchObject({ valid: true, key: { scopes: [] } });
  service.pass(1);
  expect(await verify()).toMatchObject({ valid: false, reason: 'expired' });
  const { refreshToken } = ada;
  const session = expectData(await service.as().POST('/v1/sessions/refresh', { body: { refreshToken } }));
  const one = await call('GET', `/apikey/${key._id}`, { as: session.accessToken });
  expect(one.status).toBe(200);
});

test('a key of another contract is listed with the hash of its own token', async () => {
  const grace = await service.signIn();
  const minted = expectData(await grace.client.POST('/v1/keys', { body: { name: 'Ours' } }));
  const { apiKeys } = await (await call('GET', '/apikey', { as: grace.accessToken })).json();
  const hash = createHash('sha512').update(minted.token).digest('hex');
  expect(apiKeys).toMatchObject([{ label: 'Ours', isNever: true, _id: minted.id.slice(4), hash }]);
});
