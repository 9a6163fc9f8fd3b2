import { beforeAll, expect, test } from 'vitest';
import { newToken } from '../server/token.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** When a body is read, and when it is looked at. */

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  // As in production, where some requests take the fast path.
  service = await startService({ logLevel: 'info' });
  ada = await service.signIn();
});

/** Operations that take a body from a caller with a credential, in each contract. */
const guarded = [
  ['POST', '/v1/keys'],
  ['POST', '/v1/keys/verify'],
  ['POST', '/v1/keys/verify/batch'],
  ['PATCH', `/v1/keys/key_${'0'.repeat(24)}`],
  ['PUT', '/v1/account/password'],
  ['POST', '/api/settings/api'],
  ['POST', '/apikey'],
  ['PATCH', `/api/apikey/${'0'.repeat(24)}`],
  ['POST', '/oauth2/introspect'],
] as const;

const send = (method: string, path: string, body: BodyInit, { as, type }: { as?: string; type: string }) =>
  service.fetch(path, {
    method,
    headers: { 'Content-Type': type, ...(as && { Authorization: `Bearer ${as}` }) },
    body,
  });

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

/** Bodies that nobody may send, whoever it is. */
const bad: [body: string, type: string][] = [
  ['{', json],
  ['['.repeat(33), json],
  [`[${'[],'.repeat(5_000)}[]]`, json],
  ['{"no such field":1}', json],
  ['a&'.repeat(5_000), form],
  ['a', 'text/plain'],
];

test('the caller is authenticated before the body is parsed', async () => {
  const { token } = expectData(await ada.client.POST('/v1/keys', { body: { name: 'Without scopes' } }));
  for (const [method, path] of guarded)
    for (const [body, type] of bad) {
      expect((await send(method, path, body, { type })).status, path).toBe(401);
      expect((await send(method, path, body, { as: newToken('lk_'), type })).status, path).toBe(401);
      const { status } = await send(method, path, body, { as: token, type });
      // Share, and the change of a password, are for sessions alone.
      expect([401, 403], path).toContain(status);
    }
});

test('a body has at most 5,000 values', async () => {
  const list = (length: number) => `{"tokens":[${Array(length).fill('""').join()}]}`;
  const batch = (body: string) =>
    send('POST', '/v1/keys/verify/batch', body, { as: service.operatorToken, type: json });
  const most = await batch(list(5_000));
  expect([most.status, (await most.json()).code]).toEqual([422, 'invalid_input']);
  const more = await batch(list(5_001));
  expect(more.status).toBe(400);
  expect(await more.json()).toMatchObject({
    code: 'malformed_body',
    detail: 'The body has more than 5000 values.',
  });
  // Commas in strings are text.
  const text = await batch(JSON.stringify({ tokens: [`"${',['.repeat(9_000)}\\`] }));
  expect(text.status).toBe(200);

  for (const path of ['/api/settings/api', '/apikey']) {
    const fields = (count: number) =>
      send('POST', path, Array(count).fill('label=a').join('&'), { as: ada.accessToken, type: form });
    expect((await fields(5_000)).status, path).toBeLessThan(500);
    expect(JSON.stringify(await (await fields(5_001)).json()), path).toContain('more than 5000 values');
  }
});

test('a key that is revoked while the body is being sent is refused', async () => {
  const body = JSON.stringify({ name: 'Key' });
  for (const headers of [{}, { Origin: 'https://app.example.com' }]) {
    const caller = expectData(
      await ada.client.POST('/v1/keys', { body: { name: 'Caller', scopes: ['keys:write'] } }),
    );
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const answer = service.fetch('/v1/keys', {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${caller.token}`,
        'Content-Type': json,
        'Content-Length': String(body.length),
        ...headers,
      },
      body: readable,
      duplex: 'half',
    } as RequestInit);
    await writer.write(new TextEncoder().encode(body.slice(0, 5)));
    const params = { path: { keyId: caller.id } };
    expect((await ada.client.DELETE('/v1/keys/{keyId}', { params })).response.status).toBe(204);
    await writer.write(new TextEncoder().encode(body.slice(5)));
    await writer.close();
    expect((await answer).status).toBe(401);
  }
});
