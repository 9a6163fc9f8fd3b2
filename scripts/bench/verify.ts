import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { newToken } from '../../server/token.ts';
import type { Runtime } from '../support/service.ts';
import { median } from '../support/statistics.ts';
import { atLeast, atMost, compare, inTurn, type Line } from './figures.ts';
import { type Load, loader, type Sent } from './load.ts';
import { type Seeded, writeTokens } from './seed.ts';
import {
  ask,
  type Ground,
  type Server,
  seededGround,
  startOther,
  startService,
  type Used,
} from './servers.ts';
import { hotKeys } from './settings.ts';

export const path = '/v1/keys/verify';

/** Verifications at a server, by what an API server carries. */
export const verifications = ({ url }: Server, { file, tokens, verifier }: Seeded): Sent => ({
  url,
  path,
  caller: verifier,
  body: (token) => ({ token }),
  tokens: file,
  length: tokens[0]?.length ?? 0,
});

/** Whether an answer says that a token is valid. */
export const isAccepted = (answer: string): boolean => answer.includes('"valid":true');

/** Verifies a token. @returns the answer @throws Error where the token is not valid */
export async function askAccepted(
  { url }: Pick<Server, 'url'>,
  caller: string,
  token: string | undefined,
): Promise<string> {
  const answer = await ask(url + path, caller, { token });
  if (!isAccepted(answer)) throw new Error(`${url} answered ${answer}`);
  return answer;
}

/** Writes the service's answer for each token to a file, for `bare.ts` to send. @returns the path of the file */
export async function writeAnswers({ url }: Server, on: Ground & Seeded): Promise<string> {
  const answers: Record<string, string> = {};
  for (const token of on.tokens) answers[token] = await ask(url + path, on.verifier, { token });
  const file = join(on.directory, 'answers');
  await writeFile(file, JSON.stringify(answers));
  return file;
}

/** Both must answer the same, or nothing is compared. */
async function sameAnswers(ours: Server, against: Server, { tokens, verifier }: Seeded, count: number) {
  for (const token of tokens.slice(0, count)) {
    const answers = [ours, against].map(({ url }) => ask(url + path, verifier, { token }));
    const [a, b] = await Promise.all(answers);
    if (a !== b || !a || !isAccepted(a)) throw new Error(`Answers differ: ${a} and ${b}`);
  }
}

/** The headers of an answer, save those that differ from one to the next, or say how long a connection is kept. */
async function sentHeaders({ url }: Server, { tokens, verifier }: Seeded): Promise<string> {
  const { headers } = await fetch(url + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${verifier}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: tokens[0] }),
  });
  return JSON.stringify([...headers].filter(([name]) => !/^(?:date|x-request-id|keep-alive)$/.test(name)));
}

/** How busy wrk was: at 1, it is the generator that was measured. */
export const generatorLine = (pairs: [Load, Load][]): Line => ({
  figure: 'load generator, of a core',
  ours: median(pairs.map(([{ generator }]) => generator)).toFixed(2),
  against: median(pairs.map(([, { generator }]) => generator)).toFixed(2),
});

export const throughput = (pairs: [Load, Load][], least?: number): Line =>
  compare(
    'requests/s',
    pairs,
    ({ perSecond }) => perSecond,
    least === undefined ? undefined : atLeast(least),
  );
export const latency = (pairs: [Load, Load][], most?: number): Line =>
  compare('p99, ms', pairs, ({ p99 }) => p99, most === undefined ? undefined : atMost(most));

/** @param BARE which handler of bare.ts it is held against: `answers`, the goal, or `answer`, a floor */
export async function hot(used: Used, runtime: Runtime, BARE: string): Promise<Line[]> {
  const on = await seededGround(used, hotKeys, { pinned: true });
  const service = await startService(used, on, runtime);
  const ANSWERS = await writeAnswers(service, on);
  const bare = await startOther(used, 'bare.ts', { BARE, ANSWERS }, { runtime, pinned: true });
  await sameAnswers(service, bare, on, BARE === 'answers' ? hotKeys : 1);
  const [ours, theirs] = await Promise.all([sentHeaders(service, on), sentHeaders(bare, on)]);
  if (BARE === 'answers' && ours !== theirs) throw new Error(`Headers differ: ${ours} and ${theirs}`);
  const load = (server: Server) => loader(verifications(server, on), { pinned: true });
  const pairs = await inTurn(load(service), load(bare));
  const [least, most] = BARE === 'answers' ? [0.8, 1.3] : [];
  return [throughput(pairs, least), latency(pairs, most), generatorLine(pairs)];
}

/** What a gateway asks, against a verification by whoever could: of the same keys, at the same service. */
export async function authorized(used: Used, runtime: Runtime): Promise<Line[]> {
  const on = await seededGround(used, hotKeys, { pinned: true });
  const service = await startService(used, on, runtime);
  const verified = verifications(service, on);
  const asked: Sent = {
    ...verified,
    path: '/v1/authorize?scope=files:read',
    caller: '\0'.repeat(verified.length),
    headers: { 'Latchkey-Authorization': `Bearer ${on.verifier}` },
    body: () => undefined,
  };
  const pairs = await inTurn(loader(asked, { pinned: true }), loader(verified, { pinned: true }));
  return [throughput(pairs, 0.8), latency(pairs), generatorLine(pairs)];
}

export async function forged(used: Used): Promise<Line[]> {
  const on = await seededGround(used, hotKeys, { pinned: true });
  const service = await startService(used, on);
  const file = join(on.directory, 'forged');
  // The last character of a checksum.
  const forge = (token: string) => token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
  await writeTokens(file, on.tokens.map(forge));
  const verdict = await ask(service.url + path, on.verifier, { token: forge(newToken('lk_')) });
  if (verdict !== '{"valid":false,"reason":"unknown"}') throw new Error(`It answered ${verdict}`);
  const sent = verifications(service, on);
  const pairs = await inTurn(
    loader({ ...sent, tokens: file }, { pinned: true }),
    loader(sent, { pinned: true }),
  );
  return [throughput(pairs, 1), latency(pairs), generatorLine(pairs)];
}

/** So many keys may fit into memory, and would be cold but once. */
const memorable = 100_000;

export async function cold(used: Used, keys: number): Promise<Line[]> {
  const on = await seededGround(used, keys);
  const withoutMemory = keys <= memorable;
  if (withoutMemory) await distrust(on);
  const service = await startService(used, on);
  const bare = await startOther(used, 'bare.ts', { BARE: 'select', DATABASE_URL: on.databaseUrl });
  await sameAnswers(service, bare, on, 20);
  const sent = verifications(service, on);
  // Without memory, a key that calls would be looked up as well.
  const caller = withoutMemory ? on.secrets.OPERATOR_TOKEN : sent.caller;
  // Each begins where the other will not have been for long, so that neither reads what the other just has.
  const pairs = await inTurn(
    loader({ ...sent, caller }),
    loader(verifications(bare, on), { from: keys / 2 }),
  );
  return [throughput(pairs, 1), latency(pairs), generatorLine(pairs)];
}

/** Makes heartbeats come back with another number than they were sent with, so that no replica trusts its memory. */
async function distrust({ databaseUrl }: Ground): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1 });
  await sql.unsafe(`
    create function distrust() returns trigger language plpgsql as $$ begin new.beat = -1; return new; end $$;
    create trigger distrust before insert or update on replicas for each row execute function distrust()`);
  await sql.end();
}
