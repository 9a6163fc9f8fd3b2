import { beforeAll, expect, test } from 'vitest';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** Keys of the operator's own account that act for the operator, and can do less. */

let service: TestService;
let ada: SignedIn;
let ownId: string;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  ownId = expectData(await service.operator.GET('/v1/account')).id;
});

const keyOf = async (accountId: string, scopes: string[]) => {
  const params = { query: { accountId } };
  return expectData(await service.operator.POST('/v1/keys', { params, body: { name: 'Key', scopes } }));
};
/** A client with a key of the operator's own account. */
const actor = async (...scopes: string[]) => {
  const key = await keyOf(ownId, scopes);
  return { key, client: service.as(key.token) };
};
const naming = (accountId: string, keyId: string) => ({ path: { keyId }, query: { accountId } });

test('with operator:keys it creates an account, and creates, limits, changes, rotates and revokes its keys', async () => {
  const { client } = await actor('operator:keys');
  const { id } = expectData(await client.POST('/v1/accounts', { body: { externalId: 'user_1' } }));
  const limits = [{ name: 'burst', limit: 5, windowSeconds: 60 }];
  const created = expectData(
    await client.POST('/v1/keys', {
      params: { query: { externalId: 'user_1' } },
      body: { name: 'Key', scopes: ['files:write', 'keys:write'], limits },
    }),
  );
  expect(created).toMatchObject({ accountId: id, scopes: ['files:write', 'keys:write'], limits });
  const params = naming(id, created.id);
  expectData(await client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'Other' } }));
  const quota = { remaining: 10 };
  expectData(await client.PATCH('/v1/keys/{keyId}', { params, body: { limits: [], quota } }));
  const topped = await client.POST('/v1/keys/{keyId}/quota', { params, body: { add: 5 } });
  expect(expectData(topped)).toMatchObject({ limits: [], quota: { remaining: 15 } });
  const rotated = expectData(await client.POST('/v1/keys/{keyId}/rotate', { params, body: {} }));
  expect(rotated).toMatchObject({ id: created.id, name: 'Other' });
  expect((await client.DELETE('/v1/keys/{keyId}', { params })).response.status).toBe(204);
});

test('events name the key, and on whose behalf it acted; the account does not see from where', async () => {
  const { client, key } = await actor('operator:keys');
  const created = expectData(
    await client.POST('/v1/keys', {
      params: { query: { accountId: ada.accountId } },
      headers: { 'Latchkey-Actor': 'support@example.com', 'User-Agent': 'settings-page/1' },
      body: { name: 'Key' },
    }),
  );
  const by = { actor: key.id, onBehalfOf: 'support@example.com' };
  expect(created.createdBy).toEqual(by);
  const params = { query: { keyId: created.id } };
  const { data: seen } = expectData(await ada.client.GET('/v1/events', { params }));
  expect(seen).toMatchObject([{ ...by, type: 'key.minted', userAgent: null }]);
  const { client: reader } = await actor('operator:read');
  const { data: all } = expectData(await reader.GET('/v1/events', { params }));
  expect(all).toMatchObject([{ ...by, userAgent: 'settings-page/1' }]);
});

test('it has to name an account, as the operator does', async () => {
  const { client } = await actor('operator:keys', 'operator:read');
  expect((await client.POST('/v1/keys', { body: { name: 'Key' } })).error).toMatchObject({
    status: 422,
    code: 'account_required',
  });
});

test('it can rotate itself without naming an account, and makes no other call on its own account', async () => {
  const { client, key } = await actor(
    'operator:keys',
    'operator:read',
    'keys:rotate',
    'keys:read',
    'keys:write',
  );
  const rotated = expectData(
    await client.POST('/v1/keys/{keyId}/rotate', { params: { path: { keyId: key.id } }, body: {} }),
  );
  expect(rotated.id).toBe(key.id);
  const other = await keyOf(ownId, []);
  const params = { path: { keyId: other.id } };
  expect((await client.POST('/v1/keys/{keyId}/rotate', { params, body: {} })).error).toMatchObject({
    status: 403,
    code: 'wrong_caller',
  });
  const unnamed = { status: 422, code: 'account_required' };
  expect((await client.GET('/v1/keys')).error).toMatchObject(unnamed);
  expect((await client.POST('/v1/keys', { body: { name: 'Key' } })).error).toMatchObject(unnamed);
  expect((await client.DELETE('/v1/keys/{keyId}', { params })).error).toMatchObject(unnamed);
  // Events of all accounts need no account to be named.
  const { data: events } = expectData(await client.GET('/v1/events'));
  expect(new Set(events.map(({ accountId }) => accountId)).size).toBeGreaterThan(1);
});

