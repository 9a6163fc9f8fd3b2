import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { openPGlite } from '../../server/db/pglite.ts';
import { openPostgres } from '../../server/db/postgres.ts';
import type { Database } from '../../server/db/schema.ts';
import { createDatabase, expectData, password } from '../support/harness.ts';
import { seed } from '../support/seed.ts';

const root = join(import.meta.dirname, '../..');
const email = 'ada@example.com';

/** Every row that is copied, as text. */
async function rowsOf(db: Database): Promise<string[]> {
  const tables = [
    'accounts',
    'sessions',
    'refresh_tokens',
    'keys',
    'limits',
    'imported_tokens',
    'usage',
    'events',
  ];
  const rows = await Promise.all(
    tables.map((table) =>
      sql<{
        row: string;
      }>`select ${table} || ' ' || one::text as row from ${sql.table(table)} as one`.execute(db),
    ),
  );
  return rows.flatMap((result) => result.rows.map(({ row }) => row)).sort();
}

const copy = (DATA_DIR: string, DATABASE_URL: string) =>
  promisify(execFile)(process.execPath, ['scripts/to-postgres.ts'], {
    cwd: root,
    env: { DATA_DIR, DATABASE_URL },
  });

test('an embedded database moves to Postgres, with its tokens, sessions and numbers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-move-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);

  seed(directory);
  let service = await startProcess({ env: { DATA_DIR: directory } });
  const as = (token?: string) => createLatchkey({ baseUrl: service.url, token });
  expectData(await as().POST('/v1/accounts', { body: { email, password } }));
  const { accessToken } = expectData(await as().POST('/v1/sessions', { body: { email, password } }));
  const body = { name: 'Schlüssel "1"', scopes: ['files:read', 'a,b'], metadata: { big: 2 ** 53 - 1 } };
  const key = expectData(await as(accessToken).POST('/v1/keys', { body }));
  const operator = as((await readFile(join(directory, 'operator-token'), 'utf8')).trim());
  const limited = {
    ...{ name: 'Limited', limits: [{ name: 'burst', limit: 5, windowSeconds: 60 }] },
    quota: { remaining: 2, refill: { amount: 9, every: 'month' as const } },
  };
  const query = { accountId: key.accountId };
  const { id: keyId } = expectData(await operator.POST('/v1/keys', { params: { query }, body: limited }));
  const facts = { metadata: { plan: 'pro', shard: 2 ** 53 - 1 }, quota: { remaining: 7 } };
  expectData(await operator.PATCH('/v1/account', { params: { query }, body: facts }));
  const old = { name: 'Old key', sha256: 'a'.repeat(64), start: 'sk_live_' };
  expectData(await operator.POST('/v1/keys/import', { params: { query }, body: old }));
  // The last one, whose number does not come again.
  const { id: gone } = expectData(await as(accessToken).POST('/v1/keys', { body: { name: 'Gone' } }));
  await as(accessToken).DELETE('/v1/keys/{keyId}', { params: { path: { keyId: gone } } });
  const verify = async () =>
    expectData(await as(accessToken).POST('/v1/keys/verify', { body: { token: key.token, cost: 0 } }));
  const verdict = await verify();
  expect(verdict.valid).toBe(true);
  await expect(copy(directory, url)).rejects.toThrow(/Nothing was copied: The data are in use by process/);
  expect(await service.stop()).toBe(0);

  const { stdout } = await copy(directory, url);
  expect(stdout).toMatch(/^accounts +2$/m);
  expect(stdout).toMatch(/^keys +3$/m);
  expect(stdout).toMatch(/^limits +3$/m);
  expect(stdout).toMatch(/^imported_tokens +1$/m);
  const embedded = await openPGlite(join(directory, 'database'));
  const copied = await openPostgres(url);
  expect(await rowsOf(copied)).toEqual(await rowsOf(embedded));
  await embedded.destroy();
  await copied.destroy();
  await expect(copy(directory, url)).rejects.toThrow(/Nothing was copied: .* holds accounts already/);

  const secret = async (name: string) => (await readFile(join(directory, name), 'utf8')).trim();
  service = await startProcess({
    env: {
      DATABASE_URL: url,
      OPERATOR_TOKEN: await secret('operator-token'),
      SIGNING_KEYS: await secret('signing-keys.json'),
      PUBLIC_URL: service.url,
    },
  });
  onTestFinished(async () => {
    await service.stop();
  });
  expect(await verify()).toEqual(verdict);
  expectData(await as(accessToken).POST('/v1/keys', { body: { name: 'Another' } }));
  const moved = await openPostgres(url);
  const numbers = await moved.selectFrom('keys').select(['name', 'number']).orderBy('number').execute();
  await moved.destroy();
  expect(numbers.at(-1)).toEqual({ name: 'Another', number: 5 });
  const change = { params: { path: { keyId }, query }, body: { limits: [] } };
  expectData(await as(await secret('operator-token')).PATCH('/v1/keys/{keyId}', change));
});
