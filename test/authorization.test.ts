import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { operatorAccountId } from '../server/id.ts';
import { newToken } from '../server/token.ts';
import { expectData, startService, type TestService } from './support/harness.ts';
import { newWorld, storeKey, type World } from './support/world.ts';

/** What a gateway is answered that asks whether the request of its client may pass. */

let service: TestService;
let world: World;

beforeAll(async () => {
  service = await startService();
  world = await newWorld(service);
});

const path = '/v1/authorize';
type Headers = Record<string, string>;

/** A new key as the tests need it, and its token. */
async function newKey(body: object = {}) {
  const params = { query: { accountId: `acc_${world.owner.accountId}` } };
  return expectData(await service.operator.POST('/v1/keys', { params, body: { name: 'Key', ...body } }));
}
const gatewayKey = async (scopes = ['keys:verify'], accountId = operatorAccountId) => {
  const token = newToken('lk_');
  await storeKey(service, { scopes, accountId, token });
  return token;
};

const gateway = (parameters = '', token = service.operatorToken) => ({
  'Latchkey-Authorization': `Bearer ${token}${parameters}`,
});
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** Asks as the operator's gateway does, with these headers of its client. */
const ask = (
  client: Headers,
  { at = path, method = 'GET', as = gateway() }: { at?: string; method?: string; as?: Headers } = {},
) => service.fetch(at, { method, headers: { ...client, ...as } });

const problemOf = async (response: Response) => {
  const { code, status, detail } = await response.json();
  expect(status).toBe(response.status);
  return { status, code, detail };
};

