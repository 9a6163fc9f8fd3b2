import { beforeAll, expect, test } from 'vitest';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { quickest } from './support/quickest.ts';

let service: TestService;
let ada: SignedIn;
let keyId: string;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  keyId = expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } })).id;
});

/** Every operation that reads a body, with the field that takes text. */
const writes = () =>
  [
    { method: 'POST', path: '/v1/keys', field: 'name' },
    { method: 'PATCH', path: `/v1/keys/${keyId}`, field: 'name' },
    { method: 'POST', path: '/v1/keys/verify', field: 'token' },
    { method: 'POST', path: '/v1/sessions', field: 'email' },
    { method: 'POST', path: '/v1/sessions/refresh', field: 'refreshToken' },
    { method: 'PUT', path: '/v1/account/password', field: 'newPassword' },
    { method: 'POST', path: '/api/settings/api', field: 'name' },
    { method: 'POST', path: '/apikey', field: 'label' },
    { method: 'PATCH', path: `/api/apikey/${keyId.slice(4)}`, field: 'label' },
  ] as const;

const send = (method: string, path: string, body?: BodyInit, type = 'application/json') =>
  service.fetch(path, {
    method,
    headers: { Authorization: `Bearer ${ada.accessToken}`, ...(type && { 'Content-Type': type }) },
    ...(body !== undefined && { body }),
  });

/** Each contract's own error shape: what every refusal must have. */
async function expectRefusal(response: Response, path: string): Promise<void> {
  expect(response.status, path).toBeGreaterThanOrEqual(400);
  expect(response.status, path).toBeLessThan(500);
  const body = await response.json();
  expect(body.message ?? body.detail, path).toMatch(/\w/);
  if (path.startsWith('/v1')) expect(body).toMatchObject({ type: 'about:blank', status: response.status });
  else if (path.includes('apikey'))
    expect(body).toEqual({ code: expect.any(String), message: expect.any(String) });
}

const countKeys = async () =>
  Number(
    (
      await service.db
        .selectFrom('keys')
        .select((q) => q.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );

test('malformed JSON, of whatever kind, is refused', async () => {
  for (const { method, path } of writes())
    for (const body of ['{', '{"name":', 'nonsense', '{"name":"x",}', '\u0000', `${'['.repeat(20_000)}`]) {
      await expectRefusal(await send(method, path, body), path);
    }
});

test('JSON that nests without end is refused', async () => {
  const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
  for (const { method, path } of writes()) {
    await expectRefusal(await send(method, path, deep), path);
    await expectRefusal(await send(method, path, `${'['.repeat(20_000)}${']'.repeat(20_000)}`), path);
  }
});

test('a body is scanned once, however its quotes are placed', async () => {
  for (const body of [
    `"${'\\"'.repeat(32_000)}`,
    '"'.repeat(65_000),
    `"${'\\'.repeat(65_000)}`,
    '["'.repeat(30_000),
  ]) {
    const refused = async () => expectRefusal(await send('POST', '/v1/sessions', body), '/v1/sessions');
    // Each takes milliseconds; scanned anew from each quote, the first took over a second.
    expect(await quickest(refused), body.slice(0, 4)).toBeLessThan(500);
  }
});

test('a body that ends early is refused as malformed', async () => {
  for (const { method, path } of writes()) {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"na'));
        controller.error(new Error('aborted'));
      },
    });
    const headers = {
      Authorization: `Bearer ${ada.accessToken}`,
      'Content-Type': 'application/json',
      'Content-Length': '100',
    };
    const response = await service.fetch(path, { method, headers, body, duplex: 'half' } as RequestInit);
    await expectRefusal(response, path);
  }
  expect(service.logs.join('')).not.toContain('unexpected error');
});

test('text that the database cannot hold is refused', async () => {
  for (const { method, path, field } of writes())
    for (const text of ['a\\u0000b', 'a\\ud800b', '\\udc00']) {
      // A verdict on any text is "unknown", which is an answer and no error.
      if (path === '/v1/keys/verify') continue;
      await expectRefusal(await send(method, path, `{"${field}":"${text}"}`), path);
    }
  for (const text of ['a%00b', '%00']) {
    await expectRefusal(await send('POST', `/api/settings/api?name=${text}`), '/api/settings/api');
    await expectRefusal(
      await send('POST', '/apikey', `label=${text}`, 'application/x-www-form-urlencoded'),
      '/apikey',
    );
    await expectRefusal(await send('GET', `/v1/keys?search=${text}`), '/v1/keys');
  }
});

test('a number that is none in JavaScript, or minus zero, is refused where text is expected', async () => {
  for (const { method, path, field } of writes())
    for (const value of ['1e400', '-0'])
      await expectRefusal(await send(method, path, `{"${field}":${value}}`), path);
});

