import { setImmediate } from 'node:timers/promises';
import { type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { paths } from '../clients/typescript/schema.gen.ts';
import { createApp } from '../server/app.ts';
import type { Database } from '../server/db/schema.ts';
import { newId } from '../server/id.ts';
import type { KeyMemory } from '../server/memory.ts';
import { hashToken } from '../server/token.ts';
import { Usage } from '../server/usage.ts';
import type { VerifiedKey } from '../server/verify.ts';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './harness.ts';

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

const hour = 3_600_000;
const day = 24 * hour;
const none = { valid: 0, expired: 0, disabled: 0, insufficient_scope: 0 };
const iso = (at: number) => new Date(at).toISOString();

const mint = async (body: { scopes?: string[]; expiresIn?: '1d' } = {}, by = ada) =>
  expectData(await by.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));

const verify = async (
  token: string,
  {
    by = service.operator,
    ...rest
  }: { by?: SignedIn['client']; scopes?: string[]; ip?: string; userAgent?: string } = {},
) => expectData(await by.POST('/v1/keys/verify', { body: { token, ...rest } }));

const read = async ({ id }: { id: string }) =>
  expectData(await ada.client.GET('/v1/keys/{keyId}', { params: { path: { keyId: id } } }));

type Query = NonNullable<paths['/v1/usage']['get']['parameters']['query']>;

const ofKey = ({ id }: { id: string }, query: Query = {}, by = ada) =>
  by.client.GET('/v1/keys/{keyId}/usage', { params: { path: { keyId: id }, query } });
const ofAccount = (query: Query = {}, by = ada) => by.client.GET('/v1/usage', { params: { query } });

const flush = () => service.deps.usage.flush();

/** A key as the memory of keys knows it, without going through the service. */
const verified = ({ id, accountId }: { id: string; accountId: string }): VerifiedKey => ({
  id: id.slice(4),
  accountId: accountId.slice(4),
  externalId: null,
  name: 'Key',
  scopes: [],
  metadata: {},
  expiresAt: null,
  disabledAt: null,
});
const valid = (key: { id: string; accountId: string }) => ({ valid: true as const, key: verified(key) });

/** Usage on this database, of which `before` hears each statement, and may fail it, and `after` may hold its answer. */
function usageOn(
  {
    before = () => {},
    after = async () => {},
  }: { before?: (node: RootOperationNode) => void; after?: () => Promise<void> },
  options: { onError?: (error: unknown) => void; keys?: number } = {},
): Usage {
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      before(node);
      return node;
    },
    async transformResult({ result }) {
      await after();
      return result;
    },
  };
  const { onError = () => {}, ...rest } = options;
  const usage = new Usage(service.db.withPlugin(plugin) as Database, onError, rest);
  onTestFinished(() => usage.close().catch(() => {}));
  return usage;
}

test('what was said of a key is counted by hour and verdict', async () => {
  const key = await mint({ scopes: ['a'], expiresIn: '1d' });
  const params = { path: { keyId: key.id } };
  const began = service.deps.now();
  for (let use = 0; use < 3; use++) await verify(key.token);
  await verify(key.token, { scopes: ['b'] });
  service.pass(hour);
  await verify(key.token);
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } });
  await verify(key.token);
  await verify(key.token);
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: false } });
  service.pass(day);
  await verify(key.token);
  await flush();
  expect(expectData(await ofKey(key, { from: iso(began) }))).toEqual({
    from: iso(began),
    to: iso(began + day + hour),
    bucket: 'hour',
    total: { valid: 4, disabled: 2, insufficient_scope: 1, expired: 0 },
    data: [
      { start: iso(began), ...none, valid: 3, insufficient_scope: 1 },
      { start: iso(began + hour), ...none, valid: 1, disabled: 2 },
    ],
  });
  service.pass(hour);
  expect(expectData(await ofKey(key, { from: iso(began + day) })).data).toEqual([
    { start: iso(began + day + hour), ...none, expired: 1 },
  ]);
});

test('flushes add up', async () => {
  const key = await mint();
  for (let round = 0; round < 3; round++) {
    await verify(key.token);
    await verify(key.token, { scopes: ['missing'] });
    await flush();
  }
  service.pass(1);
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, valid: 3, insufficient_scope: 3 });
});

