import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { reasons } from '../decide/outcomes.ts';
import { spentReasons } from '../decide/verdict.ts';
import { sweepTombstones } from '../server/background/tombstones.ts';
import { hashToken, newToken } from '../server/token.ts';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

interface Asked {
  by?: SignedIn['client'];
  scopes?: string[];
  anyScopes?: string[];
  scopeQuery?: string;
  explain?: boolean;
}
const verdict = async (token: string, { by = service.operator, ...asked }: Asked = {}) =>
  expectData(await by.POST('/v1/keys/verify', { body: { token, ...asked } }));

const mint = async (
  body: { scopes?: string[]; expiresIn?: '1d'; metadata?: Record<string, string> } = {},
  by = ada,
) => expectData(await by.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));

const unknown = { valid: false, reason: 'unknown' };
const refused = (
  { id, accountId, name }: { id: string; accountId: string; name: string },
  reason: string,
) => ({
  valid: false,
  reason,
  key: { id, accountId, name },
});

test('a valid verdict says whose the key is and what it may do', async () => {
  const { id: accountId } = expectData(
    await service.operator.POST('/v1/accounts', {
      body: { externalId: 'user_8812', metadata: { plan: 'pro' } },
    }),
  );
  const body = { name: 'Mobile app', scopes: ['a', 'b'], metadata: { environment: 'production' } };
  const key = expectData(await service.operator.POST('/v1/keys', { params: { query: { accountId } }, body }));
  expect(await verdict(key.token, { scopes: ['b'] })).toEqual({
    valid: true,
    key: {
      ...{ id: key.id, accountId, externalId: 'user_8812', accountMetadata: { plan: 'pro' } },
      ...{ ...body, expiresAt: null },
    },
  });
});

test('a token stops verifying at its expiry', async () => {
  const key = await mint({ expiresIn: '1d' });
  service.pass(86_400_000 - 1);
  expect(await verdict(key.token)).toMatchObject({ valid: true });
  service.pass(1);
  expect(await verdict(key.token)).toEqual(refused(key, 'expired'));
});

test('a disabled key is refused until it is allowed again', async () => {
  const key = await mint();
  const params = { path: { keyId: key.id } };
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } });
  expect(await verdict(key.token)).toEqual(refused(key, 'disabled'));
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: false } });
  expect(await verdict(key.token)).toMatchObject({ valid: true });
});

test('a revoked token is refused at once, and for whoever may verify it the verdict names its key', async () => {
  const key = await mint();
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: key.id } } });
  for (const by of [service.operator, ada.client])
    expect(await verdict(key.token, { by })).toEqual(refused(key, 'revoked'));
  expect(await verdict(key.token, { by: bob.client })).toEqual(unknown);
  expect((await service.as(key.token).GET('/v1/keys/current')).error).toMatchObject({
    code: 'invalid_token',
    detail: 'The key was revoked.',
  });
});

test('a token that is gone is remembered for the retention, and a live token has precedence', async () => {
  const key = await mint();
  const hash = hashToken(key.token);
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: key.id } } });
  const { rows } = await sql<{ at: Date }>`select at from tombstones where hash = ${hash}`.execute(
    service.db,
  );
  const at = rows[0]?.at.getTime() ?? 0;
  await sweepTombstones(service.db, at + 86_400_000 - 1, 86_400_000);
  expect(await verdict(key.token)).toEqual(refused(key, 'revoked'));
  await sql`
    insert into tombstones select ${hashToken(newToken('lk_'))}, key_id, account_id, name, reason, at from tombstones
    where hash = ${hash}`.execute(service.db);
  expect(await sweepTombstones(service.db, at + 86_400_001, 86_400_000)).toBe(false);
  expect(
    (await sql`select from tombstones where key_id = ${key.id.slice(4)}`.execute(service.db)).rows,
  ).toEqual([]);

  const other = await mint();
  await sql`
    insert into tombstones values (${hashToken(other.token)}, ${key.id.slice(4)}, ${ada.accountId.slice(4)}, 'Old', 'revoked', now())`.execute(
    service.db,
  );
  expect(await verdict(other.token)).toMatchObject({ valid: true, key: { id: other.id } });
});

