import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  createGuard,
  type GuardOptions,
  type OnUnavailable,
  type RequestHeaders,
  type Requirement,
} from '../clients/typescript/guard/guard.ts';
import { requirementOf } from '../clients/typescript/guard/requirement.ts';
import { type Secured, wantedBy } from '../clients/typescript/guard/security.ts';
import type { Invalid, MintedKey } from '../clients/typescript/schema.gen.ts';
import { createVerifier } from '../clients/typescript/verifier/verifier.ts';
import type { Verifies } from '../clients/typescript/verify.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let account: SignedIn;
/** Verifies with the service, for its operator. */
let verifies: Verifies;
let good: MintedKey;

beforeAll(async () => {
  service = await startService();
  account = await service.signIn();
  verifies = {
    verify: async (token, asked) =>
      expectData(await service.operator.POST('/v1/keys/verify', { body: { token, ...asked } })),
  };
  good = await mint({});
});

async function mint(more: object, { accountId } = account): Promise<MintedKey> {
  const params = { query: { accountId } };
  const body = { name: 'Key', scopes: ['files:read'], ...more };
  return expectData(await service.operator.POST('/v1/keys', { params, body }));
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const check = (
  headers: RequestHeaders,
  { ip, ...requirement }: Requirement & { ip?: string } = {},
  options?: Partial<GuardOptions>,
) => createGuard({ verify: verifies, ...options }).check(headers, requirement, ip);

/** What is sent instead of a token, and what it counts as. */
const credentials: [RequestHeaders, 'missing' | 'malformed' | undefined][] = [
  [{}, 'missing'],
  [{ authorization: '' }, 'missing'],
  [{ authorization: 'Basic dTpw' }, 'missing'],
  [{ authorization: 'Bearerlk_x' }, 'missing'],
  [{ authorization: 'Basic Bearer' }, 'missing'],
  [{ cookie: 'authorization=Bearer x' }, 'missing'],
  [{ 'x-api-key': 'GOOD' }, 'missing'],
  [{ authorization: 'Bearer' }, 'malformed'],
  [{ authorization: 'Bearer ' }, 'malformed'],
  [{ authorization: 'Bearer a b' }, 'malformed'],
  [{ authorization: 'Bearer\tGOOD' }, 'malformed'],
  [{ authorization: 'Bearer "GOOD"' }, 'malformed'],
  [{ authorization: 'Bearer GOOD,' }, 'malformed'],
  [{ authorization: 'Bearer GOOD\u0000' }, 'malformed'],
  [{ authorization: 'Bearer gööd' }, 'malformed'],
  [{ authorization: `Bearer ${'a'.repeat(8193)}` }, 'malformed'],
  [{ authorization: 'Bearer GOOD, Bearer GOOD' }, 'malformed'],
  [{ authorization: 'Basic dTpw, bearer GOOD' }, 'malformed'],
  [{ authorization: ['Bearer GOOD', 'Bearer GOOD'] }, 'malformed'],
  [{ authorization: ['Basic dTpw', 'Bearer GOOD'] }, 'malformed'],
  [{ authorization: 'Bearer GOOD' }, undefined],
  [{ authorization: 'bEARER  GOOD' }, undefined],
  [{ authorization: ['Bearer GOOD'] }, undefined],
];

const withToken = (headers: RequestHeaders): RequestHeaders =>
  JSON.parse(JSON.stringify(headers).replaceAll('GOOD', good.token));

test.each(credentials)('%j is %s', async (sent, reason) => {
  const result = await check(withToken(sent));
  expect(result.ok ? undefined : result.reason).toBe(reason);
});

test('a Headers object is read as well', async () => {
  const headers = new Headers({ Authorization: `Bearer ${good.token}` });
  expect(await check(headers)).toMatchObject({ ok: true });
  headers.append('Authorization', 'Basic dTpw');
  expect(await check(headers)).toMatchObject({ reason: 'malformed' });
});

test.each<[RequestHeaders, 'missing' | 'malformed' | undefined]>([
  [{ 'x-api-key': 'GOOD' }, undefined],
  [{ 'x-api-key': 'GOOD', authorization: 'Basic dTpw' }, undefined],
  [{ 'x-api-key': '', authorization: 'Bearer GOOD' }, undefined],
  [{ 'x-api-key': '' }, 'missing'],
  [{ 'x-api-key': 'GOOD', authorization: 'Bearer other' }, 'malformed'],
  [{ 'x-api-key': 'GOOD', authorization: 'Bearer GOOD' }, undefined],
  [{ 'x-api-key': 'GOOD', authorization: 'Basic dTpw, Bearer other' }, 'malformed'],
  [{ 'x-api-key': ['GOOD', 'GOOD'] }, 'malformed'],
  [{ 'x-api-key': 'GOOD, GOOD' }, 'malformed'],
  [{ 'x-api-key': 'Bearer GOOD' }, 'malformed'],
])('with a header of its own for keys, %j is %s', async (sent, reason) => {
  const result = await check(withToken(sent), undefined, { apiKeyHeader: 'X-API-Key' });
  expect(result.ok ? undefined : result.reason).toBe(reason);
  // A shared cache does not know that such a response is for one key.
  if (result.ok) expect(result.headers).toEqual({ 'Cache-Control': 'private' });
});

test('a good key comes with its verdict', async () => {
  const result = await check(bearer(good.token), { scopes: ['files:read'] });
  expect(result).toEqual({
    ok: true,
    key: result.ok && result.verdict.key,
    verdict: expect.anything(),
    headers: {},
  });
  expect(result).toMatchObject({
    key: { id: good.id, accountId: account.accountId, scopes: ['files:read'] },
  });
});

interface Case {
  /** The token of a key that will be refused for the reason. */
  token: () => Promise<string>;
  requirement?: Requirement & { ip?: string };
  status: number;
  challenge?: string;
  problem: object;
}

const unauthorized = { status: 401, challenge: 'Bearer realm="api", error="invalid_token"' };
const untold = { code: 'invalid_token', detail: 'The key is not valid.' };
const keyPath = ({ id }: MintedKey) => ({
  params: { path: { keyId: id }, query: { accountId: account.accountId } },
});
const once = { limits: [{ name: 'burst', limit: 1, windowSeconds: 86_400 }] };

const refused: Record<Invalid['reason'], Case> = {
  unknown: { token: async () => 'lk_unknown', ...unauthorized, problem: untold },
  revoked: {
    async token() {
      const key = await mint({});
      await service.operator.DELETE('/v1/keys/{keyId}', keyPath(key));
      return key.token;
    },
    ...unauthorized,
    problem: untold,
  },
  rotated: {
    async token() {
      const key = await mint({});
      const body = { immediate: true };
      expectData(await service.operator.POST('/v1/keys/{keyId}/rotate', { ...keyPath(key), body }));
      return key.token;
    },
    ...unauthorized,
    problem: untold,
  },
  account_disabled: {
    async token() {
      const suspended = expectData(
        await service.operator.POST('/v1/accounts', { body: { externalId: 'suspended' } }),
      );
      const { token } = await mint({}, { ...account, accountId: suspended.id });
      const params = { path: { accountId: suspended.id } };
      expectData(
        await service.operator.PATCH('/v1/accounts/{accountId}', { params, body: { disabled: true } }),
      );
      return token;
    },
    ...unauthorized,
    problem: untold,
  },
  disabled: {
    async token() {
      const key = await mint({});
      const body = { disabled: true };
      expectData(await service.operator.PATCH('/v1/keys/{keyId}', { ...keyPath(key), body }));
      return key.token;
    },
    ...unauthorized,
    problem: untold,
  },
  expired: {
    async token() {
      const { token } = await mint({ expiresAt: new Date(service.context.now() + 1000).toISOString() });
      service.pass(1000);
      return token;
    },
    ...unauthorized,
    problem: { code: 'expired', detail: 'The key has expired.' },
  },
  not_yet_valid: {
    token: async () => (await mint({ notBefore: '2027-01-01T00:00:00Z' })).token,
    ...unauthorized,
    problem: { code: 'not_yet_valid', detail: 'The key is not valid yet.' },
  },
  insufficient_scope: {
    token: async () => good.token,
    requirement: { scopes: ['files:read', 'files:write'] },
    status: 403,
    challenge: 'Bearer realm="api", error="insufficient_scope", scope="files:read files:write"',
    problem: {
      code: 'insufficient_scope',
      detail: 'The key lacks a scope.',
      missingScopes: ['files:write'],
    },
  },
  ip_not_allowed: {
    token: async () => (await mint({ allowedIps: ['203.0.113.0/24'] })).token,
    requirement: { ip: '198.51.100.7' },
    ...unauthorized,
    problem: { code: 'ip_not_allowed', detail: 'The key cannot be used from this address.' },
  },
  wrong_audience: {
    token: async () => (await mint({ audience: ['https://a.example.com'] })).token,
    requirement: { audience: 'https://b.example.com' },
    ...unauthorized,
    problem: { code: 'wrong_audience', detail: 'The key is not for this API.' },
  },
  rate_limited: {
    token: async () => (await mint(once)).token,
    requirement: { cost: 2 },
    status: 429,
    problem: { code: 'rate_limited', detail: 'The key has reached a limit.' },
  },
  quota_exceeded: {
    token: async () => (await mint({ quota: { remaining: 1 } })).token,
    requirement: { cost: 2 },
    status: 429,
    problem: { code: 'quota_exceeded', detail: 'The quota is used up.' },
  },
};

test.each(Object.entries(refused))('the answer to a key that is %s', async (reason, expected) => {
  const { token, requirement, status, challenge, problem } = expected;
  const result = await check(bearer(await token()), requirement);
  expect(result).toMatchObject({ ok: false, reason, status, verdict: { valid: false, reason } });
  if (result.ok) return;
  const title = { 401: 'Unauthorized', 403: 'Forbidden', 429: 'Too Many Requests' }[status];
  expect(result.problem).toEqual({ type: 'about:blank', title, status, ...problem });
  expect(result.headers).toMatchObject({
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
  });
  expect(result.headers['WWW-Authenticate']).toBe(challenge);
});

test('a request without a key is challenged without an error, and a malformed one with invalid_request', async () => {
  const missing = await check({});
  expect(missing.headers['WWW-Authenticate']).toBe('Bearer realm="api"');
  expect(missing).toMatchObject({ status: 401, problem: { code: 'unauthenticated' } });
  const malformed = await check({ authorization: 'Bearer a, Bearer b' }, undefined, { realm: 'The files' });
  expect(malformed.headers['WWW-Authenticate']).toBe('Bearer realm="The files", error="invalid_request"');
  expect(malformed).toMatchObject({ status: 400, problem: { code: 'invalid_request' } });
});

test('if a key lacks all alternatives, the challenge and the body name each of them', async () => {
  const anyScopes = ['files:write', 'files:admin'];
  const result = await check(bearer(good.token), { anyScopes });
  expect(result).toMatchObject({ status: 403, problem: { missingScopes: anyScopes } });
  expect(result.headers['WWW-Authenticate']).toContain('scope="files:write files:admin"');
});

test('limits are told in the headers of what is let in and of what is refused', async () => {
  const { token } = await mint({ ...once, quota: { remaining: 5 } });
  const { limits = [] } = await verifies.verify(token, { cost: 0 });
  // The clock of whoever verifies is not that of the service.
  vi.useFakeTimers({ now: Date.parse(limits[0]?.resetAt ?? '') - 42_500, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const told = { 'RateLimit-Policy': '"burst";q=1;w=86400', RateLimit: '"burst";r=0;t=43, "quota";r=4' };
  expect((await check(bearer(token))).headers).toEqual(told);
  const refused = await check(bearer(token));
  expect(refused.ok).toBe(false);
  expect(refused.headers).toMatchObject({ ...told, 'Retry-After': expect.stringMatching(/^\d{1,5}$/) });
});

test('the quota of the account has a name of its own in the headers, beside that of the key', async () => {
  const team = await service.signIn();
  const params = { query: { accountId: team.accountId } };
  expectData(await service.operator.PATCH('/v1/account', { params, body: { quota: { remaining: 8 } } }));
  const { token } = await mint({ quota: { remaining: 5 } }, team);
  const told = { RateLimit: '"quota";r=4, "account/quota";r=7' };
  expect((await check(bearer(token))).headers).toEqual(told);
});

test('a quota that is never refilled has no Retry-After', async () => {
  const { token } = await mint({ quota: { remaining: 0 } });
  const result = await check(bearer(token));
  expect(result).toMatchObject({ status: 429, headers: { RateLimit: '"quota";r=0' } });
  expect(result.headers).not.toHaveProperty('Retry-After');
});

test('a key shows where and with what it was last used', async () => {
  const key = await mint({});
  await check({ ...bearer(key.token), 'user-agent': 'files-cli/2.4' }, { ip: '203.0.113.7' });
  const shown = expectData(await service.operator.GET('/v1/keys/{keyId}', keyPath(key)));
  expect(shown).toMatchObject({ lastUsedIp: '203.0.113.7', lastUsedUserAgent: 'files-cli/2.4' });
});

/** Whoever cannot verify: the service refuses this caller. */
const unable: Verifies = {
  verify: async (token) => expectData(await service.as().POST('/v1/keys/verify', { body: { token } })),
};
const throwing: Verifies = {
  verify() {
    throw new Error('blind');
  },
};

test.each([
  ['rejects', unable],
  ['throws', throwing],
])('nothing is known about a key if verify %s, and the request is refused', async (_, verify) => {
  const result = await check(bearer(good.token), {}, { verify });
  expect(result).toMatchObject({
    ok: false,
    status: 503,
    reason: 'unavailable',
    error: expect.any(Error),
    headers: { 'Retry-After': '1', 'Cache-Control': 'no-store' },
    problem: { title: 'Service Unavailable', code: 'unavailable' },
  });
  expect(result.headers).not.toHaveProperty('WWW-Authenticate');
});

test.each<unknown>([
  undefined,
  null,
  true,
  {},
  { valid: true },
  { valid: true, key: {} },
  { valid: 1, key: { id: 'key_1' } },
  { valid: false },
  { reason: 'unknown' },
])('%j is no verdict: nothing is known about the key', async (given) => {
  for (const verify of [() => given, async () => given]) {
    const result = await check(bearer(good.token), {}, { verify: { verify } as Verifies });
    expect(result).toMatchObject({ status: 503, reason: 'unavailable', error: expect.any(TypeError) });
  }
});

test('onUnavailable hears the error, and may give a key to go on with', async () => {
  const heard: unknown[] = [];
  const log: OnUnavailable = (error) => {
    heard.push(error);
    return undefined;
  };
  const guard = createGuard({ verify: throwing, onUnavailable: log });
  const closed = await guard.check(bearer(good.token));
  expect(closed).toMatchObject({ ok: false, status: 503 });
  expect(heard).toEqual([expect.objectContaining({ message: 'blind' })]);

  const known = await check(bearer(good.token));
  if (!known.ok) throw new Error(known.reason);
  const open = await guard.check(bearer(good.token), { onUnavailable: () => known.key });
  expect(open).toMatchObject({ ok: true, key: { id: good.id }, verdict: { valid: true } });
  expect(heard).toHaveLength(1);
  expect(await guard.check({}, { onUnavailable: () => known.key })).toMatchObject({ status: 401 });
});

test.each<[string, () => unknown]>([
  ['a promise, as async functions do', async () => {}],
  ['a promise of a key', async () => ({ id: 'key_1', accountId: 'acc_1' })],
  ['what a logger returns', () => true],
  ['a number', () => 1],
  ['an object that is no key', () => ({})],
])('a hook that returns %s lets nobody in', async (_, hook) => {
  const onUnavailable = hook as OnUnavailable;
  for (const verify of [throwing, { verify: () => Promise.reject(new Error('blind')) }]) {
    const result = await createGuard({ verify, onUnavailable }).check(bearer(good.token));
    expect(result).toMatchObject({ ok: false, status: 503 });
  }
});

test('no client can make its own verification fail, and be let in as if the service were down', async () => {
  const known = await check(bearer(good.token));
  if (!known.ok) throw new Error(known.reason);
  const onUnavailable = vi.fn(() => known.key);
  const guard = createGuard({ verify: verifies, apiKeyHeader: 'X-API-Key', onUnavailable });
  // Longer, as JSON, than the 64 KiB that a body may have. Deno and Workers take such headers.
  const long = '"'.repeat(40_000);
  expect(await guard.check({ ...bearer('lk_x'), 'user-agent': long })).toMatchObject({ reason: 'unknown' });
  const padded = `lk_x${'='.repeat(70_000)}`;
  expect(await guard.check(bearer(padded))).toMatchObject({ reason: 'malformed' });
  expect(await guard.check({ 'x-api-key': padded })).toMatchObject({ reason: 'malformed' });
  expect(onUnavailable).not.toHaveBeenCalled();
});

test('with the in-process verifier the result is synchronous, until the key is revoked', async () => {
  const baseUrl = await service.listen();
  await using verifier = await createVerifier({ baseUrl, token: service.operatorToken });
  const guard = createGuard({ verify: verifier });
  const key = await mint({});
  const ask = (requirement?: Requirement) => guard.check(bearer(key.token), requirement);
  expect(await ask()).toMatchObject({ ok: true });

  expect(ask({ scopes: ['files:read'] })).toMatchObject({ ok: true, key: { id: key.id } });
  expect(ask({ scopes: ['files:write'] })).toMatchObject({ ok: false, status: 403 });
  expect(guard.check({})).toMatchObject({ ok: false, status: 401 });
  await service.operator.DELETE('/v1/keys/{keyId}', keyPath(key));
  expect(await ask()).toMatchObject({ ok: false, reason: 'revoked' });
});

test('an error that verify throws is handled synchronously', () => {
  expect(createGuard({ verify: throwing }).check(bearer(good.token))).toMatchObject({ status: 503 });
});

test('an invalid realm or scope is refused when the program starts', () => {
  expect(() => createGuard({ verify: verifies, realm: 'a"b' })).toThrow(TypeError);
  expect(requirementOf()).toEqual({ scopes: [] });
  expect(requirementOf('a:b')).toEqual({ scopes: ['a:b'] });
  expect(requirementOf(['a', 'b'])).toEqual({ scopes: ['a', 'b'] });
  // As JavaScript can call a guard.
  expect(requirementOf('a', 'b')).toEqual({ scopes: ['a', 'b'] });
  expect(() => requirementOf({ cost: 2 }, 'a')).toThrow(TypeError);
  expect(requirementOf({ anyScopes: ['a'], cost: 5 })).toEqual({ anyScopes: ['a'], cost: 5 });
  for (const wrong of ['', 'a b', 'a"', ['a', 'b\n'], { anyScopes: ['\\'] }])
    expect(() => requirementOf(wrong), JSON.stringify(wrong)).toThrow(TypeError);
});

test.each<Requirement>([
  { scopes: ['files*'] },
  { scopes: ['*'] },
  { scopes: ['keys:*'] },
  { scopes: ['a'.repeat(65)] },
  { scopes: ['a', 'a'] },
  { anyScopes: [] },
  { anyScopes: ['a*'] },
])('%j, which the service can never accept, stops the program', async (requirement) => {
  expect(() => requirementOf(requirement)).toThrow(TypeError);
  expect(await check(bearer(good.token), requirement)).toMatchObject({
    error: { message: expect.stringContaining('invalid_input') },
  });
});

test.each<Requirement>([
  { scopes: [] },
  { scopes: ['files:*', 'keys:read'] },
  { anyScopes: ['a'.repeat(64)] },
])('%j is asked of the service', async (requirement) => {
  expect(requirementOf(requirement)).toEqual(requirement);
  expect(await check(bearer(good.token), requirement)).toHaveProperty('verdict');
});

test('a guard without anybody who verifies stops the program', () => {
  for (const verify of [undefined, null, Promise.resolve(verifies), () => good])
    expect(() => createGuard({ verify } as never)).toThrow(TypeError);
});

test('a requirement with a mistake in it stops the program, rather than let in every key', () => {
  const mistakes: unknown[] = [
    undefined,
    [undefined],
    { scope: 'files:read' },
    { scopes: undefined },
    { scopes: 'files:read' },
    { anyScopes: undefined },
    { anyScopes: null },
    { scopeQuery: undefined },
  ];
  for (const wanted of mistakes)
    expect(() => requirementOf(wanted as Requirement), JSON.stringify(wanted)).toThrow(TypeError);
  const guard = createGuard({ verify: verifies, onUnavailable: () => ({ id: 'key_1' }) as never });
  const required = (requirement: object) => () => guard.check(bearer(good.token), requirement);
  for (const name of ['scopes', 'anyScopes', 'scopeQuery'])
    expect(required({ [name]: undefined }), name).toThrow(TypeError);
  for (const name of ['scope', 'Scopes', 'anyScope', 'any_scopes', 'scopesQuery', 'scope_query'])
    expect(required({ [name]: ['files:read'] }), name).toThrow(TypeError);
  // As the config of a route has other fields.
  expect(required({ url: '/', telescope: true, scopesOfOthers: [] })).not.toThrow();
});

test('the requirements of OpenAPI become those of a key', () => {
  const wanted = (...security: NonNullable<Secured['security']>) => wantedBy({ security }, 'apiKey');
  expect(wanted({ apiKey: ['a', 'b'] })).toEqual({ scopes: ['a', 'b'] });
  expect(wanted({ apiKey: [] })).toEqual({ scopes: [] });
  expect(wanted({ apiKey: ['a', 'b'] }, { apiKey: ['c'] })).toEqual({ scopeQuery: '(a AND b) OR (c)' });
  expect(wanted({ apiKey: ['a'] }, { apiKey: [] })).toEqual({});
  expect(() => wantedBy({}, 'apiKey')).toThrow(TypeError);
  const open: NonNullable<Secured['security']>[] = [
    [],
    [{}],
    [{}, { apiKey: [] }],
    [{ other: [] }],
    [{ apiKey: [], other: [] }],
  ];
  for (const security of open) expect(() => wanted(...security), JSON.stringify(security)).toThrow(TypeError);
});
