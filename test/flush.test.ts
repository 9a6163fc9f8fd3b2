import { setImmediate } from 'node:timers/promises';
import { type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import type { KeyCache } from '../decide/key-cache.ts';
import { createApp } from '../server/app.ts';
import { oldCounts, sweepCounts } from '../server/background/old-counts.ts';
import type { Database } from '../server/db/schema.ts';
import { newId } from '../server/id.ts';
import { hashText, hashToken } from '../server/token.ts';
import { UsageRecorder } from '../server/usage/recorder.ts';
import { countRetention } from '../server/usage/report.ts';
import { connectByHand } from './support/by-hand.ts';
import { expectData } from './support/harness.ts';
import { insertManyKeys } from './support/insert-keys.ts';
import {
  ada,
  bob,
  day,
  flush,
  hour,
  iso,
  mint,
  none,
  ofAccount,
  ofKey,
  read,
  service,
  verify,
} from './support/usage.ts';
import { verifiedKey } from './support/verified-key.ts';

const nobody = () => ({ ip: null, userAgent: null });
const from = (ip: string) => () => ({ ip, userAgent: null });

type MintedKey = { id: string; accountId: string; token: string };

/** A key that was minted, as a verification finds it. */
const verified = ({ id, accountId, token }: MintedKey) =>
  verifiedKey({ id: id.slice(4), accountId: accountId.slice(4), hash: hashText(token) });
const valid = (key: MintedKey, at: number) => ({
  valid: true as const,
  key: verified(key),
  at,
});

/** A recorder on this database, of which `before` hears each statement, and may fail it, and `after` may hold its answer. */
function usageOn(
  {
    before = () => {},
    after = async () => {},
  }: { before?: (node: RootOperationNode) => void; after?: () => Promise<void> },
  options: { onError?: (error: unknown) => void; tokens?: number } = {},
): UsageRecorder {
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
  const usage = new UsageRecorder(service.db.withPlugin(plugin) as Database, onError, rest);
  onTestFinished(() => usage.close().catch(() => {}));
  return usage;
}

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

test('uses of an account that is deleted are not written any more, and those of others are', async () => {
  const cleo = await service.signIn();
  const [own, foreign] = [await mint({}, cleo), await mint({}, bob)];
  for (const { token } of [own, foreign]) await verify(token);
  expect((await cleo.client.DELETE('/v1/account')).response.status).toBe(204);
  await flush();
  expect(await countedOf(own)).toBe(0);
  expect(await countedOf(foreign)).toBeGreaterThan(0);
});

test('one statement writes all that waits, and the next one what comes in meanwhile', async () => {
  const [key, other] = [await mint(), await mint()];
  const gate = Promise.withResolvers<void>();
  const statements: RootOperationNode[] = [];
  const usage = usageOn({ before: (node) => statements.push(node), after: () => gate.promise });
  const isInsert = () =>
    statements.filter((node) => JSON.stringify(node).includes('insert into usage')).length;
  const at = service.context.now();
  for (const each of [key, other, key]) usage.record(valid(each, at), nobody);
  usage.record({ valid: false, reason: 'unknown' }, nobody);
  const first = usage.flush();
  await vi.waitFor(() => expect(isInsert()).toBe(1));
  usage.record(valid(key, at), nobody);
  const second = usage.flush();
  await sql`select 1`.execute(service.db);
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
  const app = createApp({ ...service.context, usage });
  usage.record(valid(key, service.context.now()), nobody);
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
  const at = service.context.now();
  const usage = usageOn(
    {
      before() {
        if (!isDown) return;
        usage.record(valid(key, at + 1), from('203.0.113.8'));
        throw new Error('down');
      },
    },
    { onError: (error) => errors.push(error) },
  );
  usage.record(valid(key, at), from('203.0.113.7'));
  await expect(usage.flush()).rejects.toThrow('down');
  await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 3000 });
  expect(
    usage.lastUse({ hash: hashText(key.token), lastUsedAt: null, lastUsedIp: null, lastUsedUserAgent: null }),
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

test('while a flush is slow, one more waits, and no other', async () => {
  const key = await mint();
  const at = service.context.now();
  const [sent, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const errors: unknown[] = [];
  let isDown = true;
  const usage = usageOn(
    {
      async after() {
        sent.resolve();
        await gate.promise;
        if (isDown) throw new Error('down');
      },
    },
    { onError: (error) => errors.push(error) },
  );
  usage.record(valid(key, at), nobody);
  const slow = usage.flush();
  await sent.promise;

  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  for (let second = 0; second < 10; second += 1) {
    usage.record(valid(key, at), nobody);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  vi.useRealTimers();
  const last = usage.flush();
  gate.resolve();
  await expect(slow).rejects.toThrow('down');
  await expect(last).rejects.toThrow('down');
  expect(errors).toHaveLength(1);
  isDown = false;
});

test('the backlog is bounded: the uses of further tokens are dropped, which is reported once', async () => {
  const keys = [await mint(), await mint(), await mint(), await mint()];
  const errors: unknown[] = [];
  const usage = usageOn({}, { onError: (error) => errors.push(error), tokens: 2 });
  const at = service.context.now();
  for (const key of [...keys, ...keys]) usage.record(valid(key, at), nobody);
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('2 tokens') })]);
  await usage.flush();
  service.pass(1);
  const totals = async () => Promise.all(keys.map(async (key) => expectData(await ofKey(key)).total.valid));
  expect(await totals()).toEqual([2, 2, 0, 0]);

  for (const key of keys.toReversed()) usage.record(valid(key, at), nobody);
  expect(errors).toHaveLength(2);
  await usage.flush();
  expect(await totals()).toEqual([2, 2, 1, 1]);
});

