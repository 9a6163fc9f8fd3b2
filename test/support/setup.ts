import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../scripts/support/postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    database: 'pglite' | 'postgres';
    /** A server on which the suite may create databases. */
    postgresUrl: string;
  }
}

/** Provides a Postgres server to the suite: that of TEST_DATABASE_URL, or one of its own, from npm. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return;
  }
  const server = await startPostgres();
  project.provide('postgresUrl', server.url);
  return server.stop;
}
