import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { components } from '../clients/typescript/schema.gen.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { insertManyKeys } from './support/insert-keys.ts';

/** The operator finds keys in all accounts. */

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

type Filter = components['schemas']['KeyFilter'];
const hour = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const now = () => service.context.now();

const mint = async (whose: SignedIn, body: { metadata?: Record<string, string>; expiresAt?: string } = {}) =>
  expectData(await whose.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));
const trySearch = (filter: Filter | undefined, query = {}, client = service.operator) =>
  client.POST('/v1/keys/search', { params: { query }, body: { ...(filter && { filter }) } });
const search = async (filter?: Filter, query?: { limit?: number; cursor?: string }) =>
  expectData(await trySearch(filter, query));
const found = async (filter?: Filter) => (await search(filter)).data.map(({ id }) => id);

test('without a filter it finds the keys of all accounts, newest first, without their tokens', async () => {
  const [first, second] = [await mint(ada), await mint(bob)];
  const { data, nextCursor } = await search();
  expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(nextCursor).toBeNull();
  const { token, ...shown } = second;
  expect(data[0]).toEqual(shown);
});

test('the keys of the operator’s own account are found only by its name', async () => {
  const { id: accountId } = expectData(await service.operator.GET('/v1/account'));
  const metadata = { of: 'operator' };
  const body = { name: 'API servers', metadata };
  const own = expectData(await service.operator.POST('/v1/keys', { params: { query: { accountId } }, body }));
  expect(await found({ metadata })).toEqual([]);
  expect(await found({ accountId })).toEqual([own.id]);
});

test('an account is named by its id or its externalId, and an unknown one or an unknown role is refused', async () => {
  const { id: accountId } = expectData(
    await service.operator.POST('/v1/accounts', { body: { externalId: 'user_1' } }),
  );
  const params = { query: { accountId } };
  const { id } = expectData(await service.operator.POST('/v1/keys', { params, body: { name: 'Key' } }));
  expect(await found({ externalId: 'user_1' })).toEqual([id]);
  expect(await found({ accountId })).toEqual([id]);
  const refusal = async (filter: object) =>
    (await service.operator.POST('/v1/keys/search', { body: { filter } })).error;
  const unknown = { status: 404, code: 'account_not_found' };
  expect(await refusal({ externalId: 'user_2' })).toMatchObject(unknown);
  expect(await refusal({ accountId: `acc_${'f'.repeat(24)}` })).toMatchObject(unknown);
  expect(await refusal({ externalId: 'user_1', accountId: ada.accountId })).toMatchObject(unknown);
  expect(await refusal({ role: 'editr' })).toMatchObject({
    status: 422,
    errors: [{ detail: 'There is no role named "editr".', pointer: '#/filter/role' }],
  });
});

test('a key is found as not rotated until it has a new token, even one that was never used', async () => {
  const metadata = { of: 'rotation' };
  const [old, rotated] = [await mint(ada, { metadata }), await mint(bob, { metadata })];
  service.pass(hour);
  const since = iso(now());
  expect(await found({ metadata, notRotatedSince: since })).toEqual([rotated.id, old.id]);
  const params = { path: { keyId: rotated.id } };
  expectData(await bob.client.POST('/v1/keys/{keyId}/rotate', { params, body: { overlapSeconds: 60 } }));
  expect(await found({ metadata, notRotatedSince: since })).toEqual([old.id]);
});

test('a key is found by when it expires, also once it has expired', async () => {
  const metadata = { of: 'expiry' };
  await mint(ada, { metadata });
  const soon = await mint(ada, { metadata, expiresAt: iso(now() + hour / 2) });
  const later = await mint(bob, { metadata, expiresAt: iso(now() + 2 * hour) });
  const inAnHour = iso(now() + hour);
  expect(await found({ metadata, expiresBefore: inAnHour })).toEqual([soon.id]);
  service.pass(hour);
  expect(await found({ metadata, expiresBefore: inAnHour })).toEqual([soon.id]);
  expect(await found({ metadata, expiresBefore: iso(now() + 3 * hour) })).toEqual([later.id, soon.id]);
});

