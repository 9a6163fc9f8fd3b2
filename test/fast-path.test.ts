import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { withFastPaths } from '../server/http/fast-path.ts';
import { operatorAccountId } from '../server/id.ts';
import { newToken } from '../server/token.ts';
import { clientIp, startService, type TestService } from './support/harness.ts';
import {
  type Asked,
  createPath,
  everySpelling,
  type Lines,
  sent,
  spellings,
  userAgent,
  verifyPath,
} from './support/ways.ts';
import { everybody, newWorld, storeKey, type World } from './support/world.ts';

/** What takes the fast path (server/http/fast-path.ts) is answered as by the full app. */

let service: TestService;
let world: World;

beforeAll(async () => {
  service = await startService();
  world = await newWorld(service);
});

/** Only the full app adds what browsers need, and it does so to every answer. */
const fellThrough = (response: Response) => response.headers.has('access-control-expose-headers');

interface Answer {
  status: number;
  headers: Lines;
  text: string;
}

/** An answer without what is another's in each, and without CORS. */
async function answerOf(response: Response): Promise<Answer> {
  const id = response.headers.get('x-request-id') ?? '';
  const headers = [...response.headers].filter(([name]) => !name.startsWith('access-control-'));
  const text = await response.text();
  const { requestId, id: keyId, number, token, start } = JSON.parse(text);
  if (requestId !== undefined) expect(requestId).toBe(id);
  const own = [id, ...(token ? [keyId, token, start, `"number":${number}`] : [])];
  return {
    status: response.status,
    headers: {
      ...Object.fromEntries(headers.filter(([name]) => name !== 'location')),
      'x-request-id': 'ITS OWN',
    },
    text: own.reduce((rest: string, word: string) => rest.replaceAll(word, 'ITS OWN'), text),
  };
}

/** The answer to a request in every spelling, which must be the same; and again, when what it is about is in the cache. */
async function answerTo(asked: Asked): Promise<Answer> {
  const fetch = (headers?: Lines) => service.fetch(asked.path ?? verifyPath, sent(asked, headers));
  const first = await fetch();
  expect(fellThrough(first)).toBe(asked.path !== undefined);
  const plain = await answerOf(first);
  for (const [name, headers] of spellings) {
    const response = await fetch(headers);
    expect(fellThrough(response)).toBe(asked.path !== undefined || 'Origin' in headers);
    expect(await answerOf(response), `with ${name}`).toEqual(plain);
  }
  expect(await answerOf(await fetch()), 'once more').toEqual(plain);
  return plain;
}

const newKey = async (
  { accountId = world.owner.accountId, ...options }: Partial<Parameters<typeof storeKey>[1]> = {},
  { disabled = false } = {},
) => {
  const token = newToken('lk_');
  const { id } = await storeKey(service, { scopes: [], ...options, accountId, token });
  if (disabled)
    await service.db
      .updateTable('keys')
      .set({ disabled_at: new Date(service.context.now()) })
      .where('id', '=', id)
      .execute();
  return { id, token };
};

const past = () => new Date(service.context.now());

const verifiers: [name: string, token: () => Promise<string> | string][] = [
  ['the operator', () => service.operatorToken],
  ['a session', () => service.context.signer.signAccess(world.owner.session, service.context.now())],
  ['a key', async () => (await newKey({ scopes: ['keys:verify'] })).token],
  [
    'a key of the operator’s',
    async () => (await newKey({ accountId: operatorAccountId, scopes: ['keys:verify'] })).token,
  ],
];

describe.each(verifiers)('to %s', (_, tokenOf) => {
  test.each([
    ['a valid key', () => newKey({ scopes: ['a', 'b'] }), { valid: true }],
    ['an expired key', () => newKey({ scopes: ['a'], expiresAt: past() }), { reason: 'expired' }],
    ['a disabled key', () => newKey({ scopes: ['a'] }, { disabled: true }), { reason: 'disabled' }],
    ['a key that lacks a scope', () => newKey({ scopes: ['b'] }), { reason: 'insufficient_scope' }],
    ['a key that is not stored', () => ({ token: newToken('lk_') }), { reason: 'unknown' }],
    ['what is no token', () => ({ token: '"\\\u0000é𝄞' }), { reason: 'unknown' }],
  ])('the verdict on %s is the same in every spelling', async (_, make, expected) => {
    const { token } = await make();
    const body = { token, scopes: ['a'], ip: '203.0.113.7', userAgent: 'app' };
    const { status, headers, text } = await answerTo({ token: await tokenOf(), body });
    expect(status).toBe(200);
    expect(headers).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'ITS OWN',
    });
    expect(JSON.parse(text)).toMatchObject({ valid: false, ...expected });
  });

  test('a key of another account is the same in every spelling', async () => {
    const { token } = await newKey({ accountId: world.other.accountId });
    expect((await answerTo({ token: await tokenOf(), body: { token } })).status).toBe(200);
  });
});

