import { sql } from 'kysely';
import { describe, expect, inject, test } from 'vitest';
import { vacuumTable } from '../server/background/vacuum.ts';
import { startService } from './support/harness.ts';
import { insertKeys } from './support/insert-keys.ts';

// A server of Postgres does this by itself.
describe.runIf(inject('database') === 'pglite')('the embedded database', () => {
  test('uses the space of deleted keys again, and gives the planner its statistics', async () => {
    const { db, signIn } = await startService();
    const { accountId } = await signIn();
    const replace = async (round: number) => {
      await insertKeys(
        db,
        sql`
          select md5(${round} || ' ' || n)::char(24), ${accountId.slice(4)}::text, 'Key', sha512(convert_to(${round} || ' ' || n, 'UTF8'))
          from generate_series(1, 1000) as n`,
      );
      await sql`delete from keys`.execute(db);
      await sql`select pg_stat_force_next_flush()`.execute(db);
      while (await vacuumTable(db));
      const { rows } = await sql<{ size: number; tuples: number }>`
        select pg_total_relation_size('keys') + pg_total_relation_size('tokens') as size, reltuples as tuples
        from pg_class where relname = 'keys'`.execute(db);
      return rows[0];
    };
    expect((await replace(1))?.tuples).toBe(0);
    // What is deleted from an index is used again one vacuum later.
    const { size = 0 } = (await replace(2)) ?? {};
    await replace(3);
    expect((await replace(4))?.size).toBeLessThan(1.1 * size);
  });
});
