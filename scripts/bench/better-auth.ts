import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { atLeast, compare, inTurn, type Line } from './figures.ts';
import { loader } from './load.ts';
import { ask, seededGround, startOther, startService, type Used } from './servers.ts';
import { hotKeys } from './settings.ts';
import { path, verifications } from './verify.ts';

const folder = join(import.meta.dirname, 'peers');

/** The same number of keys, verified in a circle, here and by Better Auth on the same Postgres. */
export async function betterAuth(used: Used): Promise<Line[]> {
  if (!existsSync(join(folder, 'node_modules')))
    throw new Error('It is not installed: npm ci --prefix scripts/bench/peers');
  // It writes for each verification, so that it matters that Postgres does what it does in production.
  const on = await seededGround(used, hotKeys, { durable: true });
  const service = await startService(used, on);

  const sql = postgres(on.databaseUrl, { max: 1 });
  await sql`create database better_auth`;
  await sql.end();
  const DATABASE_URL = Object.assign(new URL(on.databaseUrl), { pathname: 'better_auth' }).href;
  const file = join(on.directory, 'better-auth');
  const env = { DATABASE_URL, COUNT: String(hotKeys), FILE: file };
  const peer = await startOther(used, 'peers/better-auth.ts', env);
  const tokens = (await readFile(file, 'utf8')).trim().split('\n');
  const verdict = await ask(peer.url + path, '', { token: tokens[0] });
  if (!verdict.includes('"valid":true')) throw new Error(`Better Auth answered ${verdict}`);

  const pairs = await inTurn(
    loader(verifications(service, on)),
    loader({ ...verifications(peer, { ...on, file, tokens }), caller: '' }),
  );
  return [
    compare('requests/s', pairs, ({ perSecond }) => perSecond, atLeast(30)),
    compare('p99, ms', pairs, ({ p99 }) => p99),
  ];
}
