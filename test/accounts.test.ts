import { beforeAll, describe, expect, test } from 'vitest';
import type { Latchkey } from '../clients/typescript/client.ts';
import type { components } from '../clients/typescript/schema.gen.ts';
import { expectData, password, startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

test('an account signs up, whatever the case of its email, and reads itself', async () => {
  const body = { email: ' Grace@Example.COM ', password };
  const created = expectData(await service.as().POST('/v1/accounts', { body }));
  expect(created).toMatchObject({ email: 'grace@example.com', externalId: null });
  const session = expectData(await service.as().POST('/v1/sessions', { body }));
  expect(expectData(await service.as(session.accessToken).GET('/v1/account'))).toEqual(created);

  const again = await service.as().POST('/v1/accounts', { body: { email: 'grace@example.com', password } });
  expect(again.error).toMatchObject({ status: 409, code: 'email_taken' });
});

test('a password has 8 to 128 characters of any kind', async () => {
  let count = 0;
  const signUp = async (password: string) => {
    const email = `length${++count}@example.com`;
    return (await service.as().POST('/v1/accounts', { body: { email, password } })).response.status;
  };
  expect(await signUp('1234567')).toBe(422);
  expect(await signUp('🔑'.repeat(8))).toBe(201);
  expect(await signUp('🔑'.repeat(128))).toBe(201);
  expect(await signUp('x'.repeat(129))).toBe(422);
  expect(await signUp('12345678\0')).toBe(422);
});

test('the password is stored as argon2id', async () => {
  const { email } = await service.signIn();
  const row = await service.db
    .selectFrom('accounts')
    .select('password_hash')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('a password is the same however the keyboard writes its letters', async () => {
  const email = 'zoe@example.com';
  await service.as().POST('/v1/accounts', { body: { email, password: 'caf\u00e9 au lait' } });
  const body = { email, password: 'cafe\u0301 au lait' };
  expect((await service.as().POST('/v1/sessions', { body })).response.status).toBe(201);
});

test('a new password ends the other sessions, and not this one', async () => {
  const { email, client } = await service.signIn();
  const other = expectData(await service.as().POST('/v1/sessions', { body: { email, password } }));
  const newPassword = 'staple horse correct';

  const wrong = await client.PUT('/v1/account/password', { body: { currentPassword: 'wrong', newPassword } });
  expect(wrong.error).toMatchObject({ status: 403, code: 'wrong_password' });

  const { response } = await client.PUT('/v1/account/password', {
    body: { currentPassword: password, newPassword },
  });
  expect(response.status).toBe(204);
  expect((await client.GET('/v1/account')).response.status).toBe(200);
  expect((await service.as(other.accessToken).GET('/v1/account')).response.status).toBe(401);
  const refreshed = await service
    .as()
    .POST('/v1/sessions/refresh', { body: { refreshToken: other.refreshToken } });
  expect(refreshed.response.status).toBe(401);
  expect((await service.as().POST('/v1/sessions', { body: { email, password } })).response.status).toBe(401);
  const again = await service.as().POST('/v1/sessions', { body: { email, password: newPassword } });
  expect(again.response.status).toBe(201);
});

test('guesses at the current password are limited', async () => {
  const { client } = await service.signIn();
  const attempt = (currentPassword: string) =>
    client.PUT('/v1/account/password', { body: { currentPassword, newPassword: 'staple horse correct' } });
  for (let count = 0; count < 10; count += 1)
    expect((await attempt('wrong password')).response.status).toBe(403);
  expect((await attempt(password)).error).toMatchObject({ status: 429, code: 'too_many_attempts' });
});

test('of two concurrent changes of a password, one succeeds', async () => {
  const { client } = await service.signIn();
  const change = (newPassword: string) =>
    client.PUT('/v1/account/password', { body: { currentPassword: password, newPassword } });
  const answers = await Promise.all([change('staple horse correct'), change('horse correct staple')]);
  expect(answers.map(({ response }) => response.status).sort()).toEqual([204, 403]);
});

test('a session that begins while the password changes does not outlive the old one', async () => {
  const { email, client } = await service.signIn();
  const body = { currentPassword: password, newPassword: 'staple horse correct' };
  const [, ...begun] = await Promise.all([
    client.PUT('/v1/account/password', { body }),
    ...Array.from({ length: 6 }, () => service.as().POST('/v1/sessions', { body: { email, password } })),
  ]);
  const sessions = begun.flatMap(({ data }) => data ?? []);
  expect(sessions).not.toEqual([]);
  for (const { accessToken, refreshToken } of sessions) {
    expect((await service.as(accessToken).GET('/v1/account')).response.status).toBe(401);
    const refreshed = await service.as().POST('/v1/sessions/refresh', { body: { refreshToken } });
    expect(refreshed.response.status).toBe(401);
  }
  expect((await client.GET('/v1/account')).response.status).toBe(200);
});

test('bad input to a union is explained for the alternative that was meant', async () => {
  const faults = async (body: object) => {
    const response = await service.fetch('/v1/accounts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { errors } = await response.json();
    return errors.map(({ pointer }: { pointer: string }) => pointer);
  };
  expect(await faults({})).toEqual(['#/email', '#/password']);
  expect(await faults({ email: 1, password: 1, nmae: 'x' })).toEqual(['#/email', '#/password', '#/nmae']);
  expect(await faults({ externalId: '' })).toEqual(['#/externalId']);
});

test('the operator creates an account for one of the product’s own users, and gets the same one again', async () => {
  const body = { externalId: 'user_1' };
  const created = expectData(await service.operator.POST('/v1/accounts', { body }));
  expect(created).toMatchObject({ email: null, externalId: 'user_1' });
  const again = await service.operator.POST('/v1/accounts', { body });
  expect(again.response.status).toBe(200);
  expect(again.data).toEqual(created);
  const racing = Array.from({ length: 5 }, () =>
    service.operator.POST('/v1/accounts', { body: { externalId: 'user_race' } }),
  );
  const ids = (await Promise.all(racing)).map(({ data }) => data?.id);
  expect(new Set(ids).size).toBe(1);

  const { client } = await service.signIn();
  expect((await client.POST('/v1/accounts', { body })).error).toMatchObject({
    status: 403,
    code: 'wrong_caller',
  });
  expect((await service.as().POST('/v1/accounts', { body })).response.status).toBe(401);
});

test('two externalIds are the same only if they are equal: none is trimmed or normalized', async () => {
  const create = (externalId: string) => service.operator.POST('/v1/accounts', { body: { externalId } });
  const { id } = expectData(await create('victim'));
  for (const externalId of [' victim', 'victim ', 'victim\u00a0', '\ufeffvictim', 'victim\n']) {
    const refused = { status: 422 };
    expect((await create(externalId)).error).toMatchObject({
      ...refused,
      errors: [{ pointer: '#/externalId' }],
    });
    const params = { query: { externalId } };
    for (const { error } of [
      await service.operator.GET('/v1/keys', { params }),
      await service.operator.GET('/v1/account', { params }),
      await service.operator.GET('/v1/accounts', { params }),
      await service.operator.POST('/v1/keys', { params, body: { name: 'Key' } }),
    ])
      expect(error).toMatchObject({ ...refused, errors: [{ parameter: 'externalId' }] });
  }
  const others = ['Victim', 'victim\u200b', 'é', 'e\u0301', 'ﬁ', 'fi'];
  const ids = [id];
  for (const externalId of others) ids.push(expectData(await create(externalId)).id);
  expect(new Set(ids).size).toBe(7);
});

test('an account can be named by its externalId wherever its id can', async () => {
  const externalId = 'user_named/é 1';
  const { id: accountId } = expectData(await service.operator.POST('/v1/accounts', { body: { externalId } }));
  const query = { externalId };
  const key = expectData(
    await service.operator.POST('/v1/keys', { params: { query }, body: { name: 'Key' } }),
  );
  expect(key.accountId).toBe(accountId);
  const params = { query, path: { keyId: key.id } };
  expect(expectData(await service.operator.GET('/v1/keys', { params: { query } })).data).toHaveLength(1);
  expect(expectData(await service.operator.GET('/v1/keys/{keyId}', { params })).id).toBe(key.id);
  expect(
    expectData(await service.operator.PATCH('/v1/keys/{keyId}', { params, body: { name: 'Other' } })).name,
  ).toBe('Other');
  expectData(await service.operator.GET('/v1/keys/{keyId}/usage', { params }));
  expectData(await service.operator.GET('/v1/usage', { params: { query } }));
  expect(expectData(await service.operator.GET('/v1/account', { params: { query } })).id).toBe(accountId);
  expect((await service.operator.DELETE('/v1/keys/{keyId}', { params })).response.status).toBe(204);

  const both = (accountId: string) =>
    service.operator.GET('/v1/keys', { params: { query: { externalId, accountId } } });
  expect((await both(accountId)).response.status).toBe(200);
  const { client, accountId: other } = await service.signIn();
  expect((await both(other)).error).toMatchObject({ code: 'account_not_found' });
  for (const caller of [service.operator, client])
    expect(
      (await caller.GET('/v1/keys', { params: { query: { externalId: 'user_nobody' } } })).error,
    ).toMatchObject({ code: 'account_not_found' });
  expect((await client.GET('/v1/keys', { params: { query } })).error).toMatchObject({
    code: 'account_not_found',
  });

  expect((await service.operator.DELETE('/v1/account', { params: { query } })).response.status).toBe(204);
  expect((await service.operator.GET('/v1/account', { params: { query } })).error).toMatchObject({
    code: 'account_not_found',
  });
});

test('the operator changes an account that it names by its externalId', async () => {
  const change = (client: Latchkey, query: object) =>
    client.PATCH('/v1/account', { params: { query }, body: { policy: { maxKeys: 3 }, disabled: true } });
  const { id } = expectData(
    await service.operator.POST('/v1/accounts', { body: { externalId: 'to be changed' } }),
  );
  const changed = expectData(await change(service.operator, { externalId: 'to be changed' }));
  expect(changed).toMatchObject({ id, policy: { maxKeys: 3 }, disabledAt: expect.any(String) });
  const params = { path: { accountId: id } };
  expect(expectData(await service.operator.GET('/v1/accounts/{accountId}', { params }))).toEqual(changed);

  const own = expectData(await service.operator.GET('/v1/account')).id;
  for (const [query, code] of [
    [{}, 'account_required'],
    [{ externalId: 'unknown' }, 'account_not_found'],
    [{ externalId: 'to be changed', accountId: own }, 'account_not_found'],
    [{ accountId: own }, 'account_not_found'],
  ] as const)
    expect((await change(service.operator, query)).error?.code).toBe(code);
  const { client, accountId } = await service.signIn();
  expect((await change(client, { accountId })).error).toMatchObject({ status: 403, code: 'wrong_caller' });
});

test('what the operator reads of an account that is unknown or deleted is not found, by whichever id', async () => {
  const made = expectData(await service.operator.POST('/v1/accounts', { body: { externalId: 'user_left' } }));
  const read = async (query: { accountId: string } | { externalId: string }) => {
    const params = { params: { query } };
    const { operator } = service;
    const keys = await operator.GET('/v1/keys', params);
    const filtered = await operator.GET('/v1/keys', { params: { query: { ...query, status: 'active' } } });
    const usage = await operator.GET('/v1/usage', params);
    return [keys, filtered, usage].map(({ error, response }) => error?.code ?? response.status);
  };
  expect(await read({ accountId: made.id })).toEqual([200, 200, 200]);
  await service.operator.DELETE('/v1/account', { params: { query: { accountId: made.id } } });
  for (const query of [
    { accountId: made.id },
    { externalId: 'user_left' },
    { accountId: `acc_${'a'.repeat(24)}` },
  ])
    expect(await read(query)).toEqual(Array(3).fill('account_not_found'));
});

test('a page after the last key of an account is empty', async () => {
  const { accountId, client } = await service.signIn();
  for (const name of ['First', 'Second']) await client.POST('/v1/keys', { body: { name } });
  const list = async (query: object) =>
    expectData(await service.operator.GET('/v1/keys', { params: { query: { accountId, ...query } } }));
  const { data, nextCursor } = await list({ limit: 1 });
  const [second] = data;
  const { data: all } = await list({});
  const [, first] = all;
  await client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: first?.id ?? '' } } });
  await client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: second?.id ?? '' } } });
  expect(await list({ cursor: nextCursor })).toEqual({ data: [], nextCursor: null });
});

