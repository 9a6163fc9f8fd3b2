import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

test('a service is ready while the newest migration is applied', async () => {
  const readiness = async () => (await service.fetch('/readyz')).status;
  const { rows } = await sql<{ name: string; timestamp: string }>`
    delete from kysely_migration where name = (select max(name) from kysely_migration)
    returning name, timestamp`.execute(service.db);
  expect(await readiness()).toBe(503);
  for (const { name, timestamp } of rows)
    await sql`insert into kysely_migration (name, timestamp) values (${name}, ${timestamp})`.execute(
      service.db,
    );
  expect(await readiness()).toBe(200);
});

test('liveness names the release', async () => {
  const live = await service.fetch('/livez');
  expect(await live.json()).toEqual({ status: 'ok', version: manifest.version });
});
