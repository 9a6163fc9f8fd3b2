import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, request } from 'node:http';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { deployment } from '../../scripts/support/client.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { DidNotStart, type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { readConfig } from '../../server/process/config.ts';
import { sigterm } from '../faults/sigterm.ts';
import { createDatabase, password } from '../support/harness.ts';
import { seed } from '../support/seed.ts';

const runtimes = ['node', 'bun', 'deno'] as const;

/** The configuration of two workers on a database. */
const pairOn = async (url: string) => ({ ...(await deployment()), DATABASE_URL: url, WORKERS: '2' });

/** That of two workers on a database of their own. */
async function pair() {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  return pairOn(url);
}

/** The processes that run, each with the one that started it; not those that are dead and still listed. */
const running = () =>
  execFileSync('ps', ['-eo', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith('Z'))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));

const workersOf = ({ child }: ServiceProcess) =>
  running().flatMap(({ pid, parent }) => (parent === child.pid ? [pid] : []));

/** The status of an answer on a connection of its own. */
async function ask({ url }: ServiceProcess): Promise<number | undefined> {
  const [response] = await once(get(`${url}/readyz`, { agent: false }), 'response');
  response.resume();
  return response.statusCode;
}

/** Who answered, as the log tells. */
const answerers = ({ output }: ServiceProcess) =>
  new Set(Array.from(output.matchAll(/"pid":(\d+),.*"path":"\/readyz"/g), ([, pid]) => Number(pid)));

/** A service with a worker that does not end. It takes as long as the longest stop, so the other tests run meanwhile. */
let stuck: ServiceProcess;
let stopped: Promise<number | null>;
beforeAll(async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  stuck = await startProcess({ env: await pairOn(url) });
  const [worker = 0] = workersOf(stuck);
  process.kill(worker, 'SIGSTOP');
  stopped = stuck.stop().finally(drop);
});
afterAll(() => stopped);

test('WORKERS is a number, or as many as there are cores; the embedded database is for one', async () => {
  const env = { ...(await deployment()), DATABASE_URL: 'postgres://127.0.0.1/none' };
  expect(readConfig(env).WORKERS).toBe(1);
  expect(readConfig({ ...env, WORKERS: '256' }).WORKERS).toBe(256);
  expect(readConfig({ ...env, WORKERS: 'auto' }).WORKERS).toBe(availableParallelism());
  expect(readConfig({ WORKERS: 'auto' }).WORKERS).toBe(1);
  for (const WORKERS of ['0', '257', '-1', '1.5', 'all'])
    expect(() => readConfig({ ...env, WORKERS })).toThrow('WORKERS must be auto or a number from 1 to 256');
  expect(() => readConfig({ WORKERS: '2' })).toThrow('WORKERS must be 1 without DATABASE_URL');
});

test('one worker is the process itself', async () => {
  await using service = await startProcess({ seed, env: { WORKERS: 'auto' } });
  expect(workersOf(service)).toEqual([]);
});

test.for(runtimes)('on %s two workers serve one port, and one that dies is replaced', async (runtime) => {
  await using service = await startProcess({ runtime, env: { ...(await pair()), LOG_LEVEL: 'debug' } });
  const pids = workersOf(service);
  expect(pids).toHaveLength(2);
  expect(service.output.match(/Latchkey answers at/g)).toHaveLength(1);
  const [killed = 0, spared = 0] = pids;
  const seen = async () => {
    expect(await ask(service)).toBe(200);
    return answerers(service);
  };
  await expect.poll(seen, { interval: 10, timeout: 10_000 }).toEqual(new Set(pids));

  process.kill(killed, 'SIGKILL');
  await expect.poll(() => service.output, { timeout: 5_000 }).toContain('a worker died');
  await expect.poll(async () => (await seen()).size, { interval: 10, timeout: 20_000 }).toBe(3);
  expect(workersOf(service)).toHaveLength(2);
  expect(workersOf(service)).toContain(spared);
  expect(await service.stop()).toBe(0);
});

/** What one scrape shows, on a connection of its own, so that any worker may answer. */
async function scrape({ url }: ServiceProcess, operatorToken = ''): Promise<string> {
  const headers = { Authorization: `Bearer ${operatorToken}`, Connection: 'close' };
  const response = await fetch(`${url}/metrics`, { headers });
  expect(response.status).toBe(200);
  return response.text();
}

/** The workers that a scrape shows. */
const shown = (text: string) =>
  Array.from(text.matchAll(/^latchkey_build_info\{.*worker="(\d+)"\} 1$/gm), ([, worker]) => Number(worker));

