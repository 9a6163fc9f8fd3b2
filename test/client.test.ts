import { beforeAll, describe, expect, test } from 'vitest';
import {
  AuthenticationError,
  BadRequestError,
  createLatchkey,
  type Latchkey,
  type LatchkeyOptions,
  NotFoundError,
  type Session,
  type StoredSession,
  session,
  UnexpectedAnswer,
} from '../clients/typescript/client.ts';
import { createJournal, JournalError } from '../clients/typescript/journal.ts';
import { createShare, ShareError } from '../clients/typescript/share.ts';
import type { Verifies } from '../clients/typescript/verify.ts';
import { type SignedIn, startService, type TestService } from './support/harness.ts';

const baseUrl = 'http://latchkey.test';
let service: TestService;
let ada: SignedIn;
const send = (request: Request) => service.fetch(request.url, request);

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const caught = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test('a key is created, read, changed, rotated, verified and revoked by its methods', async () => {
  const { keys } = ada.client;
  const created = await keys.create({ name: 'A', scopes: ['files:read'] });
  expect(await keys.get(created.id)).toMatchObject({ name: 'A', scopes: ['files:read'] });
  expect(await keys.update(created.id, { name: 'B' })).toMatchObject({ name: 'B' });
  const rotated = await keys.rotate(created.id);
  expect(await keys.verify({ token: rotated.token, scopes: ['files:read'] })).toMatchObject({ valid: true });
  expect(await keys.delete(created.id)).toBeUndefined();
  const error = await caught(keys.get(created.id));
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ code: 'key_not_found', status: 404, requestId: expect.any(String) });
});

test('a client without a token says so where one is needed, and a wrong token is another matter', async () => {
  const noToken = /^This client has no token: pass one, or set LATCHKEY_URL and LATCHKEY_TOKEN\. Send the /;
  for (const token of ['', undefined]) {
    const { keys, verify } = createLatchkey({ baseUrl, fetch: send, token });
    for (const error of [await caught(keys.list()), await caught(verify('lk_presented'))])
      expect(error).toMatchObject({ code: 'unauthenticated', message: expect.stringMatching(noToken) });
  }
  const wrong = await caught(createLatchkey({ baseUrl, fetch: send, token: 'lk_wrong' }).keys.list());
  expect(wrong).toMatchObject({ code: 'invalid_token', message: expect.not.stringMatching('This client') });
});

test('a verdict is a value, whether the token is good or not', async () => {
  const verifies: Verifies = ada.client;
  const { token } = await ada.client.keys.create({ name: 'A', scopes: ['files:read'] });
  expect(await verifies.verify(token, { scopes: ['files:read'] })).toMatchObject({ valid: true });
  expect(await verifies.verify(token, { scopes: ['files:write'] })).toMatchObject({
    valid: false,
    reason: 'insufficient_scope',
  });
  expect(await verifies.verify('lk_typo')).toMatchObject({ valid: false, reason: 'unknown' });
});

test('the operator names an account beside the body, or instead of one', async () => {
  const account = await service.operator.accounts.create({ externalId: 'user_8812' });
  const query = { externalId: 'user_8812' };
  const headers = { 'Latchkey-Actor': 'support@example.com' };
  const key = await service.operator.keys.create({ name: 'A' }, { query, headers });
  expect(key).toMatchObject({ accountId: account.id, createdBy: { onBehalfOf: 'support@example.com' } });
  expect(await service.operator.keys.get(key.id, query)).toMatchObject({ id: key.id });
  expect(await service.operator.accounts.get(account.id)).toMatchObject({ keyCount: 1 });
});

test('a call by path with the current version has no data, and no error', async () => {
  const { response } = await ada.client.GET('/.well-known/jwks.json');
  const headers = { 'If-None-Match': response.headers.get('etag') ?? '' };
  const unchanged = await ada.client.GET('/.well-known/jwks.json', { headers });
  expect(unchanged.response.status).toBe(304);
  expect([unchanged.data, unchanged.error]).toEqual([undefined, undefined]);
  const error = await caught(ada.client.getJwks({ headers }));
  expect(error).toMatchObject({ name: 'UnexpectedAnswer', status: 304 });
});

test('an error says which values are invalid and why', async () => {
  const error = await caught(ada.client.keys.create({ name: '' }));
  expect(error).toBeInstanceOf(BadRequestError);
  expect(error).toMatchObject({ code: 'invalid_input', problem: { errors: [{ pointer: '#/name' }] } });
  expect((error as Error).message).toMatch(
    /^One value is invalid: see errors\. #\/name: Must have 1 to 255 characters\. \(422 invalid_input, request /,
  );
});

