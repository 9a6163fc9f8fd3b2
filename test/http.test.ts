import { gunzipSync } from 'node:zlib';
import pino from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { isKnown, takesGzip } from '../server/http/conditional.ts';
import { parseQuery } from '../server/http/query.ts';
import { expectData, password, startService, type TestService } from './support/harness.ts';
import { quickest } from './support/quickest.ts';

/** HTTP to the letter, in whatever contract. */

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const post = (path: string, body: BodyInit, headers: Record<string, string>, token = service.operatorToken) =>
  service.fetch(path, { method: 'POST', body, headers: { Authorization: `Bearer ${token}`, ...headers } });
const json = { 'Content-Type': 'application/json' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

test.each([
  ['/v1/keys/verify', '{"token":"a"}', json],
  ['/api/settings/api', '{"name":"Key"}', json],
  ['/api/apikey', 'label=Key&expires=One+Day', form],
  ['/apikey', 'label=Key&expires=One+Day', form],
])('a body with a Content-Encoding is refused, and nothing is done: %s', async (path, body, headers) => {
  const { accessToken } = await service.signIn();
  const count = () =>
    service.db
      .selectFrom('keys')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
  const before = await count();
  const response = await post(path, body, { ...headers, 'Content-Encoding': 'gzip' }, accessToken);
  expect(response.status).toBe(415);
  expect(response.headers.get('accept-encoding')).toBe('identity');
  expect(await count()).toEqual(before);
  const plain = await post(path, body, { ...headers, 'Content-Encoding': 'identity' }, accessToken);
  expect(plain.ok).toBe(true);
});

test('a body that is not UTF-8 is refused, so that no two passwords become equal', async () => {
  const body = (byte: number) =>
    Buffer.concat([
      Buffer.from('{"email":"a@example.com","password":"1234567'),
      Buffer.from([byte]),
      Buffer.from('"}'),
    ]);
  for (const byte of [0xff, 0xc0]) {
    const response = await post('/v1/accounts', body(byte), json);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'malformed_body',
      detail: 'The body is not valid UTF-8.',
    });
  }
});

test.each([
  ['application/json', 200],
  ['application/json ; charset=utf-8', 200],
  ['application/json;', 200],
  ['APPLICATION/JSON; Charset="UTF-8"', 200],
  ['application/json; charset=latin1', 415],
  ['application/vnd.api+json', 415],
  ['application/merge-patch+json', 415],
  ['text/plain', 415],
  ['application/jsonx', 415],
])('the content type %s is answered %i', async (type, status) => {
  const response = await post('/v1/keys/verify', '{"token":"a"}', { 'Content-Type': type });
  expect(response.status).toBe(status);
  expect(response.headers.get('accept')).toBe(status === 415 ? 'application/json' : null);
});

test('a query is UTF-8 in percent-encoding, and a parameter without a name is unknown', async () => {
  const ask = async (query: string) => {
    const headers = { Authorization: `Bearer ${service.operatorToken}` };
    const response = await service.fetch(`/v1/accounts?${query}`, { headers });
    const { errors = [] } = await response.json();
    return [response.status, ...errors.map(({ parameter }: { parameter: string }) => parameter)];
  };
  expect(await ask('externalId=%ff')).toEqual([422, '%ff']);
  expect(await ask('%ff=1')).toEqual([422, '%ff']);
  expect(await ask('=1')).toEqual([422, '']);
  expect(await ask('limit=1&limit=2')).toEqual([422, 'limit']);
  expect(await ask('externalId=%C3%A9+a')).toEqual([200]);
});

test('a parameter that is sent twice, and a body that is no object, are refused in plain words', async () => {
  const details = async (response: Response) => {
    const { errors } = await response.json();
    return errors.map(({ detail }: { detail: string }) => detail);
  };
  const headers = { Authorization: `Bearer ${service.operatorToken}` };
  for (const query of ['limit=1&limit=2', 'externalId=a&externalId=a', 'email=a&email=b'])
    expect(await details(await service.fetch(`/v1/accounts?${query}`, { headers }))).toEqual([
      'Must be sent once.',
    ]);
  for (const body of ['[]', 'null', '7', '"a"'])
    expect(await details(await post('/v1/accounts', body, json))).toEqual(['Must be an object.']);
});