describe('a request that may pass', () => {
  test('is answered 200, without a body, and with every header that says who makes it', async () => {
    const scopes = ['orders:read', 'orders:write'];
    const { id, accountId, token } = await newKey({ name: 'Grüße 1', scopes });
    for (const headers of [bearer(token), { 'X-API-Key': token }]) {
      const response = await ask(headers);
      expect([response.status, await response.text()]).toEqual([200, '']);
      expect(Object.fromEntries(response.headers)).toEqual({
        'cache-control': 'no-store',
        'content-length': '0',
        'latchkey-account': accountId,
        'latchkey-external-id': '-',
        'latchkey-identity': '-',
        'latchkey-key': id,
        'latchkey-name': 'Gr%C3%BC%C3%9Fe%201',
        'latchkey-scopes': 'orders:read orders:write',
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.any(String),
      });
    }
  });

  test('has a header for a missing value too, and a name that is only a dash differs from it', async () => {
    const { token } = await newKey({ name: '-' });
    const { headers } = await ask(bearer(token));
    expect(headers.get('latchkey-scopes')).toBe('-');
    expect(headers.get('latchkey-name')).toBe('%2D');
  });

  test('has the externalId of the account', async () => {
    const params = { body: { externalId: 'user/8812 ü' } };
    const { id: accountId } = expectData(await service.operator.POST('/v1/accounts', params));
    const query = { accountId };
    const { token } = expectData(
      await service.operator.POST('/v1/keys', { params: { query }, body: { name: 'Key' } }),
    );
    const { headers } = await ask(bearer(token));
    expect(headers.get('latchkey-external-id')).toBe('user%2F8812%20%C3%BC');
  });

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'is answered whatever its method: %s',
    async (method) => {
      const { id, token } = await newKey();
      const preflight = { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' };
      for (const at of [path, `${path}/-/orders/7`]) {
        const response = await ask({ ...bearer(token), ...preflight }, { method, at });
        expect([response.status, response.headers.get('latchkey-key')]).toEqual([200, id]);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
      const denied = await ask({}, { method, at: `${path}?deny=403` });
      expect([denied.status, denied.headers.get('latchkey-status')]).toEqual([403, '401']);
      expect(await denied.text()).toMatch(method === 'HEAD' ? /^$/ : /unauthenticated/);
    },
  );

  test('is a use of the key, with the address that the gateway names and the user agent of the client', async () => {
    const { id, token } = await newKey();
    const client = { ...bearer(token), 'User-Agent': 'app/1', 'X-Real-IP': '203.0.113.7' };
    expect((await ask(client, { as: gateway('; ip-header=X-Real-IP') })).status).toBe(200);
    await service.context.usage.flush();
    const params = { path: { keyId: id }, query: { accountId: `acc_${world.owner.accountId}` } };
    expect(expectData(await service.operator.GET('/v1/keys/{keyId}', { params }))).toMatchObject({
      lastUsedIp: '203.0.113.7',
      lastUsedUserAgent: 'app/1',
    });
  });

  test('has headers of at most 4 KiB', async () => {
    const scopes = Array.from({ length: 100 }, (_, n) => `${'s'.repeat(60)}:${n}`);
    const { token } = await newKey({ name: '😀'.repeat(255), scopes });
    const [first = ''] = scopes;
    for (const as of [gateway(), gateway(`; identity-audience=https://a.example/${'b'.repeat(200)}`)]) {
      const { headers } = await ask(bearer(token), { as, at: `${path}?scope=${first}` });
      const told = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
      expect(told.length).toBeLessThan(4_096);
      expect(headers.get('latchkey-scopes')).toBe(first);
      expect(headers.get('latchkey-name')).toBe('%F0%9F%98%80'.repeat(42));
      expect((await ask(bearer(token), { as })).headers.get('latchkey-scopes')).toBe('-');
    }
  });

  test('has a shortened name if the external id leaves no room for all of it', async () => {
    const account = expectData(
      await service.operator.POST('/v1/accounts', { body: { externalId: '😀'.repeat(255) } }),
    );
    const { token } = expectData(
      await service.operator.POST('/v1/keys', {
        params: { query: { accountId: account.id } },
        body: { name: '😀'.repeat(255) },
      }),
    );
    const { headers } = await ask(bearer(token));
    const told = [...headers].filter(([name]) => name.startsWith('latchkey-'));
    expect(told).toHaveLength(6);
    expect(told.map(([name, value]) => `${name}: ${value}\r\n`).join('').length).toBeLessThanOrEqual(3_584);
    expect(headers.get('latchkey-name')).toMatch(/^(%F0%9F%98%80)+$/);
  });
});

describe('a request that may not', () => {
  test.each<[string, () => Promise<Headers> | Headers, number, string, string | null]>([
    ['no key', () => ({}), 401, 'unauthenticated', 'Bearer realm="api"'],
    ['another scheme', () => ({ Authorization: 'Basic dTpw' }), 401, 'unauthenticated', 'Bearer realm="api"'],
    [
      'what is no key',
      () => bearer('nonsense'),
      401,
      'invalid_token',
      'Bearer realm="api", error="invalid_token"',
    ],
    [
      'an unknown key',
      () => bearer(newToken('lk_')),
      401,
      'invalid_token',
      'Bearer realm="api", error="invalid_token"',
    ],
    [
      'an expired key',
      async () => {
        const token = newToken('lk_');
        const expiresAt = new Date(service.context.now());
        await storeKey(service, { scopes: [], accountId: world.owner.accountId, token, expiresAt });
        return bearer(token);
      },
      401,
      'expired',
      'Bearer realm="api", error="invalid_token"',
    ],
    [
      'a key for certain addresses',
      async () => bearer((await newKey({ allowedIps: ['203.0.113.0/24'] })).token),
      401,
      'ip_not_allowed',
      'Bearer realm="api", error="invalid_token"',
    ],
    [
      'a key for certain services',
      async () => bearer((await newKey({ audience: ['https://api.example.com'] })).token),
      401,
      'wrong_audience',
      'Bearer realm="api", error="invalid_token"',
    ],
    [
      'two different keys',
      async () => ({ ...bearer((await newKey()).token), 'X-API-Key': (await newKey()).token }),
      401,
      'invalid_request',
      'Bearer realm="api", error="invalid_request"',
    ],
    [
      'a key twice',
      async () => {
        const { token } = await newKey();
        return { Authorization: `Bearer ${token}, Bearer ${token}` };
      },
      401,
      'invalid_request',
      'Bearer realm="api", error="invalid_request"',
    ],
    [
      'a key that lacks a scope',
      async () => bearer((await newKey({ scopes: ['orders:write'] })).token),
      403,
      'insufficient_scope',
      'Bearer realm="api", error="insufficient_scope", scope="orders:read"',
    ],
  ])('for %s is answered as the guards do', async (_, headersOf, status, code, challenge) => {
    const at = code === 'insufficient_scope' ? `${path}?scope=orders:read` : path;
    const headers = await headersOf();
    const response = await ask(headers, { at });
    expect(response.headers.get('www-authenticate')).toBe(challenge);
    expect(response.headers.get('latchkey-key')).toBeNull();
    expect(await problemOf(response.clone())).toMatchObject({ status, code });

    const for403 = await ask(headers, { at: `${at}${at === path ? '?' : '&'}deny=403` });
    expect([for403.status, for403.headers.get('latchkey-status')]).toEqual([403, String(status)]);
    expect(for403.headers.get('www-authenticate')).toBe(challenge);
    const { requestId, ...problem } = await response.json();
    expect(await for403.json()).toEqual({ ...problem, requestId: expect.not.stringMatching(requestId) });
  });

  test('with a revoked key is refused as soon as the revocation is answered', async () => {
    const { id, token } = await newKey();
    expect((await ask(bearer(token))).status).toBe(200);
    const params = { path: { keyId: id }, query: { accountId: `acc_${world.owner.accountId}` } };
    await service.operator.DELETE('/v1/keys/{keyId}', { params });
    expect(await problemOf(await ask(bearer(token)))).toMatchObject({ status: 401, code: 'invalid_token' });
  });

  test('with a key that has reached a limit says when to retry', async () => {
    const { token } = await newKey({ limits: [{ name: 'burst', limit: 3, windowSeconds: 86_400 }] });
    const first = await ask(bearer(token), { at: `${path}?cost=2` });
    expect(first.status).toBe(200);
    const [, seconds] = /^"burst";r=1;t=(\d+)$/.exec(first.headers.get('ratelimit') ?? '') ?? [];
    const second = await ask(bearer(token), { at: `${path}?cost=2` });
    expect(await problemOf(second)).toMatchObject({ status: 429, code: 'rate_limited' });
    const third = await ask(bearer(token), { at: `${path}?cost=2&deny=403` });
    expect([third.status, third.headers.get('latchkey-status')]).toEqual([403, '429']);
    for (const { headers } of [second, third]) {
      const wait = headers.get('retry-after');
      expect(headers.get('ratelimit')).toBe(`"burst";r=1;t=${wait}`);
      // A second may have begun meanwhile.
      expect(Math.abs(Number(wait) - Number(seconds))).toBeLessThan(10);
    }
    expect((await ask(bearer(token))).status).toBe(200);
  });
});

describe('what is required', () => {
  const required = (scope: string, at: string, headers: Headers = {}): [string, Headers] => [
    `${at.replace('SCOPE', encodeURIComponent(scope))}`,
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('SCOPE', scope)])),
  ];

  test.each<[string, string, Headers?]>([
    ['the query', `${path}?scope=SCOPE`],
    ['a header', path, { 'Latchkey-Require-Scope': 'SCOPE' }],
    ['the segment', `${path}/scope=SCOPE/orders/7?scope=c`],
    ['the segment, and nothing below it', `${path}/scope=SCOPE`],
    ['a header beside a segment', `${path}/-/scope=c/`, { 'Latchkey-Require-Scope': 'SCOPE' }],
  ])('stands in %s', async (_, at, headers) => {
    const { token } = await newKey({ scopes: ['a', 'b'] });
    const statusOf = async (scope: string) => {
      const [url, told] = required(scope, at, headers);
      return (await ask({ ...bearer(token), ...told }, { at: url })).status;
    };
    expect(await statusOf('a')).toBe(200);
    expect(await statusOf('c')).toBe(403);
    expect(await statusOf('a AND (c OR b)')).toBe(200);
    expect(await statusOf('a AND (c OR d)')).toBe(403);
  });

  test('is what all places require together: a client can only make it stricter', async () => {
    const { token } = await newKey({ scopes: ['a', 'b'] });
    const both = `${path}?scope=a+AND+b`;
    expect((await ask(bearer(token), { at: both })).status).toBe(200);
    expect((await ask(bearer(token), { at: `${both}+AND+c` })).status).toBe(403);
    const smuggled = { ...bearer(token), 'Latchkey-Require-Scope': 'c' };
    expect((await ask(smuggled, { at: both })).status).toBe(403);
    expect(
      (await ask({ ...bearer(token), 'Latchkey-Require-Scope': 'a' }, { at: `${path}?scope=c` })).status,
    ).toBe(403);
  });

  test('of costs is the highest', async () => {
    const { token } = await newKey({ quota: { remaining: 10 } });
    const remaining = async (at: string, cost?: string) => {
      const headers = { ...bearer(token), ...(cost && { 'Latchkey-Require-Cost': cost }) };
      return (await ask(headers, { at })).headers.get('ratelimit');
    };
    expect(await remaining(path)).toBe('"quota";r=9');
    expect(await remaining(`${path}?cost=2`, '1')).toBe('"quota";r=7');
    expect(await remaining(`${path}?cost=2`, '3')).toBe('"quota";r=4');
  });

  test.each<[string, Headers?]>([
    [`${path}?scopes=a`],
    [`${path}?scope=a+b`],
    [`${path}?scope=`],
    [`${path}?scope=a&scope=b`],
    [`${path}?cost=0`],
    [`${path}?cost=-1`],
    [`${path}?cost=1&cost=1`],
    [`${path}?deny=401`],
    [`${path}?audience=https://api.example.com`],
    [`${path}?ip-header=X-Forwarded-For`],
    [`${path}?scope=%FF`],
    [`${path}/`],
    [`${path}/orders`],
    [`${path}//scope=a/`],
    [`${path}/orders:read/orders?scope=a`],
    [`${path}/scope=a%20b/`],
    [`${path}/scope=a&cost=x/`],
    [path, { 'Latchkey-Require-Scope': 'a, b' }],
    [path, { 'Latchkey-Require-Scope': '' }],
    [path, { 'Latchkey-Require-Cost': '1, 2' }],
    [path, { 'Latchkey-Require-Cost': '0' }],
  ])('and cannot be read lets nobody in: %s %j', async (at, headers = {}) => {
    const { token } = await newKey({ scopes: ['a', 'b'] });
    const response = await ask({ ...bearer(token), ...headers }, { at });
    expect(await problemOf(response)).toMatchObject({ status: 422, code: 'invalid_input' });
  });

  test('can be refused with 403 even if it cannot be read', async () => {
    const response = await ask(bearer((await newKey()).token), { at: `${path}?deny=403&scope=` });
    expect([response.status, response.headers.get('latchkey-status')]).toEqual([403, '422']);
  });
});