test('who may not see a key cannot count a use of it, and is not told that there is one', async () => {
  const key = await mint();
  await ada.client.PATCH('/v1/keys/{keyId}', {
    params: { path: { keyId: key.id } },
    body: { disabled: true },
  });
  expect(await verify(key.token, { by: bob.client })).toEqual({ valid: false, reason: 'unknown' });
  expect(await verify(key.token)).toEqual({ valid: false, reason: 'disabled' });
  await flush();
  service.pass(1);
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, disabled: 1 });
});

test('a key that calls this API is used, with the address and the user agent of the call', async () => {
  const key = await mint({ expiresIn: '1d' });
  const call = (userAgent: string) =>
    service.fetch('/v1/keys/current', {
      headers: { Authorization: `Bearer ${key.token}`, 'User-Agent': userAgent },
    });
  const use = { lastUsedAt: iso(service.deps.now()), lastUsedIp: clientIp };
  expect(await (await call('curl/8.5')).json()).toMatchObject({ ...use, lastUsedUserAgent: 'curl/8.5' });
  expect(await (await call('é'.repeat(600))).json()).toMatchObject({
    ...use,
    lastUsedUserAgent: 'é'.repeat(500),
  });
  service.pass(day);
  expect((await call('late/1.0')).status).toBe(401);
  await flush();
  expect(await read(key)).toMatchObject({ ...use, lastUsedUserAgent: 'é'.repeat(500) });
  expect(expectData(await ofKey(key, { bucket: 'day' })).total).toEqual({ ...none, valid: 2, expired: 1 });
});

test('a verifier says who presented the token; its own address is never shown as theirs', async () => {
  const key = await mint();
  const use = async (facts: { ip?: string; userAgent?: string }) => {
    await verify(key.token, facts);
    const { lastUsedIp, lastUsedUserAgent } = await read(key);
    await flush();
    expect(await read(key)).toMatchObject({ lastUsedIp, lastUsedUserAgent });
    return [lastUsedIp, lastUsedUserAgent];
  };
  expect(await use({ ip: '203.0.113.7', userAgent: 'files-cli/2.4' })).toEqual([
    '203.0.113.7',
    'files-cli/2.4',
  ]);
  expect(await use({ ip: '2001:db8::7' })).toEqual(['2001:db8::7', null]);
  expect(await use({ ip: '::FFFF:203.0.113.7' })).toEqual(['203.0.113.7', null]);
  expect(await use({})).toEqual([null, null]);
  await verify(key.token, { ip: '198.51.100.1', scopes: ['missing'] });
  expect(await read(key)).toMatchObject({ lastUsedIp: null });
});

test('an address that is none, and a user agent that is too long or cannot be stored, are refused', async () => {
  for (const [fact, pointer] of [
    [{ ip: 'localhost' }, '#/ip'],
    [{ ip: '203.0.113.7:443' }, '#/ip'],
    [{ userAgent: 'a'.repeat(501) }, '#/userAgent'],
    [{ userAgent: 'a\0b' }, '#/userAgent'],
    [{ userAgent: 'a\ud800' }, '#/userAgent'],
  ] as const) {
    const { error } = await service.operator.POST('/v1/keys/verify', { body: { token: 'x', ...fact } });
    expect(error).toMatchObject({ status: 422, errors: [{ pointer }] });
  }
});

test('behind a proxy the address is the one that the proxy added, and none where it added none', async () => {
  const { token } = await mint();
  const app = createApp({ ...service.deps, clientIpHeader: 'X-Forwarded-For' });
  const seen = async (forwarded?: string) => {
    const headers = { Authorization: `Bearer ${token}`, ...(forwarded && { 'X-Forwarded-For': forwarded }) };
    const response = await app.fetch(new Request('http://latchkey.test/v1/keys/current', { headers }), {
      ip: () => '192.0.2.99',
    });
    return (await response.json()).lastUsedIp;
  };
  expect(await seen('198.51.100.1, 203.0.113.7')).toBe('203.0.113.7');
  expect(await seen('::ffff:203.0.113.8')).toBe('203.0.113.8');
  expect(await seen('fe80::1%eth0')).toBe('fe80::1');
  for (const nothing of [undefined, 'unknown', '203.0.113.7, ']) expect(await seen(nothing)).toBeNull();
});

