import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import type { TestService } from './harness.ts';

/** Somebody who changes the database by hand. Only a server has room for them: an embedded one has a single connection. */

const cleanUp = new AsyncDisposableStack();
afterAll(() => cleanUp.disposeAsync());

/** Connects to the database of a service. The connections end with the test file. */
export async function connectByHand({ db }: TestService, max = 2): Promise<postgres.Sql> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  const url = new URL(inject('postgresUrl'));
  url.pathname = rows[0]?.name ?? '';
  const admin = postgres(url.href, { max, onnotice() {} });
  cleanUp.defer(() => admin.end());
  return admin;
}

/** Resolves when so many statements wait for locks in this database. */
export async function untilWaiting(admin: postgres.ISql, count = 1): Promise<void> {
  const waiting = () => admin`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await waiting()).length < count) await pause(5);
}