describe('the gateway', () => {
  test('names itself by the operator token, or by a key with keys:verify of the operator’s account', async () => {
    const { token } = await newKey();
    for (const as of [gateway(), gateway('', await gatewayKey())])
      expect((await ask(bearer(token), { as })).status).toBe(200);
  });

  test.each<[string, () => Promise<Headers> | Headers]>([
    ['nothing', () => ({})],
    ['an empty header', () => ({ 'Latchkey-Authorization': '' })],
    ['another scheme', () => ({ 'Latchkey-Authorization': `Basic ${service.operatorToken}` })],
    ['an unknown token', () => gateway('', newToken('lk_'))],
    [
      'a key of another account',
      async () => gateway('', await gatewayKey(['keys:verify'], world.owner.accountId)),
    ],
    ['a key without keys:verify', async () => gateway('', await gatewayKey(['keys:read']))],
    [
      'the access token of a session',
      async () =>
        gateway('', await service.context.signer.signAccess(world.owner.session, service.context.now())),
    ],
    ['a good token twice', () => gateway(`, Bearer ${service.operatorToken}`)],
    [
      'another token before',
      () => gateway(`; audience=", Bearer ${service.operatorToken}; audience="a"`, newToken('lk_')),
    ],
    ['an unknown parameter', () => gateway('; ip=X-Real-IP')],
    ['a parameter that every object has', () => gateway('; constructor=a')],
    ['a parameter twice', () => gateway('; audience=a; audience=a')],
    ['a parameter without a value', () => gateway('; audience=')],
    ['more than parameters', () => gateway(' audience=a')],
  ])('that names itself by %s is refused, whatever the client sent', async (_, headersOf) => {
    const as = await headersOf();
    for (const headers of [
      {},
      bearer((await newKey()).token),
      bearer(await gatewayKey()),
      bearer(service.operatorToken),
    ]) {
      const response = await ask(headers, { as });
      expect(response.headers.get('latchkey-key')).toBeNull();
      const { detail, status } = await problemOf(response);
      expect(status).toBe(401);
      expect(detail).toMatch(/^Latchkey-Authorization names the gateway/);
    }
  });

  test('names the service that it stands before, which no client can', async () => {
    const audience = 'https://api.example.com';
    const { token } = await newKey({ audience: [audience] });
    const as = (name: string) => ({ as: gateway(`; audience="${name}"`) });
    expect((await ask(bearer(token), as(audience))).status).toBe(200);
    expect((await ask(bearer(token), as('https://other.example.com'))).status).toBe(401);
  });

  test('names the header with the address of its client, of which the last value counts', async () => {
    const { token } = await newKey({ allowedIps: ['203.0.113.0/24'] });
    const from = async (address: string, parameters = '; ip-header=X-Forwarded-For') =>
      (await ask({ ...bearer(token), 'X-Forwarded-For': address }, { as: gateway(parameters) })).status;
    expect(await from('203.0.113.7')).toBe(200);
    expect(await from('198.51.100.1, 203.0.113.7')).toBe(200);
    expect(await from('203.0.113.7, 198.51.100.1')).toBe(401);
    expect(await from('203.0.113.7', '; ip-header=X-Real-IP')).toBe(401);
    expect(await from('203.0.113.7', '')).toBe(401);
  });

  test('is refused if dots in its client’s path lead elsewhere', async () => {
    const { token } = await newKey();
    // Without the harness, which holds answers against the operation that the path now names.
    const app = createApp(service.context);
    for (const at of ['../../../livez', '%2e%2e/%2E./../docs', '../../keys/current', '../../../openapi.json'])
      for (const method of ['GET', 'POST', 'HEAD']) {
        const headers = { ...bearer(token), ...gateway() };
        const response = await app.fetch(
          new Request(`http://latchkey.test${path}/-/${at}`, { method, headers }),
        );
        expect(response.status, at).toBe(422);
      }
  });

  test.each([
    ['../../keys/verify', 'application/json', '{"token":"any"}'],
    ['../../../oauth2/introspect', 'application/x-www-form-urlencoded', 'token=any'],
  ])('is not answered by an operation that is asked for with a body: %s', async (at, type, body) => {
    const { accessToken } = await service.signIn();
    const sent = { 'Content-Type': type, 'Content-Length': String(body.length) };
    const headers = { ...bearer(accessToken), ...gateway(), ...sent };
    const request = new Request(`http://latchkey.test${path}/-/${at}`, { method: 'POST', headers, body });
    expect((await createApp(service.context).fetch(request)).status).toBe(422);
  });

  test.each([
    ['its own key', () => gateway('', newToken('lk_'))],
    ['the key of its client', () => gateway()],
  ])('is told to come again where the database is away, and %s is not in memory', async (_, as) => {
    const find = () => Promise.reject(new DatabaseUnavailable());
    const keys = { find, refresh: find, holds: () => false };
    const request = new Request(`http://latchkey.test${path}?deny=403`, {
      headers: { ...bearer(newToken('lk_')), ...as() },
    });
    const response = await createApp({ ...service.context, keys }).fetch(request);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });
});

