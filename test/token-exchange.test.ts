import { createRemoteJWKSet, customFetch as fetchesJwks, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, test } from 'vitest';
import { createVerifier } from '../clients/typescript/verifier/verifier.ts';
import { exchangedType } from '../decide/token-form.ts';
import { operatorAccountId } from '../server/id.ts';
import { newToken } from '../server/token.ts';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** A token of a key is exchanged for a JWT that lives shorter and may do less (RFC 8693), by a standard client. */

let service: TestService;
let ada: SignedIn;
let server: oauth.AuthorizationServer;

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const apiKey = 'urn:latchkey:params:oauth:token-type:api-key';
const jwt = 'urn:ietf:params:oauth:token-type:jwt';
const files = 'https://files.example.com';
const orders = 'https://orders.example.com';

const client: oauth.Client = { client_id: 'any' };
/** The service, as a library reaches it. */
const fetches = {
  [oauth.customFetch]: (url: string, init?: object) => service.fetch(url, init),
  [oauth.allowInsecureRequests]: true,
} as const;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  const issuer = new URL(service.context.publicUrl);
  const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...fetches });
  server = await oauth.processDiscoveryResponse(issuer, discovered);
});

type NewKey = Parameters<typeof ada.client.POST<'/v1/keys'>>[1]['body'];
type Patch = Parameters<typeof ada.client.PATCH<'/v1/keys/{keyId}'>>[1]['body'];

const of = ({ id }: { id: string }) => ({ params: { path: { keyId: id } } });
const mint = async (facts: Partial<NewKey> = {}) =>
  expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key', ...facts } }));
const change = (key: { id: string }, body: Patch) =>
  ada.client.PATCH('/v1/keys/{keyId}', { ...of(key), body });

/** Parameters of the request, beside the token of the key and its type. */
type Asked = Record<string, string> | string[][];

const request = (token: string, asked: Asked = {}, auth = oauth.None(), as = client) => {
  const pairs = Array.isArray(asked) ? asked : Object.entries(asked);
  const own = [
    ['subject_token', token],
    ['subject_token_type', accessToken],
  ].filter(([name]) => pairs.every(([other]) => other !== name));
  return oauth.genericTokenEndpointRequest(server, as, auth, grantType, [...own, ...pairs], fetches);
};

/** What a standard client makes of the answer. */
const exchange = async (...given: Parameters<typeof request>) =>
  oauth.processGenericTokenEndpointResponse(server, client, await request(...given));
const exchanged = async (token: string, asked?: Asked) => (await exchange(token, asked)).access_token;

/** The error of a request that is refused, and its description. */
async function refusal(...given: Parameters<typeof request>): Promise<[number, string, string]> {
  const response = await request(...given);
  const { error, error_description } = await response.json();
  return [response.status, error, error_description];
}

type Verification = Parameters<typeof ada.client.POST<'/v1/keys/verify'>>[1]['body'];
const verify = async (token: string, rest: Partial<Verification> = {}) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token, ...rest } }));
const outcome = async (token: string, rest?: Partial<Verification>) => {
  const verdict = await verify(token, rest);
  return verdict.valid ? 'valid' : verdict.reason;
};

const seconds = () => Math.floor(service.context.now() / 1000);
const minutes = (count: number) => count * 60_000;

test('a key is exchanged for a token that lives for 5 minutes and verifies as the key', async () => {
  const key = await mint({ scopes: ['files:read', 'orders:*'], metadata: { plan: 'pro' } });
  const { access_token: token, ...rest } = await exchange(key.token);
  expect(rest).toEqual({
    issued_token_type: accessToken,
    token_type: 'bearer',
    expires_in: 300,
    scope: 'files:read orders:*',
  });
  const direct = await verify(key.token);
  const expiresAt = new Date(service.context.now() + minutes(5)).toISOString();
  expect(await verify(token)).toEqual({ ...direct, key: { ...(direct.valid && direct.key), expiresAt } });

  service.pass(minutes(5) - 1);
  expect(await outcome(token)).toBe('valid');
  service.pass(1);
  expect(await verify(token)).toMatchObject({ valid: false, reason: 'expired', key: { id: key.id } });
  expect(await outcome(key.token)).toBe('valid');
});