test('operations outside of the groups return text and health', async () => {
  expect(await service.operator.getMetrics()).toContain('latchkey_');
  expect(await service.as().getLiveness()).toMatchObject({ status: 'ok' });
});

test('a key is created once, even if the first answer is lost', async () => {
  let lost = 0;
  const latchkey = createLatchkey({
    baseUrl,
    token: service.operatorToken,
    async fetch(request) {
      const response = await send(request);
      if (lost++ === 0) throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
      return response;
    },
  });
  const account = await service.operator.accounts.create({ externalId: 'user_1' });
  const query = { accountId: account.id };
  const key = await latchkey.keys.create({ name: 'Once' }, { query });
  expect(lost).toBe(2);
  expect((await latchkey.keys.list(query)).data).toEqual([expect.objectContaining({ id: key.id })]);
  expect(await latchkey.verify(key.token)).toMatchObject({ valid: true });
});

describe('a list', () => {
  const names = ['5', '4', '3', '2', '1'];
  let asked = 0;
  let client: Latchkey;

  beforeAll(async () => {
    const grace = await service.signIn();
    for (const name of names.toReversed()) await grace.client.keys.create({ name });
    client = createLatchkey({
      baseUrl,
      token: grace.accessToken,
      fetch(request) {
        asked += 1;
        return send(request);
      },
    });
  });

  test('is iterated over all of its pages', async () => {
    const found: string[] = [];
    for await (const { name } of client.keys.list({ limit: 2 })) found.push(name);
    expect(found).toEqual(names);
  });

  test('gives its pages, and no more than are asked for', async () => {
    asked = 0;
    const sizes: number[] = [];
    for await (const { data } of client.keys.list({ limit: 2 }).pages()) {
      sizes.push(data.length);
      if (sizes.length === 2) break;
    }
    expect(sizes).toEqual([2, 2]);
    expect(asked).toBe(2);
  });

  test('gives its first page when it is awaited, and is asked for once', async () => {
    asked = 0;
    const list = client.keys.list({ limit: 2 });
    expect(asked).toBe(0);
    const [{ data, nextCursor }, again] = await Promise.all([list, list]);
    expect(data.map(({ name }) => name)).toEqual(['5', '4']);
    expect(nextCursor).toEqual(expect.any(String));
    expect(again.data).toBe(data);
    expect(asked).toBe(1);
  });

  test('rejects as its first page does', async () => {
    const error = await client.roles.list().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'wrong_caller' });
  });
});

