import type { OutgoingHttpHeaders } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newToken } from '../../server/token.ts';
import { type Deployment, startDeployment } from '../support/gateways/deployment.ts';
import { type Gateway, reasonToSkip, startGateway } from '../support/gateways/gateway.ts';
import { gateways } from '../support/gateways/gateways.ts';
import { go } from '../support/gateways/go.ts';
import { expectData } from '../support/harness.ts';
import { type Answered, send } from '../support/send.ts';

/** One table of requests, through each gateway with its recipe in deploy/gateways/. */

const used = new AsyncDisposableStack();
afterAll(() => used.disposeAsync());

let deployment: Deployment;
/** The keys that the cases use, by what is to be said of them. */
let keys: Record<string, { id: string; token: string }>;

beforeAll(async () => {
  deployment = used.use(await startDeployment());
  const { mint, revoke, operator, accountId } = deployment;
  keys = Object.fromEntries(
    await Promise.all(
      Object.entries({
        good: {},
        other: {},
        wildcard: { scopes: ['orders:*'] },
        lacking: { scopes: ['orders:write'] },
        revoked: {},
        disabled: {},
        expired: { expiresAt: new Date(Date.now() + 2000).toISOString() },
        local: { allowedIps: ['127.0.0.0/8'] },
        remote: { allowedIps: ['203.0.113.0/24'] },
        ours: { audience: ['https://b.example.com', 'https://api.example.com'] },
        theirs: { audience: ['https://b.example.com'] },
      }).map(async ([name, more]) => [name, await mint(more)] as const),
    ),
  );
  await revoke(idOf('revoked'));
  const path = { keyId: idOf('disabled') };
  const params = { path, query: { accountId } };
  await operator.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } });
  await vi.waitFor(async () => {
    const body = { token: tokenOf('expired') };
    expect(expectData(await operator.POST('/v1/keys/verify', { body }))).toMatchObject({ reason: 'expired' });
  }, 10_000);
});

const keyOf = (name: string) => keys[name] ?? { id: '', token: '' };
const tokenOf = (name: string) => keyOf(name).token;
const idOf = (name: string) => keyOf(name).id;
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

interface Case {
  /** A key by its name, or the headers. */
  sent: string | (() => OutgoingHttpHeaders);
  path?: string;
  method?: string;
  body?: Buffer;
  /** The status, of which none but 200 may come from the backend. */
  status: number;
  /** What the challenge must contain; nothing: there is none. */
  challenge?: string;
  /** Where it cannot be so, what is, and why. */
  unlike?: Record<string, { status: number; because: string }>;
}

const invalid = { status: 401, challenge: 'error="invalid_token"' };
const byIntrospection = (status: number, because: string) => ({ apache: { status, because } });
const unaddressed = 'introspection knows no address';

