import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type KyselyPlugin, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { startProxy } from '../scripts/support/proxy.ts';
import { createExternalAccount, deleteAccount } from '../server/accounts.ts';
import { openListener, openPostgres } from '../server/db/postgres.ts';
import type { Database } from '../server/db/schema.ts';
import { operatorAccountId } from '../server/id.ts';
import { changeKey, mintKey, revokeKey } from '../server/keys.ts';
import { Clock } from '../server/replication/clock.ts';
import { Replica } from '../server/replication/replica.ts';
import { hashText, newToken } from '../server/token.ts';
import { KeyCache } from '../server/verify/key-cache.ts';
import { KeyLookup } from '../server/verify/key-lookup.ts';
import { verify } from '../server/verify/verify.ts';
import { startPooler } from './faults/pooler.ts';
import { createDatabase } from './support/harness.ts';

const act = { actor: 'operator', now: Date.now() };

/** Two replicas on one database, the second of them behind a proxy. */
let here: TestReplica;
let there: TestReplica;
let network: Awaited<ReturnType<typeof startProxy>>;
let databaseUrl: URL;
const cleanUp = new AsyncDisposableStack();

interface TestReplica {
  db: Database;
  replica: Replica;
  keys: KeyCache;
  /** How often the database was asked for a key, and with how many queries. */
  asked: number;
  queries: number;
  /** `lost` and `current`. */
  notices: EventEmitter;
  settled: () => Promise<void>;
}

/** @param lineUrl where its line leads, if elsewhere */
async function openReplica(url: string, lineUrl = url): Promise<TestReplica> {
  const db = await openPostgres(url);
  const notices = new EventEmitter();
  const replica = new Replica(db, openListener(lineUrl), {
    lost: () => notices.emit('lost'),
    current: () => notices.emit('current'),
    unknown: () => notices.emit('unknown'),
  });
  await replica.start();
  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      opened.queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const lookup = new KeyLookup(db.withPlugin(counting), (...reading) => replica.readClock(...reading));
  const keys = new KeyCache({
    find: (hash) => {
      opened.asked += 1;
      return lookup.find(hash);
    },
    isFresh: () => replica.isFresh(),
    bytes: 2 ** 20,
  });
  replica.tell(keys);
  const opened = { db, replica, keys, asked: 0, queries: 0, notices, settled: () => replica.settled() };
  cleanUp.defer(async () => {
    await replica.close();
    await db.destroy();
  });
  return opened;
}

/** Opens a replica whose own clock is an hour slow. */
async function openSlow(...urls: Parameters<typeof openReplica>): Promise<TestReplica> {
  const { timeOrigin } = performance;
  const origin = vi.spyOn(performance, 'timeOrigin', 'get').mockReturnValue(timeOrigin - 3_600_000);
  try {
    return await openReplica(...urls);
  } finally {
    origin.mockRestore();
  }
}

const minting = () => ({ db: here.db, maxKeysPerAccount: 1_000 });

/** A new key that both remember. */
async function knownKey(accountId = operatorAccountId) {
  const token = newToken('lk_');
  const hash = hashText(token);
  const key = { accountId, name: 'Key', scopes: [], metadata: {}, expiresAt: null, token, within: undefined };
  const { id } = await mintKey(minting(), key, act);
  for (const { keys } of [here, there]) expect(await keys.find(hash)).toMatchObject({ id });
  return { id, hash };
}

/** Whether a replica answers for a key without asking the database. */
async function remembers(at: TestReplica, hash: string): Promise<boolean> {
  const before = at.asked;
  await at.keys.find(hash);
  return at.asked === before;
}

/** Replicas share a server: an embedded database has but one process. */
const onPostgres = inject('database') === 'postgres' ? describe : () => {};

