import { hash } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../server/app.ts';
import type { ServiceContext } from '../server/context.ts';
import { FetchedKeys } from '../server/leaks/github-keys.ts';
import { newToken } from '../server/token.ts';
import { githubHeaders } from './support/github.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** Tokens that were seen where they should not be are reported. */

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const url = 'https://git.example.com/shop/.env';
const source = 'gitleaks in CI';

const mint = async () => expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } }));
type Minted = Awaited<ReturnType<typeof mint>>;
const rotate = async ({ id }: Minted) =>
  expectData(await ada.client.POST('/v1/keys/{keyId}/rotate', { params: { path: { keyId: id } } }));

/** `valid`, or the reason why not. */
async function verdictOn(token: string): Promise<string> {
  const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  return verdict.valid ? 'valid' : verdict.reason;
}

/** What is on record of a key since it was minted. */
async function eventsOf(keyId: string) {
  const { data } = expectData(await ada.client.GET('/v1/events', { params: { query: { limit: 100 } } }));
  return data.filter((event) => event.keyId === keyId && event.type !== 'key.minted');
}

/** The whole trail, newest first. */
const trail = async () =>
  expectData(await service.operator.GET('/v1/events', { params: { query: { limit: 100 } } })).data;

type Report = { token: string; url?: string; source?: string };
const report = async (body: Report, client = service.operator) =>
  (await client.POST('/v1/leaks', { body })).response.status;

/** A body, posted to a service that differs. */
async function post(path: string, body: string, headers: object, differing: Partial<ServiceContext> = {}) {
  const app = createApp({ ...service.context, ...differing });
  const length = { 'Content-Length': String(Buffer.byteLength(body)) };
  const init = { method: 'POST', body, headers: { ...length, ...headers } };
  return app.fetch(new Request(`http://latchkey.test${path}`, init), { ip: () => '203.0.113.9' });
}

/** Reports as the operator to a service that revokes. */
const asOperator = () => ({
  Authorization: `Bearer ${service.operatorToken}`,
  'Content-Type': 'application/json',
});
const reportTo = (differing: Partial<ServiceContext>, body: Report) =>
  post('/v1/leaks', JSON.stringify(body), asOperator(), differing);

const revoking = { leakPolicy: 'revoke' } as const;

test('a reported operator token is an error in the log, which does not have it', async () => {
  expect(await report({ token: service.operatorToken })).toBe(204);
  expect(service.logs.join()).toContain('an operator token was reported as leaked: change OPERATOR_TOKEN');
  expect(service.logs.join()).not.toContain(service.operatorToken);
});

test('a report of what is far longer than a token is answered as any other', async () => {
  for (const token of ['a'.repeat(4_096), '😀'.repeat(4_096)])
    expect(await report({ token, url: `${url}?${token.slice(0, 1_000)}` })).toBe(204);
});

test('a reported token is an event of its key, with where it was seen and who says so', async () => {
  const key = await mint();
  expect(await report({ token: key.token, url, source })).toBe(204);
  expect(await eventsOf(key.id)).toMatchObject([
    { type: 'key.leaked', actor: 'operator', accountId: ada.accountId, data: { url, source } },
  ]);
  expect(await verdictOn(key.token)).toBe('valid');
});

test.each([{}, revoking])(
  'the session of a reported refresh token ends, with the policy %j',
  async (policy) => {
    const bob = await service.signIn();
    await reportTo(policy, { token: bob.refreshToken, url, source });
    expect((await service.as(bob.accessToken).GET('/v1/account')).response.status).toBe(401);
    expect(await trail()).toContainEqual(
      expect.objectContaining({
        ...{ type: 'session.ended', actor: 'operator', accountId: bob.accountId },
        data: { reason: 'leaked' },
      }),
    );
    expectData(await ada.client.GET('/v1/account'));
  },
);

test('an exchanged token counts as the token that it was exchanged for, until it expires', async () => {
  const key = await mint();
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: key.token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  const { access_token: token } = await (
    await service.fetch('/oauth2/token', { method: 'POST', body: form })
  ).json();
  expect(await report({ token, url: `${url}?${token}` })).toBe(204);
  const [event, ...others] = await eventsOf(key.id);
  expect(event).toMatchObject({ type: 'key.leaked' });
  expect(JSON.stringify(event)).not.toContain(token);
  service.pass(300_000);
  await report({ token });
  expect(others).toEqual([]);
  expect(await eventsOf(key.id)).toHaveLength(1);
});

