import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { inTurn, type Line } from './figures.ts';
import { loader, type Sent } from './load.ts';
import type { Seeded } from './seed.ts';
import { type Ground, seededGround, startOther, startService, type Used } from './servers.ts';
import { hotKeys } from './settings.ts';
import { askAccepted, latency, throughput, verifications } from './verify.ts';

const folder = join(import.meta.dirname, 'peers');

/** Better Auth with as many keys as ours on the same Postgres, in a database of its own: what is sent to verify them. */
export async function startBetterAuth(used: Used, on: Ground & Seeded): Promise<Sent> {
  if (!existsSync(join(folder, 'node_modules')))
    throw new Error('It is not installed: npm ci --prefix scripts/bench/peers');
  const sql = postgres(on.databaseUrl, { max: 1 });
  await sql`create database better_auth`;
  await sql.end();
  const DATABASE_URL = Object.assign(new URL(on.databaseUrl), { pathname: 'better_auth' }).href;
  const file = join(on.directory, 'better-auth');
  const env = { DATABASE_URL, COUNT: String(hotKeys), FILE: file };
  const peer = await startOther(used, 'peers/better-auth.ts', env);
  const tokens = (await readFile(file, 'utf8')).trim().split('\n');
  await askAccepted(peer, '', tokens[0]);
  return { ...verifications(peer, { ...on, file, tokens }), caller: '' };
}

/** The same number of keys, verified in a circle, here and by Better Auth on the same Postgres. */
export async function betterAuth(used: Used): Promise<Line[]> {
  // It writes for each verification, so that it matters that Postgres does what it does in production.
  const on = await seededGround(used, hotKeys, { durable: true });
  const service = await startService(used, on);
  const pairs = await inTurn(loader(verifications(service, on)), loader(await startBetterAuth(used, on)));
  return [throughput(pairs, 30), latency(pairs)];
}