const cases: Record<string, Case> = {
  'a good key': { sent: 'good', status: 200 },
  'a key with a wildcard': { sent: 'wildcard', status: 200 },
  'a key in X-API-Key': {
    sent: () => ({ 'X-API-Key': tokenOf('good') }),
    status: 200,
    unlike: byIntrospection(401, 'it reads Authorization alone'),
  },
  'the same key in both headers': {
    sent: () => ({ ...bearer(tokenOf('good')), 'X-API-Key': tokenOf('good') }),
    status: 200,
  },
  'no key': { sent: () => ({}), status: 401, challenge: 'Bearer' },
  'another scheme': { sent: () => ({ Authorization: 'Basic dTpw' }), status: 401, challenge: 'Bearer' },
  'a key in the query': {
    sent: () => ({}),
    path: '/orders?access_token=TOKEN&api_key=TOKEN',
    status: 401,
    challenge: 'Bearer',
  },
  'what is no key': { sent: () => bearer('garbage'), ...invalid },
  'an unknown key': { sent: () => bearer(newToken('lk_')), ...invalid },
  'a revoked key': { sent: 'revoked', ...invalid },
  'an expired key': { sent: 'expired', ...invalid },
  'a disabled key': { sent: 'disabled', ...invalid },
  'a key that lacks the scope': {
    sent: 'lacking',
    status: 403,
    challenge: 'error="insufficient_scope", scope="orders:read"',
  },
  'a key for another address': { sent: 'remote', ...invalid },
  'a key for this address': {
    sent: 'local',
    status: 200,
    unlike: byIntrospection(401, unaddressed),
  },
  'a key for another service': {
    sent: 'theirs',
    ...invalid,
    unlike: byIntrospection(403, 'the audience is judged where the scopes are'),
  },
  'a key for this service': { sent: 'ours', status: 200 },
  'a HEAD request': { sent: 'good', method: 'HEAD', status: 200 },
  'a HEAD request without a key': { sent: () => ({}), method: 'HEAD', status: 401, challenge: 'Bearer' },
  'a DELETE request': { sent: 'good', method: 'DELETE', status: 200 },
  'an OPTIONS request without a key': {
    sent: () => ({}),
    method: 'OPTIONS',
    status: 401,
    challenge: 'Bearer',
    unlike: byIntrospection(403, 'it would let every preflight pass, so that none may'),
  },
  'a conditional request': {
    sent: () => ({ ...bearer(tokenOf('good')), 'If-None-Match': '*', Expect: '100-continue' }),
    status: 200,
  },
  // The query of the client is the backend's (Caddy passes it on where `uri` has no `?`).
  'a scope in the query, with a key that lacks the one of the recipe': {
    sent: 'lacking',
    path: '/orders?scope=orders:write&scope=&deny=200',
    status: 403,
    challenge: 'insufficient_scope',
  },
  'an audience in the query, with a key for another service': {
    sent: 'theirs',
    path: '/orders?audience=https://b.example.com&identity-audience=x',
    ...invalid,
    unlike: byIntrospection(403, 'the audience is judged where the scopes are'),
  },
  'an address in the query, with a key for another address': {
    sent: 'remote',
    path: '/orders?ip-header=X-Any&ip=203.0.113.7',
    ...invalid,
  },
  'a query like ours, with a good key': {
    sent: 'good',
    path: '/orders?scope=orders:write&cost=9&audience=https://b.example.com',
    status: 200,
  },
};

/** What the table says of a gateway. */
function rowsFor({ name }: Gateway): [title: string, Case][] {
  return Object.entries(cases).map(([title, row]) => {
    const { because = '', status = row.status } = row.unlike?.[name] ?? {};
    return [`${title}: ${status}${because && `, since ${because}`}`, { ...row, status }];
  });
}