test('what it finds is what a revocation with the same filter revokes', async () => {
  const metadata = { of: 'revocation' };
  const keys = [await mint(ada, { metadata }), await mint(bob, { metadata, expiresAt: iso(now() + 60_000) })];
  await mint(ada, { metadata: { of: 'another' } });
  service.pass(hour);
  const filter = {
    metadata,
    notRotatedSince: iso(now()),
    unusedSince: iso(now()),
    expiresBefore: iso(now()),
  };
  const { expiresBefore, ...wider } = filter;
  expect(await found(filter)).toEqual([keys[1]?.id]);
  expect(await found(wider)).toEqual([keys[1]?.id, keys[0]?.id]);
  const revoke = async (filter: Filter) =>
    expectData(await service.operator.POST('/v1/keys/revoke', { body: { filter } }));
  expect(await revoke(filter)).toEqual({ matched: 1, revoked: 1, complete: true });
  expect(await found(wider)).toEqual([keys[0]?.id]);
  expect(await revoke(wider)).toEqual({ matched: 1, revoked: 1, complete: true });
  expect(await found({ metadata })).toEqual([]);
});

test('a deleted account is not found', async () => {
  const gone = await service.signIn();
  const { id } = await mint(gone);
  const filter = { accountId: gone.accountId };
  expect(await found(filter)).toEqual([id]);
  await service.operator.DELETE('/v1/accounts/{accountId}', { params: { path: filter } });
  const { error } = await service.operator.POST('/v1/keys/search', { body: { filter } });
  expect(error).toMatchObject({ status: 404, code: 'account_not_found' });
});

test('pages follow one another, each key on one of them', async () => {
  const metadata = { of: 'pages' };
  const ids = [];
  for (const whose of [ada, bob, ada, bob, ada]) ids.unshift((await mint(whose, { metadata })).id);
  const seen: string[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await search({ metadata }, { limit: 2, ...(cursor && { cursor }) });
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(ids);
});

test('a cursor of another list is refused', async () => {
  const params = { query: { limit: 1 } };
  const { nextCursor } = expectData(await ada.client.GET('/v1/keys', { params }));
  const { error } = await trySearch(undefined, { cursor: nextCursor });
  expect(error).toMatchObject({ status: 422, errors: [{ parameter: 'cursor' }] });
});

test('keys that do not meet the filter are read in parts, and the pages go on to those that do', async () => {
  const metadata = { of: 'parts' };
  const { id } = await mint(ada, { metadata });
  const account = bob.accountId.slice(4);
  await insertManyKeys(
    service.db,
    20_001,
    (numbers) =>
      sql`select 'parts' || n, ${account}::text, 'Others', sha512(('parts' || n)::bytea) from ${numbers} as n`,
  );
  const first = await search({ metadata });
  expect(first).toEqual({ data: [], nextCursor: expect.any(String) });
  const second = await search({ metadata }, { cursor: String(first.nextCursor) });
  expect(second).toMatchObject({ data: [{ id }], nextCursor: null });
  expect(await found({ metadata, accountId: ada.accountId })).toEqual([id]);
});

test.each<[object, string]>([
  [{ filter: {} }, '#/filter'],
  [{ filter: null }, '#/filter'],
  [{ filter: { notRotatedSince: 'yesterday' } }, '#/filter/notRotatedSince'],
  [{ filter: { expiresbefore: '2026-01-31T12:00:00Z' } }, '#/filter/expiresbefore'],
  [{ limit: 2 }, '#/limit'],
])('a filter that says something else than was meant is refused: %j', async (body, pointer) => {
  const response = await service.fetch('/v1/keys/search', {
    method: 'POST',
    headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(422);
  expect((await response.json()).errors).toContainEqual(expect.objectContaining({ pointer }));
});

test('nobody but the operator searches all accounts', async () => {
  const { error } = await trySearch(undefined, {}, ada.client);
  expect(error).toMatchObject({ status: 403 });
});
