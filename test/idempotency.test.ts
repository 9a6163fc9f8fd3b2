import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Latchkey } from '../clients/typescript/client.ts';
import { onlyMaxKeys } from '../decide/policy.ts';
import { createApp } from '../server/app.ts';
import { oldAnswers, oldClaims, sweepIdempotencyKeys } from '../server/background/idempotency-keys.ts';
import { canonicalJson } from '../server/idempotency.ts';
import { createSigner, newSigningKeys } from '../server/jwt/signing.ts';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

const hour = 3_600_000;
let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService({ defaultPolicy: onlyMaxKeys(200) });
  ada = await service.signIn();
});

const header = (key: string) => ({ header: { 'Idempotency-Key': key } });
const isReplay = ({ response }: { response: Response }) => response.headers.get('idempotent-replayed');

/** The account of a user, created under a key. */
const createAccount = (key: string, externalId: string, client: Latchkey = service.operator) =>
  client.POST('/v1/accounts', { params: header(key), body: { externalId } });

/** A key, created under an Idempotency-Key. */
const createKey = (key: string, name = 'Key', client = ada.client) =>
  client.POST('/v1/keys', { params: header(key), body: { name, metadata: { a: 1, b: 'x' } } });

const verify = (token: string) => service.operator.POST('/v1/keys/verify', { body: { token } });
const keysOf = async ({ client }: SignedIn) =>
  expectData(await client.GET('/v1/keys', { params: { query: { limit: 100 } } })).data;
const eventsOf = async (keyId: string) => {
  const events = await service.db
    .selectFrom('events')
    .select('type')
    .where('key_id', '=', keyId.slice(4))
    .orderBy('number')
    .execute();
  return events.map(({ type }) => type);
};

test('values are equal in whatever order their fields stand', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x' })).toBe(
    canonicalJson({ a: 'x', b: [{ c: null, d: 1 }] }),
  );
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('an account that is created twice with one key is answered alike, and is one account', async () => {
  const [first, second] = [
    await createAccount('signup-1', 'user_1'),
    await createAccount('signup-1', 'user_1'),
  ];
  expect([first.response.status, isReplay(first)]).toEqual([201, null]);
  expect([second.response.status, isReplay(second)]).toEqual([201, 'true']);
  expect(second.data).toEqual(first.data);
  // Without the key, the account that is there is another answer.
  const third = await service.operator.POST('/v1/accounts', { body: { externalId: 'user_1' } });
  expect([third.response.status, third.data]).toEqual([200, first.data]);
});

test('an account that was there before is answered as such again', async () => {
  const existing = expectData(
    await service.operator.POST('/v1/accounts', { body: { externalId: 'user_2' } }),
  );
  for (const replayed of [null, 'true']) {
    const answer = await createAccount('signup-2', 'user_2');
    expect([answer.response.status, isReplay(answer), answer.data]).toEqual([200, replayed, existing]);
  }
});

test('a key in quotes is the same key', async () => {
  await createAccount('a "quoted\\one', 'user_3').catch(() => {});
  const first = expectData(await createAccount('"signup-3"', 'user_3'));
  const second = await createAccount('signup-3', 'user_3');
  expect([isReplay(second), second.data]).toEqual(['true', first]);
});

test.each(['', 'two words', '"unclosed', 'é', 'x'.repeat(256), '"a", "b"', '"a";b=1'])(
  'a key that is %j is refused, and where it stands is said',
  async (key) => {
    const { error } = await createAccount(key, 'user_4');
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: [{ header: 'Idempotency-Key', detail: expect.stringContaining('1 to 255') }],
    });
  },
);

test('a key is for one request', async () => {
  await createAccount('signup-5', 'user_5');
  const { error } = await createAccount('signup-5', 'user_6');
  expect(error).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  const { data } = await service.operator.GET('/v1/accounts', {
    params: { query: { externalId: 'user_6' } },
  });
  expect(data?.data).toEqual([]);
});

