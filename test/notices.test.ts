import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { noticeExpiries, noticeUnused } from '../server/background/notices.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { insertKeys } from './support/insert-keys.ts';

const hour = 3_600_000;
const day = 24 * hour;

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
});

beforeEach(async () => {
  ada = await service.signIn();
});

/** What all replicas do by themselves, `replicas` of them at once. */
async function look(replicas = 1): Promise<void> {
  const replica = async () => {
    for (const step of [noticeExpiries, noticeUnused]) while (await step(service.db, service.context.now()));
  };
  await Promise.all(Array.from({ length: replicas }, replica));
}

/** The notices of a key, oldest first, as `type` or `type days`. */
async function notices(keyId: string): Promise<string[]> {
  const query = { keyId, actor: 'latchkey', limit: 100 };
  const { data } = expectData(await service.operator.GET('/v1/events', { params: { query } }));
  return data.map(({ type, data }) => (data.daysLeft ? `${type} ${data.daysLeft}` : type)).reverse();
}

const mint = async (days: number | null) => {
  const expiresAt = days === null ? undefined : new Date(service.context.now() + days * day).toISOString();
  const body = { name: 'Key', ...(expiresAt && { expiresAt }) };
  return expectData(await ada.client.POST('/v1/keys', { body }));
};

const verify = async (token: string) => {
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  await service.context.usage.flush();
};

test('a key is noticed 30, 7 and 1 days before it expires, and when it has, once each', async () => {
  const key = await mint(40);
  const seen: [number, string[]][] = [];
  for (let passed = 0; passed <= 41; passed += 0.5) {
    await look();
    await look();
    const found = await notices(key.id);
    if (found.length > (seen.at(-1)?.[1].length ?? 0)) seen.push([passed, found]);
    service.pass(day / 2);
  }
  expect(seen.map(([passed, found]) => [passed, found.at(-1)])).toEqual([
    [10, 'key.expiring 30'],
    [33, 'key.expiring 7'],
    [39, 'key.expiring 1'],
    [40, 'key.expired'],
  ]);
});

test('a notice says when the key expires, and that the service noticed it', async () => {
  const key = await mint(40);
  service.pass(10 * day);
  await look();
  const query = { keyId: key.id, type: 'key.expiring' as const };
  const { data } = expectData(await ada.client.GET('/v1/events', { params: { query } }));
  expect(data).toMatchObject([
    {
      actor: 'latchkey',
      accountId: ada.accountId,
      requestId: null,
      ip: null,
      data: { expiresAt: key.expiresAt, daysLeft: 30 },
    },
  ]);
});

test('the first use of a new token neither repeats a notice nor drops one, also where it brings a later expiry', async () => {
  const key = await mint(40);
  const rotate = async (body: { expiresAt?: string }) => {
    const params = { path: { keyId: key.id } };
    const { token } = expectData(await ada.client.POST('/v1/keys/{keyId}/rotate', { params, body }));
    return token;
  };
  const seen = async () => {
    await look();
    return await notices(key.id);
  };
  const token = await rotate({});
  service.pass(10 * day);
  await verify(token);
  expect(await seen()).toEqual(['key.expiring 30']);

  service.pass(hour + 1);
  const later = await rotate({ expiresAt: new Date(service.context.now() + 50 * day).toISOString() });
  service.pass(25 * day);
  await verify(later);
  expect(await seen()).toEqual(['key.expiring 30']);
  service.pass(18 * day);
  expect(await seen()).toEqual(['key.expiring 30', 'key.expiring 7']);
});

test('a key that is minted for 5 days is not noticed until it has one left', async () => {
  const key = await mint(5);
  service.pass(3.9 * day);
  await look();
  expect(await notices(key.id)).toEqual([]);
  service.pass(0.1 * day);
  await look();
  expect(await notices(key.id)).toEqual(['key.expiring 1']);
});

test('after an outage only the last notice that is due is recorded', async () => {
  const key = await mint(40);
  service.pass(39.5 * day);
  await look();
  expect(await notices(key.id)).toEqual(['key.expiring 1']);
});