test('no cache keeps the token, also one of HTTP/1.0 (RFC 6749, section 5.1)', async () => {
  const { headers } = await request((await mint()).token);
  expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
});

test('the token is a JWT that a service can check by itself, and says for whom it is', async () => {
  const [key, agent] = [await mint({ scopes: ['files:*'] }), await mint()];
  const asked = [
    ...Object.entries({ scope: 'files:read', expires_in: '60', requested_token_type: jwt }),
    ...Object.entries({ actor_token: agent.token, actor_token_type: apiKey }),
    ...[files, files].map((uri) => ['audience', uri]),
    ['resource', orders],
  ];
  const { access_token: token, issued_token_type } = await exchange(key.token, asked);
  expect(issued_token_type).toBe(jwt);
  const jwks = createRemoteJWKSet(new URL(`${service.context.publicUrl}/.well-known/jwks.json`), {
    [fetchesJwks]: (url, init) => service.fetch(url, init),
  });
  const { payload } = await jwtVerify(token, jwks, {
    typ: exchangedType,
    issuer: server.issuer,
    audience: orders,
    currentDate: new Date(service.context.now()),
  });
  expect(payload).toEqual({
    iss: service.context.publicUrl,
    sub: key.accountId,
    client_id: key.id,
    scope: 'files:read',
    aud: [files, orders],
    act: { sub: agent.id },
    jti: expect.stringMatching(/^[0-9a-f]{24}$/),
    iat: seconds(),
    exp: seconds() + 60,
    subject_token_hash: expect.stringMatching(/^[\w-]{86}$/),
  });
  expect(await verify(token, { audience: files })).toMatchObject({
    valid: true,
    key: { scopes: ['files:read'], actor: agent.id },
  });
});

test('a token can have fewer scopes than its key, and none that the key lacks', async () => {
  const key = await mint({ scopes: ['files:*', 'orders:read'] });
  const token = await exchanged(key.token, { scope: 'files:read' });
  expect(await outcome(token, { scopes: ['files:read'] })).toBe('valid');
  expect(await verify(token, { scopes: ['files:write'] })).toMatchObject({
    reason: 'insufficient_scope',
    missingScopes: ['files:write'],
  });
  expect(await refusal(key.token, { scope: 'files:read orders:write files:a' })).toEqual([
    400,
    'invalid_scope',
    "scope: The key lacks 'orders:write'.",
  ]);
});

test('a token has no scope that a key cannot have, although a wildcard of its key covers the text', async () => {
  const key = await mint({ scopes: ['files:*'] });
  for (const scope of ['files:a*', 'files:*:read', `files:${'a'.repeat(59)}`, 'files:read  files:list'])
    expect(await refusal(key.token, { scope }), scope).toEqual([
      400,
      'invalid_scope',
      'scope: Must be scopes that a key can have, with one space between them.',
    ]);
  const longest = `files:${'a'.repeat(58)}`;
  expect((await exchange(key.token, { scope: `${longest} files:eu:*` })).scope).toBe(`${longest} files:eu:*`);
});

test('what the key loses, the token loses at once; what the key gains, it does not', async () => {
  const key = await mint({ scopes: ['files:*', 'orders:read'] });
  const token = await exchanged(key.token);
  expect(await outcome(token, { scopes: ['files:write', 'orders:read'] })).toBe('valid');
  await change(key, { scopes: ['files:read', 'invoices:read'] });
  expect(await verify(token)).toMatchObject({ key: { scopes: ['files:read'] } });
  expect(await outcome(token, { scopes: ['files:write'] })).toBe('insufficient_scope');
  expect(await outcome(token, { scopes: ['invoices:read'] })).toBe('insufficient_scope');
});

test('what a role of the key loses, the token loses at once', async () => {
  const role = { name: 'reader', scopes: ['files:read', 'files:list'] };
  const { id } = expectData(await service.operator.POST('/v1/roles', { body: role }));
  const token = await exchanged((await mint({ roles: ['reader'] })).token);
  expect(await outcome(token, { scopes: ['files:read'] })).toBe('valid');
  const place = { params: { path: { roleId: id } } };
  await service.operator.PATCH('/v1/roles/{roleId}', { ...place, body: { scopes: ['files:list'] } });
  expect(await outcome(token, { scopes: ['files:list'] })).toBe('valid');
  expect(await outcome(token, { scopes: ['files:read'] })).toBe('insufficient_scope');
});