test('of 100 calls at once with one key one creates the account, and all are answered alike', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => createAccount('signup-7', 'user_7')));
  expect(new Set(answers.map(({ data }) => data?.id)).size).toBe(1);
  expect(answers.filter((answer) => isReplay(answer) === null)).toHaveLength(1);
  expect(new Set(answers.map(({ response }) => response.status))).toEqual(new Set([201]));
  const created = await service.db
    .selectFrom('events')
    .selectAll()
    .where('account_id', '=', answers[0]?.data?.id.slice(4) ?? '')
    .execute();
  expect(created.filter(({ type }) => type === 'account.created')).toHaveLength(1);
  expect(created.filter(({ type }) => type === 'request.replayed')).toHaveLength(99);
});

test('an account that was deleted is not created again by the call that created it', async () => {
  const { id } = expectData(await createAccount('signup-8', 'user_8'));
  await service.operator.DELETE('/v1/account', { params: { query: { accountId: id } } });
  const { error } = await createAccount('signup-8', 'user_8');
  expect(error).toMatchObject({ status: 409, code: 'already_done', detail: expect.stringContaining(id) });
  // Nor is one that took its place later its answer.
  service.pass(1);
  await service.operator.POST('/v1/accounts', { body: { externalId: 'user_8' } });
  expect((await createAccount('signup-8', 'user_8')).error).toMatchObject({ code: 'already_done' });
});

test('an anonymous sign-up looks at no key', async () => {
  const body = (n: number) => ({ email: `key${n}@example.com`, password: 'correct horse battery' });
  for (const n of [1, 2]) {
    const answer = await service.as().POST('/v1/accounts', { params: header('one'), body: body(n) });
    expect([answer.response.status, isReplay(answer)]).toEqual([201, null]);
  }
});

test('a key that is created twice with one Idempotency-Key is one key, and its token is in both answers', async () => {
  const key = randomUUID();
  const [first, second] = [await createKey(key), await createKey(key)];
  expect([first.response.status, isReplay(first)]).toEqual([201, null]);
  expect([second.response.status, isReplay(second)]).toEqual([201, 'true']);
  expect(second.data).toEqual(first.data);
  expect(second.response.headers.get('location')).toBe(`/v1/keys/${first.data?.id}`);
  expect(await eventsOf(first.data?.id ?? '')).toEqual(['key.minted', 'request.replayed']);
  expect((await verify(second.data?.token ?? '')).data).toMatchObject({ valid: true });
});

test('the first answer is given again as it was, whatever the key is by now', async () => {
  const key = randomUUID();
  const first = expectData(await createKey(key));
  service.pass(hour);
  await ada.client.PATCH('/v1/keys/{keyId}', {
    params: { path: { keyId: first.id } },
    body: { name: 'Renamed', disabled: true },
  });
  expect(expectData(await createKey(key))).toEqual(first);
});

test('a key of fewer than 16 characters is refused where a secret is answered', async () => {
  const { error } = await createKey('x'.repeat(15));
  expect(error).toMatchObject({ status: 422, errors: [{ header: 'Idempotency-Key' }] });
  expect((await createKey('x'.repeat(16))).response.status).toBe(201);
});