test('while nothing can be written, uses that came meanwhile and do not fit any more count as dropped', async () => {
  const keys = [await mint(), await mint(), await mint()];
  const at = service.context.now();
  const recordAll = (usage: UsageRecorder, some: MintedKey[]) => {
    for (const key of some) usage.record(valid(key, at), nobody, 3);
  };
  const usage = usageOn(
    {
      before() {
        recordAll(usage, keys.slice(1));
        throw new Error('down');
      },
    },
    { tokens: 2 },
  );
  recordAll(usage, keys.slice(0, 2));
  await expect(usage.flush()).rejects.toThrow('down');
  expect(usage.backlog).toBe(2);
  expect(usage.dropped).toBe(3);
});

test('uses that the database refuses are dropped, and none of the others with them', async () => {
  const keys = await Promise.all(Array.from({ length: 7 }, () => mint()));
  const errors: unknown[] = [];
  const usage = usageOn({}, { onError: (error) => errors.push(error) });
  const at = service.context.now();
  // More than a bigint holds.
  for (const [place, key] of keys.entries()) usage.record(valid(key, at), nobody, place === 4 ? 1e19 : 1);
  await usage.flush();

  const written = keys.map(async (key) => expectData(await ofKey(key)).total.valid);
  expect(await Promise.all(written)).toEqual([1, 1, 1, 1, 0, 1, 1]);
  expect(usage.dropped).toBe(1e19);
  expect(usage.backlog).toBe(0);
  expect(errors).toHaveLength(1);
});

test('more keys than one statement takes are written all the same, each once, and requests go in between', async () => {
  const { accountId } = await mint();
  const usage = usageOn({});
  const at = service.context.now();
  const before = await countedOf({ accountId });
  for (let n = 0; n < 8_001; n++)
    usage.record(valid({ id: `key_${newId(at)}`, accountId, token: String(n) }, at), nobody);
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

test('a use that is written late does not replace a later one', async () => {
  const key = await mint();
  const at = service.context.now();
  const other = usageOn({});
  other.record(valid(key, at - 1), from('203.0.113.1'));
  await verify(key.token, { ip: '203.0.113.2' });
  await flush();
  await other.flush();
  const stored = await service.db
    .selectFrom('tokens')
    .select(['last_used_at', 'last_used_ip'])
    .where('key_id', '=', key.id.slice(4))
    .executeTakeFirst();
  expect(stored).toEqual({ last_used_at: new Date(at), last_used_ip: '203.0.113.2' });
});

test('replicas that write the same keys at once, while accounts are deleted, do not deadlock', async () => {
  const cleo = await service.signIn();
  const { accountId } = await mint({}, cleo);
  // So many that the database looks them up one by one, in the order in which they are given.
  await insertManyKeys(
    service.db,
    20_000,
    (numbers) => sql`
      select lpad(to_hex(n), 24, '0'), ${accountId.slice(4)}::text, 'Key', sha512(n::text::bytea)
      from ${numbers} as n`,
  );
  await sql`analyze keys, tokens`.execute(service.db);
  const keys = Array.from({ length: 300 }, (_, n) => {
    const number = n * 50 + 1;
    return { id: `key_${number.toString(16).padStart(24, '0')}`, accountId, token: String(number) };
  });
  const replicas = [usageOn({}), usageOn({}), usageOn({})];
  const at = service.context.now();
  const recordAll = (record: (usage: UsageRecorder, key: (typeof keys)[number]) => void) => {
    for (const [place, usage] of replicas.entries())
      for (const key of place % 2 ? keys : keys.toReversed()) record(usage, key);
  };
  const expired = (usage: UsageRecorder, key: (typeof keys)[number]) =>
    usage.record({ valid: false, reason: 'expired', key: verified(key), at }, nobody);
  const flushAll = () => Promise.all(replicas.map((usage) => usage.flush()));
  for (let round = 1; round <= 5; round++) {
    recordAll((usage, key) => usage.record(valid(key, at + round), nobody));
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
        else usage.record(valid(key, service.context.now()), nobody);
      await usage.flush();
      await setImmediate();
    }
  });
  await Promise.all(flushing);
  expect((await deleted).response.status).toBe(204);
});

