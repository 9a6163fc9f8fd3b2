import { setTimeout as pause } from 'node:timers/promises';
import { client, deployment, newAccount, type Send, workers } from '../../scripts/support/client.ts';
import { type PostgresServer, startPostgres } from '../../scripts/support/postgres.ts';
import { startProxy } from '../../scripts/support/proxy.ts';
import { type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { percentile } from '../../scripts/support/statistics.ts';

export interface OutageFigures {
  answered: number;
  /** Answers of 503, and how many of them lack Retry-After. */
  unavailable: number;
  withoutRetryAfter: number;
  /** Answers that are neither a success nor a 503, and requests that got none. */
  unexpected: number;
  stuck: number;
  slowest: number;
  p99: number;
  /** Successes per second before. */
  rate: number;
  /** How long after its return the rate was back, in milliseconds. */
  backAfter: number;
  /** Errors that the service logged, or its crash. */
  errors: number;
}

interface Answer {
  at: number;
  ms: number;
  ok: boolean;
}

/** How the rate is counted: successes in windows of this many milliseconds. */
const window = 250;
/** How long the rate may take to come back, in milliseconds. */
const patience = 10_000;

/**
 * Loads a service with workers that verify and create, and lets something happen to its database meanwhile.
 * @param fault does it, waits, undoes it, and ends at the moment when the database is there again
 */
async function under(
  service: ServiceProcess,
  token: string,
  { count = 24, calmMs = 2000 }: { count?: number; calmMs?: number },
  fault: () => Promise<void>,
): Promise<OutageFigures> {
  const at = { url: service.url, token };
  const accountId = await newAccount(at);
  const path = `/v1/keys?accountId=${accountId}`;
  const first = client(at.url, token);
  const key = JSON.parse((await first.send('POST', path, { name: 'Key' })).body);
  first.close();
  const answers: Answer[] = [];
  const figures = { unavailable: 0, withoutRetryAfter: 0, unexpected: 0, stuck: 0 };
  let done = false;
  const one = async (send: Send) => {
    const create = answers.length % 4 === 0;
    const { status, error, headers, ms } = create
      ? await send('POST', path, { name: 'Key' })
      : await send('POST', '/v1/keys/verify', { token: key.token });
    answers.push({ at: performance.now(), ms, ok: status === 200 || status === 201 });
    if (status === 503) figures.unavailable += 1;
    else if (error === 'STUCK') figures.stuck += 1;
    else if (status !== 200 && status !== 201) figures.unexpected += 1;
    if (status === 503 && headers['retry-after'] === undefined) figures.withoutRetryAfter += 1;
    // As a client would, though more hastily: 24 that never wait would only measure how fast a refusal is.
    if (status !== 200 && status !== 201) await pause(20);
    return !done;
  };
  const load = workers(count, at, one);
  // The first calls fill pools and compile code.
  await pause(calmMs);
  const calm = performance.now();
  await pause(calmMs);
  const began = performance.now();
  await fault();
  const returned = performance.now();
  const rateAt = (from: number, to: number) =>
    (answers.filter(({ at, ok }) => ok && at >= from && at < to).length * 1000) / (to - from);
  const rate = rateAt(calm, began);
  let backAfter = 0;
  const isBack = () => rateAt(returned + backAfter, returned + backAfter + window) >= rate * 0.8;
  while (backAfter < patience) {
    await pause(Math.max(0, returned + backAfter + window - performance.now()));
    if (isBack()) break;
    backAfter += 50;
  }
  // What follows the return must succeed as well.
  await pause(Math.max(0, returned + calmMs - performance.now()));
  done = true;
  await load;
  const times = answers.map(({ ms }) => ms);
  return {
    answered: answers.length,
    ...figures,
    slowest: Math.round(Math.max(...times)),
    p99: percentile(times, 0.99),
    rate: Math.round(rate),
    backAfter,
    errors:
      (service.output.match(/"level":"(?:error|fatal)"/g)?.length ?? 0) +
      (service.child.exitCode === null ? 0 : 1),
  };
}

async function start(postgres: PostgresServer, url = postgres.url) {
  const secrets = await deployment();
  const service = await startProcess({ env: { ...secrets, DATABASE_URL: url } });
  return { service, token: secrets.OPERATOR_TOKEN };
}

/** Stops Postgres in one of its ways for `downMs`, under load. */
export async function outage(
  way: 'fast' | 'immediate',
  { downMs = 2000, ...load }: { downMs?: number; count?: number; calmMs?: number } = {},
): Promise<OutageFigures> {
  const postgres = await startPostgres();
  try {
    const { service, token } = await start(postgres);
    await using _service = service;
    return await under(service, token, load, async () => {
      if (way === 'immediate') process.kill(await postgres.pid(), 'SIGQUIT');
      await postgres.halt();
      await pause(downMs);
      await postgres.resume();
    });
  } finally {
    await postgres.stop();
  }
}

/** Puts a proxy between the service and Postgres, which misbehaves for `faultMs`, under load. */
export async function badNetwork(
  way: 'cut' | 'flap' | 'halfClose' | 'stall',
  { faultMs = 2000, ...load }: { faultMs?: number; count?: number; calmMs?: number } = {},
): Promise<OutageFigures> {
  const postgres = await startPostgres();
  try {
    await using proxy = await startProxy(Number(new URL(postgres.url).port));
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    const { service, token } = await start(postgres, url.href);
    await using _service = service;
    return await under(service, token, load, async () => {
      proxy[way]();
      await pause(faultMs);
      proxy.behave();
    });
  } finally {
    await postgres.stop();
  }
}
