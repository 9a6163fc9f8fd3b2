import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { TooManyAttempts } from '../server/errors.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

const path = '/api/settings/api';
const json = { 'Content-Type': 'application/json' };

let service: TestService;
let ada: SignedIn;
/** A key that was minted here, and makes the calls. */
let token: string;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  token = await mint('name=Caller', ada.accessToken);
});

const call = (method: string, where = path, { as = token, ...init }: RequestInit & { as?: string } = {}) =>
  service.fetch(where, { method, ...init, headers: { Authorization: `Bearer ${as}`, ...init.headers } });

async function mint(query: string, as = token): Promise<string> {
  const response = await call('POST', `${path}?${query}`, { as });
  return (await response.json()).data[0].attributes.token;
}

const unauthenticated = '{"message":"Unauthenticated."}';
const notFound = '{"message":"API key not found","status":404}';
const required =
  '{"message":"The name field is required.","errors":{"name":["The name field is required."]}}';

/** The page's example, with what differs from one deployment to the next put in. */
const page = (facts: {
  id: string;
  name: string;
  token: string | null;
  lastUsed: number | 'Never';
  created: number;
}) =>
  JSON.stringify({
    data: [
      {
        type: 'api_key',
        id: facts.id,
        attributes: {
          name: facts.name,
          token: facts.token,
          last_used_at: facts.lastUsed,
          created_at: facts.created,
          updated_at: facts.created,
        },
        links: { self: `http://latchkey.test/api/settings/api/${facts.id}` },
      },
    ],
  });

test('create, get and delete answer as the page prints, byte for byte', async () => {
  const created = Math.floor(service.context.now() / 1000);
  const minted = await call('POST', `${path}?name=Mobile%20app`);
  expect(minted.status).toBe(201);
  const body = await minted.text();
  const { id, attributes } = JSON.parse(body).data[0];
  expect(id).toMatch(/^\d+$/);
  expect(attributes.token).toMatch(/^lk_/);
  const facts = { id, name: 'Mobile app', lastUsed: 'Never' as const, created };
  expect(body).toBe(page({ ...facts, token: attributes.token }));

  const read = await call('GET', `${path}/${id}`);
  expect(read.status).toBe(200);
  expect(await read.text()).toBe(page({ ...facts, token: null }));

  const deleted = await call('DELETE', `${path}/${id}`);
  expect(deleted.status).toBe(204);
  expect(await deleted.text()).toBe('');
});

test('the list is as the page prints: every key, by id, with no token', async () => {
  const grace = await service.signIn();
  const created = Math.floor(service.context.now() / 1000);
  const caller = await mint('name=Mobile%20app', grace.accessToken);
  const response = await call('GET', path, { as: caller });
  const body = await response.text();
  const [{ id }] = JSON.parse(body).data;
  // The key that makes the call is already shown as used.
  expect(body).toBe(page({ id, name: 'Mobile app', token: null, lastUsed: created, created }));

  for (let count = 0; count < 12; count += 1) await mint(`name=Key${count}`, caller);
  const ids = (await (await call('GET', path, { as: caller })).json()).data.map(({ id }: { id: string }) =>
    Number(id),
  );
  expect(ids).toHaveLength(13);
  expect(ids).toEqual(ids.toSorted((a: number, b: number) => a - b));
});