/** Bodies, and the status that they are answered with to whoever may ask. */
const bodies: [name: string, body: string, status: number][] = [
  ['a token', '{"token":"a"}', 200],
  ['a token in two', '{"token":"a","token":"b"}', 200],
  ['a BOM', '\ufeff{"token":"a"}', 200],
  ['no token', '{}', 422],
  ['a token that is no text', '{"token":1}', 422],
  ['an unknown field', '{"token":"a","tokne":"b"}', 422],
  ['__proto__', '{"token":"a","__proto__":{}}', 422],
  ['a scope twice', '{"token":"a","scopes":["b","b"]}', 422],
  ['no address', '{"token":"a","ip":"b"}', 200],
  ['a NUL', '{"token":"a","userAgent":"\\u0000"}', 200],
  ['a lone surrogate', '{"token":"a","userAgent":"\\ud800"}', 200],
  ['no object', '[]', 422],
  ['null', 'null', 422],
  ['half of JSON', '{"token":', 400],
  ['a raw NUL', '{"token":"\u0000"}', 400],
  ['nothing', '', 400],
];

test.each(everybody)('whatever is sent by $title is answered the same in every spelling', async (who) => {
  const token = await who.token(world);
  const mayVerify = who.kind !== 'apiKey' || who.scopes?.includes('keys:verify');
  for (const [name, body, status] of bodies) {
    const answer = await answerTo({ token, body });
    const expected = who.kind === 'anyone' || who.kind === 'bad' ? 401 : mayVerify ? status : 403;
    expect(answer.status, `${name}: ${answer.text}`).toBe(expected);
  }
});

test('a header without a bearer token is refused before the body, in every spelling', async () => {
  const bad = ['Bearer a b', `Bearer ${'x'.repeat(8193)}`];
  for (const authorization of ['', 'Bearer', 'Basic YTpi', ...bad])
    for (const body of ['{"token":"a"}', '{"token":']) {
      const answer = await answerTo({ authorization, body });
      expect(answer.status).toBe(401);
      const challenge = answer.headers['www-authenticate'];
      expect(challenge?.includes('error="invalid_token"'), authorization).toBe(bad.includes(authorization));
    }
  const authorization = `bEARER   ${service.operatorToken}`;
  expect((await answerTo({ authorization, body: '{"token":"a"}' })).status).toBe(200);
});

test('a body that is too large is refused before the caller, and one that is too deep or too long a list after', async () => {
  const bad = [
    `{"token":${'['.repeat(32)}${']'.repeat(32)}}`,
    `{"token":"a","scopes":[${'1,'.repeat(5_000)}1]}`,
    '{'.repeat(65_536),
  ];
  for (const token of [service.operatorToken, 'garbage', undefined]) {
    expect((await answerTo({ token, body: '{"token":"a"}'.padEnd(65_537) })).status).toBe(413);
    for (const body of bad)
      expect((await answerTo({ token, body })).status).toBe(token === service.operatorToken ? 400 : 401);
  }
  expect(
    (await answerTo({ token: service.operatorToken, body: '{"token":"a"}'.padEnd(65_536) })).status,
  ).toBe(200);
});

