import { setTimeout as pause } from 'node:timers/promises';
import { client, deployment, newAccount, type Send } from '../../scripts/support/client.ts';
import { startPostgres } from '../../scripts/support/postgres.ts';
import { startProxy } from '../../scripts/support/proxy.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { percentile } from '../../scripts/support/statistics.ts';
import { exchange, type HotKey, minter, publicUrl, random, refusalTimes, scope, ways } from './ways.ts';

export interface RevocationFigures {
  revocations: number;
  /** How many of them were of imported keys. */
  imported: number;
  verifications: number;
  /** How many of them were of tokens that keys were exchanged for. */
  exchanged: number;
  /** Tokens that were accepted by a request which was sent after the revocation was answered. */
  acceptedAfter: number;
  /** Answers to verifications that are neither a verdict nor a 503. */
  unexpected: number;
  partitions: number;
  /** How long the answer to a revocation took, in milliseconds, while no replica was partitioned, and while one was. */
  p50: number;
  p99: number;
  worst: number;
  worstPartitioned: number;
}

const replicas = 4;
const revokers = 8;
/** How many keys are alive at first. */
const hot = 100;

/**
 * Revokes keys at random on replicas that all verify them all the time, and counts what is accepted afterwards. The
 * first replica is cut off from Postgres again and again, at random moments.
 */
export async function revocations({ count }: { count: number }): Promise<RevocationFigures> {
  await using stack = new AsyncDisposableStack();
  const postgres = await startPostgres();
  stack.defer(() => postgres.stop());
  const proxy = stack.use(await startProxy(Number(new URL(postgres.url).port)));
  const throughProxy = new URL(postgres.url);
  throughProxy.port = String(proxy.port);

  const secrets = await deployment();
  const startReplica = async (index: number) => {
    const url = index === 0 ? throughProxy.href : postgres.url;
    const env = { ...secrets, DATABASE_URL: url, LEAK_POLICY: 'revoke', PUBLIC_URL: publicUrl };
    return stack.use(await startProcess({ env }));
  };
  const services = await Promise.all(Array.from({ length: replicas }, (_, index) => startReplica(index)));
  const at = services.map(({ url }) => ({ url, token: secrets.OPERATOR_TOKEN }));
  const connect = (replica: number): Send => {
    const target = at[replica];
    if (!target) throw new Error(`There is no replica ${replica}.`);
    const { send, close } = client(target.url, target.token);
    stack.defer(close);
    return send;
  };
  const accountId = await newAccount({ url: services[1]?.url ?? '', token: secrets.OPERATOR_TOKEN });
  const query = `?accountId=${accountId}`;

  const figures = {
    ...{ revocations: 0, imported: 0, verifications: 0, exchanged: 0 },
    ...{ acceptedAfter: 0, unexpected: 0, partitions: 0 },
  };
  /** Those that are verified all the time: the living, and for a while the dead. */
  const keys: (HotKey & { exchanged: string })[] = [];
  const mintOn = minter(query);
  const mint = async (send: Send) => {
    const key = await mintOn(send);
    const exchanged = key && (await exchange(key, send));
    if (exchanged) keys.push({ ...key, exchanged });
    if (keys.length > hot * 2) keys.splice(0, keys.length - hot * 2);
  };
  const check = async (send: Send, key: (typeof keys)[number], which: 'token' | 'exchanged') => {
    const sent = performance.now();
    const { status, body } = await send('POST', '/v1/keys/verify', { token: key[which], scopes: [scope] });
    figures.verifications += 1;
    if (which === 'exchanged') figures.exchanged += 1;
    const isVerdict = status === 200 && body.startsWith('{"valid":');
    if (!isVerdict && status !== 503) figures.unexpected += 1;
    if (body.startsWith('{"valid":true') && key.refusedFrom !== undefined && sent > key.refusedFrom)
      figures.acceptedAfter += 1;
  };

  let done = false;
  const verifier = async (replica: number) => {
    const send = connect(replica);
    while (!done) {
      const key = keys[random(keys.length)];
      if (key) await check(send, key, random(2) ? 'token' : 'exchanged');
      else await pause(5);
    }
  };

  let isPartitioned = false;
  const partitioner = async () => {
    while (!done) {
      await pause(random(1500));
      isPartitioned = true;
      figures.partitions += 1;
      proxy[random(2) ? 'stall' : 'cut']();
      await pause(50 + random(3500));
      proxy.behave();
      isPartitioned = false;
    }
  };

  const calm: number[] = [];
  const disturbed: number[] = [];
  const revoker = async (worker: number) => {
    // Through those that reach Postgres; a revocation that is answered 503 is none.
    const send = connect(1 + (worker % (replicas - 1)));
    const sendElsewhere = connect(1 + ((worker + 1) % (replicas - 1)));
    const checks = at.map((_, replica) => connect(replica));
    while (figures.revocations < count) {
      await mint(send);
      const key = keys[random(keys.length)];
      if (!key || key.refusedFrom !== undefined) continue;
      key.refusedFrom = Number.POSITIVE_INFINITY;
      const way = ways[random(ways.length)];
      const began = performance.now();
      const disturbedAtFirst = isPartitioned;
      const { answered, notBefore } = (await way?.(key, send, sendElsewhere)) ?? { answered: false };
      const { ended, refusedFrom } = refusalTimes(() => performance.now(), notBefore);
      if (!answered) {
        figures.unexpected += 1;
        continue;
      }
      (disturbedAtFirst || isPartitioned ? disturbed : calm).push(ended - began);
      key.refusedFrom = refusedFrom;
      figures.revocations += 1;
      if (key.isImported) figures.imported += 1;
      await pause(Math.max(0, refusedFrom - performance.now()));
      // The one that is cut off may take its time to say that it cannot tell.
      const checkAt = (send: Send) => Promise.all([check(send, key, 'token'), check(send, key, 'exchanged')]);
      const [first, ...others] = checks.map(checkAt);
      await Promise.all(isPartitioned ? others : [first, ...others]);
    }
  };

  const setUp = connect(1);
  while (keys.length < hot) await mint(setUp);
  const background = [partitioner(), ...at.flatMap((_, replica) => [verifier(replica), verifier(replica)])];
  await Promise.all(Array.from({ length: revokers }, (_, worker) => revoker(worker)));
  done = true;
  proxy.behave();
  await Promise.all(background);
  return {
    ...figures,
    p50: percentile(calm, 0.5),
    p99: percentile(calm, 0.99),
    worst: percentile(calm, 1),
    worstPartitioned: percentile(disturbed, 1),
  };
}