describe.each(gateways.map((gateway) => [gateway.name + reasonToSkip(gateway), gateway] as const))(
  '%s',
  (_, gateway) => {
    const isMissing = !gateway.isInstalled();
    const introspects = gateway.name === 'apache';
    let url: string;

    beforeAll(async () => {
      if (isMissing) return;
      url = used.use(await startGateway(gateway, deployment.surroundings)).url;
    });

    /** Sends a request, and tells also what the backend got of it. */
    async function ask(
      headers: OutgoingHttpHeaders,
      path = '/orders',
      more: Parameters<typeof send>[2] = {},
    ) {
      const { received } = deployment.backend;
      const before = received.length;
      const answered = await send(url + path, headers, more);
      return { answered, reached: received.slice(before) };
    }

    test.skipIf(isMissing).each(rowsFor(gateway))('%s', async (_title, row) => {
      const { sent, path = '/orders', method = 'GET', status, challenge, unlike } = row;
      const headers = typeof sent === 'string' ? bearer(tokenOf(sent)) : sent();
      const { answered, reached } = await ask(headers, path.replaceAll('TOKEN', tokenOf('good')), { method });
      expect(answered.status).toBe(status);
      if (status === 200) {
        expect(reached).toMatchObject([{ method, url: path }]);
        // The backend has no use for the key.
        if (!introspects) expect(JSON.stringify(reached[0]?.headers)).not.toContain('lk_');
        return;
      }
      expect(reached).toEqual([]);
      expect(answered.body).not.toContain('served');
      // A gateway that introspects has challenges of its own.
      if (challenge && !introspects && !unlike?.[gateway.name])
        expect(answered.challenge).toContain(challenge);
      if (introspects) return;
      expect(answered.headers['cache-control']).toBe('no-store');
      expect(answered.headers['content-type']).toBe('application/problem+json');
      if (method !== 'HEAD') expect(JSON.parse(answered.body)).toMatchObject({ status });
    });

    test.skipIf(isMissing)('tells the backend whose request it is, and not the key', async () => {
      const { reached } = await ask(bearer(tokenOf('good')));
      const identity = {
        'latchkey-key': idOf('good'),
        'latchkey-account': deployment.accountId,
        ...(!introspects && {
          'latchkey-external-id': 'user%20%C3%A9',
          'latchkey-scopes': 'orders:read',
          'latchkey-name': 'K%C3%A9y',
          'latchkey-identity': '-',
        }),
      };
      const told = Object.entries(reached[0]?.headers ?? {}).filter(([name]) => name.startsWith('latchkey'));
      expect(Object.fromEntries(told)).toEqual(identity);
      expect(JSON.stringify(reached)).not.toContain(tokenOf('good'));
    });

    test.skipIf(isMissing || introspects)(
      `hands the backend a JWT that it can check${introspects ? ' (skipped: introspection has none)' : ''}`,
      async () => {
        const identityAudience = 'https://orders.internal';
        const change = (text: string) =>
          text.replace('ip-header=', `identity-audience=${identityAudience}; ip-header=`);
        await using changed = await startGateway(gateway, deployment.surroundings, change);
        await send(changed.url, bearer(tokenOf('good')));
        const jwt = deployment.backend.received.at(-1)?.headers['latchkey-identity'];
        const keySet = createRemoteJWKSet(new URL('/.well-known/jwks.json', deployment.url));
        const { payload } = await jwtVerify(String(jwt), keySet, {
          audience: identityAudience,
          typ: 'latchkey-identity+jwt',
        });
        expect(payload).toMatchObject({ sub: deployment.accountId, client_id: idOf('good') });
      },
    );

    test.skipIf(isMissing)('a key with as many scopes and limits as are told in headers', async () => {
      const scopes = Array.from({ length: 45 }, (_, at) => `orders:${at}:`.padEnd(64, 'x'));
      const limits = Array.from({ length: 8 }, (_, at) => ({
        name: `limit-${at}`.padEnd(64, 'x'),
        limit: 1_000_000,
        windowSeconds: 3600,
      }));
      const { id, token } = await deployment.mint({ scopes: ['orders:read', ...scopes], limits });
      const { answered, reached } = await ask(bearer(token));
      expect([answered.status, reached[0]?.headers['latchkey-key']]).toEqual([200, id]);
      if (!introspects) expect(reached[0]?.headers['latchkey-scopes']?.length).toBeGreaterThan(2_900);
    });

    const isSmall = gateway.name === 'haproxy';
    test.skipIf(isMissing || isSmall)(
      `a request with more headers than Latchkey takes${isSmall ? ' (skipped: nor does it take them)' : ''}`,
      async () => {
        const large = {
          Cookie: 'a=1; '.repeat(1_500),
          Referer: 'a'.repeat(5_000),
          'X-Trace': 'a'.repeat(5_000),
        };
        const { answered, reached } = await ask({ ...bearer(tokenOf('good')), ...large });
        expect([answered.status, reached[0]?.headers.cookie]).toEqual([200, large.Cookie.trim()]);
      },
    );

    test.skipIf(isMissing).each([
      ['a limit', { limits: [{ name: 'burst', limit: 2, windowSeconds: 3600 }] }, '"burst"'],
      ['a quota', { quota: { remaining: 2, refill: { amount: 2, every: 'month' } } }, '"quota"'],
    ])(
      introspects
        ? '%s does not end: introspection takes nothing'
        : '%s that is used up: a true 429, which says when to come again',
      async (_title, more, name) => {
        const { token } = await deployment.mint(more);
        const answers: Answered[] = [];
        for (let time = 0; time < 4; time += 1) answers.push((await ask(bearer(token))).answered);
        expect(answers.map(({ status }) => status)).toEqual([
          200,
          200,
          ...(introspects ? [200, 200] : [429, 429]),
        ]);
        if (introspects) return;
        const { headers, body } = answers[2] ?? expect.fail();
        expect(headers['retry-after']).toMatch(/^\d+$/);
        expect(headers.ratelimit).toMatch(new RegExp(`^${name};r=0;t=${headers['retry-after']}$`));
        expect(headers['ratelimit-policy']).toContain(`${name};q=2`);
        expect(JSON.parse(body)).toMatchObject({ title: 'Too Many Requests', status: 429 });
      },
    );

    test.skipIf(isMissing).each([401, 403, 429, 500, 503])(
      'a %i of the backend, as it is',
      async (status) => {
        const { answered } = await ask(bearer(tokenOf('good')), `/${status}`);
        expect(answered).toMatchObject({ status, body: 'served', challenge: undefined });
      },
    );

    test.skipIf(isMissing || introspects)(
      `requires something that cannot be read: nobody passes${introspects ? ' (skipped: it compares texts itself)' : ''}`,
      async () => {
        const change = (text: string) => text.replace('orders:read', 'orders:read)');
        await using mistaken = await startGateway(gateway, deployment.surroundings, change);
        const before = deployment.backend.received.length;
        expect([403, 422]).toContain((await send(mistaken.url, bearer(tokenOf('good')))).status);
        expect(deployment.backend.received.length).toBe(before);
      },
    );

    test.skipIf(isMissing)('has a key that is not good: nobody passes', async () => {
      const key = { ...deployment.surroundings.key, token: newToken('lk_') };
      await using unnamed = await startGateway(gateway, { ...deployment.surroundings, key });
      const before = deployment.backend.received.length;
      for (const headers of [{}, bearer(tokenOf('good')), bearer(deployment.surroundings.key.token)])
        expect((await send(unnamed.url, headers)).status).toBe(401);
      expect(deployment.backend.received.length).toBe(before);
    });

    test.skipIf(isMissing)('a body of 1 MiB: whole at the backend, and none of it at Latchkey', async () => {
      const body = Buffer.alloc(2 ** 20, 'latchkey');
      const taken = () => deployment.replicas.reduce((sum, { proxy }) => sum + proxy.taken.bytes, 0);
      for (const length of [{ 'Content-Length': body.length }, { 'Transfer-Encoding': 'chunked' }]) {
        const [before, began] = [taken(), performance.now()];
        const headers = { ...bearer(tokenOf('good')), 'Content-Type': 'text/plain', ...length };
        const { answered, reached } = await ask(headers, '/orders', { method: 'POST', body });
        expect(answered.status).toBe(200);
        expect(reached[0]?.body.equals(body)).toBe(true);
        expect(taken() - before).toBeLessThan(8_192);
        // Latchkey was not told of a body either, which it would have waited for.
        expect(performance.now() - began).toBeLessThan(4_000);

        const refused = await ask({ ...bearer('garbage'), ...length }, '/orders', { method: 'POST', body });
        expect([refused.answered.status, refused.reached.length]).toEqual([401, 0]);
      }
    });
  },
);

test.skipIf(reasonToSkip(go))(
  `go takes an address without a port, as middleware for proxies sets it${reasonToSkip(go)}`,
  async () => {
    const change = (text: string) =>
      text.replace(
        'RequireKey("orders:read", orders)',
        `http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
          r.RemoteAddr = "203.0.113.7"
          RequireKey("orders:read", orders).ServeHTTP(w, r)
        })`,
      );
    await using proxied = await startGateway(go, deployment.surroundings, change);
    expect((await send(proxied.url, bearer(tokenOf('remote')))).status).toBe(200);
  },
);