test('the fields of a body may be in another order, but not have other values', async () => {
  const key = randomUUID();
  const create = (body: string, query = '') =>
    service.fetch(`/v1/keys${query}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${service.operatorToken}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body,
    });
  const own = `?accountId=${ada.accountId}`;
  const first = await (await create('{"name":"Key","metadata":{"a":1,"b":2}}', own)).json();
  expect(await (await create('{"metadata":{"b":2,"a":1},"name":"Key"}', own)).json()).toEqual(first);
  const { accountId } = await service.signIn();
  const others = [
    create('{"name":"Key","metadata":{"a":1,"b":3}}', own),
    create('{"name":"Key","metadata":{"a":1}}', own),
    create('{"name":"Key","metadata":{"a":1,"b":2}}', `?accountId=${accountId}`),
  ];
  for (const answer of await Promise.all(others))
    expect(await answer.json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
});

test('each caller has keys of its own', async () => {
  const key = randomUUID();
  const bob = await service.signIn();
  const { token } = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Minter', scopes: ['keys:write'] } }),
  );
  const answers = [
    await createKey(key),
    await createKey(key, 'Key', bob.client),
    await createKey(key, 'Key', service.as(token)),
  ];
  expect(answers.map(isReplay)).toEqual([null, null, null]);
  expect(new Set(answers.map(({ data }) => data?.id)).size).toBe(3);
});

test('of 100 calls at once with one key one creates a key, and all are answered alike', async () => {
  const bob = await service.signIn();
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 100 }, () => createKey(key, 'Key', bob.client)));
  expect(new Set(answers.map(({ response }) => response.status))).toEqual(new Set([201]));
  expect(new Set(answers.map(({ data }) => data?.token)).size).toBe(1);
  expect(answers.filter((answer) => isReplay(answer) === null)).toHaveLength(1);
  expect(await keysOf(bob)).toHaveLength(1);
});

test('calls at once with keys of their own create a key each, up to the limit, and no claim is left without one', async () => {
  const bob = await service.signIn();
  const answers = await Promise.all(
    Array.from({ length: 210 }, () => createKey(randomUUID(), 'Key', bob.client)),
  );
  const statuses = answers.map(({ response }) => response.status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(200);
  expect(statuses.filter((status) => status === 409)).toHaveLength(10);
  const { rows } = await sql<{ claims: number; keys: number }>`
    select (select count(*) from idempotency_keys where account_id = accounts.id) as claims, key_count as keys
    from accounts where id = ${bob.accountId.slice(4)}`.execute(service.db);
  expect(rows).toEqual([{ claims: 200, keys: 200 }]);
});

test('a refused call leaves no claim: it can be repeated, and succeed', async () => {
  const bob = await service.signIn();
  const mint = () => bob.client.POST('/v1/keys', { body: { name: 'Key' } });
  const minted = await Promise.all(Array.from({ length: 200 }, mint));
  const key = randomUUID();
  expect((await createKey(key, 'Key', bob.client)).error).toMatchObject({ code: 'key_limit_reached' });
  const params = { path: { keyId: minted[0]?.data?.id ?? '' } };
  await bob.client.DELETE('/v1/keys/{keyId}', { params });
  const created = await createKey(key, 'Key', bob.client);
  expect([created.response.status, isReplay(created)]).toEqual([201, null]);
  // It is full again, and yet the answer is given again.
  const repeated = await createKey(key, 'Key', bob.client);
  expect([repeated.response.status, isReplay(repeated)]).toEqual([201, 'true']);
});

test('an expiry that has passed meanwhile does not stop a replay', async () => {
  const key = randomUUID();
  const expiresAt = new Date(service.context.now() + hour).toISOString();
  const create = () =>
    ada.client.POST('/v1/keys', { params: header(key), body: { name: 'Short', expiresAt } });
  const first = expectData(await create());
  service.pass(2 * hour);
  expect(expectData(await create())).toEqual(first);
});

/** A rotation under an Idempotency-Key. */
const rotate = (keyId: string, key: string, body: { immediate?: boolean; overlapSeconds?: number } = {}) =>
  ada.client.POST('/v1/keys/{keyId}/rotate', { params: { path: { keyId }, ...header(key) }, body });

test('a rotation that is repeated is one rotation, and its token is in both answers', async () => {
  const { id } = expectData(await createKey(randomUUID()));
  const key = randomUUID();
  const [first, second] = [await rotate(id, key), await rotate(id, key)];
  expect([isReplay(first), isReplay(second)]).toEqual([null, 'true']);
  expect(second.data).toEqual(first.data);
  expect(await eventsOf(id)).toEqual(['key.minted', 'key.rotated', 'request.replayed']);
  // A rotation that replaces this token, and using it, erases its answer.
  expectData(await rotate(id, randomUUID()));
  expect((await rotate(id, key)).error).toMatchObject({ status: 409, code: 'already_done', keyId: id });
  expect((await rotate(id, key, { immediate: true })).error).toMatchObject({
    code: 'idempotency_key_reused',
  });
});

test('a rotation is answered again while the previous token is accepted, and not once the new one was used', async () => {
  const { id, token: old } = expectData(await createKey(randomUUID()));
  const key = randomUUID();
  const { token } = expectData(await rotate(id, key));
  const later = randomUUID();
  expect((await verify(old)).data).toMatchObject({ valid: true });
  expect((await verify(token)).data).toMatchObject({ valid: true });
  expect((await rotate(id, key)).error).toMatchObject({ code: 'already_done', keyId: id });
  // It is refused while the previous token drains, which claims nothing.
  expect((await rotate(id, later)).error).toMatchObject({ code: 'rotation_draining' });
  service.pass(hour + 1);
  const rotated = await rotate(id, later);
  expect([rotated.response.status, isReplay(rotated)]).toEqual([200, null]);
});

test('a repeated rotation that could not be done any more is answered once the first one is in force', async () => {
  const { client, accessToken } = await service.signIn();
  const { id, token } = expectData(await createKey(randomUUID(), 'Key', client));
  const settled = vi.fn(service.context.settled);
  const app = createApp({ ...service.context, settled });
  const request = new Request(`http://latchkey.test/v1/keys/${id}/rotate`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${accessToken}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    },
    body: JSON.stringify({ immediate: true, expiresAt: new Date(service.context.now() + 60_000) }),
  });
  const first = await app.fetch(request.clone());
  expect([first.status, settled.mock.calls.length]).toEqual([200, 1]);
  service.pass(60_000);
  const repeated = await app.fetch(request);
  expect([repeated.status, repeated.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect(settled).toHaveBeenCalledTimes(2);
  expect((await verify(token)).data).toMatchObject({ valid: false });
});

test('of 50 rotations at once with one key one is done, and all are answered alike', async () => {
  const { id } = expectData(await createKey(randomUUID()));
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 50 }, () => rotate(id, key, { immediate: true })));
  expect(new Set(answers.map(({ data }) => data?.token)).size).toBe(1);
  expect(answers.filter((answer) => isReplay(answer) === null)).toHaveLength(1);
});

