import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invalidation } from '../decide/frames.ts';
import { onlyMaxKeys } from '../decide/policy.ts';
import type { VerifiedKey } from '../decide/verified-key.ts';
import { startProxy } from '../scripts/support/proxy.ts';
import { changeAccount, createExternalAccount, deleteAccount } from '../server/accounts/accounts.ts';
import type { OpenListener } from '../server/db/listener.ts';
import { openListener } from '../server/db/postgres.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { operatorAccountId } from '../server/id.ts';
import { exchangedClaims } from '../server/jwt/exchanged-claims.ts';
import { createSigner, newSigningKeys } from '../server/jwt/signing.ts';
import { changeKey } from '../server/keys/changes.ts';
import { importKey } from '../server/keys/imports.ts';
import { KeyInserts } from '../server/keys/inserts.ts';
import { revokeKey } from '../server/keys/keys.ts';
import { changeRole, createRole, deleteRole } from '../server/keys/roles.ts';
import { revokeToken } from '../server/keys/token-revocation.ts';
import { Blocks } from '../server/limits/blocks.ts';
import { Replica } from '../server/replication/replica.ts';
import { hashText, importedHash, newToken } from '../server/token.ts';
import { verify } from '../server/verify/verify.ts';
import { insertKeys } from './support/insert-keys.ts';
import {
  act,
  hasReplicas,
  mintOn,
  openReplica,
  type SharedDatabase,
  shareDatabase,
  type TestReplica,
} from './support/replicas.ts';

setFlagsFromString('--expose-gc');

/** Two replicas on one database, the second of them behind a proxy. */
let here: TestReplica;
let there: TestReplica;
let network: Awaited<ReturnType<typeof startProxy>>;
let database: SharedDatabase;
const cleanUp = new AsyncDisposableStack();

const defaultPolicy = onlyMaxKeys(1_000);

/** A new key that both remember. */
async function knownKey(accountId = operatorAccountId) {
  const { id, hash } = await mintOn(here, { accountId });
  for (const { keys } of [here, there]) expect(await keys.find(hash)).toMatchObject({ id });
  return { accountId, id, hash };
}

/** Whether a replica answers for a key without asking the database. */
async function remembers(at: TestReplica, hash: string): Promise<boolean> {
  const before = at.asked;
  await at.keys.find(hash);
  return at.asked === before;
}

/**
 * Gives a replica blocks, and has it hold units of a limit, on a clock that stands still until it is moved: so no block
 * ends by itself.
 */
async function holdUnits({ db, replica }: TestReplica, isFresh: () => boolean) {
  accounts += 1;
  const { account } = await createExternalAccount(here.db, { externalId: `holder_${accounts}` }, act);
  const limit = { name: 'daily', limit: 1_000, windowSeconds: 86_400 };
  await changeAccount(here, account.id, { limits: [limit] }, act);
  const { hash } = await mintOn(here, { accountId: account.id });
  const { limits } = (await here.keys.find(hash)) as VerifiedKey;
  const clock = { monotonic: 0, wall: Date.now() };
  // Time stands still while an ask waits for others.
  const after = (_: number, callback: () => void) => void setImmediate(callback);
  const blocks = new Blocks(db, { isFresh, clocks: { now: () => ({ ...clock }), after } });
  replica.subscribe({ limits: blocks });
  const spend = () => blocks.spend(limits ?? [], { cost: 1 });
  const pass = (milliseconds: number) => {
    clock.monotonic += milliseconds;
    clock.wall += milliseconds;
  };
  for (let turn = 0; turn < 10; turn += 1) {
    await Promise.all(Array.from({ length: 10 }, spend));
    pass(10);
  }
  expect(spend()).toMatchObject({ kind: 'spent' });
  return { spend, pass };
}
let accounts = 0;

/** Locks a table, so that each statement on it holds its connection. @returns unlocks it */
async function lockTombstones(admin: postgres.Sql): Promise<() => Promise<void>> {
  const over = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const transaction = admin.begin(async (transaction) => {
    await transaction`lock table tombstones in access exclusive mode`;
    locked.resolve();
    await over.promise;
  });
  await locked.promise;
  return async () => {
    over.resolve();
    await transaction;
  };
}

/** The replicas that are waited for. */
const listed = () => here.db.selectFrom('replicas').select('id').execute();

