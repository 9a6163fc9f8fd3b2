import { expect, test } from 'vitest';
import type { Runtime } from '../../scripts/support/service.ts';
import { fullDisk, readOnlyDisk } from '../faults/disk.ts';
import { kill } from '../faults/kill.ts';
import { killRotation } from '../faults/kill-rotation.ts';
import { fewUnits } from '../faults/limits-demand.ts';
import { endReplicas } from '../faults/limits-end.ts';
import { overshoot } from '../faults/limits-overshoot.ts';
import { badNetwork, outage } from '../faults/outage.ts';
import { pgbouncer } from '../faults/pgbouncer.ts';
import { revocations } from '../faults/revocation.ts';
import { signIns } from '../faults/signins.ts';
import { sigterm } from '../faults/sigterm.ts';
import { slow } from '../faults/slow.ts';
import { type Unread, unread } from '../faults/unread.ts';
import { verifiers } from '../faults/verifiers.ts';

/** Short rounds; the long ones, with figures, are `npm run faults`. Bounds are wide, since the machine is shared. */

test.each(['embedded', 'Postgres'] as const)(
  'killed under write load, the service loses no acknowledged key on %s and no trace of one, and repeated calls create none twice',
  async (store) => {
    const { acknowledged, ...found } = await kill(store, { rounds: 2, writers: 8, loadMs: 500 });
    expect(acknowledged).toBeGreaterThan(0);
    expect(found).toMatchObject({ lost: 0, withoutEvent: 0, unverified: 0 });
    expect(found).toMatchObject({ answeredOtherwise: 0, createdTwice: 0 });
  },
);

test('no verifier accepts a revoked key, whatever happens to it, its network and its replica', async () => {
  const { known, exchanged, acceptedAfter, faults } = await verifiers({ count: 30 });
  expect(known).toBeGreaterThan(0);
  expect(exchanged).toBeGreaterThan(0);
  expect(faults).toBeGreaterThan(0);
  expect(acceptedAfter).toBe(0);
});

test.each(['embedded', 'Postgres'] as const)(
  'killed in the middle of rotations, the service locks nobody out on %s, and repeated rotations are answered alike',
  async (store) => {
    const { finished, interrupted, ...found } = await killRotation(store, { holders: 8, loadMs: 500 });
    expect(finished).toBeGreaterThan(0);
    expect(interrupted).toBeGreaterThan(0);
    expect(found).toMatchObject({ lockedOut: 0, answeredOtherwise: 0, acceptedAfter: 0, strays: 0 });
  },
);

test.each(['fast', 'immediate'] as const)(
  'while Postgres is down (%s) every request is answered, and when it is back they succeed',
  async (way) => {
    const { unavailable, slowest, backAfter, ...found } = await outage(way, { downMs: 1000, calmMs: 1000 });
    expect(found).toMatchObject({ withoutRetryAfter: 0, unexpected: 0, stuck: 0, errors: 0 });
    expect(unavailable).toBeGreaterThan(0);
    expect(slowest).toBeLessThan(5_000);
    expect(backAfter).toBeLessThan(5_000);
  },
);

test.each([
  ['cut', 1000],
  ['flap', 1000],
  ['halfClose', 1000],
  ['stall', 5000],
] as const)('a network that misbehaves (%s) costs no more than 503s', async (way, faultMs) => {
  const { slowest, backAfter, ...found } = await badNetwork(way, { faultMs, calmMs: 1000 });
  expect(found).toMatchObject({ withoutRetryAfter: 0, unexpected: 0, stuck: 0, errors: 0 });
  expect(slowest).toBeLessThan(8_000);
  expect(backAfter).toBeLessThan(6_000);
});

test.each(['node', 'bun', 'deno'] as const)(
  'told to stop, %s resets no request of a busy keep-alive client',
  async (runtime) => {
    const { answered, resets, exitCode, ms } = await sigterm(runtime, { loadMs: 500 });
    expect({ resets, exitCode }).toEqual({ resets: 0, exitCode: 0 });
    expect(answered).toBeGreaterThan(0);
    expect(ms).toBeLessThan(5_000);
  },
);

test.each(['node', 'bun', 'deno'] as const)(
  'sign-ins of clients that hung up delay neither others nor the end of the process, on %s',
  async (runtime) => {
    const { after, exitMs, ...found } = await signIns(runtime, { count: 1_000 });
    expect(found).toMatchObject({ status: 201, exitCode: 0 });
    expect(after).toBeLessThan(3_000);
    expect(exitMs).toBeLessThan(5_000);
  },
);