test.runIf(inject('database') === 'postgres')(
  'a token that is locked by hand holds up no uses: its own last use is written when it is free, and everything else at once',
  async () => {
    const [locked, other] = [await mint(), await mint()];
    const usage = usageOn({});
    const at = service.context.now();
    for (const key of [locked, other]) usage.record(valid(key, at), from('203.0.113.7'));
    const stored = ({ id }: MintedKey) =>
      service.db
        .selectFrom('tokens')
        .leftJoin('usage', 'usage.key_id', 'tokens.key_id')
        .select(['last_used_at', 'count'])
        .where('tokens.key_id', '=', id.slice(4))
        .executeTakeFirst();
    const admin = await connectByHand(service);
    await admin.begin(async (transaction) => {
      await transaction`select from tokens where key_id = ${locked.id.slice(4)} for update`;
      await usage.flush();
      expect(await stored(locked)).toEqual({ last_used_at: null, count: 1 });
      expect(await stored(other)).toEqual({ last_used_at: new Date(at), count: 1 });
    });
    await usage.flush();
    expect(await stored(locked)).toEqual({ last_used_at: new Date(at), count: 1 });
    expect(usage.backlog).toBe(0);
  },
);

test('a key that was read before a flush shows the use that was written meanwhile', async () => {
  const key = await mint();
  const { id } = key;
  const at = service.context.now();
  service.context.usage.record(valid(key, at), from('203.0.113.7'));
  await flush();
  const asItWas = { hash: hashText(key.token), lastUsedAt: null, lastUsedIp: null, lastUsedUserAgent: null };
  expect(service.context.usage.lastUse(asItWas)).toMatchObject({ at: new Date(at), ip: '203.0.113.7' });
  expect((await read({ id })).lastUsedAt).toBe(iso(at));
});

test('a flush changes nothing of a key but its last use, and tells no replica anything', async () => {
  const [key, other] = [await mint(), await mint()];
  const before = await read(key);
  await verify(key.token, { ip: '203.0.113.7' });
  const forget = vi.spyOn(service.context.keys as KeyCache, 'invalidate');
  onTestFinished(() => forget.mockRestore());
  await flush();
  // The change comes after the flush, and is told in its turn: by then the flush has been told, were it told at all.
  const params = { path: { keyId: other.id } };
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'Other' } });
  expect(forget.mock.calls.flat()).toContain(hashToken(other.token).toString('hex'));
  expect(forget.mock.calls.flat()).not.toContain(hashToken(key.token).toString('hex'));
  const use = { lastUsedAt: iso(service.context.now()), lastUsedIp: '203.0.113.7' };
  expect(await read(key)).toEqual({ ...before, ...use, tokens: [{ ...before.tokens[0], ...use }] });
});

test('counts are kept for 90 days, and then deleted a few at a time', async () => {
  const key = await mint();
  const now = service.context.now();
  const before = await countedOf(key);
  for (const [count, age] of [
    [600, 90 * day + hour],
    [1, 90 * day - hour],
  ] as const)
    await service.db
      .insertInto('usage')
      .values(rows(key.accountId, count, now - age))
      .execute();
  const sweep = () => sweepCounts(service.db, now, countRetention);
  expect(await sweep()).toBe(true);
  expect((await countedOf(key)) - before).toBe(100 + 1);
  expect(await sweep()).toBe(false);
  expect((await countedOf(key)) - before).toBe(1);
});

test('old counts are found in an index, in its order, however many there are', async () => {
  const { accountId } = await mint();
  const now = service.context.now();
  for (let days = 1; days <= 80; days += 1)
    await service.db
      .insertInto('usage')
      .values(rows(accountId, 100, now - days * day))
      .execute();
  await sql`analyze usage`.execute(service.db);
  const { rows: lines } = await sql<{ 'QUERY PLAN': string }>`
    explain ${oldCounts(now - countRetention)}`.execute(service.db);
  const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan using usage_hour_idx on usage');
  expect(plan).not.toMatch(/Sort|Bitmap/);
});

test('uses that another process gathered count as dropped where they do not fit', async () => {
  const now = service.context.now();
  const uses = [await mint(), await mint()].map((minted) => {
    const { id, hash, accountId } = verified(minted);
    return { ...none, hash, keyId: id, accountId, valid: 3, lastUsedAt: now, ip: null, userAgent: null };
  });
  const usage = usageOn({}, { tokens: 1 });
  usage.add({ hour: now - (now % hour), uses });
  expect(usage.dropped).toBe(3);
});

test('uses in memory are written when the service closes, and no flush is planned after that', async () => {
  const key = await mint();
  const usage = usageOn({});
  usage.record(valid(key, service.context.now()), nobody);
  await usage.close();
  const planned = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => planned.mockRestore());
  usage.record(valid(key, service.context.now()), nobody);
  expect(planned).not.toHaveBeenCalled();
  service.pass(1);
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, valid: 1 });
});