onPostgres('replicas', () => {
  beforeAll(async () => {
    const { url, drop } = await createDatabase(inject('postgresUrl'));
    cleanUp.defer(drop);
    databaseUrl = new URL(url);
    network = cleanUp.use(await startProxy(Number(databaseUrl.port)));
    here = await openReplica(url);
    there = await openReplica(through(network));
  });
  afterAll(() => cleanUp.disposeAsync());

  test('what was verified is answered from memory, and so is what is unknown', async () => {
    const { hash } = await knownKey();
    const unknown = hashText(newToken('lk_'));
    await there.keys.find(unknown);
    expect(await remembers(there, hash)).toBe(true);
    expect(await remembers(there, unknown)).toBe(true);
  });

  test('look-ups of one tick are one query, and those of one token one look-up', async () => {
    const [a, b] = [hashText(newToken('lk_')), hashText(newToken('lk_'))];
    const { asked, queries } = here;
    await Promise.all([here.keys.find(a), here.keys.find(a), here.keys.find(b)]);
    expect([here.asked, here.queries]).toEqual([asked + 2, queries + 1]);
  });

  test('a change is known to every replica when it is answered', async () => {
    const { id, hash } = await knownKey();
    await changeKey(here, operatorAccountId, { id }, { disabled: true }, act);
    expect(await there.keys.find(hash)).toMatchObject({ disabledAt: expect.any(Date) });
    await revokeKey(here, operatorAccountId, { id }, act);
    expect(await there.keys.find(hash)).toBeUndefined();
  });

  test('the deletion of an account is known to every replica when it is answered', async () => {
    const { account } = await createExternalAccount(here.db, 'user_1', act);
    const { id } = account;
    const { hash } = await knownKey(id);
    await deleteAccount(here, id, act);
    expect(await there.keys.find(hash)).toBeUndefined();
  });

  test.each([
    ['a change', (id: string) => sql`update keys set scopes = '{a}' where id = ${id}`],
    ['a deletion', (id: string) => sql`delete from keys where id = ${id}`],
    [
      'another id of the account',
      () => sql`update accounts set external_id = 'renamed' where id = ${operatorAccountId}`,
    ],
    ['a truncation', () => sql`truncate keys`],
  ])('%s that is made by hand is known everywhere', async (_, statement) => {
    const { id, hash } = await knownKey();
    await statement(id).execute(here.db);
    await here.settled();
    expect(await remembers(there, hash)).toBe(false);
  });

  test('a key that is brought in by hand is no longer unknown', async () => {
    const hash = hashText(newToken('lk_'));
    await there.keys.find(hash);
    await sql`
      insert into keys (id, account_id, name, hash, start, scopes, metadata, created_at, updated_at)
      values ('by hand', ${operatorAccountId}, 'Key', decode(${hash}, 'hex'), '', '{}', '{}', now(), now())`.execute(
      here.db,
    );
    await here.settled();
    expect(await there.keys.find(hash)).toMatchObject({ id: 'by hand' });
  });

  test('a use changes nothing that is remembered', async () => {
    const { id, hash } = await knownKey();
    await sql`update keys set last_used_at = now(), last_used_ip = '::1' where id = ${id}`.execute(here.db);
    await here.settled();
    expect(await remembers(there, hash)).toBe(true);
  });

  test('a replica that lost its line asks the database, and begins anew when it has another', async () => {
    const { hash } = await knownKey();
    const lost = once(there.notices, 'lost');
    const current = once(there.notices, 'current');
    network.cut();
    await lost;
    expect(there.replica.isFresh()).toBe(false);
    network.behave();
    await current;
    expect(there.replica.isFresh()).toBe(true);
    expect(await remembers(there, hash)).toBe(false);
    expect(await remembers(there, hash)).toBe(true);
  });

  test('a replica that hears nothing for a second does not trust its memory', async () => {
    const { hash } = await knownKey();
    network.stall();
    const began = performance.now();
    while (there.replica.isFresh()) await pause(10);
    expect(performance.now() - began).toBeLessThan(1_100);
    const asked = there.asked;
    const answer = there.keys.find(hash);
    expect(there.asked).toBe(asked + 1);
    network.behave();
    await answer;
  });

  test('a replica that is cut off holds a revocation up for its lease, and then no other', async () => {
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
    const [first, second] = [await knownKey(), await knownKey()];
    network.stall();
    const began = performance.now();
    await revokeKey(here, operatorAccountId, first, act);
    const held = performance.now() - began;
    expect(there.replica.isFresh()).toBe(false);
    await expect.poll(listed, { timeout: 2_000 }).toHaveLength(1);
    const next = performance.now();
    await revokeKey(here, operatorAccountId, second, act);
    expect(performance.now() - next).toBeLessThan(1_000);
    network.behave();
    expect(held).toBeGreaterThan(1_000);
    expect(held).toBeLessThan(3_000);
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
  });

  test('a replica that ends leaves nobody waiting for it', async () => {
    const third = await openReplica(databaseUrl.href);
    await third.replica.close();
    expect(await listed()).toHaveLength(2);
  });

  test('a replica that trusts its memory is waited for, however late another could ask for it', async () => {
    const busy = await openReplica(`${databaseUrl.href}?max=1`);
    const holdingUp = sql`select pg_sleep(1.4)`.execute(busy.db);
    const settled = busy.settled();
    await pause(1_200);
    network.stall();
    await settled;
    expect(there.replica.isFresh()).toBe(true);
    while (there.replica.isFresh()) {
      expect(await listed()).toHaveLength(3);
      await pause(20);
    }
    network.behave();
    await holdingUp;
    await busy.replica.close();
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
  });

  test('a replica whose connection is lent to others between its queries does not trust its memory', async () => {
    await using pooler = await startPooler(Number(databaseUrl.port));
    const pooled = await openReplica(through(pooler));
    expect(pooled.replica.isFresh()).toBe(false);
    await pooled.replica.close();
  });

  test('a key expires by the clock of the database also where the line to it never comes up', async () => {
    await using silent = await startProxy(Number(databaseUrl.port));
    silent.stall();
    const slow = await openSlow(databaseUrl.href, through(silent));
    expect(Date.now() - slow.replica.now()).toBeGreaterThan(3_000_000);
    const token = newToken('lk_');
    const expiresAt = new Date(Date.now() - 1_800_000);
    const key = {
      accountId: operatorAccountId,
      name: 'Key',
      scopes: [],
      metadata: {},
      expiresAt,
      token,
      within: undefined,
    };
    await mintKey(minting(), key, act);
    const now = () => slow.replica.now();
    expect(await verify(slow.keys, token, { reach: operatorAccountId, now })).toMatchObject({
      valid: false,
      reason: 'expired',
    });
    expect(slow.replica.isFresh()).toBe(false);
    expect(Math.abs(Date.now() - now())).toBeLessThan(1_000);
    await slow.replica.close();
  });

  test('a replica behind a pooler that drops notifications tells the time of the database', async () => {
    await using pooler = await startPooler(Number(databaseUrl.port));
    const slow = await openSlow(through(pooler));
    expect(slow.replica.isFresh()).toBe(false);
    expect(Math.abs(Date.now() - slow.replica.now())).toBeLessThan(1_000);
    await slow.replica.close();
  });

  test('all replicas tell the time of the database', async () => {
    const before = Date.now();
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(here.db);
    const tookAtMost = Date.now() - before + 5;
    for (const { replica } of [here, there])
      expect(Math.abs(replica.now() - (rows[0]?.now.getTime() ?? 0))).toBeLessThan(tookAtMost + 50);
  });
});