test('a range of time is rounded out to whole hours, or days of UTC, and its end does not count', async () => {
  const key = await mint();
  const midnight = Math.ceil(service.deps.now() / day) * day;
  service.pass(midnight - service.deps.now());
  for (const _ of [1, 2, 3]) {
    await verify(key.token);
    service.pass(12 * hour);
  }
  await flush();

  const hours = expectData(await ofKey(key, { from: iso(midnight + 1), to: iso(midnight + 12 * hour) }));
  expect(hours).toMatchObject({ from: iso(midnight), to: iso(midnight + 12 * hour), total: { valid: 1 } });
  const more = expectData(await ofKey(key, { from: iso(midnight), to: iso(midnight + 12 * hour + 1) }));
  expect(more).toMatchObject({ to: iso(midnight + 13 * hour), total: { valid: 2 } });
  const abroad = iso(midnight + 2 * hour).replace('Z', '+02:00');
  expect(expectData(await ofKey(key, { from: abroad })).from).toBe(iso(midnight));

  expect(
    expectData(
      await ofKey(key, { bucket: 'day', from: iso(midnight + 13 * hour), to: iso(midnight + 25 * hour) }),
    ),
  ).toEqual({
    from: iso(midnight),
    to: iso(midnight + 2 * day),
    bucket: 'day',
    total: { ...none, valid: 3 },
    data: [
      { start: iso(midnight), ...none, valid: 2 },
      { start: iso(midnight + day), ...none, valid: 1 },
    ],
  });
});

test('a range that is left open is the 24 hours or 30 days before its end, and that is now', async () => {
  const key = await mint();
  const now = Math.ceil(service.deps.now() / day) * day + 1;
  service.pass(now - service.deps.now());
  const range = async (query: Query) => {
    const { from, to } = expectData(await ofKey(key, query));
    return [Date.parse(from), Date.parse(to)];
  };
  const begin = now - 1;
  expect(await range({})).toEqual([begin - day, begin + hour]);
  expect(await range({ bucket: 'day' })).toEqual([begin - 30 * day, begin + day]);
  expect(await range({ to: '2026-03-02T00:00:00Z' })).toEqual([Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 2)]);
});

test('a range must begin before it ends, and span at most 1,000 buckets', async () => {
  const key = await mint();
  const from = '2026-01-01T00:00:00Z';
  const after = (buckets: number, length: number) => iso(Date.parse(from) + buckets * length);
  for (const [bucket, length] of [
    ['hour', hour],
    ['day', day],
  ] as const) {
    expect((await ofKey(key, { bucket, from, to: after(1000, length) })).response.status).toBe(200);
    for (const to of [after(1001, length), from, '2025-12-31T23:59:59Z'])
      for (const { error } of [await ofKey(key, { bucket, from, to }), await ofAccount({ bucket, from, to })])
        expect(error).toMatchObject({ status: 422, errors: [{ parameter: 'from' }] });
  }
  for (const from of ['1969-12-31T23:00:00Z', '3000-01-01T00:00:00Z', 'yesterday'])
    expect((await ofKey(key, { from })).error).toMatchObject({ errors: [{ parameter: 'from' }] });
});

test('only whose key it is sees its usage', async () => {
  const key = await mint();
  const reader = await mint({ scopes: ['keys:read'] });
  const { accountId } = key;
  const params = { path: { keyId: key.id }, query: { accountId } };
  for (const by of [ada.client, service.as(reader.token), service.operator])
    expect((await by.GET('/v1/keys/{keyId}/usage', { params })).response.status).toBe(200);
  expect((await ofKey(key, {}, bob)).error).toMatchObject({ status: 404, code: 'key_not_found' });
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: key.id } } });
  expect((await ofKey(key)).error).toMatchObject({ status: 404, code: 'key_not_found' });
});