test('the operator lists accounts, newest first, and finds one by its external id or email', async () => {
  const { email, accountId } = await service.signIn();
  const made = expectData(await service.operator.POST('/v1/accounts', { body: { externalId: 'user_2' } }));
  const list = async (query: object) =>
    expectData(await service.operator.GET('/v1/accounts', { params: { query } })).data.map(({ id }) => id);
  expect((await list({})).slice(0, 2)).toEqual([made.id, accountId]);
  expect(await list({ externalId: 'user_2' })).toEqual([made.id]);
  expect(await list({ email: email.toUpperCase() })).toEqual([accountId]);
  const first = expectData(await service.operator.GET('/v1/accounts', { params: { query: { limit: 1 } } }));
  expect(await list({ limit: 1, cursor: first.nextCursor })).toEqual([accountId]);
});

test('a list of accounts does not show the operator’s own', async () => {
  await service.signIn();
  const own = expectData(await service.operator.GET('/v1/account'));
  const params = { query: { limit: 100 } };
  const { data, nextCursor } = expectData(await service.operator.GET('/v1/accounts', { params }));
  expect(nextCursor).toBeNull();
  expect(data.map(({ id }) => id)).not.toContain(own.id);
});

test('the operator deletes the account it names, but not its own', async () => {
  const { id } = expectData(await service.operator.POST('/v1/accounts', { body: { externalId: 'user_3' } }));
  const remove = async (query: object) =>
    (await service.operator.DELETE('/v1/account', { params: { query } })).response.status;
  expect(await remove({})).toBe(422);
  expect(await remove({ accountId: id })).toBe(204);
  expect(await remove({ accountId: id })).toBe(404);
  const own = expectData(await service.operator.GET('/v1/account'));
  expect(await remove({ accountId: own.id })).toBe(404);
});