/** That a call with this key was done, and its token is not shown again. */
async function expectGone(key: string, id: string) {
  const { error } = await createKey(key);
  expect(error).toMatchObject({
    status: 409,
    code: 'already_done',
    keyId: id,
    detail: expect.stringContaining(id),
  });
  const { rows } = await sql<{ left: number }>`
    select count(*) as left from idempotency_keys where key_id = ${id.slice(4)} and sealed is not null`.execute(
    service.db,
  );
  expect(rows).toEqual([{ left: 0 }]);
}

test('a token that was used is not shown again, and its key is named', async () => {
  const key = randomUUID();
  const { id, token } = expectData(await createKey(key));
  expectData(await verify(token));
  await service.context.usage.flush();
  await expectGone(key, id);
});

test('a key that was revoked is not created again', async () => {
  const key = randomUUID();
  const { id } = expectData(await createKey(key));
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: id } } });
  await expectGone(key, id);
});

test('after 24 hours a token is not shown again, and after 7 days the key is forgotten', async () => {
  const key = randomUUID();
  const { id } = expectData(await createKey(key));
  service.pass(24 * hour - 1);
  expect(isReplay(await createKey(key))).toBe('true');
  service.pass(1);
  expect((await createKey(key)).error).toMatchObject({ code: 'already_done' });
  while (await sweepIdempotencyKeys(service.db, service.context.now()));
  await expectGone(key, id);
  service.pass(6 * 24 * hour);
  const again = await createKey(key);
  expect([again.response.status, isReplay(again)]).toEqual([201, null]);
  expect(again.data?.id).not.toBe(id);
  service.pass(7 * 24 * hour);
  while (await sweepIdempotencyKeys(service.db, service.context.now()));
  expect(await service.db.selectFrom('idempotency_keys').select('kid').execute()).toEqual([]);
});

