import { randomUUID } from 'node:crypto';
import type { KyselyPlugin } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { BeyondPolicy } from '../server/errors.ts';
import { withoutRequest } from '../server/events/recording.ts';
import { changeKey as changeStored } from '../server/keys/changes.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

let count = 0;
/** A new role, by a name that no other has. */
const newRole = async (scopes: string[], name = `role-${++count}`) =>
  expectData(await service.operator.POST('/v1/roles', { body: { name, scopes } }));

const changeRole = (roleId: string, body: { name?: string; description?: string; scopes?: string[] }) =>
  service.operator.PATCH('/v1/roles/{roleId}', { params: { path: { roleId } }, body });
const deleteRole = (roleId: string) =>
  service.operator.DELETE('/v1/roles/{roleId}', { params: { path: { roleId } } });
const getRole = (roleId: string) =>
  service.operator.GET('/v1/roles/{roleId}', { params: { path: { roleId } } });

const mint = async (roles: string[], scopes: string[] = [], { client } = ada) =>
  expectData(await client.POST('/v1/keys', { body: { name: 'Key', scopes, roles } }));
type KeyPatch = { roles?: string[]; scopes?: string[]; disabled?: boolean };
const changeKey = (keyId: string, body: KeyPatch, { client } = ada) =>
  client.PATCH('/v1/keys/{keyId}', { params: { path: { keyId } }, body });

const verify = async (token: string, scopes: string[] = []) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token, scopes } }));
const may = async (token: string, scope: string) => (await verify(token, [scope])).valid;