test('no replica accepts a token after its revocation was answered, even if it is cut off from Postgres', async () => {
  const {
    revocations: answered,
    imported,
    partitions,
    worst,
    worstPartitioned,
    ...found
  } = await revocations({ count: 300 });
  expect(found).toMatchObject({ acceptedAfter: 0, unexpected: 0 });
  expect(answered).toBeGreaterThanOrEqual(300);
  expect(imported).toBeGreaterThan(0);
  expect(partitions).toBeGreaterThan(0);
  expect(Math.max(worst, worstPartitioned)).toBeLessThan(5_000);
});

test('no window has more spent than its limit, whatever is killed, frozen, cut off or changed', async () => {
  const found = await overshoot({ windows: 80, restarts: 0 });
  expect(found).toMatchObject({ overshoot: 0, unexpected: 0 });
  expect(found.accepted).toBeGreaterThan(0);
});

test.each([
  ['are told to stop', 'SIGTERM'],
  ['do not run for a while', 'SIGSTOP'],
] as const)('replicas that %s lose no unit of a quota', async (_, signal) => {
  const { quota, accepted, remaining, unanswered } = await endReplicas(signal, { ends: 4, loadMs: 300 });
  expect({ sum: accepted + remaining, unanswered }).toEqual({ sum: quota, unanswered: 0 });
  expect(accepted).toBeGreaterThan(0);
});

test('a limit of 5 lets exactly 5 of many concurrent requests to four replicas pass', async () => {
  expect(await fewUnits({ keys: 20 })).toMatchObject({ inexact: 0 });
});

test.for(['session', 'transaction'] as const)(
  'behind PgBouncer (%s pooling) no revoked token is accepted, and memory is used only where it is told of changes',
  async (mode, context) => {
    const found = await pgbouncer(mode, { rounds: 4 });
    if (!found) return context.skip('It takes PgBouncer: apt-get install pgbouncer.');
    const { revocations, fromMemory, ...bad } = found;
    expect(bad).toMatchObject({ acceptedAfter: 0, unavailable: 0, unexpected: 0 });
    expect(revocations).toBeGreaterThan(0);
    if (mode === 'session') expect(fromMemory).toBeGreaterThan(0);
    else expect(fromMemory).toBe(0);
  },
);

test('on a full disk writes are refused, reads go on, and nothing acknowledged is lost', async (context) => {
  const found = await fullDisk();
  if (!found) return context.skip('It takes root to mount a small disk.');
  expect(found).toMatchObject({ lost: 0, withoutBody: 0, afterRoom: 201, afterRestart: 201 });
  expect(found.readsOnFullDisk).toEqual([200, 200, 200]);
  expect(Object.keys(found.onFullDisk)).toContain('503');
});

test('without room for its log the embedded database fails with a clear error, and a restart loses nothing', async (context) => {
  const found = await fullDisk({ leave: 14_000_000, refusals: 5 });
  if (!found) return context.skip('It takes root to mount a small disk.');
  expect(found).toMatchObject({ lost: 0, withoutBody: 0, afterRestart: 201 });
  expect(found.onFullDisk[503]).toBe(5);
  expect(found.readsOnFullDisk).toEqual([200, 503, 503]);
});

test('a read-only disk stops the start with a line', async (context) => {
  const line = await readOnlyDisk();
  if (line === undefined) return context.skip('It takes root to mount a read-only disk.');
  expect(line).toMatch(/^DATA_DIR .* cannot be used: EROFS[^\n]*$/);
});

test.each(['headers', 'body', 'idle'] as const)(
  'clients that are slow (%s) do not keep others from being served',
  async (kind) => {
    const { served, failed } = await slow(kind, { connections: 300, forMs: 1000 });
    expect(failed).toBe(0);
    expect(served).toBeGreaterThan(10);
  },
);

test.each<[Unread, Runtime, number]>([
  ['pipelined', 'node', 2],
  ['pipelined', 'deno', 2],
  ['script', 'node', 200],
  ['script', 'bun', 200],
  ['script', 'deno', 200],
  ['batch', 'node', 30],
])('answers that nobody reads (%s, on %s) take little memory', async (kind, runtime, connections) => {
  const { before, peak, served, failed } = await unread(kind, runtime, {
    connections,
    forMs: 2000,
    readers: 0,
  });
  expect(failed).toBe(0);
  expect(served).toBeGreaterThan(10);
  expect(peak - before).toBeLessThan(250);
});