describe('the token dies with its key:', () => {
  const ends: [string, string, (key: { id: string; token: string }) => unknown][] = [
    ['revoked', 'revoked', (key) => ada.client.DELETE('/v1/keys/{keyId}', of(key))],
    ['disabled', 'disabled', (key) => change(key, { disabled: true })],
    [
      'expired',
      'expired',
      async (key) => {
        await change(key, { expiresAt: new Date(service.context.now() + 1_500).toISOString() });
        service.pass(1_500);
      },
    ],
    [
      'bound to a later time',
      'not_yet_valid',
      (key) => change(key, { notBefore: new Date(service.context.now() + 60_000).toISOString() }),
    ],
    ['bound to other addresses', 'ip_not_allowed', (key) => change(key, { allowedIps: ['203.0.113.0/24'] })],
    ['bound to other services', 'wrong_audience', (key) => change(key, { audience: [orders] })],
    [
      'given another token at once',
      'rotated',
      (key) => ada.client.POST('/v1/keys/{keyId}/rotate', { ...of(key), body: { immediate: true } }),
    ],
  ];
  test.each(ends)('%s', async (_, reason, end) => {
    const key = await mint();
    const token = await exchanged(key.token);
    expect(await outcome(token, { audience: files, ip: '198.51.100.7' })).toBe('valid');
    await end(key);
    expect(await outcome(token, { audience: files, ip: '198.51.100.7' })).toBe(reason);
    expect(await outcome(key.token, { audience: files, ip: '198.51.100.7' })).toBe(reason);
  });

  test('a key that is enabled again has its tokens again', async () => {
    const key = await mint();
    const token = await exchanged(key.token);
    await change(key, { disabled: true });
    expect(await outcome(token)).toBe('disabled');
    await change(key, { disabled: false });
    expect(await outcome(token)).toBe('valid');
  });
});

test('during a rotation each token has its own exchanged tokens, and those of the previous one end with it', async () => {
  const key = await mint();
  const ofOld = await exchanged(key.token, { expires_in: '3600' });
  const rotated = expectData(
    await ada.client.POST('/v1/keys/{keyId}/rotate', { ...of(key), body: { overlapSeconds: 600 } }),
  );
  // Its first use is the exchange.
  const ofNew = await exchanged(rotated.token, { expires_in: '3600' });
  // A use that leaves the previous token so long waits for no replica.
  await service.context.settled();
  const { tokens } = expectData(await ada.client.GET('/v1/keys/{keyId}', of(key)));
  expect(tokens.map(({ state }) => state)).toEqual(['current', 'previous']);
  expect((await exchange(key.token, { expires_in: '3600' })).expires_in).toBe(600);
  expect(await outcome(ofOld)).toBe('valid');
  service.pass(minutes(10));
  expect(await outcome(ofOld)).toBe('rotated');
  expect(await outcome(ofNew)).toBe('valid');
});

test('the token lives no longer than the key, and no longer than asked for', async () => {
  const key = await mint({ expiresAt: new Date((seconds() + 90) * 1000 + 999).toISOString() });
  expect((await exchange(key.token)).expires_in).toBe(90);
  expect((await exchange(key.token, { expires_in: '10' })).expires_in).toBe(10);
  expect((await exchange((await mint()).token, { expires_in: '3600' })).expires_in).toBe(3600);
  for (const expires_in of ['0', '3601', '1.5', '-1', '+60', 'x'])
    expect(await refusal(key.token, { expires_in }), expires_in).toEqual([
      400,
      'invalid_request',
      'expires_in: Must be a whole number of seconds from 1 to 3600.',
    ]);
});