test('a role is created, read, listed, changed and deleted', async () => {
  const { data, response } = await service.operator.POST('/v1/roles', {
    body: { name: 'billing', description: 'Sees bills', scopes: ['bills:read'] },
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('location')).toBe(`/v1/roles/${data?.id}`);
  expect(data).toMatchObject({ name: 'billing', description: 'Sees bills', scopes: ['bills:read'] });
  const id = data?.id ?? '';
  expect(expectData(await getRole(id))).toEqual(data);

  service.pass(1_000);
  const changed = expectData(await changeRole(id, { scopes: ['bills:*'] }));
  expect(changed).toEqual({ ...data, scopes: ['bills:*'], updatedAt: changed.updatedAt });
  expect(changed.updatedAt > (data?.updatedAt ?? '')).toBe(true);
  expect(expectData(await changeRole(id, {}))).toEqual(changed);

  const other = await newRole([]);
  const page = expectData(await service.operator.GET('/v1/roles', { params: { query: { limit: 1 } } }));
  expect(page.data).toEqual([other]);
  const cursor = page.nextCursor ?? '';
  const next = expectData(await service.operator.GET('/v1/roles', { params: { query: { cursor } } }));
  expect(next.data).toContainEqual(changed);

  expect((await deleteRole(id)).response.status).toBe(204);
  for (const gone of [await getRole(id), await changeRole(id, { scopes: [] }), await deleteRole(id)])
    expect(gone.error).toMatchObject({ status: 404, code: 'role_not_found' });
});

test('two roles cannot have one name, however close together they get it', async () => {
  const name = 'twice';
  const create = () => service.operator.POST('/v1/roles', { body: { name, scopes: [] } });
  const statuses = (await Promise.all(Array.from({ length: 10 }, create))).map(
    ({ response }) => response.status,
  );
  expect(statuses.sort()).toEqual([201, ...Array(9).fill(409)]);
  const { id } = await newRole([]);
  expect((await changeRole(id, { name })).error).toMatchObject({ status: 409, code: 'role_exists' });
});

test('a role that is created again under its Idempotency-Key is one role, and a name that is taken uses up no key', async () => {
  const create = (key: string, name: string) =>
    service.operator.POST('/v1/roles', {
      params: { header: { 'Idempotency-Key': key } },
      body: { name, scopes: ['files:read'] },
    });
  const key = randomUUID();
  const first = await create(key, 'once');
  const again = await create(key, 'once');
  expect([first.response.status, again.response.status]).toEqual([201, 201]);
  expect(again.data).toEqual(first.data);
  expect(again.response.headers.get('idempotent-replayed')).toBe('true');
  expect((await create(key, 'another')).error).toMatchObject({ code: 'idempotency_key_reused' });

  const taken = randomUUID();
  expect((await create(taken, 'once')).error).toMatchObject({ code: 'role_exists' });
  expect((await create(taken, 'free')).response.status).toBe(201);

  service.pass(24 * 3_600_000);
  const { error } = await create(key, 'once');
  expect(error).toMatchObject({
    status: 409,
    code: 'already_done',
    detail: 'This request was already done for the role "once", and its response cannot be returned again.',
  });
  expect(error).not.toHaveProperty('keyId');
});

test('only the operator sees and makes roles', async () => {
  const key = await mint([], ['keys:read', 'keys:write']);
  for (const client of [ada.client, service.as(key.token)]) {
    expect((await client.GET('/v1/roles')).response.status).toBe(403);
    expect((await client.POST('/v1/roles', { body: { name: 'mine', scopes: [] } })).response.status).toBe(
      403,
    );
  }
});

test('a key may do what its scopes and its roles allow together', async () => {
  const reader = await newRole(['files:read', 'bills:read']);
  const writer = await newRole(['files:write', 'bills:*']);
  const key = await mint([reader.name, writer.name], ['files:read', 'files:list']);
  expect(key).toMatchObject({
    scopes: ['files:read', 'files:list'],
    roles: [reader.name, writer.name].sort(),
  });
  expect(await verify(key.token)).toMatchObject({
    valid: true,
    key: { scopes: ['files:read', 'files:list', 'bills:read', 'files:write', 'bills:*'] },
  });
  expect(await may(key.token, 'bills:pay')).toBe(true);
  expect(await verify(key.token, ['files:delete'])).toMatchObject({ missingScopes: ['files:delete'] });

  expect(expectData(await changeKey(key.id, { roles: [reader.name] }))).toMatchObject({
    roles: [reader.name],
  });
  expect(await may(key.token, 'bills:pay')).toBe(false);
  expect(await may(key.token, 'bills:read')).toBe(true);
});

test('a changed role changes what all of its keys may do, at once, and a deleted one takes its scopes along', async () => {
  const role = await newRole(['files:read']);
  const keys = [await mint([role.name]), await mint([role.name])];
  const other = await mint([], ['files:read']);
  const all = async (scope: string) => Promise.all([...keys, other].map(({ token }) => may(token, scope)));
  expect(await all('files:read')).toEqual([true, true, true]);
  await changeRole(role.id, { scopes: ['files:write'], name: 'renamed' });
  expect(await all('files:read')).toEqual([false, false, true]);
  expect(await all('files:write')).toEqual([true, true, false]);
  const shown = await ada.client.GET('/v1/keys/{keyId}', { params: { path: { keyId: keys[0]?.id ?? '' } } });
  expect(expectData(shown).roles).toEqual(['renamed']);

  await deleteRole(role.id);
  expect(await all('files:write')).toEqual([false, false, false]);
  expect(await all('files:read')).toEqual([false, false, true]);
  // Another one of its name is another role.
  await newRole(['files:write'], 'renamed');
  expect(await all('files:write')).toEqual([false, false, false]);
});

test('a key calls this API by the scopes of its roles too', async () => {
  const role = await newRole(['keys:read']);
  const { token } = await mint([role.name]);
  expect((await service.as(token).GET('/v1/keys')).response.status).toBe(200);
  await changeRole(role.id, { scopes: [] });
  expect((await service.as(token).GET('/v1/keys')).error).toMatchObject({ code: 'insufficient_scope' });
});

test('a role that does not exist is named in the refusal', async () => {
  const { name } = await newRole([]);
  const body = { name: 'Key', roles: [name, 'no-such-role'] };
  const errors = [{ detail: 'There is no role named "no-such-role".', pointer: '#/roles/1' }];
  expect((await ada.client.POST('/v1/keys', { body })).error).toMatchObject({ status: 422, errors });
  const { id } = await mint([]);
  expect((await changeKey(id, { roles: body.roles })).error).toMatchObject({ status: 422, errors });
});

test('a key cannot give a role that goes beyond its own scopes, or change a key that has one', async () => {
  const strong = await newRole(['files:write']);
  const weak = await newRole(['files:read']);
  const caller = { ...ada, client: service.as((await mint([weak.name], ['keys:write'])).token) };
  const beyond = { status: 403, code: 'insufficient_scope' };
  const body = { name: 'Key', roles: [strong.name] };
  expect((await caller.client.POST('/v1/keys', { body })).error).toMatchObject(beyond);

  const given = await mint([weak.name], [], caller);
  expect((await changeKey(given.id, { roles: [strong.name] }, caller)).error).toMatchObject(beyond);
  expect((await changeKey(given.id, { roles: [] }, caller)).response.status).toBe(200);

  const other = await mint([strong.name]);
  expect((await changeKey(other.id, { disabled: false }, caller)).error).toMatchObject(beyond);
  await changeRole(strong.id, { scopes: ['files:read'] });
  expect((await changeKey(other.id, { disabled: true }, caller)).response.status).toBe(200);
});

test('the scopes of a role count where the policy of the account bounds scopes', async () => {
  const account = await service.signIn();
  await service.operator.PATCH('/v1/accounts/{accountId}', {
    params: { path: { accountId: account.accountId } },
    body: { policy: { allowedScopes: ['files:*'] } },
  });
  const [within, beyond] = [await newRole(['files:read']), await newRole(['bills:read'])];
  const refusedAt = (pointer: string) => ({ status: 403, code: 'beyond_policy', errors: [{ pointer }] });
  const key = await mint([within.name], [], account);
  const roles = [beyond.name];
  const change = async (body: KeyPatch) => (await changeKey(key.id, body, account)).error;
  expect(await change({ roles })).toMatchObject(refusedAt('#/roles'));
  expect(await change({ roles, scopes: ['files:write'] })).toMatchObject(refusedAt('#/roles'));
  expect(await change({ roles, scopes: ['bills:read'] })).toMatchObject(refusedAt('#/scopes'));
  const body = { name: 'Key', roles };
  expect((await account.client.POST('/v1/keys', { body })).error).toMatchObject(refusedAt('#/roles'));
});

test('scopes that came by a role cannot be made the key’s own beyond the policy, nor brought by another role', async () => {
  const account = await service.signIn();
  await service.operator.PATCH('/v1/accounts/{accountId}', {
    params: { path: { accountId: account.accountId } },
    body: { policy: { allowedScopes: ['files:*'] } },
  });
  const role = await newRole(['files:read']);
  const key = await mint([role.name], ['files:write'], account);
  await changeRole(role.id, { scopes: ['bills:read'] });
  const other = await newRole(['bills:read']);
  const change = async (body: KeyPatch) => (await changeKey(key.id, body, account)).error;
  const refusedAt = (pointer: string) => ({ code: 'beyond_policy', errors: [{ pointer }] });
  expect(await change({ scopes: ['bills:read'] })).toMatchObject(refusedAt('#/scopes'));
  expect(await change({ roles: [role.name, other.name] })).toMatchObject(refusedAt('#/roles'));
  // What it has already is not judged.
  expect(await change({ roles: [role.name], scopes: ['files:write'] })).toBeUndefined();
  await changeRole(role.id, { scopes: [] });
  expect(await may(key.token, 'bills:read')).toBe(false);
});

test('a role that is taken from a key while it is given to the key again is judged as a new one', async () => {
  const account = await service.signIn();
  const role = await newRole(['bills:read']);
  const key = await mint([role.name], [], account);
  await service.operator.PATCH('/v1/accounts/{accountId}', {
    params: { path: { accountId: account.accountId } },
    body: { policy: { allowedScopes: ['files:*'] } },
  });
  let isTaken = false;
  const takeMeanwhile: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (!isTaken) {
        isTaken = true;
        expectData(await changeKey(key.id, { roles: [] }, account));
      }
      return result;
    },
  };
  const changed = changeStored(
    { ...service.context, db: service.db.withPlugin(takeMeanwhile) },
    { accountId: account.accountId.slice('acc_'.length), id: key.id.slice('key_'.length) },
    { roles: [{ ...role, id: role.id.slice('role_'.length) }] },
    withoutRequest('operator', service.context.now()),
  );
  await expect(changed).rejects.toThrow(BeyondPolicy);
});