describe('a new key', () => {
  const session = () => service.context.signer.signAccess(world.owner.session, service.context.now());
  const own = () => `?accountId=acc_${world.owner.accountId}`;
  const foreign = () => `?accountId=acc_${world.other.accountId}`;

  const requests: [
    name: string,
    token: () => string | Promise<string>,
    query: () => string,
    status: number,
  ][] = [
    ['to a session', session, () => '', 201],
    ['to a session that names its account', session, own, 201],
    ['to a session that names another', session, foreign, 404],
    ['to the operator', () => service.operatorToken, own, 201],
    ['to the operator who names no account', () => service.operatorToken, () => '', 422],
    ['to a key', async () => (await newKey({ scopes: ['keys:write', 'a'] })).token, () => '', 201],
    [
      'to a key that lacks a scope',
      async () => (await newKey({ scopes: ['keys:write'] })).token,
      () => '',
      403,
    ],
    ['to a key that may write none', async () => (await newKey({ scopes: ['a'] })).token, () => '', 403],
    ['with an empty query', session, () => '?', 201],
    ['with an account in other characters', session, () => own().replace('acc', '%61cc'), 201],
    ['with a parameter that is unknown', session, () => '?limit=1', 422],
    ['with an account twice', session, () => `${own()}&${own().slice(1)}`, 422],
    ['with an account that is none', session, () => '?accountId=%E0%A4%A', 422],
    ['with __proto__', session, () => '?__proto__=1', 422],
    ['with its parameter in other characters', session, () => own().replace('Id', '%49d'), 201],
    ['with nothing between ampersands', session, () => '?&', 201],
  ];
  test.each(requests)('%s is answered the same in every spelling', async (_, tokenOf, query, status) => {
    const body = { name: ' Key ', scopes: ['a'], metadata: { plan: 'pro', seats: 5 }, expiresIn: '1d' };
    const answer = await answerTo({ path: createPath + query(), token: await tokenOf(), body });
    expect(answer.status, answer.text).toBe(status);
  });

  test.each([
    ['no name', {}, 422],
    ['an unknown field', { name: 'Key', nmae: 'Key' }, 422],
    ['an expiry that is past', { name: 'Key', expiresAt: '2020-01-01T00:00:00Z' }, 422],
    ['two expiries', { name: 'Key', expiresAt: '2027-01-01T00:00:00Z', expiresIn: '1d' }, 422],
    ['a NUL', { name: 'a\0b' }, 422],
    ['metadata of another shape', { name: 'Key', metadata: { a: { b: 1 } } }, 422],
    ['__proto__ in its metadata', '{"name":"Key","metadata":{"__proto__":"x"}}', 422],
    ['half of JSON', '{"name":', 400],
  ])('with %s is refused the same in every spelling', async (_, body, status) => {
    for (const [token, expected] of [
      [await session(), status],
      ['garbage', 401],
    ] as const)
      expect((await answerTo({ path: createPath, token, body })).status).toBe(expected);
  });

  test('is made once for each request, in every spelling', async () => {
    const token = await session();
    for (const [name, headers] of everySpelling) {
      const asked = { path: createPath, token, body: { name } };
      expect((await service.fetch(createPath, sent(asked, headers))).status).toBe(201);
      const keys = service.db.selectFrom('keys').select('id').where('name', '=', name);
      expect(await keys.execute(), name).toHaveLength(1);
    }
  });
});

/** What is counted of a key, and who presented it last. */
async function usesOf({ id }: { id: string }) {
  await service.context.usage.flush();
  const counts = await service.db
    .selectFrom('usage')
    .select(['verdict', 'count'])
    .where('key_id', '=', id)
    .execute();
  const { last_used_ip, last_used_user_agent } = await service.db
    .selectFrom('tokens')
    .select(['last_used_ip', 'last_used_user_agent'])
    .where('key_id', '=', id)
    .executeTakeFirstOrThrow();
  const uses = Object.fromEntries(counts.map(({ verdict, count }) => [verdict, Number(count)]));
  return { uses, by: [last_used_ip, last_used_user_agent] };
}

const scopes = ['keys:verify'];
const called = { uses: { valid: 1 }, by: [clientIp, userAgent] };
const presented = { uses: { valid: 1 }, by: ['203.0.113.7', 'app'] };
const unused = { uses: {}, by: [null, null] };
const refused = (reason: string) => ({ uses: { [reason]: 1 }, by: [null, null] });