/** The database behind something else that listens on a port of this machine. */
function through({ port }: { port: number }): string {
  const url = new URL(databaseUrl);
  url.port = String(port);
  return url.href;
}

/** The replicas that are waited for. */
const listed = () => here.db.selectFrom('replicas').select('id').execute();

test.each([
  ['it changed meanwhile', (keys: KeyCache) => keys.invalidate('00')],
  ['an account was deleted meanwhile', (keys: KeyCache) => keys.invalidateAccount('any')],
])('what a look-up finds is not remembered if %s', async (_, tell) => {
  const gate = Promise.withResolvers<undefined>();
  let asked = 0;
  const keys = new KeyCache({
    find: () => {
      asked += 1;
      return gate.promise;
    },
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  const first = keys.find('00');
  tell(keys);
  const second = keys.find('00');
  expect(asked).toBe(2);
  gate.resolve(undefined);
  await Promise.all([first, second]);
  await keys.find('00');
  expect(asked).toBe(2);
});

test('the keys of a deleted account are not remembered, and those of others are, however many are deleted', async () => {
  const asked: string[] = [];
  const key = {
    id: '',
    externalId: null,
    name: '',
    scopes: new Set<string>(),
    metadata: {},
    expiresAt: null,
    disabledAt: null,
  };
  const keys = new KeyCache({
    find: async (hash) => {
      asked.push(hash);
      return { ...key, accountId: `account ${hash}` };
    },
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  for (const hash of ['00', '01']) await keys.find(hash);
  keys.invalidateAccount('account 00');
  for (const hash of ['00', '01']) await keys.find(hash);
  expect(asked).toEqual(['00', '01', '00']);

  for (let n = 0; n < 10_001; n += 1) keys.invalidateAccount(`other ${n}`);
  for (const hash of ['00', '01']) await keys.find(hash);
  expect(asked.slice(3)).toEqual(['00', '01']);
});

test('a look-up that failed is not remembered', async () => {
  let asked = 0;
  const keys = new KeyCache({
    find: async () => {
      asked += 1;
      if (asked === 1) throw new Error('down');
      return undefined;
    },
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  await expect(keys.find('00')).rejects.toThrow('down');
  expect(await keys.find('00')).toBeUndefined();
  expect(asked).toBe(2);
});

test('who asks while memory is not current joins nobody who asked before', async () => {
  let current = true;
  let asked = 0;
  const keys = new KeyCache({
    find: async () => {
      asked += 1;
      return undefined;
    },
    isFresh: () => current,
    bytes: 2 ** 20,
  });
  const first = keys.find('00');
  current = false;
  await Promise.all([first, keys.find('00')]);
  expect(asked).toBe(2);
});

test('keys are remembered in as much memory as is given, the latest ones', async () => {
  const key = {
    id: '',
    accountId: '',
    externalId: null,
    name: 'x'.repeat(250),
    scopes: new Set<string>(),
    metadata: {},
    expiresAt: null,
    disabledAt: null,
  };
  let asked = 0;
  const keys = new KeyCache({
    find: async () => {
      asked += 1;
      return key;
    },
    isFresh: () => true,
    bytes: 15_000,
  });
  for (let n = 0; n < 20; n += 1) await keys.find(String(n));
  await keys.find('19');
  expect(asked).toBe(20);
  await keys.find('0');
  expect(asked).toBe(21);
});

test('a clock follows another by its most exact reading, until one of the two is set', () => {
  const clock = new Clock();
  const now = performance.now();
  const ahead = (milliseconds: number) => performance.timeOrigin + now + milliseconds;
  const off = () => Math.round((clock.now() - performance.timeOrigin - performance.now()) / 10) * 10;
  clock.read(ahead(60_000), now, now + 2);
  clock.read(ahead(60_150), now, now + 300);
  expect(off()).toBe(60_000);
  clock.read(ahead(-5_000), now, now + 40);
  expect(off()).toBe(-5_020);
});