test.for(runtimes)('on %s one scrape shows all workers, whichever of them answers', async (runtime) => {
  const env = await pair();
  await using service = await startProcess({ runtime, env });
  const unknown = () =>
    fetch(`${service.url}/v1/keys/verify`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${env.OPERATOR_TOKEN}`,
        'Content-Type': 'application/json',
        Connection: 'close',
      },
      body: '{"token":"none"}',
    });
  const asked = 20;
  for (let time = 0; time < asked; time += 1) expect((await unknown()).status).toBe(200);
  const counted =
    /^latchkey_verifications_total\{purpose="verify",source="none",verdict="unknown",worker="\d"\} (\d+)$/gm;
  for (let time = 0; time < 10; time += 1) {
    const text = await scrape(service, env.OPERATOR_TOKEN);
    expect(shown(text)).toEqual([1, 2]);
    const counts = Array.from(text.matchAll(counted), ([, count]) => Number(count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(asked);
  }
});

test('a scrape for which no worker answers is no empty 200', async () => {
  const env = await pair();
  await using service = await startProcess({ env });
  // The supervisor accepts connections, so both are on one.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { Authorization: `Bearer ${env.OPERATOR_TOKEN}` };
  const scrapeAgain = async () => {
    const [response] = await once(get(`${service.url}/metrics`, { agent, headers }), 'response');
    return { status: response.statusCode, body: await text(response) };
  };
  expect(await scrapeAgain()).toMatchObject({ status: 200 });
  const supervisor = service.child.pid ?? expect.fail();
  process.kill(supervisor, 'SIGSTOP');
  const refused = await scrapeAgain().finally(() => process.kill(supervisor, 'SIGCONT'));
  agent.destroy();
  expect(refused).toMatchObject({ status: 503, body: expect.stringContaining('"code":"overloaded"') });
}, 30_000);

test('a worker that does not answer is left out of a scrape', async () => {
  const env = await pair();
  await using service = await startProcess({ env });
  const [stuck = 0] = workersOf(service);
  process.kill(stuck, 'SIGSTOP');
  // Every other connection is the stuck worker's.
  const tries = Array.from({ length: 4 }, () => scrape(service, env.OPERATOR_TOKEN));
  expect(shown(await Promise.any(tries))).toHaveLength(1);
  process.kill(stuck, 'SIGCONT');
  for (const text of await Promise.all(tries)) expect(text).toContain('latchkey_build_info');
  await expect.poll(async () => shown(await scrape(service, env.OPERATOR_TOKEN))).toEqual([1, 2]);
});

test.for(runtimes)('told to stop, workers on %s reset no request of a busy client', async (runtime) => {
  // The more there are, the more likely it is that a client connects to one that is about to stop.
  const env = { ...(await pair()), WORKERS: '4' };
  const { answered, resets, exitCode, ms } = await sigterm(runtime, { loadMs: 500, env });
  expect({ resets, exitCode }).toEqual({ resets: 0, exitCode: 0 });
  expect(answered).toBeGreaterThan(0);
  expect(ms).toBeLessThan(5_000);
});

/** A request whose body is half sent: it is in flight, beyond doubt. */
async function halfSent(service: ServiceProcess) {
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({ email: 'nobody@example.com', password });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
  const slow = request(`${service.url}/v1/sessions`, { method: 'POST', agent, headers });
  slow.write(body.slice(0, 10));
  await ask(service);
  return {
    /** Sends the rest. */
    async end(): Promise<number | undefined> {
      slow.end(body.slice(10));
      const [response] = await once(slow, 'response');
      response.resume();
      return response.statusCode;
    },
  };
}

test.for(runtimes)('a signal to all processes, and again, ends them on %s as one does', async (runtime) => {
  await using service = await startProcess({ runtime, env: await pair() });
  const slow = await halfSent(service);
  const interrupt = () => {
    for (const pid of [service.child.pid ?? 0, ...workersOf(service)]) process.kill(pid, 'SIGINT');
  };
  interrupt();
  interrupt();
  expect(await slow.end()).toBe(401);
  expect(await service.stop('SIGINT')).toBe(0);
});

test.for(runtimes)('when the supervisor is killed on %s, its workers finish and end', async (runtime) => {
  await using service = await startProcess({ runtime, env: await pair() });
  const pids = workersOf(service);
  expect(pids).toHaveLength(2);
  const slow = await halfSent(service);
  const gone = service.stop('SIGKILL');
  expect(await slow.end()).toBe(401);
  // They write to the same pipe, which closes when the last of them is gone.
  await gone;
  await expect.poll(() => running().filter(({ pid }) => pids.includes(pid)), { timeout: 5_000 }).toEqual([]);
  await expect(ask(service)).rejects.toThrow('ECONNREFUSED');
});

test.for(runtimes)('an error that keeps workers on %s from starting is printed once', async (runtime) => {
  const failure = async (env: Record<string, string>) => {
    const error = await startProcess({ runtime, env }).catch((error: unknown) => error);
    if (!(error instanceof DidNotStart)) throw new Error('It started.');
    expect(error.exitCode).toBe(1);
    expect(error.message.split('\n')).toHaveLength(1);
    return error.message;
  };
  expect(await failure({ WORKERS: '2' })).toContain('WORKERS must be 1 without DATABASE_URL');
  const env = await pair();
  const nowhere = `postgres://127.0.0.1:${await freePort()}/none`;
  expect(await failure({ ...env, DATABASE_URL: nowhere })).toContain('DATABASE_URL cannot be used');

  await using service = await startProcess({ runtime, env });
  expect(await failure({ ...env, PORT: new URL(service.url).port })).toContain('Cannot listen');
});

test('a worker that does not end is killed, and the exit code is 1', async () => {
  expect(await stopped).toBe(1);
  expect(stuck.output).toContain('a worker did not end in time');
});
