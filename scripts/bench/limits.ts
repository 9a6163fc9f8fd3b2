import postgres from 'postgres';
import { median } from '../support/statistics.ts';
import { inTurn, type Line, plain } from './figures.ts';
import { type Load, loader } from './load.ts';
import type { Seeded } from './seed.ts';
import { type Ground, type Server, seededGround, startOther, startService, type Used } from './servers.ts';
import { hotKeys, rounds } from './settings.ts';
import { askAccepted, generatorLine, latency, throughput, verifications, writeAnswers } from './verify.ts';

/** Gives each key a limit that no load reaches. */
async function limitKeys({ databaseUrl }: Ground): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql`
    insert into limits (account_id, key_id, name, amount, window_seconds, ungranted)
    select account_id, id, 'burst', 1000000000, 3600, 1000000000 from keys`;
  await sql.end();
}

/** Both are verified as what they are. */
async function assertLimited(
  server: Server,
  { tokens, verifier }: Seeded,
  isLimited: boolean,
): Promise<void> {
  const answer = await askAccepted(server, verifier, tokens[0]);
  if (answer.includes('"limits":[') !== isLimited) throw new Error(`${server.url} answered ${answer}`);
}

/**
 * A load that goes on: it is measured after a second of it. Blocks are given back within a second, so that after each
 * round of the other side all have to be taken again.
 */
function goingOn(server: Server, on: Seeded): () => Promise<Load> {
  const sent = verifications(server, on);
  const [begin, load] = [loader(sent, { pinned: true, seconds: 1 }), loader(sent, { pinned: true })];
  return async () => {
    await begin();
    return load();
  };
}

/** Keys that each have a limit, against keys that have none, on a service of their own. */
export async function limitedHot(used: Used): Promise<Line[]> {
  const [limited, free] = [
    await seededGround(used, hotKeys, { pinned: true }),
    await seededGround(used, hotKeys, { pinned: true }),
  ];
  await limitKeys(limited);
  const [ours, theirs] = [await startService(used, limited), await startService(used, free)];
  await assertLimited(ours, limited, true);
  await assertLimited(theirs, free, false);
  const pairs = await inTurn(goingOn(ours, limited), goingOn(theirs, free));
  return [throughput(pairs, 0.85), latency(pairs), generatorLine(pairs)];
}

/** Limited keys against a handler that counts each request in Postgres, with one statement. */
export async function limitedAgainstUpdates(used: Used, keys: number, least?: number): Promise<Line[]> {
  const on = await seededGround(used, keys, { pinned: true, durable: true });
  await limitKeys(on);
  const sql = postgres(on.databaseUrl, { max: 1, onnotice: () => {} });
  await sql`create table counters (token text primary key, count bigint not null default 0) with (fillfactor = 50)`;
  await sql`insert into counters (token) select * from unnest(${on.tokens}::text[])`;
  await sql.end();
  const service = await startService(used, on);
  const ANSWERS = await writeAnswers(service, on);
  const bare = await startOther(
    used,
    'bare.ts',
    { BARE: 'update', ANSWERS, DATABASE_URL: on.databaseUrl },
    { pinned: true },
  );
  const pairs = await inTurn(goingOn(service, on), goingOn(bare, on));
  return [throughput(pairs, least), generatorLine(pairs)];
}

const replicas = 4;

/** What one key costs that is verified on four replicas as often as they can. */
export async function limitedStatements(used: Used): Promise<Line[]> {
  const on = await seededGround(used, 1);
  await limitKeys(on);
  const services: Server[] = [];
  while (services.length < replicas) services.push(await startService(used, on));
  const exchanged = async () => {
    let sum = 0;
    for (const { url } of services) {
      const answer = await fetch(`${url}/metrics`, {
        headers: { Authorization: `Bearer ${on.secrets.OPERATOR_TOKEN}` },
      });
      sum += Number(/^latchkey_limit_exchanges_total (\d+)/m.exec(await answer.text())?.[1]);
    }
    return sum;
  };
  const loads = services.map((service) => loader(verifications(service, on), { connections: 16 }));
  const round = async () => {
    const [before, began] = [await exchanged(), performance.now()];
    const sides = await Promise.all(loads.map((load) => load()));
    const seconds = (performance.now() - began) / 1000;
    const perSecond = sides.reduce((sum, side) => sum + side.perSecond, 0);
    return { perSecond, statements: ((await exchanged()) - before) / seconds };
  };
  await round();
  const seen: Awaited<ReturnType<typeof round>>[] = [];
  while (seen.length < rounds) seen.push(await round());
  const figures = (of: (one: (typeof seen)[number]) => number) => seen.map(of);
  const [requests, statements] = [figures(({ perSecond }) => perSecond), figures((one) => one.statements)];
  return [
    plain('requests/s', median(requests), '', undefined, requests),
    plain('statements/s', median(statements), '', undefined, statements),
  ];
}