test.each([
  ['a verification', () => newKey({ scopes }), {}, called, presented],
  ['a verdict', () => newKey({ scopes }), { scopes: ['a'] }, called, refused('insufficient_scope')],
  ['bad input', () => newKey({ scopes }), { scopes: ['a', 'a'] }, called, unused],
  ['an expired caller', () => newKey({ scopes, expiresAt: past() }), {}, refused('expired'), unused],
  [
    'an expired caller with bad input',
    () => newKey({ scopes, expiresAt: past() }),
    { scopes: [1] },
    refused('expired'),
    unused,
  ],
  ['a disabled caller', () => newKey({ scopes }, { disabled: true }), {}, refused('disabled'), unused],
])('%s is counted once, in every spelling', async (_, newCaller, input, ofCaller, ofKey) => {
  for (const [name, headers] of everySpelling) {
    const [caller, key] = [await newCaller(), await newKey()];
    const body = { token: key.token, ip: '203.0.113.7', userAgent: 'app', ...input };
    await service.fetch(verifyPath, sent({ token: caller.token, body }, headers));
    expect({ caller: await usesOf(caller), key: await usesOf(key) }, `with ${name}`).toEqual({
      caller: ofCaller,
      key: ofKey,
    });
  }
});

test.each([
  ['without the scope', {}],
  ['without the scope and with bad input', { scopes: [1] }],
])('a call %s is refused, and is no use of the key, in every spelling', async (_, input) => {
  for (const [name, headers] of everySpelling) {
    const [caller, key] = [await newKey({ scopes: ['keys:read'] }), await newKey()];
    const body = { token: key.token, ...input };
    const { status } = await service.fetch(verifyPath, sent({ token: caller.token, body }, headers));
    expect(status).toBe(403);
    expect([await usesOf(caller), await usesOf(key)], `with ${name}`).toEqual([unused, unused]);
  }
});

test('the address behind a proxy is read the same in every spelling', async () => {
  const app = createApp({ ...service.context, clientIpHeader: 'X-Forwarded-For' });
  for (const [name, headers] of everySpelling) {
    const caller = await newKey({ scopes });
    const forwarded = { ...headers, 'X-Forwarded-For': '198.51.100.1, 203.0.113.9' };
    const request = new Request(
      `http://latchkey.test${verifyPath}`,
      sent({ token: caller.token, body: { token: 'a' } }, forwarded),
    );
    await app.fetch(request, { ip: () => clientIp });
    expect((await usesOf(caller)).by, `with ${name}`).toEqual(['203.0.113.9', userAgent]);
  }
});

describe('the fast path', () => {
  /** Which of these requests fall through to the full app. */
  const fallsThrough = async (init: RequestInit, { path = verifyPath } = {}) => {
    let isThrough = false;
    const serve = async () => Response.json({ valid: false, reason: 'unknown' });
    const below = { path: '/v1/authorize', header: 'latchkey-authorization', serve };
    const fetch = withFastPaths(service.context, { posts: { [verifyPath]: serve }, below }, () => {
      isThrough = true;
      return new Response('the full app');
    });
    await fetch(new Request(`http://latchkey.test${path}`, init), { ip: () => clientIp });
    return isThrough;
  };
  const ordinary = () => sent({ token: service.operatorToken, body: { token: 'a' } });

  test('is taken whatever the spelling, but not from another origin', async () => {
    expect(await fallsThrough(ordinary())).toBe(false);
    expect(await fallsThrough(ordinary(), { path: `${verifyPath}?a=b` })).toBe(false);
    for (const [name, headers] of spellings)
      expect(await fallsThrough(sent({ body: {} }, headers)), name).toBe('Origin' in headers);
    expect(await fallsThrough(sent({ body: {} }, { Origin: '' }))).toBe(true);
  });

  test('is not taken by another path or method', async () => {
    for (const path of [
      '/v1/keys/verify/',
      '/v1/keys/verify/batch',
      '/v2/v1/keys/verify',
      '//v1/keys/verify',
      '/?/v1/keys/verify',
    ])
      expect(await fallsThrough(ordinary(), { path }), path).toBe(true);
    expect(await fallsThrough({ ...ordinary(), method: 'PUT' })).toBe(true);
  });

  test('is taken by every method below a path, and by requests with the header of that path', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND'])
      for (const path of [
        '/v1/authorize',
        '/v1/authorize?a',
        '/v1/authorize/',
        '/v1/authorize/-/v1/keys/verify',
      ])
        expect(await fallsThrough({ method, headers: { Origin: 'https://a.example' } }, { path })).toBe(
          false,
        );
    expect(await fallsThrough({}, { path: '/v1/authorizes' })).toBe(true);
    expect(await fallsThrough({ headers: { 'Latchkey-Authorization': 'a' } }, { path: '/docs' })).toBe(false);
  });
});
