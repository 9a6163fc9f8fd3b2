import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { migratePostgres } from '../server/db/postgres.ts';
import { startPgBouncer } from './faults/pgbouncer.ts';
import { startPooler } from './faults/pooler.ts';
import { createDatabase } from './support/harness.ts';
import {
  hasReplicas,
  openReplica,
  openSlow,
  type SharedDatabase,
  shareDatabase,
} from './support/replicas.ts';

describe.runIf(hasReplicas)('a replica whose connection is lent to others between its queries', () => {
  let database: SharedDatabase;
  const cleanUp = new AsyncDisposableStack();

  beforeAll(async () => {
    database = cleanUp.use(await shareDatabase());
  });
  afterAll(() => cleanUp.disposeAsync());

  test('does not trust its cache', async () => {
    await using pooler = await startPooler(database.port);
    await using pooled = await openReplica(database.through(pooler));
    expect(pooled.replica.isFresh()).toBe(false);
  });

  test('tells the time of the database', async () => {
    await using pooler = await startPooler(database.port);
    await using slow = await openSlow(database.through(pooler));
    expect(slow.replica.isFresh()).toBe(false);
    expect(Math.abs(Date.now() - slow.replica.now())).toBeLessThan(1_000);
  });

  test('that starts beside others migrates once, and leaves no lock and no setting to whoever has the connection next', async (context) => {
    const { url, drop } = await createDatabase(inject('postgresUrl'));
    onTestFinished(drop);
    await using pooler = await startPgBouncer(new URL(url), 'transaction', 2);
    if (!pooler) return context.skip('It takes PgBouncer: apt-get install pgbouncer.');

    const pooled = new URL(url);
    pooled.port = new URL(pooler.url).port;
    const applied = await Promise.all(Array.from({ length: 6 }, () => migratePostgres(pooled.href)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);

    const others = postgres(pooled.href, { max: 2, prepare: false });
    const shared = await Promise.all(
      [1, 2].map(
        () => others`
      select current_setting('lock_timeout') as locks, current_setting('statement_timeout') as statements,
        (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as held
      from pg_sleep(0.1)`,
      ),
    );
    await others.end();
    expect(shared.flat()).toEqual([1, 2].map(() => ({ locks: '0', statements: '0', held: 0 })));
  });
});