test('its services are those asked for, or those of the key', async () => {
  const open = await mint();
  const forFiles = await exchanged(open.token, { audience: files });
  expect(await outcome(forFiles, { audience: files })).toBe('valid');
  expect(await outcome(forFiles, { audience: orders })).toBe('wrong_audience');
  expect(await outcome(forFiles)).toBe('wrong_audience');

  const bound = await mint({ audience: [files] });
  expect(await outcome(await exchanged(bound.token), { audience: files })).toBe('valid');
  expect(await refusal(bound.token, { audience: orders })).toEqual([
    400,
    'invalid_target',
    `audience: The key is not for ${orders}.`,
  ]);
  for (const resource of ['files', '/files', `${files}#top`])
    expect((await refusal(open.token, { resource })).slice(0, 2), resource).toEqual([400, 'invalid_target']);
  const often = Array.from({ length: 21 }, () => ['audience', files]);
  expect(await refusal(open.token, often)).toEqual([
    400,
    'invalid_target',
    'audience: Must be sent at most 20 times.',
  ]);
});

test('a token is never for this service, whose access tokens it could be taken for', async () => {
  const own = service.context.publicUrl;
  const refused = [400, 'invalid_target', `audience: ${own} is this service: name others.`];
  const open = await mint();
  expect(await refusal(open.token, { audience: own })).toEqual(refused);
  const several = [files, own].map((uri) => ['resource', uri]);
  expect(await refusal(open.token, several)).toEqual(refused);

  const bound = await mint({ audience: [own, files] });
  expect(await refusal(bound.token)).toEqual(refused);
  expect(await outcome(await exchanged(bound.token, { audience: files }), { audience: files })).toBe('valid');
});

test('the conditions of the key hold where it is exchanged, and where the token is used', async () => {
  const here = await mint({ allowedIps: [clientIp] });
  const token = await exchanged(here.token);
  expect(await outcome(token, { ip: clientIp })).toBe('valid');
  expect(await outcome(token, { ip: '203.0.113.7' })).toBe('ip_not_allowed');
  const elsewhere = await mint({ allowedIps: ['203.0.113.0/24'] });
  expect(await refusal(elsewhere.token)).toEqual([
    400,
    'invalid_request',
    'subject_token: The key cannot be used from this address.',
  ]);
});

test('an account does not learn from where the operator exchanged its key, whose addresses are checked all the same', async () => {
  const query = { accountId: `acc_${operatorAccountId}` };
  const body = { name: 'Back end', scopes: [] };
  const own = expectData(await service.operator.POST('/v1/keys', { params: { query }, body }));
  for (const [auth, id] of [
    [oauth.ClientSecretBasic(service.operatorToken), 'operator'],
    [oauth.ClientSecretBasic(own.token), own.id],
  ] as const) {
    const [key, agent] = [await mint({ allowedIps: [clientIp] }), await mint()];
    const asked = { actor_token: agent.token, actor_token_type: apiKey };
    expect((await request(key.token, asked, auth, { client_id: id })).status).toBe(200);
    for (const used of [key, agent]) {
      const { lastUsedAt, lastUsedIp, lastUsedUserAgent } = expectData(
        await ada.client.GET('/v1/keys/{keyId}', of(used)),
      );
      expect([lastUsedAt, lastUsedIp, lastUsedUserAgent]).toEqual([expect.any(String), null, null]);
    }
    const { token } = await mint({ allowedIps: ['203.0.113.0/24'] });
    expect((await refusal(token, {}, auth, { client_id: id }))[2]).toContain('from this address');
  }
  const { id, token } = await mint();
  expect((await request(token, {}, oauth.ClientSecretBasic(token), { client_id: id })).status).toBe(200);
  expect(await ada.client.GET('/v1/keys/{keyId}', of({ id }))).toMatchObject({
    data: { lastUsedIp: clientIp },
  });
});

test('uses of the token are uses of the key, and are taken from its limits', async () => {
  const key = await mint();
  const limits = [{ name: 'burst', limit: 2, windowSeconds: 86_400 }];
  const query = { accountId: key.accountId };
  await service.operator.PATCH('/v1/keys/{keyId}', {
    params: { ...of(key).params, query },
    body: { limits },
  });
  const token = await exchanged(key.token, {});
  expect(await outcome(token)).toBe('valid');
  expect(await outcome(key.token)).toBe('valid');
  expect(await outcome(token)).toBe('rate_limited');
  await service.context.usage.flush();
  const usage = expectData(await ada.client.GET('/v1/keys/{keyId}/usage', of(key)));
  expect(JSON.stringify(usage)).toContain('"valid":3');
});