test('the next and the previous token of a key count as its current one does', async () => {
  const key = await mint();
  const { token: next } = await rotate(key);
  expect(await report({ token: next })).toBe(204);
  expect(await report({ token: key.token })).toBe(204);
  expect(await verdictOn(next)).toBe('valid');
  expect(await report({ token: key.token })).toBe(204);
  const types = (await eventsOf(key.id)).map(({ type }) => type);
  expect(types).toEqual([
    ...['key.leaked', 'key.token_activated', 'key.leaked', 'key.leaked', 'key.rotated'],
  ]);
});

test('a token that is in the URL as well does not get into the event', async () => {
  const key = await mint();
  expect(await report({ token: key.token, url: `https://example.com/?key=${key.token}&a=b` })).toBe(204);
  const [event] = await eventsOf(key.id);
  expect(event?.data).toEqual({ url: `https://example.com/?key=${key.start}…&a=b`, source: null });
});

test('a token does not get into the event either where the URL has it percent-encoded', async () => {
  const token = 'sk+live/AbCd.1234~5678==';
  const params = { query: { accountId: ada.accountId } };
  const sha256 = hash('sha256', token, 'hex');
  const body = { name: 'Imported', sha256, start: token.slice(0, 4) };
  const key = expectData(await service.operator.POST('/v1/keys/import', { params, body }));
  const encoded = encodeURIComponent(token);
  const spellings = [
    encoded,
    encoded.toLowerCase().replace('abcd', 'AbCd'),
    encodeURIComponent(encoded),
    token.replace('+', '%2b'),
    token.replace(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`),
    `${token}${encoded}`,
  ];
  for (const spelling of spellings) {
    expect(await report({ token, url: `https://example.com/%25%C3%A9/?a=%&key=${spelling}&b=%2B%2b` })).toBe(
      204,
    );
    const [event] = await eventsOf(key.id);
    const start = `${key.start}…`.repeat(spelling.startsWith(token) ? 2 : 1);
    expect(event?.data.url).toBe(`https://example.com/%25%C3%A9/?a=%&key=${start}&b=%2B%2b`);
  }
});

test('a token does not get into the event either where a percent sign stands before it', async () => {
  const token = 'acme_live_0123456789abcdef';
  const params = { query: { accountId: ada.accountId } };
  const body = { name: 'Imported', sha256: hash('sha256', token, 'hex'), start: 'acme' };
  const key = expectData(await service.operator.POST('/v1/keys/import', { params, body }));
  for (const before of ['%', '100%', '100%25', '%2525', '%a', '%25a']) {
    expect(await report({ token, url: `https://example.com/?q=${before}${token}` })).toBe(204);
    const [event] = await eventsOf(key.id);
    expect(event?.data.url).toBe(`https://example.com/?q=${before}acme…`);
  }
});

test('a report is taken whatever characters the token has, also where the URL has them', async () => {
  for (const token of ['abc😀def', '\ud83d'])
    expect(await report({ token, url: 'https://example.com/abc😀def', source })).toBe(204);
});

test('with the policy to revoke, the key is refused when the report is answered', async () => {
  const key = await mint();
  const { token: next } = await rotate(key);
  expect(await verdictOn(key.token)).toBe('valid');
  expect((await reportTo(revoking, { token: next, url, source })).status).toBe(204);
  expect(await verdictOn(key.token)).toBe('revoked');
  expect(await verdictOn(next)).toBe('revoked');
  const events = await eventsOf(key.id);
  expect(events.map(({ type }) => type).sort()).toEqual(['key.leaked', 'key.revoked', 'key.rotated']);
  expect(events).toContainEqual(expect.objectContaining({ type: 'key.leaked', data: { url, source } }));
  expect(events).toContainEqual(
    expect.objectContaining({
      ...{ type: 'key.revoked', actor: 'operator' },
      data: expect.objectContaining({ reason: 'leaked' }),
    }),
  );
});

test('a disabled key is revoked, and so is a JWT of share', async () => {
  const key = await mint();
  const params = { path: { keyId: key.id } };
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } });
  await reportTo(revoking, { token: key.token });
  expect(await verdictOn(key.token)).toBe('revoked');

  const headers = { Authorization: `Bearer ${ada.accessToken}` };
  const { api_key: jwt } = await (await service.fetch('/apikey', { method: 'POST', headers })).json();
  expect(await verdictOn(jwt)).toBe('valid');
  await reportTo(revoking, { token: jwt });
  expect(await verdictOn(jwt)).toBe('revoked');
});