test('a parameter that is repeated thousands of times does not hold up other requests', async () => {
  const query = 'a&'.repeat(40_000);
  expect(parseQuery(query).a).toHaveLength(40_000);
  // It takes milliseconds; with a copy of the list for each, over a second.
  expect(await quickest(() => parseQuery(query))).toBeLessThan(300);
});

test('a missing body is answered alike by every operation that wants one', async () => {
  for (const path of [
    '/v1/keys/verify',
    '/v1/keys/verify/batch',
    '/v1/accounts',
    '/v1/sessions',
    '/v1/keys',
  ]) {
    const response = await post(path, '', json);
    expect(response.status, path).toBe(400);
    expect((await response.json()).detail).toBe('The body is missing.');
  }
});

test('the docs and the documents have the methods that they have', async () => {
  for (const path of ['/docs', '/docs/scalar.js', '/openapi.json', '/openapi/share.json']) {
    const options = await service.fetch(path, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')], path).toEqual([204, 'GET, HEAD, OPTIONS']);
    const put = await service.fetch(path, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')], path).toEqual([405, 'GET, HEAD, OPTIONS']);
  }
});

test('OPTIONS tells what PATCH takes', async () => {
  const response = await service.fetch('/v1/keys/key_6921a5d4b281af121fcda4cf', { method: 'OPTIONS' });
  expect(response.headers.get('accept-patch')).toBe('application/json, application/merge-patch+json');
});

test.each(['/openapi.json', '/openapi/journal.json', '/docs/scalar.js', '/.well-known/jwks.json'])(
  '%s has a tag, and is not sent again to who has it',
  async (path) => {
    const get = (headers: Record<string, string>) => service.fetch(path, { headers });
    const etag = (await get({})).headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"a", ${etag}`, '*']) {
      const response = await get({ 'If-None-Match': known });
      expect([response.status, await response.text()], known).toEqual([304, '']);
      expect(response.headers.get('etag')).toBe(etag);
    }
    expect((await get({ 'If-None-Match': '"a"' })).status).toBe(200);
  },
);

test.each(['/docs/scalar.js', '/openapi.json', '/openapi.md'])(
  '%s is sent as small as the client takes it, with a tag for each coding',
  async (path) => {
    const get = async (accepted: string) => {
      const response = await service.fetch(path, { headers: { 'Accept-Encoding': accepted } });
      const bytes = Buffer.from(await response.arrayBuffer());
      const { headers } = response;
      return {
        bytes,
        coding: headers.get('content-encoding'),
        tag: headers.get('etag'),
        vary: headers.get('vary'),
      };
    };
    const [zipped, plain] = [await get('gzip'), await get('gzip;q=0')];
    expect([zipped.coding, plain.coding]).toEqual(['gzip', null]);
    expect(gunzipSync(zipped.bytes).equals(plain.bytes)).toBe(true);
    expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 3);
    expect(zipped.tag).not.toBe(plain.tag);
    expect(zipped.vary).toContain('Accept-Encoding');
  },
);

test('lists in headers are parsed as HTTP defines them', () => {
  expect(isKnown('"a,b", W/"c"', '"c"')).toBe(true);
  expect(isKnown('"a,b"', '"b"')).toBe(false);
  expect(isKnown(undefined, '"b"')).toBe(false);
  for (const yes of ['gzip', 'br, gzip', 'gzip;q=0.5', '*', 'identity, *;q=0.1', 'GZIP ; q=1'])
    expect(takesGzip(yes), yes).toBe(true);
  for (const no of ['', 'br', 'gzip;q=0', '*;q=0', 'gzip;q=0, *', 'x-gzipped'])
    expect(takesGzip(no), no).toBe(false);
});

test('a new key is at its Location', async () => {
  const { client, accessToken } = await service.signIn();
  const { data, response } = await client.POST('/v1/keys', { body: { name: 'Key' } });
  const location = response.headers.get('location') ?? '';
  const headers = { Authorization: `Bearer ${accessToken}` };
  expect((await (await service.fetch(location, { headers })).json()).id).toBe(data?.id);
});

test('a new account is at its Location, for the operator and for whoever signed up', async () => {
  const created = await service.operator.POST('/v1/accounts', { body: { externalId: 'at its location' } });
  const path = `/v1/accounts/${created.data?.id}`;
  expect([created.response.status, created.response.headers.get('location')]).toEqual([201, path]);
  const again = await service.operator.POST('/v1/accounts', { body: { externalId: 'at its location' } });
  expect([again.response.status, again.response.headers.get('location')]).toEqual([200, null]);
  const email = 'at.its.location@example.com';
  const signedUp = await service.as().POST('/v1/accounts', { body: { email, password } });
  expect(signedUp.response.headers.get('location')).toBe('/v1/account');
  const session = expectData(await service.as().POST('/v1/sessions', { body: { email, password } }));
  const headers = { Authorization: `Bearer ${session.accessToken}` };
  expect(await (await service.fetch('/v1/account', { headers })).json()).toEqual(signedUp.data);
});

test('what is new is at its Location also behind a proxy that strips a path', async () => {
  const app = createApp({ ...service.context, publicUrl: 'https://example.com/api-keys' });
  const { accessToken } = await service.signIn();
  const locationOf = async (path: string, token: string, body: object) => {
    const headers = { ...json, Authorization: `Bearer ${token}` };
    const url = `https://example.com${path}`;
    const response = await app.fetch(
      new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
    return response.headers.get('location');
  };
  expect(await locationOf('/v1/keys', accessToken, { name: 'Key' })).toMatch(
    /^\/api-keys\/v1\/keys\/key_\w+$/,
  );
  expect(await locationOf('/v1/roles', service.operatorToken, { name: 'proxied', scopes: [] })).toMatch(
    /^\/api-keys\/v1\/roles\/role_\w+$/,
  );
  expect(await locationOf('/v1/accounts', service.operatorToken, { externalId: 'proxied' })).toMatch(
    /^\/api-keys\/v1\/accounts\/acc_\w+$/,
  );
});

test('a PATCH of nothing changes nothing, and a cursor is good for its own list alone', async () => {
  const { client, accountId } = await service.signIn();
  const { data: key } = await client.POST('/v1/keys', { body: { name: 'Key' } });
  service.pass(1000);
  for (const body of [{}, { metadata: {} }]) {
    const params = { path: { keyId: key?.id ?? '' } };
    const { data } = await client.PATCH('/v1/keys/{keyId}', { params, body });
    expect(data?.updatedAt).toBe(key?.updatedAt);
  }

  await client.POST('/v1/keys', { body: { name: 'Key' } });
  const { data: page } = await client.GET('/v1/keys', { params: { query: { limit: 1 } } });
  const query = { cursor: page?.nextCursor ?? '' };
  const rest = await service.operator.GET('/v1/keys', { params: { query: { ...query, accountId } } });
  expect(rest.data?.data.map(({ id }) => id)).toEqual([key?.id]);
  const other = await service.signIn();
  for (const elsewhere of [
    await other.client.GET('/v1/keys', { params: { query } }),
    await service.operator.GET('/v1/accounts', { params: { query } }),
  ])
    expect(elsewhere.error).toMatchObject({ status: 422, errors: [{ parameter: 'cursor' }] });
});

test('usage from before the retention is refused, with the reason', async () => {
  const { client } = await service.signIn();
  const { error } = await client.GET('/v1/usage', {
    params: { query: { from: '2025-01-01T00:00:00Z', bucket: 'day' } },
  });
  expect(error).toMatchObject({
    errors: [{ parameter: 'from', detail: expect.stringContaining('counts are kept for 90 days') }],
  });
});

test.each([
  ['/v1/accounts/acc_6921a5c0b281af121fcda4ce', '/v1/accounts/acc_6921a5c0b281af121fcda4ce'],
  ['/api/settings/api/12', '/api/settings/api/12'],
  ['/.well-known/jwks.json', '/.well-known/jwks.json'],
  ['/v1/keys/lk_8MZrAqkP2vYw0sTnBxLdEoHjCgUfVi3K1aRmQp/usage', '/v1/keys/…/usage'],
  ['/v1/keys/acme0123456789ab', '/v1/keys/…'],
  ['/v1/keys/Zm9v+YmFy/L2Jh/eg==', '/v1/keys/…/…/…'],
  ['/v1/keys/sk_6921a5c0b281af121fcda4ce', '/v1/keys/…'],
  ['/v1/keys/lk%5Fsecret', '/v1/keys/…'],
  ['/v1/keys/abcdefghijklm/nopqrstuvwx', '/v1/keys/…/…'],
])('the path %s is logged as %s, since all that may be of a token is left out', async (path, logged) => {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  await createApp({ ...service.context, log }).fetch(new Request(`http://latchkey.test${path}`));
  const answered = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered');
  expect(answered.map(({ path }) => path)).toEqual([logged]);
});