test('the usage of an account is that of its keys, of those that are revoked as well, and of no other', async () => {
  const cleo = await service.signIn();
  const [kept, revoked, foreign] = [await mint({}, cleo), await mint({}, cleo), await mint({}, bob)];
  for (const { token } of [kept, kept, revoked, foreign]) await verify(token);
  await cleo.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: revoked.id } } });
  await flush();
  service.pass(1);
  const { total, data } = expectData(await ofAccount({}, cleo));
  expect(total).toEqual({ ...none, valid: 3 });
  expect(data).toHaveLength(1);
  const query = { accountId: kept.accountId };
  expect(expectData(await service.operator.GET('/v1/usage', { params: { query } })).total).toEqual(total);
});

/** Counts of so many keys of an account in one hour, as the database holds them. */
const rows = (accountId: string, count: number, at: number) =>
  Array.from({ length: count }, () => ({
    account_id: accountId.slice(4),
    key_id: newId(at),
    hour: new Date(at),
    verdict: 'valid',
    count: 1,
  }));

const countedOf = async ({ accountId }: { accountId: string }) =>
  (
    await service.db
      .selectFrom('usage')
      .select('count')
      .where('account_id', '=', accountId.slice(4))
      .execute()
  ).length;

test('an account that is deleted takes its usage along, and uses that were not written yet', async () => {
  const cleo = await service.signIn();
  const [first, second, foreign] = [await mint({}, cleo), await mint({}, cleo), await mint({}, bob)];
  for (const { token } of [first, foreign]) await verify(token);
  await flush();
  expect(await countedOf(first)).toBe(1);
  await verify(second.token);
  expect((await cleo.client.DELETE('/v1/account')).response.status).toBe(204);
  expect(await countedOf(first)).toBe(0);
  await flush();
  expect(await countedOf(first)).toBe(0);
  expect(await countedOf(foreign)).toBeGreaterThan(0);
});

test('of very much usage a deleted account leaves some behind, which nobody sees, and which goes soon', async () => {
  const cleo = await service.signIn();
  const { accountId } = await mint({}, cleo);
  const at = service.deps.now();
  await service.db
    .insertInto('usage')
    .values(rows(accountId, 11_500, at))
    .execute();
  await cleo.client.DELETE('/v1/account');
  expect(await countedOf({ accountId })).toBe(1500);
  service.pass(1);
  const { data } = await service.operator.GET('/v1/usage', { params: { query: { accountId } } });
  expect(data?.total).toEqual(none);

  const usage = usageOn({});
  for (const left of [500, 0]) {
    usage.record(valid(await mint()), { at });
    await usage.flush();
    expect(await countedOf({ accountId })).toBe(left);
  }
  expect(await service.db.selectFrom('usage_left').selectAll().execute()).toEqual([]);
});

test('what waits is one statement, and what comes while it is being written is the next one', async () => {
  const [key, other] = [await mint(), await mint()];
  const gate = Promise.withResolvers<void>();
  const statements: RootOperationNode[] = [];
  const usage = usageOn({ before: (node) => statements.push(node), after: () => gate.promise });
  const isInsert = () =>
    statements.filter((node) => JSON.stringify(node).includes('insert into usage')).length;
  const at = service.deps.now();
  for (const each of [key, other, key]) usage.record(valid(each), { at });
  usage.record({ valid: false, reason: 'unknown' }, { at });
  const first = usage.flush();
  await vi.waitFor(() => expect(isInsert()).toBe(1));
  usage.record(valid(key), { at });
  const second = usage.flush();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isInsert()).toBe(1);
  gate.resolve();
  await first;
  await second;
  expect(isInsert()).toBe(2);
  service.pass(1);
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, valid: 3 });
  expect(expectData(await ofKey(other)).total).toEqual({ ...none, valid: 1 });
});

