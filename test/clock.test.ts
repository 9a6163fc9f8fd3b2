import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clock } from '../decide/clock.ts';
import { startProxy } from '../scripts/support/proxy.ts';
import { operatorAccountId } from '../server/id.ts';
import { verify } from '../server/verify/verify.ts';
import {
  hasReplicas,
  mintOn,
  openReplica,
  openSlow,
  type SharedDatabase,
  shareDatabase,
} from './support/replicas.ts';

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

test('delayed answers do not move a clock that was read exactly before', () => {
  const clock = new Clock();
  const now = performance.now();
  clock.read(performance.timeOrigin + now, now, now + 2);
  for (let second = 1; second <= 20; second += 1) {
    const sent = now + second * 1000;
    clock.read(performance.timeOrigin + sent, sent, sent + 3_000);
  }
  expect(Math.abs(clock.now() - performance.timeOrigin - performance.now())).toBeLessThan(3);
});

describe.runIf(hasReplicas)('the clock of the database', () => {
  let database: SharedDatabase;
  const cleanUp = new AsyncDisposableStack();

  beforeAll(async () => {
    database = cleanUp.use(await shareDatabase());
  });
  afterAll(() => cleanUp.disposeAsync());

  test('decides on expiry even if the listener connection never opens', async () => {
    await using silent = await startProxy(database.port);
    silent.stall();
    await using slow = await openSlow(database.url, database.through(silent));
    expect(Date.now() - slow.replica.now()).toBeGreaterThan(3_000_000);
    const { token } = await mintOn(slow, { expiresAt: new Date(Date.now() - 1_800_000) });
    const now = () => slow.replica.now();
    const client = () => ({ ip: null });
    expect(await verify(slow.keys, token, { reach: operatorAccountId, client, now })).toMatchObject({
      valid: false,
      reason: 'expired',
    });
    expect(slow.replica.isFresh()).toBe(false);
    expect(Math.abs(Date.now() - now())).toBeLessThan(1_000);
  });

  test('is that of every replica', async () => {
    await using network = await startProxy(database.port);
    await using near = await openReplica(database.url);
    await using far = await openReplica(database.through(network));
    const before = Date.now();
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(near.db);
    const tookAtMost = Date.now() - before + 5;
    for (const { replica } of [near, far])
      expect(Math.abs(replica.now() - (rows[0]?.now.getTime() ?? 0))).toBeLessThan(tookAtMost + 50);
  });
});