test('it changes nothing in the operator’s own account, where it could give itself more', async () => {
  const { client, key } = await actor('operator:keys', 'operator:read', 'keys:write', 'keys:read');
  const verifying = await keyOf(ownId, ['keys:verify']);
  const params = naming(ownId, verifying.id);
  const query = { accountId: ownId };
  const attempts = [
    await client.POST('/v1/keys', { params: { query }, body: { name: 'Key', scopes: ['operator:keys'] } }),
    await client.PATCH('/v1/keys/{keyId}', {
      params: naming(ownId, key.id),
      body: { scopes: ['metrics:read'] },
    }),
    await client.POST('/v1/keys/{keyId}/rotate', { params, body: { immediate: true } }),
    await client.DELETE('/v1/keys/{keyId}', { params }),
  ];
  for (const { error } of attempts) expect(error).toMatchObject({ status: 403, code: 'wrong_caller' });
  const shown = expectData(await client.GET('/v1/keys/{keyId}', { params }));
  expect(shown).toMatchObject({ id: verifying.id, scopes: ['keys:verify'], tokens: [{ state: 'current' }] });
  const { data } = expectData(await client.GET('/v1/keys', { params: { query } }));
  expect(data.filter(({ scopes }) => scopes.includes('metrics:read'))).toEqual([]);
});

test('with operator:read it reads all accounts with their keys, usage and events, and changes nothing', async () => {
  const { client } = await actor('operator:read');
  const { id } = await keyOf(ada.accountId, []);
  const params = naming(ada.accountId, id);
  expect(expectData(await client.GET('/v1/keys/{keyId}', { params }))).toMatchObject({ id });
  expectData(await client.GET('/v1/keys/{keyId}/usage', { params }));
  const { data: accounts } = expectData(await client.GET('/v1/accounts'));
  expect(accounts).toContainEqual(expect.objectContaining({ id: ada.accountId }));
  const { data: found } = expectData(await client.POST('/v1/keys/search', { body: {} }));
  expect(found).toContainEqual(expect.objectContaining({ id }));
  const { data: events } = expectData(await client.GET('/v1/events'));
  expect(events).toContainEqual(expect.objectContaining({ type: 'key.minted', keyId: id }));
  const change = await client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } });
  expect(change.error).toMatchObject({ status: 403 });
});

test('with operator:keys alone a settings page lists the keys of an account, and reads each with its usage and limits', async () => {
  const { client } = await actor('operator:keys');
  const { id, token } = await keyOf(ada.accountId, []);
  const own = { params: { query: { accountId: ownId } } };
  const params = naming(ada.accountId, id);
  const account = { params: { query: { accountId: ada.accountId } } };
  const { data } = expectData(await client.GET('/v1/keys', account));
  expect(data).toContainEqual(expect.objectContaining({ id }));
  expect(expectData(await client.GET('/v1/keys/{keyId}', { params }))).toMatchObject({ id });
  expectData(await client.GET('/v1/keys/{keyId}/usage', { params }));
  expectData(await client.GET('/v1/keys/{keyId}/limits', { params }));
  const refused = [
    await client.GET('/v1/keys', own),
    await client.GET('/v1/accounts'),
    await client.GET('/v1/events'),
    await client.POST('/v1/keys/search', { body: {} }),
    await client.POST('/v1/keys/lookup', { ...own, body: { token } }),
  ];
  for (const { response } of refused) expect(response.status).toBe(403);
});

test('with operator:keys alone it finds the key of a token in the account that it names, and in no other', async () => {
  const { client } = await actor('operator:keys');
  const { id, token } = await keyOf(ada.accountId, []);
  const { accountId: bobs } = await service.signIn();
  const lookUp = (query: object) => client.POST('/v1/keys/lookup', { params: { query }, body: { token } });
  expect(expectData(await lookUp({ accountId: ada.accountId }))).toMatchObject({ key: { id } });
  expect((await lookUp({ accountId: bobs })).error).toMatchObject({ status: 404, code: 'token_not_found' });
  expect((await lookUp({})).error).toMatchObject({ status: 422 });
});

test('with operator:keys alone it does not see the metadata of an account, which its customer should not read', async () => {
  const { client } = await actor('operator:keys');
  const body = { externalId: 'user_rated', metadata: { risk: 7 } };
  const created = expectData(await service.operator.POST('/v1/accounts', { body }));
  const open = (as: typeof client) => as.POST('/v1/accounts', { body: { externalId: 'user_rated' } });
  expect(expectData(await open(client))).toEqual({ ...created, metadata: {} });
  for (const scope of ['operator:accounts', 'operator:read']) {
    const other = await actor('operator:keys', scope);
    expect(expectData(await open(other.client))).toEqual(created);
  }
});