test('no request waits for a flush', async () => {
  const key = await mint({ scopes: ['keys:verify'] });
  const gate = Promise.withResolvers<void>();
  const usage = usageOn({ after: () => gate.promise });
  const app = createApp({ ...service.deps, usage });
  usage.record(valid(key), { at: service.deps.now() });
  const flushed = usage.flush();
  const request = new Request('http://latchkey.test/v1/keys/verify', {
    method: 'POST',
    headers: { Authorization: `Bearer ${key.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: key.token }),
  });
  const response = await app.fetch(request);
  expect(await response.json()).toMatchObject({ valid: true });
  gate.resolve();
  await flushed;
});

test('uses that could not be written are kept, with those that came meanwhile, and written by themselves', async () => {
  const key = await mint();
  let isDown = true;
  const errors: unknown[] = [];
  const at = service.deps.now();
  const usage = usageOn(
    {
      before() {
        if (!isDown) return;
        usage.record(valid(key), { at: at + 1, ip: '203.0.113.8' });
        throw new Error('down');
      },
    },
    { onError: (error) => errors.push(error) },
  );
  usage.record(valid(key), { at, ip: '203.0.113.7' });
  await expect(usage.flush()).rejects.toThrow('down');
  await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 3000 });
  expect(
    usage.lastUse({ id: key.id.slice(4), lastUsedAt: null, lastUsedIp: null, lastUsedUserAgent: null }),
  ).toEqual({
    at: new Date(at + 1),
    ip: '203.0.113.8',
    userAgent: null,
  });
  isDown = false;
  service.pass(2);
  await expect
    .poll(async () => expectData(await ofKey(key)).total, { timeout: 3000 })
    .toEqual({ ...none, valid: 3 });
  expect(await read(key)).toMatchObject({ lastUsedAt: iso(at + 1), lastUsedIp: '203.0.113.8' });
});

test('what waits is bounded: beyond, the uses of further keys are dropped, and that is told once', async () => {
  const keys = [await mint(), await mint(), await mint(), await mint()];
  const errors: unknown[] = [];
  const usage = usageOn({}, { onError: (error) => errors.push(error), keys: 2 });
  const at = service.deps.now();
  for (const key of [...keys, ...keys]) usage.record(valid(key), { at });
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('2 keys') })]);
  await usage.flush();
  service.pass(1);
  const totals = async () => Promise.all(keys.map(async (key) => expectData(await ofKey(key)).total.valid));
  expect(await totals()).toEqual([2, 2, 0, 0]);

  for (const key of keys.toReversed()) usage.record(valid(key), { at });
  expect(errors).toHaveLength(2);
  await usage.flush();
  expect(await totals()).toEqual([2, 2, 1, 1]);
});

test('more keys than one statement takes are written all the same, each once, and requests go in between', async () => {
  const { accountId } = await mint();
  const usage = usageOn({});
  const at = service.deps.now();
  const before = await countedOf({ accountId });
  for (let n = 0; n < 8_001; n++) usage.record(valid({ id: `key_${newId(at)}`, accountId }), { at });
  let isWritten = false;
  const flushed = usage.flush().finally(() => {
    isWritten = true;
  });
  let turns = 0;
  for (; !isWritten; turns++) await setImmediate();
  await flushed;
  expect(await countedOf({ accountId })).toBe(before + 8_001);
  expect(turns).toBeGreaterThanOrEqual(4);
});

test('a use that is written late does not take the place of a later one', async () => {
  const key = await mint();
  const at = service.deps.now();
  const other = usageOn({});
  other.record(valid(key), { at: at - 1, ip: '203.0.113.1' });
  await verify(key.token, { ip: '203.0.113.2' });
  await flush();
  await other.flush();
  const stored = await service.db
    .selectFrom('keys')
    .select(['last_used_at', 'last_used_ip'])
    .where('id', '=', key.id.slice(4))
    .executeTakeFirst();
  expect(stored).toEqual({ last_used_at: new Date(at), last_used_ip: '203.0.113.2' });
});

test('replicas write the same keys at the same time, while accounts are deleted, and none is a deadlock', async () => {
  const cleo = await service.signIn();
  const { accountId } = await mint({}, cleo);
  // So many that the database looks them up one by one, in the order in which they are given.
  await sql`
    insert into keys (id, account_id, name, hash, start, scopes, metadata, created_at, updated_at)
    select lpad(to_hex(n), 24, '0'), ${accountId.slice(4)}, 'Key', sha512(n::text::bytea), 'lk_', '{}', '{}', now(), now()
    from generate_series(1, 20000) as n`.execute(service.db);
  await sql`analyze keys`.execute(service.db);
  const keys = Array.from({ length: 300 }, (_, n) => {
    return { id: `key_${(n * 50 + 1).toString(16).padStart(24, '0')}`, accountId };
  });
  const replicas = [usageOn({}), usageOn({}), usageOn({})];
  const at = service.deps.now();
  const recordAll = (record: (usage: Usage, key: (typeof keys)[number]) => void) => {
    for (const [place, usage] of replicas.entries())
      for (const key of place % 2 ? keys : keys.toReversed()) record(usage, key);
  };
  const expired = (usage: Usage, key: (typeof keys)[number]) =>
    usage.record({ valid: false, reason: 'expired', key: verified(key) }, { at });
  const flushAll = () => Promise.all(replicas.map((usage) => usage.flush()));
  for (let round = 1; round <= 5; round++) {
    recordAll((usage, key) => usage.record(valid(key), { at: at + round }));
    await flushAll();
    // Without a last use to write, nothing is locked but the counts.
    recordAll(expired);
    await flushAll();
  }
  service.pass(hour);
  expect(expectData(await ofAccount({}, cleo)).total).toEqual({ ...none, valid: 4500, expired: 4500 });

  let isDeleted = false;
  const deleted = cleo.client.DELETE('/v1/account').finally(() => {
    isDeleted = true;
  });
  const flushing = replicas.map(async (usage, place) => {
    while (!isDeleted) {
      for (const key of keys)
        if (place === 1) expired(usage, key);
        else usage.record(valid(key), { at: service.deps.now() });
      await usage.flush();
      await setImmediate();
    }
  });
  await Promise.all(flushing);
  expect((await deleted).response.status).toBe(204);
});

test('a key that was read before a flush shows the use that was written meanwhile', async () => {
  const { id } = await mint();
  const key = await read({ id });
  const at = service.deps.now();
  service.deps.usage.record(valid(key), { at, ip: '203.0.113.7' });
  await flush();
  const asItWas = { id: id.slice(4), lastUsedAt: null, lastUsedIp: null, lastUsedUserAgent: null };
  expect(service.deps.usage.lastUse(asItWas)).toMatchObject({ at: new Date(at), ip: '203.0.113.7' });
  expect((await read({ id })).lastUsedAt).toBe(iso(at));
});

test('a flush changes nothing of a key but its last use, and tells no replica anything', async () => {
  const [key, other] = [await mint(), await mint()];
  const before = await read(key);
  await verify(key.token, { ip: '203.0.113.7' });
  const forget = vi.spyOn(service.deps.keys as KeyMemory, 'forget');
  onTestFinished(() => forget.mockRestore());
  await flush();
  // The change comes after the flush, and is told in its turn: by then the flush has been told, were it told at all.
  const params = { path: { keyId: other.id } };
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'Other' } });
  expect(forget.mock.calls.flat()).toContain(hashToken(other.token).toString('hex'));
  expect(forget.mock.calls.flat()).not.toContain(hashToken(key.token).toString('hex'));
  const use = { lastUsedAt: iso(service.deps.now()), lastUsedIp: '203.0.113.7' };
  expect(await read(key)).toEqual({ ...before, ...use });
});

test('counts are kept for 90 days, and then deleted a few at a time', async () => {
  const key = await mint();
  const { accountId } = key;
  const now = service.deps.now();
  const before = await countedOf({ accountId });
  await service.db
    .insertInto('usage')
    .values(rows(accountId, 1200, now - 90 * day - hour))
    .execute();
  await service.db
    .insertInto('usage')
    .values(rows(accountId, 1, now - 90 * day + hour))
    .execute();
  const usage = usageOn({});
  const flushed = async () => {
    usage.record(valid(key), { at: now });
    await usage.flush();
    return (await countedOf({ accountId })) - before;
  };
  expect(await flushed()).toBe(200 + 1 + 1);
  expect(await flushed()).toBe(1 + 1);

  await service.db
    .insertInto('usage')
    .values(rows(accountId, 1, now - 91 * day))
    .execute();
  expect(await flushed()).toBe(1 + 1 + 1);
  usage.record(valid(key), { at: now + hour });
  await usage.flush();
  expect((await countedOf({ accountId })) - before).toBe(1 + 1 + 1);
});

test('what is in memory is written when the service closes, and nothing is planned after that', async () => {
  const key = await mint();
  const usage = usageOn({});
  usage.record(valid(key), { at: service.deps.now() });
  await usage.close();
  service.pass(1);
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, valid: 1 });
});