describe('a session', () => {
  const stored = ({ accessToken, refreshToken }: SignedIn) => ({ accessToken, refreshToken, expiresIn: 900 });
  const signedIn = (
    of: StoredSession,
    keep?: (session: Session) => void | Promise<void>,
    fetch: LatchkeyOptions['fetch'] = send,
  ) => createLatchkey({ baseUrl, fetch, token: session(of, { ...(keep && { keep }) }) });

  test('is refreshed once for all who wait, when its access token has expired', async () => {
    const grace = await service.signIn();
    const kept: Session[] = [];
    const client = signedIn({ ...stored(grace), expiresIn: 0 }, (next) => void kept.push(next));
    const accounts = await Promise.all(Array.from({ length: 10 }, () => client.account.get()));
    expect(new Set(accounts.map(({ id }) => id))).toEqual(new Set([grace.accountId]));
    expect(kept).toHaveLength(1);
  });

  test('is refreshed once when calls are refused, and each is made again', async () => {
    const grace = await service.signIn();
    const kept: Session[] = [];
    const answers: number[] = [];
    const client = signedIn(
      stored(grace),
      (next) => void kept.push(next),
      async (request) => {
        const response = await send(request);
        answers.push(response.status);
        return response;
      },
    );
    service.pass(20 * 60_000);
    const [{ data }] = await Promise.all([
      client.GET('/v1/account'),
      client.account.get(),
      client.keys.list(),
    ]);
    expect(data?.id).toBe(grace.accountId);
    expect(kept).toHaveLength(1);
    expect(answers.sort()).toEqual([200, 200, 200, 200, 401, 401, 401]);
  });

  test('is kept before it is used, and refreshed again if it could not be', async () => {
    const grace = await service.signIn();
    const order: string[] = [];
    let full = true;
    const client = signedIn(
      { refreshToken: grace.refreshToken },
      async () => {
        if (full) throw new Error('disk full');
        order.push('kept');
      },
      (request) => {
        order.push(new URL(request.url).pathname);
        return send(request);
      },
    );
    expect(await caught(client.account.get())).toEqual(new Error('disk full'));
    full = false;
    await client.account.get();
    const refresh = '/v1/sessions/refresh';
    expect(order).toEqual([refresh, refresh, 'kept', '/v1/account']);
  });

  test('is refreshed again when the answer of a refresh is lost', async () => {
    const grace = await service.signIn();
    const kept: Session[] = [];
    let lost = 0;
    const client = signedIn(
      { refreshToken: grace.refreshToken },
      (next) => void kept.push(next),
      async (request) => {
        const response = await send(request);
        if (request.url.endsWith('/refresh') && lost++ === 0)
          throw new TypeError('The connection was closed.');
        return response;
      },
    );
    expect(await client.account.get()).toMatchObject({ id: grace.accountId });
    expect(kept).toHaveLength(1);
    expect(lost).toBe(2);
  });

  test('is kept as it was when another server answers its refresh', async () => {
    const grace = await service.signIn();
    const kept: Session[] = [];
    let isAway = true;
    const client = signedIn(
      { refreshToken: grace.refreshToken },
      (next) => void kept.push(next),
      async (request) => (isAway ? Response.json({ status: 'ok' }) : send(request)),
    );
    expect(await caught(client.account.get())).toBeInstanceOf(UnexpectedAnswer);
    isAway = false;
    expect(await client.account.get()).toMatchObject({ id: grace.accountId });
    expect(kept).toHaveLength(1);
  });

  test('that two tabs refresh at the same moment continues in both', async () => {
    const grace = await service.signIn();
    const tabs = [0, 1].map(() => signedIn({ ...stored(grace), expiresIn: 0 }));
    const accounts = await Promise.all(tabs.map((tab) => tab.account.get()));
    expect(accounts.map(({ id }) => id)).toEqual([grace.accountId, grace.accountId]);
  });

  test('sends a call again only if its token was refused, not a password in its body', async () => {
    const grace = await service.signIn();
    const sent: string[] = [];
    const client = signedIn(stored(grace), undefined, (request) => {
      sent.push(new URL(request.url).pathname);
      return send(request);
    });
    const error = await caught(client.sessions.create({ email: grace.email, password: 'wrong password' }));
    expect(error).toMatchObject({ code: 'wrong_credentials' });
    expect(sent).toEqual(['/v1/sessions']);
  });

  test('that has ended is said to have', async () => {
    const grace = await service.signIn();
    const client = signedIn(stored(grace));
    await client.sessions.end();
    const error = await caught(client.account.get());
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: 'invalid_refresh_token' });
  });

  test('serves the clients of the other contracts', async () => {
    const grace = await service.signIn();
    const token = session({ refreshToken: grace.refreshToken });
    expect(await createShare({ baseUrl, token, fetch: send }).getApiKeys()).toMatchObject({ apiKeys: [] });
    expect(await createJournal({ baseUrl, token, fetch: send }).listApiKeys()).toEqual({ data: [] });
  });
});

test('the client of the Journal creates, lists and deletes a key, and throws its errors', async () => {
  const { accessToken: token } = await service.signIn();
  const journal = createJournal({ baseUrl, token, fetch: send });
  const { data } = await journal.createApiKey({ name: 'Mobile app' });
  const [{ id, attributes } = expect.fail()] = data;
  expect(attributes).toMatchObject({ name: 'Mobile app', token: expect.stringMatching(/^lk_/) });
  expect(await journal.getApiKey(id)).toMatchObject({ data: [{ id }] });
  await journal.deleteApiKey(id);
  const error = await caught(journal.getApiKey(id));
  expect(error).toBeInstanceOf(JournalError);
  expect(error).toMatchObject({ status: 404, message: 'API key not found', body: { status: 404 } });
  expect(await caught(journal.createApiKey({}))).toMatchObject({
    body: { errors: { name: ['The name field is required.'] } },
  });
  expect((await journal.GET('/api/settings/api/{id}', { params: { path: { id } } })).error?.message).toBe(
    'API key not found',
  );
});

test('the client of Share creates, edits and deletes a key, and throws its errors', async () => {
  const { accessToken: token } = await service.signIn();
  const share = createShare({ baseUrl, token, fetch: send });
  expect(await share.createApiKey({ label: 'Test 123', expires: 'One Month' })).toMatchObject({
    code: 'ADDED',
  });
  const { apiKeys } = await share.getApiKeys();
  const { _id: id } = apiKeys.find(({ label }) => label === 'Test 123') ?? expect.fail();
  expect(await share.editApiKey(id, { label: 'Test 4' })).toMatchObject({ code: 'UPDATED' });
  expect((await share.getSingleApiKey(id)).apiKey.label).toBe('Test 4');
  expect(await share.deleteApiKey(id)).toMatchObject({ code: 'REMOVED' });
  const error = await caught(share.createApiKey({ expires: 'tomorrow' }));
  expect(error).toBeInstanceOf(ShareError);
  expect(error).toMatchObject({ status: 400, code: 'INVALID_EXPIRES' });
});