test('the token cannot be exchanged, and cannot call this API', async () => {
  const key = await mint({ scopes: ['keys:read', 'keys:write', 'keys:rotate'] });
  const token = await exchanged(key.token);
  const again = 'An exchanged token cannot be exchanged: send the token of a key.';
  expect(await refusal(token)).toEqual([400, 'invalid_request', `subject_token: ${again}`]);
  expect(await refusal(key.token, { actor_token: token, actor_token_type: accessToken })).toEqual([
    400,
    'invalid_request',
    `actor_token: ${again}`,
  ]);
  for (const [method, path] of [
    ['GET', '/v1/keys'],
    ['GET', '/v1/keys/current'],
    ['DELETE', '/v1/keys/current'],
    ['POST', `/v1/keys/${key.id}/rotate`],
    ['GET', '/api/settings/api'],
    ['GET', '/apikey'],
  ] as const) {
    const response = await service.fetch(path, { method, headers: { Authorization: `Bearer ${token}` } });
    expect(response.status, path).toBe(401);
    const text = await response.text();
    if (path.startsWith('/v1'))
      expect(text).toContain('An exchanged token is for the services of the product');
  }
  expect(await outcome(key.token)).toBe('valid');
});

test.each([
  ['that never was', () => newToken('lk_'), 'The token is not known here.'],
  ['that is none', () => 'nonsense', 'The token is not known here.'],
  ['of a session', () => ada.accessToken, 'The token is not known here.'],
  [
    'of a key that was revoked',
    async () => {
      const key = await mint();
      await ada.client.DELETE('/v1/keys/{keyId}', of(key));
      return key.token;
    },
    'The key was revoked.',
  ],
])('a token %s is refused as invalid_request (RFC 8693, section 2.2.2)', async (_, make, why) => {
  const token = await make();
  expect(await refusal(token)).toEqual([400, 'invalid_request', `subject_token: ${why}`]);
  const { token: good } = await mint();
  expect(await refusal(good, { actor_token: token, actor_token_type: accessToken })).toEqual([
    400,
    'invalid_request',
    `actor_token: ${why}`,
  ]);
});

test('a request that is refused is no use of the key', async () => {
  const key = await mint();
  await refusal(key.token, { scope: 'files:read' });
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', of(key))).lastUsedAt).toBeNull();
  await exchanged(key.token);
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', of(key))).lastUsedAt).not.toBeNull();
});