test('the name comes from the query, a form or JSON; the body goes before the query, and name before label', async () => {
  const form = (body: string) => ({ body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  const multipart = new FormData();
  multipart.set('name', 'Multipart');
  for (const [query, init, name] of [
    ['?name=Query', {}, 'Query'],
    ['?label=Label', {}, 'Label'],
    ['?name=Query&label=Label', {}, 'Query'],
    ['', form('name=Form+one'), 'Form one'],
    ['', form('label=Label'), 'Label'],
    ['', { body: '{"name":"Json"}', headers: json }, 'Json'],
    ['', { body: '{"label":"Label"}', headers: json }, 'Label'],
    ['?name=Query', form('name=Form'), 'Form'],
    ['?name=Query', { body: '{"name":"Json"}', headers: json }, 'Json'],
    ['?name=Query', { body: '{}', headers: json }, 'Query'],
    ['?name=%20%20Trimmed%20', {}, 'Trimmed'],
    ['?name=Query&label=', {}, 'Query'],
    ['', { body: '{"name":"Json","label":null}', headers: json }, 'Json'],
    ['?name=', { body: '{"name":"Json"}', headers: json }, 'Json'],
    ['?name=&label=Label', {}, 'Label'],
    ['', { body: multipart }, 'Multipart'],
  ] as const) {
    const response = await call('POST', path + query, init);
    expect(response.status).toBe(201);
    expect((await response.json()).data[0].attributes.name).toBe(name);
  }
});

test('a body of zero bytes is no body, whatever its Content-Type', async () => {
  for (const type of [
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/plain',
    'nonsense',
  ])
    for (const body of ['', undefined]) {
      const init = { headers: { 'Content-Type': type }, ...(body !== undefined && { body }) };
      const named = await call('POST', `${path}?name=Query`, init);
      expect(named.status, type).toBe(201);
      expect((await named.json()).data[0].attributes.name).toBe('Query');
      const nameless = await call('POST', path, init);
      expect(nameless.status, type).toBe(422);
      expect(await nameless.text()).toBe(required);
    }
});

test('an empty array is an empty object, as PHP writes one', async () => {
  const named = await call('POST', `${path}?name=Query`, { body: '[]', headers: json });
  expect((await named.json()).data[0].attributes.name).toBe('Query');
  const nameless = await call('POST', path, { body: '[]', headers: json });
  expect(await nameless.text()).toBe(required);
  const full = await call('POST', `${path}?name=Query`, { body: '["Name"]', headers: json });
  expect(full.status).toBe(422);
});

test('a name has 1 to 255 characters, not bytes', async () => {
  const name = '🔑'.repeat(255);
  const response = await call('POST', path, { body: JSON.stringify({ name }), headers: json });
  expect((await response.json()).data[0].attributes.name).toBe(name);

  const tooLong = await call('POST', path, { body: JSON.stringify({ name: `${name}x` }), headers: json });
  expect(tooLong.status).toBe(422);
  const message = 'The name field must not be greater than 255 characters.';
  expect(await tooLong.text()).toBe(JSON.stringify({ message, errors: { name: [message] } }));
});

test('a missing or blank name is refused as required', async () => {
  for (const [query, body] of [
    ['', undefined],
    ['?name=', undefined],
    ['?name=%20', undefined],
    ['', '{"name":null}'],
    ['', '{}'],
  ] as const) {
    const response = await call('POST', path + query, body ? { body, headers: json } : {});
    expect(response.status).toBe(422);
    expect(await response.text()).toBe(required);
  }
});

test('a name that is no string is refused as that', async () => {
  const message = 'The name field must be a string.';
  for (const name of ['1', 'true', '[]', '{}', '["a"]']) {
    const response = await call('POST', path, { body: `{"name":${name}}`, headers: json });
    expect(response.status).toBe(422);
    expect(await response.text()).toBe(JSON.stringify({ message, errors: { name: [message] } }));
  }
  expect((await call('POST', `${path}?name=a&name=b`)).status).toBe(422);
});

test('without a credential, or with a bad one, the answer is 401', async () => {
  const expired = await ada.client.POST('/v1/keys', {
    body: { name: 'Key', expiresIn: '1d', scopes: ['keys:read'] },
  });
  for (const authorization of [
    undefined,
    'Bearer',
    'Bearer x',
    `Basic ${token}`,
    token,
    `Bearer ${token}x`,
  ]) {
    const headers = { ...(authorization && { Authorization: authorization }), Accept: 'text/html' };
    for (const method of ['GET', 'POST']) {
      const response = await service.fetch(path, { method, headers });
      expect(response.status).toBe(401);
      expect(await response.text()).toBe(unauthenticated);
    }
  }
  expect((await call('GET', path, { as: expectData(expired).token })).status).toBe(200);
  service.pass(86_400_000);
  expect((await call('GET', path, { as: expectData(expired).token })).status).toBe(401);
  expect((await call('GET', path, { as: service.operatorToken })).status).toBe(401);
});

test('an id that is malformed or another account’s is not found', async () => {
  const grace = await service.signIn();
  const foreign = (await (await call('POST', `${path}?name=Key`, { as: grace.accessToken })).json()).data[0]
    .id;
  for (const id of [
    'abc',
    '1abc',
    '0x1',
    '-1',
    '0',
    '01',
    '1e3',
    '%31%00',
    '12345678901234567890',
    '999999',
    foreign,
  ])
    for (const method of ['GET', 'DELETE']) {
      const response = await call(method, `${path}/${id}`);
      expect(response.status).toBe(404);
      expect(await response.text()).toBe(notFound);
    }
});

test('a deleted key is refused by the very next call', async () => {
  const doomed = await mint('name=Doomed');
  const { data } = await (await call('GET', path, { as: doomed })).json();
  const { id } = data.at(-1);
  expect((await call('DELETE', `${path}/${id}`, { as: doomed })).status).toBe(204);
  const next = await call('GET', path, { as: doomed });
  expect(next.status).toBe(401);
  expect(await next.text()).toBe(unauthenticated);
});

test('a key needs the scopes to read and to write', async () => {
  const { token: reader } = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Reader', scopes: ['keys:read'] } }),
  );
  expect((await call('GET', path, { as: reader })).status).toBe(200);
  const refused = await call('POST', `${path}?name=Key`, { as: reader });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toBe('{"message":"This action is unauthorized.","status":403}');
});

test('a call that is refused for lack of a scope is no use of the key', async () => {
  const grace = await service.signIn();
  const { token: useless } = expectData(await grace.client.POST('/v1/keys', { body: { name: 'Useless' } }));
  for (const method of ['GET', 'POST']) {
    const refused = await call(method, `${path}?name=Key`, { as: useless });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toBe('{"message":"This action is unauthorized.","status":403}');
  }
  const { data } = await (await call('GET', path, { as: grace.accessToken })).json();
  expect(data[0].attributes.last_used_at).toBe('Never');
});

test('a throttled call is answered in the words of this contract', async () => {
  const { data } = await (await call('POST', `${path}?name=Key`)).json();
  const settled = () => Promise.reject(new TooManyAttempts(7));
  const response = await createApp({ ...service.context, settled }).fetch(
    new Request(`http://latchkey.test${path}/${data[0].id}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${token}` },
    }),
  );
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('7');
  expect(await response.text()).toBe('{"message":"Too Many Attempts."}');
});

test('keys that were minted elsewhere are listed too, expired ones as well', async () => {
  const grace = await service.signIn();
  await grace.client.POST('/v1/keys', { body: { name: 'Ours', expiresIn: '1d' } });
  await service.fetch('/apikey', {
    method: 'POST',
    headers: { Authorization: `Bearer ${grace.accessToken}` },
    body: new URLSearchParams({ label: 'Shared', expires: 'One Day' }),
  });
  service.pass(2 * 86_400_000);
  const { accessToken } = expectData(
    await service.as().POST('/v1/sessions/refresh', { body: { refreshToken: grace.refreshToken } }),
  );
  const { data } = await (await call('GET', path, { as: accessToken })).json();
  const names = data.map(({ attributes }: { attributes: { name: string } }) => attributes.name);
  expect(names).toEqual(['Ours', 'Shared']);
});
