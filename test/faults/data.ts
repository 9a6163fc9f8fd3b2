import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployment } from '../../scripts/support/client.ts';
import { startPostgres } from '../../scripts/support/postgres.ts';
import { openPGlite } from '../../server/db/pglite.ts';
import { openPostgres } from '../../server/db/postgres.ts';
import type { Database } from '../../server/db/schema.ts';
import { seed } from '../support/seed.ts';

export type DataStore = 'embedded' | 'Postgres';

/** Data that outlive the service: the environment to start it with, and a way to look into them while it is stopped. */
export interface Data {
  env: Record<string, string>;
  operatorToken: string;
  open: () => Promise<Database>;
}

export async function newData(used: AsyncDisposableStack, store: DataStore): Promise<Data> {
  const secrets = await deployment();
  const operatorToken = secrets.OPERATOR_TOKEN;
  if (store === 'Postgres') {
    const postgres = await startPostgres();
    used.defer(() => postgres.stop());
    const env = { ...secrets, DATABASE_URL: postgres.url };
    return { env, operatorToken, open: () => openPostgres(postgres.url) };
  }
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
  used.defer(() => rm(directory, { recursive: true, force: true }));
  seed(directory);
  const env = { ...secrets, DATA_DIR: directory };
  return { env, operatorToken, open: () => openPGlite(join(directory, 'database')) };
}
