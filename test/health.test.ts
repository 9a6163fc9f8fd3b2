import { type KyselyPlugin, sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from '../server/app.ts';
import type { Database } from '../server/db/schema.ts';
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

test('probes at once ask the database once: anybody can send them', async () => {
  let asked = 0;
  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      asked += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const db = service.db.withPlugin(counting) as Database;
  const app = createApp({ ...service.context, db });
  const readiness = async () => (await app.fetch(new Request('http://latchkey.test/readyz'))).status;
  const together = () => Promise.all(Array.from({ length: 10 }, readiness));
  expect(await together()).toEqual(Array(10).fill(200));
  expect(asked).toBe(1);
  expect(await together()).toEqual(Array(10).fill(200));
  expect(asked).toBe(2);
});

test('liveness names the release', async () => {
  const live = await service.fetch('/livez');
  expect(await live.json()).toEqual({ status: 'ok', version: manifest.version });
});
