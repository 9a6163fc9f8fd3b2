import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPooler } from './faults/pooler.ts';
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
});
