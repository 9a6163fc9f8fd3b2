import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { newToken } from '../../server/token.ts';
import { atMost, compare, figure, inTurn, type Line } from './figures.ts';
import { loader, type Sent } from './load.ts';
import { readFromDisk, residentMemory } from './machine.ts';
import { seed, writeTokens } from './seed.ts';
import { ground, type Server, startService, type Used } from './servers.ts';
import { connections, fewKeys, manyKeys, rounds, sampleKeys } from './settings.ts';
import { askAccepted, verifications } from './verify.ts';

interface Side {
  service: Server;
  sent: Sent;
  databaseUrl: string;
}

/** What a verification takes among many keys, against among few: the median for keys that nobody asked for before. */
export async function size(used: Used): Promise<Line[]> {
  const on = await ground(used);
  const side = async (name: string, rows: number, known: number): Promise<Side> => {
    const sql = postgres(on.databaseUrl, { max: 1 });
    await sql.unsafe(`create database ${name}`);
    await sql.end();
    const databaseUrl = Object.assign(new URL(on.databaseUrl), { pathname: name }).href;
    const seeded = await seed(databaseUrl, rows, join(on.directory, name), known);
    const service = await startService(used, { ...on, databaseUrl });
    await askAccepted(service, seeded.verifier, seeded.tokens.at(-1));
    return { service, sent: verifications(service, seeded), databaseUrl };
  };
  const few = await side('few', fewKeys, fewKeys);
  const many = await side('many', manyKeys, sampleKeys);

  // Tokens that nobody issued take the same way through the service and the database, and there is no end of them.
  const unknown = join(on.directory, 'unknown');
  await writeTokens(
    unknown,
    Array.from({ length: 100_000 }, () => newToken('lk_')),
  );
  for (const { sent } of [many, few]) await loader({ ...sent, tokens: unknown })();

  // The few keys are shared out, so that each is asked for once.
  const count = Math.max(rounds, 10);
  const limit = Math.floor(fewKeys / (count + 1)) - 1;
  const calm = { connections: connections.calm, limit, seconds: 1 };
  for (const { databaseUrl } of [few, many]) await readDatabase(databaseUrl);
  const before = readFromDisk();
  const pairs = await inTurn(loader(many.sent, calm), loader(few.sent, calm), count);
  const read = readFromDisk() - before;
  const memory = async (after: string): Promise<Line> => {
    const [ours, against] = [many, few].map(({ service }) => figure(residentMemory(service.pid)));
    return { figure: `memory after ${after}, MiB`, ours: ours ?? '', against: against ?? '' };
  };
  const lines = [
    compare('p50, ms', pairs, ({ p50 }) => p50, atMost(1.1)),
    { figure: 'read from disk meanwhile, MiB', ours: figure(read) },
    await memory('this'),
  ];

  // Then as fast as they come: among the many all that have a token, among the few all of them in a circle.
  const half = Math.floor(sampleKeys / 2);
  let asked = 0;
  for (const from of [0, half]) {
    const storm = { from, limit: half, seconds: 15 };
    const { requests } = await loader(many.sent, storm)();
    await loader(few.sent, storm)();
    asked += requests;
    lines.push(await memory(`${asked.toLocaleString('en')} more`));
  }
  return lines;
}

/**
 * Reads the files of a database, so that they are in the memory of the system, as far as they have room: what is asked is
 * what more keys cost, and not what a slow disk costs.
 */
async function readDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql<{ directory: string }[]>`
    select current_setting('data_directory') || '/base/' || oid as directory
    from pg_database where datname = current_database()`;
  await sql.end();
  const directory = row?.directory ?? '';
  const nowhere = () => new Writable({ write: (_bytes, _encoding, done) => done() });
  for (const file of await readdir(directory))
    await pipeline(createReadStream(join(directory, file), { highWaterMark: 2 ** 20 }), nowhere());
}