test('a previous token that has ended is no reason to revoke its key', async () => {
  const key = await mint();
  const { token: next } = await rotate(key);
  expect(await verdictOn(next)).toBe('valid');
  service.pass(3_600_000);
  const before = await trail();
  expect((await reportTo(revoking, { token: key.token })).status).toBe(204);
  expect(await trail()).toEqual(before);
  expect(await verdictOn(next)).toBe('valid');
});

test('an unknown token is answered as a known one, after the same barrier', async () => {
  const key = await mint();
  const gone = await mint();
  await service.as(gone.token).DELETE('/v1/keys/current');
  for (const leakPolicy of ['notify', 'revoke'] as const) {
    const answers = [];
    const before = await trail();
    for (const token of [newToken('lk_'), 'nonsense', gone.token, key.token]) {
      const settled = vi.fn(service.context.settled);
      const response = await reportTo({ leakPolicy, settled }, { token });
      const { 'x-request-id': _, ...headers } = Object.fromEntries(response.headers);
      answers.push({
        status: response.status,
        headers,
        body: await response.text(),
        barriers: settled.mock.calls.length,
      });
      if (token !== key.token) expect(await trail()).toEqual(before);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 204, body: '', barriers: 1 });
  }
  expect(await verdictOn(key.token)).toBe('revoked');
});

test('a key for scanners reports leaks, and can do nothing else', async () => {
  const query = { accountId: `acc_${'0'.repeat(24)}` };
  const body = { name: 'Scanner', scopes: ['leaks:report'] };
  const scanner = expectData(await service.operator.POST('/v1/keys', { params: { query }, body }));
  const key = await mint();
  const as = service.as(scanner.token);
  expect(await report({ token: key.token, source }, as)).toBe(204);
  expect(await eventsOf(key.id)).toMatchObject([{ type: 'key.leaked', actor: scanner.id }]);
  expect((await as.POST('/v1/keys/verify', { body: { token: key.token } })).response.status).toBe(403);
  expect((await as.GET('/v1/keys')).response.status).toBe(403);
});

test('a caller that reports too many tokens has to wait, whatever the tokens are', async () => {
  const key = await mint();
  const { fetch } = createApp(service.context);
  const send = (token: string) => {
    const body = JSON.stringify({ token });
    const headers = { ...asOperator(), 'Content-Length': String(body.length) };
    return fetch(new Request('http://latchkey.test/v1/leaks', { method: 'POST', headers, body }));
  };
  for (const [count, tokenOf] of [
    [50, () => key.token],
    [50, () => newToken('lk_')],
  ] as const)
    for (let n = 0; n < count; n += 1) expect((await send(tokenOf())).status).toBe(204);
  for (const token of [key.token, newToken('lk_')]) {
    const refused = await send(token);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  }
});

