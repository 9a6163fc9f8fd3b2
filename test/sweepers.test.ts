import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, inject, test } from 'vitest';
import { readConfig } from '../server/process/config.ts';
import { sweepersOf } from '../server/process/sweepers.ts';
import { expectData, startService, type TestService } from './support/harness.ts';

const day = 86_400_000;
let service: TestService;

beforeAll(async () => {
  service = await startService();
});

/** What background jobs do in time, and whether it is done yet. */
const done = {
  'the deleted account is gone': sql`select not exists (select from accounts where closed_at is not null)`,
  'the sessions that have ended are gone': sql`select not exists (select from sessions)`,
  'the claims of Idempotency-Keys are gone': sql`select not exists (select from idempotency_keys)`,
  'the key that expired is noticed': sql`select exists (select from events where type = 'key.expired')`,
  'the key that is unused is noticed': sql`select exists (select from events where type = 'key.unused')`,
  'old counts are gone': sql`select not exists (select from usage)`,
  'old tombstones are gone': sql`select not exists (select from tombstones)`,
  'old events are gone': sql`select not exists (select from events where type = 'key.minted')`,
  'the tables are vacuumed or analyzed': sql`
    select exists (select from pg_stat_user_tables where greatest(last_vacuum, last_analyze) is not null)`,
};
type Job = keyof typeof done;

async function doneYet(): Promise<Job[]> {
  const columns = Object.entries(done).map(([name, is]) => sql`(${is}) as ${sql.ref(name)}`);
  const { rows } = await sql<Record<Job, boolean>>`select ${sql.join(columns)}`.execute(service.db);
  return (Object.keys(done) as Job[]).filter((name) => rows[0]?.[name]);
}

/** Runs the background jobs of a deployment until these are done, and through the step that they are in. */
async function runUntil(jobs: Job[], env: Record<string, string>): Promise<void> {
  const { context, db } = service;
  const isEmbedded = inject('database') === 'pglite';
  const sweepers = sweepersOf(readConfig(env), { db, freshness: context, log: context.log, isEmbedded });
  const began = Date.now();
  try {
    await expect.poll(doneYet, { timeout: 10_000 }).toEqual(expect.arrayContaining(jobs));
  } finally {
    await Promise.all(sweepers.map((sweeper) => sweeper.close()));
    expect(new Set(sweepers.map(({ job }) => job)).size).toBe(sweepers.length);
    for (const { job, succeededAt } of sweepers) expect(succeededAt, job).toBeGreaterThan(began);
  }
}

test('every background job runs, and EVENT_RETENTION_DAYS=0 keeps events for ever', async () => {
  const [ada, cleo] = [await service.signIn(), await service.signIn()];
  const create = async (expiresIn?: '1d') => {
    const params = { header: { 'Idempotency-Key': randomUUID() } };
    const body = { name: 'Key', ...(expiresIn && { expiresIn }) };
    return expectData(await ada.client.POST('/v1/keys', { params, body }));
  };
  await create();
  await create('1d');
  const used = await create();
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token: used.token } }));
  await service.context.usage.flush();
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: used.id } } });
  await cleo.client.DELETE('/v1/account');
  // A table that has changed much.
  await sql`
    insert into events (at, type, actor, account_id)
    select ${new Date(service.context.now())}::timestamptz, 'session.started', 'anyone', ${ada.accountId.slice(4)}
    from generate_series(1, 200)`.execute(service.db);
  expect(await doneYet()).toEqual([]);

  service.pass(400 * day);
  const events: Job = 'old events are gone';
  const isHere = (job: Job) =>
    inject('database') === 'pglite' || job !== 'the tables are vacuumed or analyzed';
  const all = (Object.keys(done) as Job[]).filter(isHere);
  const others = all.filter((job) => job !== events);
  await runUntil(others, { EVENT_RETENTION_DAYS: '0' });
  expect(await doneYet()).not.toContain(events);
  await runUntil(all, {});
});