test('a changed expiry starts anew, and a key that never expires is not noticed', async () => {
  const key = await mint(40);
  const params = { path: { keyId: key.id }, query: { accountId: ada.accountId } };
  service.pass(35 * day);
  await look();
  const later = new Date(service.context.now() + 8 * day).toISOString();
  expectData(await service.operator.PATCH('/v1/keys/{keyId}', { params, body: { expiresAt: later } }));
  await look();
  expect(await notices(key.id)).toEqual(['key.expiring 7']);
  service.pass(day);
  await look();
  expect(await notices(key.id)).toEqual(['key.expiring 7', 'key.expiring 7']);
  expectData(await service.operator.PATCH('/v1/keys/{keyId}', { params, body: { expiresAt: null } }));
  service.pass(20 * day);
  await look();
  expect(await notices(key.id)).toHaveLength(2);
});

test('a key is noticed after 90 days without a use, once, and again where it is used in between', async () => {
  const key = await mint(null);
  service.pass(60 * day);
  await verify(key.token);
  service.pass(80 * day);
  await look();
  expect(await notices(key.id)).toEqual([]);
  service.pass(10 * day);
  await look();
  expect(await notices(key.id)).toEqual(['key.unused']);
  for (let n = 0; n < 4; n++) {
    service.pass(60 * day);
    await look();
  }
  expect(await notices(key.id)).toEqual(['key.unused']);

  await verify(key.token);
  for (let n = 0; n < 10; n++) {
    service.pass(30 * day);
    await look();
  }
  expect(await notices(key.id)).toEqual(['key.unused', 'key.unused']);
});

test('an imported key is unused 90 days after its import, however old it is', async () => {
  const { id } = await service.operator.keys.import(
    {
      ...{ name: 'Old key', createdAt: '2022-05-03T09:00:00Z' },
      ...{ sha256: hash('sha256', 'sk_live_4fQ8d2kd93kd02k'), start: 'sk_live_4fQ' },
    },
    { query: { accountId: ada.accountId } },
  );
  await look();
  service.pass(89 * day);
  await look();
  expect(await notices(id)).toEqual([]);
  service.pass(day);
  await look();
  expect(await notices(id)).toEqual(['key.unused']);
});

test('an expired key is not noticed as unused', async () => {
  const key = await mint(50);
  service.pass(100 * day);
  await look();
  expect(await notices(key.id)).toEqual(['key.expired']);
});

test('a key of an account that is deleted is not noticed', async () => {
  const [expiring, unused] = [await mint(95), await mint(null)];
  service.pass(100 * day);
  const params = { path: { accountId: ada.accountId } };
  expect((await service.operator.DELETE('/v1/accounts/{accountId}', { params })).response.status).toBe(204);
  await look();
  expect(await notices(expiring.id)).toEqual([]);
  expect(await notices(unused.id)).toEqual([]);
});

test('of several replicas that look at once, one records the notice', async () => {
  const account = ada.accountId.slice(4);
  await insertKeys(
    service.db,
    sql`select md5(n::text || ${account}::text)::char(24), ${account}::text, 'Key', sha512(convert_to(n::text || ${account}::text, 'UTF8'))
      from generate_series(1, 1000) as n`,
  );
  const now = new Date(service.context.now());
  await sql`update keys set created_at = ${now}, updated_at = ${now}, unused_check_at = ${now} where account_id = ${account}`.execute(
    service.db,
  );
  await sql`update tokens set activated_at = ${now} from keys where keys.id = key_id and account_id = ${account}`.execute(
    service.db,
  );
  const expiry = new Date(service.context.now() + 100 * day);
  await sql`
    update keys set expires_at = ${expiry}::timestamptz where account_id = ${account}`.execute(service.db);
  service.pass(95 * day);
  await look(3);
  const { rows } = await sql`
    select type, count(*)::integer as count, count(distinct key_id)::integer as keys from events
    where account_id = ${account} and actor = 'latchkey' group by type order by type`.execute(service.db);
  expect(rows).toEqual([
    { type: 'key.expiring', count: 1_000, keys: 1_000 },
    { type: 'key.unused', count: 1_000, keys: 1_000 },
  ]);
});
