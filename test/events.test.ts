import { beforeAll, expect, test } from 'vitest';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const eventsOf = (keyId: string) =>
  service.db
    .selectFrom('events')
    .selectAll()
    .where('key_id', '=', keyId.slice(4))
    .orderBy('number')
    .execute();

/** Mints a key for Ada as the operator, with these headers. */
const mintAsOperator = (headers: Record<string, string>) =>
  service.operator.POST('/v1/keys', {
    params: { query: { accountId: ada.accountId } },
    body: { name: 'Key' },
    headers,
  });

test('an event names the request that did it: by its id, its address and its user agent', async () => {
  const { data, response } = await mintAsOperator({
    'User-Agent': 'admin-pages/1.2',
    'X-Request-Id': 'req-1',
  });
  const [event] = await eventsOf(data?.id ?? '');
  expect(response.headers.get('x-request-id')).toBe('req-1');
  expect(event).toMatchObject({
    type: 'key.minted',
    actor: 'operator',
    request_id: 'req-1',
    ip: clientIp,
    user_agent: 'admin-pages/1.2',
  });
});

test('the operator says on whose behalf it acts', async () => {
  const named = expectData(await mintAsOperator({ 'Latchkey-Actor': 'support@example.com' }));
  expect(await eventsOf(named.id)).toMatchObject([
    { actor: 'operator', on_behalf_of: 'support@example.com' },
  ]);
  const unnamed = expectData(await mintAsOperator({}));
  expect(await eventsOf(unnamed.id)).toMatchObject([{ actor: 'operator', on_behalf_of: null }]);
});

test.each([
  ['', '1 to 255'],
  ['x'.repeat(256), '1 to 255'],
  ['Zoë', 'ASCII'],
])('a Latchkey-Actor that cannot be one is refused, and nothing is done: %s', async (sent, detail) => {
  const { error } = await mintAsOperator({ 'Latchkey-Actor': sent });
  expect(error).toMatchObject({
    status: 422,
    errors: [{ header: 'Latchkey-Actor', detail: expect.stringContaining(detail) }],
  });
});

test('nobody but the operator acts on behalf of others', async () => {
  const headers = { 'Latchkey-Actor': 'support@example.com' };
  const own = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:write'] } }),
  );
  const params = { path: { keyId: own.id } };
  for (const client of [ada.client, service.as(own.token)]) {
    const { error } = await client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' }, headers });
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: [{ header: 'Latchkey-Actor' }],
    });
  }
  expect(await eventsOf(own.id)).toMatchObject([{ type: 'key.minted' }]);
});