test.each([
  ['claims', oldClaims],
  ['answers', oldAnswers],
])('old %s are found in an index, in its order, however many there are', async (_, old) => {
  const now = service.context.now();
  // For 7 days, in the space of others; nobody has used the tokens in the answers of the last day, and those before are erased.
  await sql`
    insert into idempotency_keys (caller, hash, fingerprint, salt, kid, account_id, token_hash, sealed, created_at)
    select 'somebody', sha512(n::text::bytea), sha256(''), sha256(''), '', '', sha512(n::text::bytea),
      case when n < 20000 / 7 then decode(repeat('00', 300), 'hex') end,
      ${new Date(now)}::timestamptz - n * interval '30 seconds'
    from generate_series(1, 20000) as n order by n % 20, n`.execute(service.db);
  await sql`analyze idempotency_keys`.execute(service.db);
  const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${old(now)}`.execute(service.db);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/Index Scan using idempotency_keys_created_at_\w+ on idempotency_keys/);
  expect(plan).not.toMatch(/Sort|Bitmap/);
  await sql`delete from idempotency_keys where caller = 'somebody'`.execute(service.db);
});

/** What else can be against the second call. */
const obstacles: Record<string, () => Promise<unknown> | undefined> = {
  nothing: () => undefined,
  'a role that has another name': () =>
    service.db.updateTable('roles').set({ name: 'another' }).where('name', '=', 'reader').execute(),
  'an expiry that is past': async () => service.pass(hour),
};

test.each(Object.keys(obstacles))(
  'a token is not shown to a key that has lost the scopes to create it, and with %s against it',
  async (obstacle) => {
    const minter = expectData(
      await ada.client.POST('/v1/keys', { body: { name: 'Minter', scopes: ['keys:write', 'files:read'] } }),
    );
    const role = { name: 'reader', scopes: ['files:read'] };
    const { id: roleId } = expectData(await service.operator.POST('/v1/roles', { body: role }));
    const expiresAt = new Date(service.context.now() + hour).toISOString();
    const body = { name: 'Key', scopes: ['files:read'], roles: [role.name], expiresAt };
    const params = header(randomUUID());
    const create = () => service.as(minter.token).POST('/v1/keys', { params, body });
    expectData(await create());
    await ada.client.PATCH('/v1/keys/{keyId}', {
      params: { path: { keyId: minter.id } },
      body: { scopes: ['keys:write'] },
    });
    await obstacles[obstacle]?.();
    expect((await create()).error).toMatchObject({ code: 'insufficient_scope' });
    await service.operator.DELETE('/v1/roles/{roleId}', { params: { path: { roleId } } });
  },
);

test('an answer opens with the signing key that sealed it, and with no other', async () => {
  const [older, newer] = [await newSigningKeys(), await newSigningKeys()];
  const key = randomUUID();
  const create = async (...keys: (typeof older)[]) => {
    const set = { keys: keys.flatMap((one) => one.keys) };
    const signer = await createSigner(set, { issuer: 'http://latchkey.test', siteName: 'Share' });
    const app = createApp({ ...service.context, signer });
    const request = new Request(`http://latchkey.test/v1/keys?accountId=${ada.accountId}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${service.operatorToken}`,
        'Content-Type': 'application/json',
        'Content-Length': '14',
        'Idempotency-Key': key,
      },
      body: '{"name":"Key"}',
    });
    return (await app.fetch(request, { ip: () => clientIp })).json();
  };
  const first = await create(older);
  expect(first).toHaveProperty('token');
  // While the signing key is rotated, the older one still opens.
  expect(await create(newer, older)).toEqual(first);
  expect(await create(newer)).toMatchObject({ code: 'already_done', keyId: first.id });
});