test('an explained verdict has the outcome of each check, in the order of the reasons', async () => {
  const key = await mint({ scopes: ['a'] });
  const outcomes = async (asked: Asked) => {
    const { checks = [], ...rest } = await verdict(key.token, { explain: true, ...asked });
    return { ...rest, checks: checks.map(({ check, passed }) => (passed ? check : `not ${check}`)) };
  };
  const { checks } = await outcomes({ scopes: ['a'] });
  // A key without limits is not asked for units.
  const looked = reasons.filter((reason) => !(spentReasons as readonly string[]).includes(reason));
  expect(checks).toEqual(looked);
  expect(await outcomes({ scopes: ['b'] })).toEqual({
    ...refused(key, 'insufficient_scope'),
    missingScopes: ['b'],
    checks: looked.map((reason) => (reason === 'insufficient_scope' ? `not ${reason}` : reason)),
  });
  expect(await outcomes({ by: bob.client })).toEqual({ ...unknown, checks: ['not unknown'] });
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: key.id } } });
  expect(await outcomes({})).toEqual({ ...refused(key, 'revoked'), checks: ['unknown', 'not revoked'] });
});

const lacking = (...missingScopes: string[]) => ({
  valid: false,
  reason: 'insufficient_scope',
  key: expect.any(Object),
  missingScopes,
});

test('a key must cover all the scopes that are asked for, and the verdict says which it lacks', async () => {
  const { token } = await mint({ scopes: ['a', 'b'] });
  expect(await verdict(token, { scopes: ['a', 'b'] })).toMatchObject({ valid: true });
  expect(await verdict(token, { scopes: ['a', 'c', 'b', 'd'] })).toEqual(lacking('c', 'd'));
});

test('a wildcard covers what begins as it does, and no scope of this API', async () => {
  const { token } = await mint({ scopes: ['files:*'] });
  expect(await verdict(token, { scopes: ['files:read', 'files:eu:*'] })).toMatchObject({ valid: true });
  expect(await verdict(token, { scopes: ['files', 'orders:*'] })).toEqual(lacking('files', 'orders:*'));
  expect(await verdict(token, { scopes: ['keys:read'] })).toEqual(lacking('keys:read'));
});

test('one of anyScopes is enough', async () => {
  const { token } = await mint({ scopes: ['a', 'b'] });
  expect(await verdict(token, { anyScopes: ['x', 'b'] })).toMatchObject({ valid: true });
  expect(await verdict(token, { anyScopes: ['x', 'y'] })).toEqual(lacking('x', 'y'));
});

test('a scope query says what is wanted with AND and OR', async () => {
  const scopeQuery = 'orders:read AND (invoices:read OR invoices:write)';
  const { token } = await mint({ scopes: ['orders:read', 'invoices:write'] });
  expect(await verdict(token, { scopeQuery })).toMatchObject({ valid: true });
  const { token: weaker } = await mint({ scopes: ['orders:read'] });
  expect(await verdict(weaker, { scopeQuery })).toEqual(lacking('invoices:read', 'invoices:write'));
});

test('scopes, anyScopes and the query must all be met', async () => {
  const { token } = await mint({ scopes: ['a', 'b', 'c'] });
  const wanted = { scopes: ['a'], anyScopes: ['b', 'x'], scopeQuery: 'c OR y' };
  expect(await verdict(token, wanted)).toMatchObject({ valid: true });
  expect(await verdict(token, { ...wanted, scopes: ['x'] })).toEqual(lacking('x'));
  expect(await verdict(token, { ...wanted, anyScopes: ['x'] })).toEqual(lacking('x'));
  expect(await verdict(token, { ...wanted, scopeQuery: 'y' })).toEqual(lacking('y'));
});

test.each([
  ['a AND', 'Column 6: Expected a scope or "(", found the end.'],
  ['a OR NOT b', 'Column 6: The operators are AND and OR, in capitals. There is no NOT.'],
])('the scope query %j is refused, and the answer says where', async (scopeQuery, detail) => {
  const refused = { status: 422, errors: [{ detail, pointer: '#/scopeQuery' }] };
  const one = await service.operator.POST('/v1/keys/verify', { body: { token: 'x', scopeQuery } });
  expect(one.error).toMatchObject(refused);
  const many = await service.operator.POST('/v1/keys/verify/batch', { body: { tokens: ['x'], scopeQuery } });
  expect(many.error).toMatchObject(refused);
});