describe('an account by its id', () => {
  const own = '0'.repeat(24);
  const at = (accountId: string) => ({ params: { path: { accountId } } });
  const get = (accountId: string) => service.operator.GET('/v1/accounts/{accountId}', at(accountId));
  const change = (accountId: string, body: components['schemas']['AccountPatch']) =>
    service.operator.PATCH('/v1/accounts/{accountId}', { ...at(accountId), body });
  const newAccount = async (externalId: string) =>
    expectData(await service.operator.POST('/v1/accounts', { body: { externalId } }));
  const eventsOf = async (accountId: string) => {
    const params = { query: { accountId, type: 'account.changed' as const } };
    return expectData(await service.operator.GET('/v1/events', { params })).data.map(({ data }) => data);
  };

  test('is read by the operator, with its policy and the number of its keys', async () => {
    const { accountId, client, email } = await service.signIn();
    const facts = { id: accountId, email, externalId: null, policy: null };
    expect(expectData(await get(accountId))).toMatchObject({ ...facts, keyCount: 0 });
    expectData(await client.POST('/v1/keys', { body: { name: 'Key' } }));
    const read = expectData(await get(accountId));
    expect(read).toMatchObject({ ...facts, keyCount: 1 });
    expect(expectData(await client.GET('/v1/account'))).toEqual(read);
  });

  test('is not found where it is unknown, deleted, no id or the operator’s own', async () => {
    const { id } = await newAccount('user_gone');
    expect((await service.operator.DELETE('/v1/accounts/{accountId}', at(id))).response.status).toBe(204);
    for (const accountId of [id, `acc_${'a'.repeat(24)}`, 'acc_1', `acc_${own}`]) {
      const notFound = { status: 404, code: 'account_not_found' };
      expect((await get(accountId)).error).toMatchObject(notFound);
      expect((await change(accountId, {})).error).toMatchObject(notFound);
      expect((await change(accountId, { policy: { maxKeys: 1 } })).error).toMatchObject(notFound);
      expect((await change(accountId, { disabled: true })).error).toMatchObject(notFound);
      const removed = await service.operator.DELETE('/v1/accounts/{accountId}', at(accountId));
      expect(removed.error).toMatchObject(notFound);
    }
  });

  test('is deleted with its keys', async () => {
    const { accountId, client } = await service.signIn();
    const { token } = expectData(await client.POST('/v1/keys', { body: { name: 'Key' } }));
    const verify = () => service.operator.POST('/v1/keys/verify', { body: { token } });
    expect(expectData(await verify())).toMatchObject({ valid: true });
    const { response } = await service.operator.DELETE('/v1/accounts/{accountId}', at(accountId));
    expect(response.status).toBe(204);
    expect(expectData(await verify())).toEqual({ valid: false, reason: 'unknown' });
  });

  test('gets another externalId, which the next verdict has', async () => {
    const { id } = await newAccount('user_old');
    const query = { accountId: id };
    const minted = await service.operator.POST('/v1/keys', { params: { query }, body: { name: 'Key' } });
    const { token } = expectData(minted);
    const verdict = async () =>
      expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
    expect(await verdict()).toMatchObject({ key: { externalId: 'user_old' } });
    const changed = expectData(await change(id, { externalId: 'user_new' }));
    expect(changed).toMatchObject({ id, externalId: 'user_new', keyCount: 1 });
    expect(await verdict()).toMatchObject({ key: { externalId: 'user_new' } });
    expect(await eventsOf(id)).toEqual([{ externalId: 'user_new' }]);
    expect((await newAccount('user_old')).id).not.toBe(id);
  });

  test('gets no externalId that another has, and keeps one where it has no email', async () => {
    const [first, second] = [await newAccount('user_a'), await newAccount('user_b')];
    expect((await change(second.id, { externalId: first.externalId })).error).toMatchObject({
      status: 409,
      code: 'external_id_taken',
    });
    expect((await change(second.id, { externalId: null })).error).toMatchObject({
      code: 'invalid_input',
      errors: [{ pointer: '#/externalId' }],
    });
    const racing = await Promise.all(
      [first, second].map(({ id }) => change(id, { externalId: 'user_racing' })),
    );
    expect(racing.map(({ response }) => response.status).sort()).toEqual([200, 409]);
    const { accountId } = await service.signIn();
    expectData(await change(accountId, { externalId: 'user_with_email' }));
    expect(expectData(await change(accountId, { externalId: null }))).toMatchObject({ externalId: null });
  });

  test('gets a policy field by field, and null removes a field or all of it', async () => {
    const { id } = await newAccount('user_policy');
    const policyAfter = async (policy: NonNullable<Parameters<typeof change>[1]['policy']> | null) =>
      expectData(await change(id, { policy })).policy;
    expect(await policyAfter({ maxKeys: 3, expiryRequired: true })).toEqual({
      maxKeys: 3,
      expiryRequired: true,
    });
    expect(await policyAfter({ maxKeys: null, allowedScopes: ['files:*'] })).toEqual({
      expiryRequired: true,
      allowedScopes: ['files:*'],
    });
    expect(await policyAfter({})).toEqual({ expiryRequired: true, allowedScopes: ['files:*'] });
    expect(await policyAfter({ expiryRequired: null, allowedScopes: null })).toBeNull();
    expect(await policyAfter({ maxLifetimeSeconds: 60 })).toEqual({ maxLifetimeSeconds: 60 });
    expect(await policyAfter(null)).toBeNull();
    // An empty patch changes nothing, and is no event.
    expect(await eventsOf(id)).toEqual(
      [
        { maxKeys: 3, expiryRequired: true },
        { maxKeys: null, allowedScopes: ['files:*'] },
        { expiryRequired: null, allowedScopes: null },
        { maxLifetimeSeconds: 60 },
        null,
      ]
        .toReversed()
        .map((policy) => ({ policy })),
    );
  });

  test('whose creation is repeated is returned as it was when it was created', async () => {
    const create = () =>
      service.operator.POST('/v1/accounts', {
        body: { externalId: 'user_repeated' },
        headers: { 'Idempotency-Key': 'create-user_repeated' },
      });
    const first = expectData(await create());
    expectData(
      await change(first.id, { externalId: 'user_renamed', policy: { maxKeys: 3 }, disabled: true }),
    );
    const other = await newAccount('user_other');
    expectData(await change(other.id, { externalId: 'user_repeated' }));
    const again = await create();
    expect(again.response.headers.get('idempotent-replayed')).toBe('true');
    expect(again.response.status).toBe(201);
    expect(again.data).toEqual(first);
  });
});