test('with operator:accounts it creates, reads, changes, suspends and deletes accounts, and does nothing with keys', async () => {
  const { client } = await actor('operator:accounts');
  const facts = { metadata: { plan: 'pro' }, policy: { maxKeys: 5 } };
  const created = expectData(
    await client.POST('/v1/accounts', { body: { externalId: 'user_billed', ...facts } }),
  );
  expect(created).toMatchObject(facts);
  const params = { path: { accountId: created.id } };
  expect(expectData(await client.GET('/v1/accounts/{accountId}', { params }))).toEqual(created);
  const { data } = expectData(
    await client.GET('/v1/accounts', { params: { query: { externalId: 'user_billed' } } }),
  );
  expect(data).toEqual([created]);
  const body = { disabled: true, metadata: { plan: 'free' }, policy: null, limits: [] };
  const changed = expectData(await client.PATCH('/v1/accounts/{accountId}', { params, body }));
  expect(changed).toMatchObject({ metadata: { plan: 'free' }, policy: null, disabledAt: expect.any(String) });

  const { id } = await keyOf(ada.accountId, []);
  const query = { accountId: ada.accountId };
  const refused = [
    await client.POST('/v1/keys', { params: { query }, body: { name: 'Key' } }),
    await client.GET('/v1/keys', { params: { query } }),
    await client.DELETE('/v1/keys/{keyId}', { params: naming(ada.accountId, id) }),
    await client.POST('/v1/roles', { body: { name: 'role', scopes: [] } }),
    await client.GET('/v1/events'),
  ];
  for (const { response } of refused) expect(response.status).toBe(403);
  expect((await client.DELETE('/v1/accounts/{accountId}', { params })).response.status).toBe(204);
});

test('with operator:accounts it changes neither the operator’s own account nor whose an account is', async () => {
  const { client } = await actor('operator:accounts', 'operator:keys');
  const wrong = { status: 403, code: 'wrong_caller' };
  const policy = { maxKeys: 5 };
  const own = { path: { accountId: ownId } };
  const byQuery = { query: { accountId: ownId } };
  const answers = [
    await client.PATCH('/v1/accounts/{accountId}', { params: own, body: { policy } }),
    await client.PATCH('/v1/account', { params: byQuery, body: { policy } }),
    await client.DELETE('/v1/accounts/{accountId}', { params: own }),
    await client.DELETE('/v1/account', { params: byQuery }),
    await client.PATCH('/v1/accounts/{accountId}', {
      params: { path: { accountId: ada.accountId } },
      body: { externalId: 'somebody else' },
    }),
    await client.PATCH('/v1/account', {
      params: { query: { accountId: ada.accountId } },
      body: { externalId: 'somebody else' },
    }),
  ];
  for (const { error } of answers) expect(error).toMatchObject(wrong);
});

test('with operator:keys alone it gives a new account no policy, which could allow more than the deployment does', async () => {
  const { client } = await actor('operator:keys');
  for (const facts of [{ policy: { allowedScopes: ['a'] } }, { metadata: { plan: 'pro' } }, { limits: [] }]) {
    const { error } = await client.POST('/v1/accounts', { body: { externalId: 'user_free', ...facts } });
    expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
  }
});

test('the scopes open nothing in other accounts', async () => {
  const bob = await service.signIn();
  const { token } = await keyOf(ada.accountId, ['operator:read', 'operator:keys']);
  const client = service.as(token);
  const params = { query: { accountId: bob.accountId } };
  expect((await client.GET('/v1/keys', { params })).response.status).toBe(403);
  expect((await client.POST('/v1/keys', { params, body: { name: 'Key' } })).response.status).toBe(403);
  expect((await client.GET('/v1/accounts')).error).toMatchObject({ status: 403, code: 'wrong_caller' });
});

test('what only the operator token may stays with it', async () => {
  const { client } = await actor('operator:read', 'operator:keys');
  const params = { path: { accountId: ada.accountId } };
  const filter = { accountId: ada.accountId };
  const answers = [
    await client.PATCH('/v1/accounts/{accountId}', { params, body: { disabled: true } }),
    await client.DELETE('/v1/accounts/{accountId}', { params }),
    await client.POST('/v1/keys/revoke', { body: { filter } }),
    await client.POST('/v1/roles', { body: { name: 'role', description: '', scopes: [] } }),
  ];
  for (const { response } of answers) expect(response.status).toBe(403);
});

test('once it is revoked it can do nothing', async () => {
  const { client, key } = await actor('operator:read');
  expectData(await client.GET('/v1/accounts'));
  await service.operator.DELETE('/v1/keys/{keyId}', { params: naming(ownId, key.id) });
  expect((await client.GET('/v1/accounts')).response.status).toBe(401);
});