test('a text that is no token of ours is unknown, whatever it looks like', async () => {
  const { token } = await mint();
  const wrongLast = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
  for (const text of [
    '',
    'x',
    wrongLast,
    token.toUpperCase(),
    ` ${token}`,
    `${token}\n`,
    'eyJhbGciOiJub25lIn0.eyJ9.e30',
  ])
    expect(await verdict(text)).toEqual(unknown);
});

test('callers of an account verify that account’s keys, and no others', async () => {
  const key = await mint();
  const verifier = service.as((await mint({ scopes: ['keys:verify'] })).token);
  const foreign = service.as((await mint({ scopes: ['keys:verify'] }, bob)).token);
  for (const by of [ada.client, verifier, service.operator])
    expect(await verdict(key.token, { by })).toMatchObject({ valid: true, key: { id: key.id } });
  for (const by of [bob.client, foreign]) expect(await verdict(key.token, { by })).toEqual(unknown);
});

test('an account in the query is refused, since it would not bound the verdict', async () => {
  const { token } = await mint();
  for (const [path, body] of [
    ['/v1/keys/verify', { token }],
    ['/v1/keys/verify/batch', { tokens: [token] }],
  ] as const) {
    const response = await service.fetch(`${path}?accountId=${bob.accountId}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ parameter: 'accountId' }] });
  }
});

test('a key with keys:verify in the operator’s account verifies every key, and does nothing else', async () => {
  const key = await mint();
  const own = expectData(await service.operator.GET('/v1/account'));
  const query = { accountId: own.id };
  const body = { name: 'API servers', scopes: ['keys:verify'] };
  const { token } = expectData(await service.operator.POST('/v1/keys', { params: { query }, body }));
  const server = service.as(token);
  expect(await verdict(key.token, { by: server })).toMatchObject({ valid: true });
  for (const { response } of [
    await server.GET('/v1/keys', { params: { query: { accountId: ada.accountId } } }),
    await server.GET('/v1/accounts'),
    await server.POST('/v1/keys', { body: { name: 'Key' } }),
    await server.DELETE('/v1/account', { params: { query: { accountId: ada.accountId } } }),
  ])
    expect(response.status).toBe(403);
});

test('a key without keys:verify verifies nothing', async () => {
  const { token } = await mint({ scopes: ['keys:read', 'keys:write'] });
  const { error } = await service.as(token).POST('/v1/keys/verify', { body: { token } });
  expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
});

test('a key may always ask who it is, and revoke itself', async () => {
  const { token, ...key } = await mint();
  const client = service.as(token);
  const use = { lastUsedAt: new Date(service.context.now()).toISOString(), lastUsedIp: clientIp };
  expect(expectData(await client.GET('/v1/keys/current'))).toEqual({
    ...key,
    ...use,
    tokens: [{ ...key.tokens[0], ...use }],
  });
  expect((await client.DELETE('/v1/keys/current')).response.status).toBe(204);
  expect((await client.GET('/v1/keys/current')).error).toMatchObject({ status: 401, code: 'invalid_token' });
});

test('a session has no current key', async () => {
  const { error } = await ada.client.GET('/v1/keys/current');
  expect(error).toMatchObject({ status: 403, code: 'wrong_caller' });
});

test('a use shows in the next answer at once, and in the database after a flush', async () => {
  const key = await mint();
  const params = { path: { keyId: key.id } };
  const lastUse = async () => expectData(await ada.client.GET('/v1/keys/{keyId}', { params })).lastUsedAt;
  const stored = () =>
    service.db
      .selectFrom('tokens')
      .innerJoin('keys', 'keys.id', 'key_id')
      .select(['last_used_at', 'updated_at'])
      .where('key_id', '=', key.id.slice(4))
      .executeTakeFirstOrThrow();

  await verdict(key.token, { scopes: ['missing'] });
  expect(await lastUse()).toBeNull();

  service.pass(1000);
  await verdict(key.token);
  const used = new Date(service.context.now());
  expect(await lastUse()).toBe(used.toISOString());
  await service.context.usage.flush();
  expect(await stored()).toEqual({ last_used_at: used, updated_at: new Date(key.updatedAt) });
  expect(await lastUse()).toBe(used.toISOString());
});

test('uses are written by themselves after a second', async () => {
  const key = await mint();
  await verdict(key.token);
  const query = service.db.selectFrom('tokens').select('last_used_at').where('key_id', '=', key.id.slice(4));
  await expect
    .poll(async () => (await query.executeTakeFirst())?.last_used_at, { timeout: 3000 })
    .toBeTruthy();
});