describe('GitHub', () => {
  const bodyOf = (...tokens: string[]) =>
    JSON.stringify(tokens.map((token) => ({ token, type: 'latchkey', url, source: 'commit', later: 1 })));
  const send = (body: string, headers: object = githubHeaders(body), differing?: Partial<ServiceContext>) =>
    post('/v1/leaks/github', body, headers, differing);

  test('reports what it found, of many keys at once', async () => {
    const keys = [await mint(), await mint()];
    const body = bodyOf(newToken('lk_'), ...keys.map(({ token }) => token));
    const response = await service.fetch('/v1/leaks/github', {
      method: 'POST',
      headers: githubHeaders(body),
      body,
    });
    expect(response.status).toBe(204);
    for (const { id } of keys)
      expect(await eventsOf(id)).toMatchObject([
        { type: 'key.leaked', actor: 'github', data: { url, source: 'commit' } },
      ]);
    expect((await send(body, githubHeaders(body), revoking)).status).toBe(204);
    for (const { token } of keys) expect(await verdictOn(token)).toBe('revoked');
  });

  test('a report with a text that cannot be stored is taken, without what is wrong', async () => {
    const key = await mint();
    const match = { token: key.token, url: `a\u0000b${'x'.repeat(3_000)}`, source: '' };
    expect((await send(JSON.stringify([match]))).status).toBe(204);
    const [event] = await eventsOf(key.id);
    expect(event?.data).toEqual({ url: `ab${'x'.repeat(2_046)}`, source: null });
  });

  test('no part of a token stays in a text, wherever that is clipped, and whatever stands in the token', async () => {
    for (const [before, between] of [
      ['x'.repeat(2_040), ''],
      ['', '\u0000'],
    ]) {
      const key = await mint();
      const [first, rest] = [key.token.slice(0, 20), key.token.slice(20)];
      const match = { token: key.token, url: `${before}${first}${between}${rest}` };
      expect((await send(JSON.stringify([match]))).status).toBe(204);
      const [event] = await eventsOf(key.id);
      expect(event?.data.url).toBe(`${before}${key.start}…`.slice(0, 2_048));
    }
  });

  test.each<[string, (body: string) => object]>([
    ['no signature', () => ({ 'Content-Type': 'application/json' })],
    ['the signature of another body', () => githubHeaders('[]')],
    ['the same body in another spelling', (body) => githubHeaders(JSON.stringify(JSON.parse(body), null, 1))],
    ['a signature as r and s, which is not DER', (body) => githubHeaders(body, 'ieee-p1363')],
    [
      'a key that GitHub does not have',
      (body) => ({ ...githubHeaders(body), 'Github-Public-Key-Identifier': 'x' }),
    ],
    ['nonsense', (body) => ({ ...githubHeaders(body), 'Github-Public-Key-Signature': '!' })],
  ])('a report is refused, and not looked at, with %s', async (_, headersOf) => {
    const key = await mint();
    const body = bodyOf(key.token);
    const response = await send(body, headersOf(body), revoking);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'wrong_signature' });
    expect((await send('[{', headersOf('[]'), revoking)).status).toBe(401);
    expect(await verdictOn(key.token)).toBe('valid');
  });

  test('a call without a signature is refused before the keys are fetched', async () => {
    const failures: unknown[] = [];
    const keys = new FetchedKeys((error) => failures.push(error), { url: 'http://127.0.0.1:9' });
    const body = bodyOf('a');
    const signed = githubHeaders(body);
    for (const wrong of [
      { 'Github-Public-Key-Identifier': '', 'Github-Public-Key-Signature': '' },
      { 'Github-Public-Key-Identifier': '' },
      { 'Github-Public-Key-Identifier': 'a key' },
      { 'Github-Public-Key-Signature': '' },
      { 'Github-Public-Key-Signature': '!' },
    ]) {
      const response = await send(body, { ...signed, ...wrong }, { githubKeys: keys });
      expect(await response.json(), JSON.stringify(wrong)).toMatchObject({ code: 'wrong_signature' });
    }
    expect(failures).toEqual([]);
    expect((await send(body, signed, { githubKeys: keys })).status).toBe(503);
    expect(failures).toHaveLength(1);
  });

  test('after ten wrong signatures from an address it has to wait, but a good one is taken', async () => {
    const app = createApp(service.context);
    const sendTo = (body: string, headers: object, ip = '203.0.113.9') => {
      const length = { 'Content-Length': String(body.length) };
      const init = { method: 'POST', body, headers: { ...length, ...headers } };
      return app.fetch(new Request('http://latchkey.test/v1/leaks/github', init), { ip: () => ip });
    };
    const body = bodyOf('a');
    const wrong = githubHeaders('[]');
    for (let n = 0; n < 10; n += 1) expect((await sendTo(body, wrong)).status).toBe(401);
    const refused = await sendTo(body, wrong);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await sendTo(body, githubHeaders(body))).status).toBe(204);
    expect((await sendTo(body, wrong, '203.0.113.10')).status).toBe(401);
  });

  test('a body that is signed and not a report is refused', async () => {
    for (const [body, status] of [
      ['{"token":"a"}', 422],
      ['[]', 422],
      ['[{"token":""}]', 422],
      ['[{', 400],
      [bodyOf(...Array.from({ length: 501 }, () => 'a')), 422],
      [JSON.stringify([{ token: 'a'.repeat(524_288) }]), 413],
    ] as const)
      expect((await send(body)).status, body.slice(0, 20)).toBe(status);
    expect((await send(bodyOf(...Array.from({ length: 500 }, () => newToken('lk_'))))).status).toBe(204);
  });

  test('a deployment without its keys has no such path', async () => {
    const body = bodyOf('a');
    const response = await send(body, githubHeaders(body), { githubKeys: undefined });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'not_found',
      detail: expect.stringContaining('GITHUB_SECRET_SCANNING_KEYS'),
    });
  });
});