test.each([
  ['another grant', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
  ['no grant', { grant_type: '' }, 'invalid_request'],
  ['another type of token', { subject_token_type: jwt }, 'invalid_request'],
  ['another type to be issued', { requested_token_type: apiKey }, 'invalid_request'],
  ['an actor without its type', { actor_token: 'lk_x' }, 'invalid_request'],
  ['a type of an actor that is not there', { actor_token_type: apiKey }, 'invalid_request'],
  ['scopes that are not scopes', { scope: 'a  b' }, 'invalid_scope'],
  ['no token', { subject_token: '' }, 'invalid_request'],
])('a request with %s is refused', async (_, asked, error) => {
  const { token } = await mint();
  const body = new URLSearchParams({
    grant_type: grantType,
    subject_token: token,
    subject_token_type: accessToken,
    ...(asked as Record<string, string>),
  });
  const response = await service.fetch('/oauth2/token', { method: 'POST', body });
  expect([response.status, (await response.json()).error]).toEqual([400, error]);
});

test('a parameter without a value counts as omitted, and one that is not known is ignored', async () => {
  const { token } = await mint({ scopes: ['files:read'] });
  const empty = { scope: '', audience: '', requested_token_type: '', expires_in: '', actor_token_type: '' };
  expect(await exchange(token, { ...empty, want_composite: 'true' })).toMatchObject({
    scope: 'files:read',
    expires_in: 300,
  });
});

test('no client has to authenticate, and one that does must be good', async () => {
  const { id, token } = await mint();
  const secret = oauth.ClientSecretPost(token);
  expect((await request(token, {}, secret, { client_id: id })).status).toBe(200);
  expect((await refusal(token, {}, oauth.ClientSecretPost(newToken('lk_')), { client_id: id }))[1]).toBe(
    'invalid_client',
  );
  expect((await refusal(token, {}, oauth.ClientSecretBasic('wrong'), { client_id: id }))[0]).toBe(401);
});

test('a key with more scopes than a token can carry is exchanged for some of them', async () => {
  const scopes = Array.from({ length: 100 }, (_, index) => `files:${'x'.repeat(50)}:${index}`);
  const { token } = await mint({ scopes });
  expect(await refusal(token)).toEqual([
    400,
    'invalid_scope',
    'scope: The token would be too long: ask for fewer scopes.',
  ]);
  expect((await exchange(token, { scope: scopes[7] ?? '' })).scope).toBe(scopes[7]);
});

test('a resource server that introspects the token is told what it is good for', async () => {
  const [key, agent] = [await mint({ scopes: ['files:*'] }), await mint()];
  const asked = { scope: 'files:read', audience: files, expires_in: '30' };
  const acting = { actor_token: agent.token, actor_token_type: accessToken };
  const token = await exchanged(key.token, { ...asked, ...acting });
  const introspect = async () => {
    const secret = oauth.ClientSecretPost(service.operatorToken);
    const as = { client_id: 'operator' };
    const response = await oauth.introspectionRequest(server, as, secret, token, fetches);
    return oauth.processIntrospectionResponse(server, as, response);
  };
  expect(await introspect()).toMatchObject({
    ...{ active: true, scope: 'files:read', aud: [files], act: { sub: agent.id } },
    iat: seconds(),
    ...{ sub: key.accountId, client_id: key.id, exp: seconds() + 30, key_exp: seconds() + 30 },
  });
  await ada.client.DELETE('/v1/keys/{keyId}', of(key));
  expect(await introspect()).toEqual({ active: false });
});

test('a token that no service may accept any more is active for none', async () => {
  const key = await mint({ audience: [files, orders] });
  const token = await exchanged(key.token, { audience: files });
  const introspect = async () => {
    const body = new URLSearchParams({ token });
    const headers = { Authorization: `Bearer ${service.operatorToken}` };
    return (await service.fetch('/oauth2/introspect', { method: 'POST', headers, body })).json();
  };
  expect(await introspect()).toMatchObject({ active: true, aud: [files] });
  await change(key, { audience: [orders] });
  expect(await introspect()).toEqual({ active: false });
});

test('a gateway lets the token pass, and cannot be named by it', async () => {
  const key = await mint({ scopes: ['files:*'] });
  const token = await exchanged(key.token, { scope: 'files:read' });
  const ask = (scope: string, gateway = service.operatorToken) =>
    service.fetch(`/v1/authorize?scope=${scope}`, {
      headers: { Authorization: `Bearer ${token}`, 'Latchkey-Authorization': `Bearer ${gateway}` },
    });
  const passed = await ask('files:read');
  expect(passed.status).toBe(200);
  expect(passed.headers.get('latchkey-key')).toBe(key.id);
  expect(passed.headers.get('latchkey-scopes')).toBe('files:read');
  expect((await ask('files:write')).status).toBe(403);
  expect((await ask('files:read', token)).status).toBe(401);
});

test('the token cannot be revoked by itself (RFC 7009, section 2.2.1)', async () => {
  const key = await mint();
  const token = await exchanged(key.token);
  const response = await oauth.revocationRequest(server, client, oauth.None(), token, fetches);
  expect([response.status, (await response.json()).error]).toEqual([400, 'unsupported_token_type']);
  expect(await outcome(token)).toBe('valid');
});

test('a verifier in another process asks the service, whose verdict it is', async () => {
  await using verifier = await createVerifier({
    baseUrl: await service.listen(),
    token: service.operatorToken,
  });
  const key = await mint({ scopes: ['files:read', 'files:write'] });
  const token = await exchanged(key.token, { scope: 'files:read' });
  await expect.poll(() => verifier.isTrusted).toBe(true);
  const asked = verifier.verify(token);
  expect(asked).toBeInstanceOf(Promise);
  expect(await asked).toEqual(await verify(token));
  await ada.client.DELETE('/v1/keys/{keyId}', of(key));
  expect(await verifier.verify(token)).toMatchObject({ valid: false, reason: 'revoked' });
});