test('a role can be changed to scopes that a policy does not allow: its keys then have them', async () => {
  const account = await service.signIn();
  await service.operator.PATCH('/v1/accounts/{accountId}', {
    params: { path: { accountId: account.accountId } },
    body: { policy: { allowedScopes: ['files:*'] } },
  });
  const role = await newRole(['files:read']);
  const { token } = await mint([role.name], [], account);
  await changeRole(role.id, { scopes: ['bills:read'] });
  expect(await may(token, 'bills:read')).toBe(true);
});

test('changes of roles are events in the operator’s account', async () => {
  const role = await newRole(['files:read']);
  await changeRole(role.id, { scopes: [] });
  await deleteRole(role.id);
  const { data } = expectData(
    await service.operator.GET('/v1/events', {
      params: { query: { accountId: 'acc_000000000000000000000000', limit: 3 } },
    }),
  );
  const { id: roleId, name } = role;
  expect(data.map(({ type, actor, data }) => ({ type, actor, data }))).toEqual([
    { type: 'role.deleted', actor: 'operator', data: { roleId } },
    { type: 'role.changed', actor: 'operator', data: { roleId, scopes: [] } },
    { type: 'role.created', actor: 'operator', data: { roleId, name, scopes: ['files:read'] } },
  ]);
});