describe.runIf(hasReplicas)('replicas', () => {
  beforeAll(async () => {
    database = cleanUp.use(await shareDatabase());
    network = cleanUp.use(await startProxy(database.port));
    here = cleanUp.use(await openReplica(database.url));
    there = cleanUp.use(await openReplica(database.through(network)));
  });
  afterAll(() => cleanUp.disposeAsync());

  test('known and unknown tokens are answered from memory', async () => {
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

  test('a heartbeat that has returned leaves nothing in memory', async () => {
    const collect: () => void = runInNewContext('gc');
    const answers: WeakRef<object>[] = [];
    const open = openListener(database.url);
    const notices = { lost() {}, current() {}, unknown() {}, waited() {} };
    const watched: OpenListener = (...listening) => {
      const listener = open(...listening);
      return {
        ...listener,
        async send<Row>(...statement: Parameters<typeof listener.send>) {
          const rows = await listener.send<Row>(...statement);
          answers.push(new WeakRef(rows));
          return rows;
        },
      };
    };
    const replica = new Replica(here.db, watched, notices);
    await replica.start();
    await expect.poll(() => answers.length, { timeout: 5_000 }).toBeGreaterThan(6);
    collect();
    await replica.close();
    expect(answers.slice(0, -1).filter((answer) => answer.deref())).toEqual([]);
  });

  test('a change is known to every replica when it is answered', async () => {
    const { id, hash } = await knownKey();
    await changeKey(
      { ...here, defaultPolicy },
      { accountId: operatorAccountId, id },
      { disabled: true },
      act,
    );
    expect(await there.keys.find(hash)).toMatchObject({ disabledAt: expect.any(Date) });
    await revokeKey(here, { accountId: operatorAccountId, id }, act);
    expect(await there.keys.find(hash)).toMatchObject({ gone: 'revoked' });
  });

  test('an imported key is accepted by every replica when the import is answered', async () => {
    const sha256 = randomBytes(32).toString('hex');
    const hash = importedHash(sha256);
    expect(await there.keys.find(hash)).toBeUndefined();
    expect(await remembers(there, hash)).toBe(true);
    const context = { ...here, keyInserts: new KeyInserts(here.db), defaultPolicy };
    const given = { accountId: operatorAccountId, name: 'Key', scopes: [], metadata: {}, expiresAt: null };
    const { id } = await importKey(context, { sha256, start: 'sk_live_' }, given, act);
    expect(await there.keys.find(hash)).toMatchObject({ id });
  });

  test('an exchanged token is refused by every replica when the revocation of its key is answered', async () => {
    const set = await newSigningKeys();
    const signerOf = () => createSigner(set, { issuer: 'http://latchkey.test', siteName: 'Share' });
    const [signer, theirs] = [await signerOf(), await signerOf()];
    const { id, hash } = await knownKey();
    const key = (await here.keys.find(hash)) as VerifiedKey;
    const now = Date.now();
    const grant = { scopes: key.scopes, audience: null, actor: null, expiresAt: new Date(now + 300_000) };
    const token = await signer.signExchanged(exchangedClaims(key, grant, now));
    const wanted = {
      ...{ reach: operatorAccountId, now: () => now, exchanged: theirs.exchanged },
      client: () => ({ ip: null }),
    };
    expect(await verify(there.keys, token, wanted)).toMatchObject({ valid: true, key: { id } });
    await revokeKey(here, { accountId: operatorAccountId, id }, act);
    expect(await verify(there.keys, token, wanted)).toMatchObject({ valid: false, reason: 'revoked' });
  });

  test('the deletion of an account is known to every replica when it is answered', async () => {
    const { account } = await createExternalAccount(here.db, { externalId: 'user_1' }, act);
    const { id } = account;
    const { hash } = await knownKey(id);
    await deleteAccount(here, id, act);
    expect(await there.keys.find(hash)).toBeUndefined();
  });

  test('an account that is suspended or let back is so in every replica when it is answered', async () => {
    const { account } = await createExternalAccount(here.db, { externalId: 'user_suspended' }, act);
    const { hash } = await knownKey(account.id);
    const found = () => there.keys.find(hash);
    await changeAccount(here, account.id, { disabled: true }, act);
    expect(await found()).toMatchObject({ accountDisabledAt: expect.any(Date) });
    expect(await remembers(there, hash)).toBe(true);
    await changeAccount(here, account.id, { disabled: false }, act);
    expect(await found()).toMatchObject({ accountDisabledAt: null });
    // By hand, too.
    await sql`update accounts set disabled_at = now() where id = ${account.id}`.execute(here.db);
    await here.settled();
    expect(await found()).toMatchObject({ accountDisabledAt: expect.any(Date) });
  });

  test('the metadata of an account are those of its keys in every replica when a change is answered', async () => {
    const { account } = await createExternalAccount(here.db, { externalId: 'user_metadata' }, act);
    const { hash } = await knownKey(account.id);
    const found = () => there.keys.find(hash);
    expect(await found()).toMatchObject({ accountMetadata: null });
    await changeAccount(here, account.id, { metadata: { plan: 'pro' } }, act);
    expect(await found()).toMatchObject({ accountMetadata: { plan: 'pro' } });
    expect(await remembers(there, hash)).toBe(true);
    await changeAccount(here, account.id, { metadata: { plan: null } }, act);
    expect(await found()).toMatchObject({ accountMetadata: null });
    // By hand, too.
    await sql`update accounts set metadata = '{"plan":"free"}' where id = ${account.id}`.execute(here.db);
    await here.settled();
    expect(await found()).toMatchObject({ accountMetadata: { plan: 'free' } });
  });

  test.each([
    ['a change', (id: string) => sql`update keys set scopes = '{a}' where id = ${id}`],
    ['a deletion', (id: string) => sql`delete from keys where id = ${id}`],
    [
      'another id of the account',
      () => sql`update accounts set external_id = 'renamed' where id = ${operatorAccountId}`,
    ],
    ['a truncation', () => sql`truncate keys cascade`],
  ])('%s that is made by hand is known everywhere', async (_, statement) => {
    const { id, hash } = await knownKey();
    await statement(id).execute(here.db);
    await here.settled();
    expect(await remembers(there, hash)).toBe(false);
  });

  test('a new externalId of an account invalidates no keys of others', async () => {
    const { account } = await createExternalAccount(here.db, { externalId: 'user_2' }, act);
    const { hash: renamed } = await knownKey(account.id);
    const { hash: other } = await knownKey();
    await sql`update accounts set external_id = 'user_3' where id = ${account.id}`.execute(here.db);
    await here.settled();
    expect(await there.keys.find(renamed)).toMatchObject({ externalId: 'user_3' });
    expect(await remembers(there, renamed)).toBe(true);
    expect(await remembers(there, other)).toBe(true);
  });

  test('a changed role is in force in every replica when it is answered, and invalidates no keys without roles', async () => {
    const role = await createRole(here.db, { name: 'reader', description: '', scopes: ['files:read'] }, act);
    const { hash: shared } = await mintOn(here, { roles: [role] });
    const { hash: without } = await knownKey();
    const scopes = async () => Array.from(((await there.keys.find(shared)) as VerifiedKey).scopes);
    expect(await scopes()).toEqual(['files:read']);
    await changeRole(here, role.id, { scopes: ['files:list'] }, act);
    expect(await remembers(there, without)).toBe(true);
    expect(await scopes()).toEqual(['files:list']);
    expect(await remembers(there, shared)).toBe(true);
    await deleteRole(here, role.id, act);
    expect(await scopes()).toEqual([]);
  });

  test('limits that change, of a key or of its account, are in force in every replica when it is answered', async () => {
    const { account } = await createExternalAccount(here.db, { externalId: 'user_limited' }, act);
    const { id, hash } = await knownKey(account.id);
    const limit = { name: 'burst', limit: 5, windowSeconds: 86_400 };
    const known = async () => {
      const { limits } = (await there.keys.find(hash)) as VerifiedKey;
      return limits?.map(({ name, amount, generation }) => [name, amount, generation]);
    };
    await changeAccount(here, account.id, { limits: [{ ...limit, name: 'all' }] }, act);
    expect(await known()).toEqual([['all', 5, 0]]);
    const change = { limits: [limit], quota: { remaining: 3 } };
    await changeKey({ ...here, defaultPolicy }, { accountId: account.id, id }, change, act);
    expect(await known()).toEqual([
      ['all', 5, 0],
      ['burst', 5, 0],
      ['quota', null, 0],
    ]);
    await changeAccount(here, account.id, { limits: [{ ...limit, name: 'all', limit: 6 }] }, act);
    expect((await known())?.[0]).toEqual(['all', 6, 1]);
    await changeAccount(here, account.id, { quota: { remaining: 4 } }, act);
    expect((await known())?.slice(2)).toEqual([
      ['quota', null, 0],
      ['quota', null, 0],
    ]);
    await changeAccount(here, account.id, { quota: { remaining: 2 } }, act);
    expect((await known())?.[3]).toEqual(['quota', null, 1]);
    expect(await remembers(there, hash)).toBe(true);
  });

  test('a key that is inserted by SQL is no longer unknown', async () => {
    const hash = hashText(newToken('lk_'));
    await there.keys.find(hash);
    await insertKeys(
      here.db,
      sql`select 'by hand', ${operatorAccountId}::text, 'Key', decode(${hash}, 'hex')`,
    );
    await here.settled();
    expect(await there.keys.find(hash)).toMatchObject({ id: 'by hand' });
  });

  test('a use invalidates nothing', async () => {
    const { id, hash } = await knownKey();
    await sql`update tokens set last_used_at = now(), last_used_ip = '::1' where key_id = ${id}`.execute(
      here.db,
    );
    await here.settled();
    expect(await remembers(there, hash)).toBe(true);
  });

  test('a replica that lost its listener connection asks the database, and starts with an empty cache on the next one', async () => {
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
    let fresh = began;
    for (let asked = began; there.replica.isFresh(); asked = performance.now()) {
      fresh = asked;
      await pause(10);
    }
    expect(fresh - began).toBeLessThan(1_000);
    const asked = there.asked;
    const answer = there.keys.find(hash);
    expect(there.asked).toBe(asked + 1);
    network.behave();
    await answer;
  });

  test.each(['stall', 'cut'] as const)(
    'no block of a limit outlives a lapse of trust, on the same listener connection or another (%s)',
    async (way) => {
      await using at = await openReplica(database.url, database.through(network));
      const { spend } = await holdUnits(at, () => at.replica.isFresh());
      let lost = 0;
      at.notices.on('lost', () => {
        lost += 1;
      });
      network[way]();
      while (at.replica.isFresh()) await pause(10);
      network.behave();
      await expect.poll(() => at.replica.isFresh(), { timeout: 5_000 }).toBe(true);
      expect(lost).toBe(way === 'cut' ? 1 : 0);
      const spent = spend();
      expect(spent).toBeInstanceOf(Promise);
      expect(await spent).toMatchObject({ kind: 'spent' });
    },
  );

  test('while the database is gone, units are spent until their block ends, and again when it is back', async () => {
    const { spend, pass } = await holdUnits(there, () => true);
    network.cut();
    expect(spend()).toMatchObject({ kind: 'spent' });
    pass(1_000);
    await expect(spend()).rejects.toThrow(DatabaseUnavailable);
    network.behave();
    expect(await spend()).toMatchObject({ kind: 'spent' });
  });

  test('a replica that is cut off does not hold up a change of the policy, which no verdict depends on', async () => {
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
    const { account } = await createExternalAccount(here.db, { externalId: 'user_4' }, act);
    network.stall();
    await changeAccount(here, account.id, { policy: { maxKeys: 5 } }, act);
    expect(there.replica.isFresh()).toBe(true);
    network.behave();
  });

  test.each([
    { externalId: 'user_5' },
    { metadata: { plan: 'pro' } },
    { disabled: true },
    { disabled: false },
  ])('a replica that is cut off holds up %j, which verdicts depend on', async (change) => {
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
    accounts += 1;
    const { account } = await createExternalAccount(here.db, { externalId: `held_up_${accounts}` }, act);
    network.stall();
    await changeAccount(here, account.id, change, act);
    expect(there.replica.isFresh()).toBe(false);
    network.behave();
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
  });

  test('a replica that is cut off holds a revocation up for its lease, and then no other', async () => {
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
    const [first, second] = [await knownKey(), await knownKey()];
    network.stall();
    const began = performance.now();
    await revokeKey(here, first, act);
    const held = performance.now() - began;
    expect(there.replica.isFresh()).toBe(false);
    await expect.poll(() => here.silent).toEqual([there.replica.id]);
    await expect.poll(listed, { timeout: 2_000 }).toHaveLength(1);
    const next = performance.now();
    await revokeKey(here, second, act);
    expect(performance.now() - next).toBeLessThan(1_000);
    network.behave();
    expect(held).toBeGreaterThan(1_000);
    expect(held).toBeLessThan(3_000);
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
  });

  test('no change waits for a replica that has ended', async () => {
    const third = await openReplica(database.url);
    await third[Symbol.asyncDispose]();
    expect(await listed()).toHaveLength(2);
  });

  test('calls that come while a barrier is sent share the next one, which is sent after them', async () => {
    await using busy = await openReplica(`${database.url}?max=1`);
    const { id, token, hash } = await mintOn(busy);
    await revokeKey(busy, { accountId: operatorAccountId, id }, act);
    expect(await busy.keys.find(hash)).toMatchObject({ gone: 'revoked' });
    const admin = postgres(database.url, { max: 2, onnotice() {} });
    try {
      let sent = 0;
      await admin.listen('latchkey', (message) => {
        if (message.startsWith('barrier')) sent += 1;
      });
      const answers: Promise<unknown>[] = [];
      const unlock = await lockTombstones(admin);
      // Takes the only connection for writes, which barriers use too.
      const waiting = sql`delete from tombstones where false`.execute(busy.db);
      for (let call = 0; call < 1_000; call += 1) {
        answers.push(revokeToken(busy, token, act));
        await nextTurn();
      }
      await unlock();
      await Promise.all([waiting, ...answers]);
      await here.settled();
      // One more by the replica that is not busy.
      expect(sent - 1).toBeGreaterThan(1);
      expect(sent - 1).toBeLessThan(10);
    } finally {
      await admin.end();
    }
  });

  test('a replica confirms nothing on a new listener connection before it told its verifiers to forget everything', async () => {
    await using at = await openReplica(`${database.url}?max=2`, database.through(network));
    const told: string[] = [];
    const followers = {
      tell: ({ kind }: Invalidation) => void told.push(kind),
      settled: () => void told.push('barrier'),
    };
    at.replica.subscribe({ followers });
    const admin = postgres(database.url, { max: 2, onnotice() {} });
    const barrierAndChange = () => admin`
      select pg_notify('latchkey', text) from unnest(array['barrier test 1', 'roles_changed']) as text`;
    try {
      const unlock = await lockTombstones(admin);
      // With both of its connections taken, the call to its new listener connection waits.
      const waiting = [
        sql`delete from tombstones where false`.execute(at.db),
        sql`select from tombstones`.execute(at.db),
      ];
      const lost = once(at.notices, 'lost');
      network.cut();
      await lost;
      network.behave();
      const heard = async () => {
        await barrierAndChange();
        return told.length > 0;
      };
      await expect.poll(heard).toBe(true);
      expect(new Set(told)).toEqual(new Set(['roles_changed']));
      await unlock();
      await Promise.all(waiting);
      await expect.poll(() => told).toContain('barrier');
      expect(told.indexOf('changed_all')).toBeGreaterThan(0);
      expect(told.indexOf('barrier')).toBeGreaterThan(told.indexOf('changed_all'));
    } finally {
      await admin.end();
    }
    for (const { replica } of [here, there])
      await expect.poll(() => replica.isFresh(), { timeout: 5_000 }).toBe(true);
  });

  test('each call waits for its own 1.5 s and no longer, whatever becomes of the barriers before it', async () => {
    const admin = postgres(database.url, { max: 1, onnotice() {} });
    const wait = async () => {
      const began = performance.now();
      await here.settled();
      return performance.now() - began;
    };
    try {
      const waits = await admin.begin(async (transaction) => {
        await transaction`lock table replicas in access exclusive mode`;
        const first = wait();
        await pause(400);
        const second = wait();
        await pause(10);
        return Promise.all([first, second, wait()]);
      });
      expect(Math.min(...waits)).toBeGreaterThan(1_490);
      expect(Math.max(...waits)).toBeLessThan(2_400);
    } finally {
      await admin.end();
    }
    for (const { replica } of [here, there])
      await expect.poll(() => replica.isFresh(), { timeout: 5_000 }).toBe(true);
  });

  test('a change waits for every replica that trusts its cache, however late its own replica could read which exist', async () => {
    await using busy = await openReplica(`${database.url}?max=1`);
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
    await expect.poll(() => there.replica.isFresh(), { timeout: 5_000 }).toBe(true);
  });
});