describe('the JWT for the backend', () => {
  const audience = 'https://orders.internal';
  const as = () => gateway(`; identity-audience="${audience}"`);
  const identityOf = async (token: string) =>
    (await ask(bearer(token), { as: as() })).headers.get('latchkey-identity') ?? '';
  const read = (jwt: string) =>
    jwtVerify(jwt, createLocalJWKSet(service.context.signer.jwks), {
      issuer: service.context.publicUrl,
      audience,
      typ: 'latchkey-identity+jwt',
      currentDate: new Date(service.context.now()),
    });

  test('says who makes the request, for a minute', async () => {
    const { id, accountId, token } = await newKey({ scopes: ['orders:read', 'orders:write'] });
    const { payload } = await read(await identityOf(token));
    const iat = Math.floor(service.context.now() / 1000);
    expect(payload).toEqual({
      iss: service.context.publicUrl,
      aud: audience,
      sub: accountId,
      client_id: id,
      scope: 'orders:read orders:write',
      iat,
      exp: iat + 60,
    });
  });

  test('is signed anew after 30 seconds, and when the key changes', async () => {
    const { id, token } = await newKey({ scopes: ['a'] });
    const first = await identityOf(token);
    service.pass(29_999);
    expect(await identityOf(token)).toBe(first);
    service.pass(1);
    const second = await identityOf(token);
    expect(second).not.toBe(first);
    const params = { path: { keyId: id }, query: { accountId: `acc_${world.owner.accountId}` } };
    await service.operator.PATCH('/v1/keys/{keyId}', { params, body: { scopes: ['b'] } });
    expect((await read(await identityOf(token))).payload).toMatchObject({ scope: 'b' });
  });

  test('ends with the key', async () => {
    const expiresAt = new Date(service.context.now() + 10_000).toISOString();
    const { token } = await newKey({ expiresAt });
    const { payload } = await read(await identityOf(token));
    expect(payload.exp).toBe(Math.floor(Date.parse(expiresAt) / 1000));
  });

  test('ends with the previous token of a key', async () => {
    const { id: keyId, token } = await newKey();
    const params = { path: { keyId }, query: { accountId: `acc_${world.owner.accountId}` } };
    const rotate = { params, body: { overlapSeconds: 10 } };
    const next = expectData(await service.operator.POST('/v1/keys/{keyId}/rotate', rotate));
    await identityOf(next.token);
    const { payload } = await read(await identityOf(token));
    expect(payload.exp).toBe(Math.floor((service.context.now() + 10_000) / 1000));
  });

  test('is not accepted as a credential', async () => {
    const jwt = await identityOf((await newKey({ scopes: ['keys:read'] })).token);
    expect((await ask(bearer(jwt))).status).toBe(401);
    expect((await service.fetch('/v1/keys', { headers: bearer(jwt) })).status).toBe(401);
    expect((await ask({}, { as: gateway('', jwt) })).status).toBe(401);
  });
});