test('a field that does not exist is refused, by its name', async () => {
  for (const body of [
    '{"name":"Key","nmae":"x"}',
    '{"name":"Key","__proto__":{}}',
    '{"name":"Key","constructor":1}',
  ]) {
    const response = await send('POST', '/v1/keys', body);
    expect(response.status).toBe(422);
    const { errors } = await response.json();
    expect(errors).toEqual([
      { detail: 'There is no such field.', pointer: expect.stringMatching(/^#\/\w+$/) },
    ]);
  }
});

test('a refusal lists at most twenty violations', async () => {
  const fields = Array.from({ length: 30 }, (_, place) => [`field${place}`, 1]);
  const response = await send('POST', '/v1/keys', JSON.stringify(Object.fromEntries(fields)));
  expect(response.status).toBe(422);
  expect((await response.json()).errors).toHaveLength(20);
});

test('metadata named __proto__ is refused, not dropped in silence', async () => {
  for (const metadata of [
    '{"__proto__":"x"}',
    '{"\\u005f_proto__":"x"}',
    '{"a":{"b":1}}',
    '{"a":[1]}',
    '{"a":null}',
    '[]',
  ]) {
    const response = await send('POST', '/v1/keys', `{"name":"Key","metadata":${metadata}}`);
    expect(response.status).toBe(422);
  }
});

test('a body of the wrong content type is refused as that', async () => {
  for (const { method, path } of writes())
    for (const type of ['text/plain', 'application/xml', 'application/octet-stream', 'nonsense']) {
      const response = await send(method, path, '{"name":"x"}', type);
      expect(response.status, path).toBe(415);
      await expectRefusal(response, path);
    }
});

test('a malformed form is refused', async () => {
  for (const path of ['/api/settings/api', '/apikey'])
    await expectRefusal(await send('POST', path, 'nonsense', 'multipart/form-data; boundary=x'), path);
});

test('a body of more than 64 KiB is refused, with and without a length', async () => {
  const before = await countKeys();
  const large = JSON.stringify({ name: 'x'.repeat(1_000_000) });
  for (const { method, path } of writes()) {
    const response = await send(method, path, large);
    expect(response.status, path).toBe(413);
    await expectRefusal(response, path);
    const stream = new Blob([large]).stream();
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' };
    const chunked = await service.fetch(path, {
      method,
      headers,
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status, path).toBe(413);
  }
  expect(await countKeys()).toBe(before);
});

test('an id that is malformed is not found', async () => {
  for (const id of [
    'x',
    'key_x',
    `key_${'F'.repeat(24)}`,
    '%00',
    '%',
    '%C0%80',
    '..%2f',
    'é',
    '%F0%9F%94%91',
  ])
    for (const method of ['GET', 'DELETE'])
      for (const base of ['/v1/keys', '/api/settings/api', '/apikey', '/api/apikey']) {
        const response = await send(method, `${base}/${id}`);
        expect(response.status, `${base}/${id}`).toBe(404);
        await expectRefusal(response, base);
      }
});

test('a query parameter that is wrong or unknown is refused, by its name', async () => {
  for (const [query, parameter] of [
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=0x10', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=%00', 'cursor'],
    ['status=all', 'status'],
    ['search=', 'search'],
    ['statsu=active', 'statsu'],
    ['accountId=acc_1', 'accountId'],
    ['__proto__=1', '__proto__'],
  ]) {
    const response = await send('GET', `/v1/keys?${query}`);
    expect(response.status, query).toBe(422);
    expect((await response.json()).errors[0].parameter).toBe(parameter);
  }
});

test('a path that does not exist says so in the shape of its contract', async () => {
  for (const path of [
    '/v1/nothing',
    '/v1/keys/a/b',
    '/api/settings/api/1/2',
    '/apikey/a/b',
    '/api/apikey/',
    '/nothing',
  ])
    await expectRefusal(await send('GET', path), path);
});

test('an Authorization header that is no bearer token is refused', async () => {
  for (const authorization of [
    'Bearer',
    'Bearer ',
    'bearer a b',
    'Basic YTpi',
    'x'.repeat(9000),
    `Bearer ${'x'.repeat(9000)}`,
    'Bearer \u00e9',
  ])
    for (const path of ['/v1/keys', '/api/settings/api', '/apikey']) {
      const response = await service.fetch(path, { headers: { Authorization: authorization } });
      expect(response.status, authorization).toBe(401);
    }
  const response = await service.fetch('/v1/keys', {
    headers: { Authorization: `bearer  ${ada.accessToken}` },
  });
  expect(response.status).toBe(200);
});

test('a browser may call from anywhere, without cookies', async () => {
  const origin = 'https://app.example.com';
  const preflight = await service.fetch('/v1/keys', {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'PATCH' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  const response = await service.fetch('/livez', { headers: { Origin: origin } });
  expect(response.headers.get('access-control-allow-credentials')).toBeNull();
});

test('an answer is never kept by a cache, and names its request', async () => {
  const response = await service.fetch('/livez', { headers: { 'X-Request-Id': 'mine-1' } });
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-request-id')).toBe('mine-1');
  const odd = await service.fetch('/livez', { headers: { 'X-Request-Id': 'no "sense"' } });
  expect(odd.headers.get('x-request-id')).not.toContain('"');
});
