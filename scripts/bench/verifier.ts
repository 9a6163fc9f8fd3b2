import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startBalancer } from '../support/balancer.ts';
import { client } from '../support/client.ts';
import { freePort } from '../support/postgres.ts';
import { type Runtime, startProcess } from '../support/service.ts';
import { median, percentile } from '../support/statistics.ts';
import { startBetterAuth } from './better-auth.ts';
import { atLeast, atMost, compare, figure, inTurn, type Line, plain } from './figures.ts';
import type { Followed } from './followers.ts';
import { loader } from './load.ts';
import { cores, pin, residentMemory } from './machine.ts';
import {
  type Ground,
  runtimeCommands,
  type Server,
  seededGround,
  startOther,
  startService,
  type Used,
} from './servers.ts';
import { hotKeys, revocations, rounds } from './settings.ts';
import { throughput } from './verify.ts';

/** What the verifier in the product's own process is held against. */

const file = (name: string) => join(import.meta.dirname, name);

/** `verify()` of hot keys against SHA-512 and a Map, in one process on one core. */
export async function inProcess(used: Used, runtime: Runtime): Promise<Line[]> {
  const on = await seededGround(used, hotKeys, { pinned: true });
  // The core is for the verifier.
  const service = await startService(used, { ...on, pinned: false });
  pin(service.pid, cores.others);
  const { PATH = '', HOME = '' } = process.env;
  const { stdout } = await promisify(execFile)(
    'taskset',
    ['-c', cores.server, ...runtimeCommands[runtime], file('verifying.ts')],
    {
      env: {
        PATH,
        HOME,
        URL: service.url,
        TOKEN: on.secrets.OPERATOR_TOKEN,
        TOKENS: on.file,
        ROUNDS: String(rounds),
      },
    },
  );
  const found: { verify: number; least: number }[] = JSON.parse(stdout);
  const pairs = found.map(({ verify, least }): [number, number] => [1e9 / verify, 1e9 / least]);
  const each = found.map(({ verify }) => 1e9 / verify);
  return [
    compare('verifications/s, against SHA-512 and a Map', pairs, (perSecond) => perSecond, atLeast(0.8)),
    ...(runtime === 'node' ? [plain('verifications/s', median(each), '', atLeast(1_000_000), each)] : []),
  ];
}

/** Requests to an endpoint of a product, each with a token of its own. */
const requests = ({ url }: Server, { file, tokens }: Awaited<ReturnType<typeof seededGround>>) => {
  const length = tokens[0]?.length ?? 0;
  return { url, path: '/files', caller: '\0'.repeat(length), body: () => ({}), tokens: file, length };
};

/** An endpoint that is guarded by a verifier, against the same without a guard, and guarded over HTTP. */
export async function guarded(used: Used, against: 'none' | 'http'): Promise<Line[]> {
  const on = await seededGround(used, hotKeys, { pinned: true });
  const service = await startService(used, { ...on, pinned: false });
  pin(service.pid, cores.others);
  const start = (GUARD: string) =>
    startOther(
      used,
      'guarded.ts',
      { GUARD, URL: service.url, TOKEN: on.secrets.OPERATOR_TOKEN },
      { pinned: true },
    );
  const [ours, theirs] = [await start('verifier'), await start(against)];
  const load = (server: Server) => loader(requests(server, on), { pinned: true });
  const pairs = await inTurn(load(ours), load(theirs));
  return [throughput(pairs, against === 'none' ? 0.85 : undefined)];
}

/** The same, against Better Auth's plugin in the process of the product. */
export async function guardedByBetterAuth(used: Used): Promise<Line[]> {
  const on = await seededGround(used, hotKeys, { durable: true });
  const service = await startService(used, on);
  const ours = await startOther(used, 'guarded.ts', {
    GUARD: 'verifier',
    URL: service.url,
    TOKEN: on.secrets.OPERATOR_TOKEN,
  });
  const pairs = await inTurn(loader(requests(ours, on)), loader(await startBetterAuth(used, on)));
  return [throughput(pairs, 20)];
}

/** So many verifiers in a process of their own. */
async function follow(used: Used, url: string, { secrets }: Ground, count: number, watched = '') {
  const child = fork(file('followers.ts'), [url, secrets.OPERATOR_TOKEN, String(count), watched], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  used.defer(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  await once(child, 'message');
  return child;
}

/** How much of a core a process has used since it began, in seconds. */
function cpuOf(pid: number | undefined): number {
  // Fields 14 and 15 of proc_pid_stat(5), in hundredths of a second; the name, field 2, may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const [user, system] = [fields[11], fields[12]];
  return (Number(user) + Number(system)) / 100;
}

const many = 1_000;
const idleSeconds = 10;

/** What verifiers cost that ask nothing. */
export async function idle(used: Used): Promise<Line[]> {
  const on = await seededGround(used, hotKeys);
  const service = await startService(used, on);
  await pause(2_000);
  const spend = async () => {
    const before = cpuOf(service.pid);
    await pause(idleSeconds * 1000);
    return (cpuOf(service.pid) - before) / idleSeconds;
  };
  const without = await spend();
  const memory = residentMemory(service.pid);
  await follow(used, service.url, on, many);
  await pause(2_000);
  const withThem = await spend();
  const each = ((residentMemory(service.pid) - memory) * 1024) / many;
  return [
    plain('of a core, for 1,000', (withThem - without) * 100, '%', atMost(10, ' %')),
    plain('memory, each', each, 'KiB'),
  ];
}

/** How long DELETE takes while so many verifiers follow the one replica. */
export async function changes(used: Used, verifiers: number): Promise<Line[]> {
  const count = Math.min(revocations, 300);
  const on = await seededGround(used, count + 20, { durable: true });
  const service = await startService(used, on);
  if (verifiers > 0) await follow(used, service.url, on, verifiers);
  const { send, close } = client(service.url, on.secrets.OPERATOR_TOKEN);
  used.defer(close);
  const times: number[] = [];
  for (const [index, token] of on.tokens.entries()) {
    const { body } = await send('POST', '/v1/keys/verify', { token });
    const { key } = JSON.parse(body);
    const { status, ms } = await send('DELETE', `/v1/keys/${key.id}?accountId=${key.accountId}`);
    if (status !== 204) throw new Error(`DELETE answered ${status}`);
    // The first ones warm it up.
    if (index >= 20) times.push(ms);
  }
  return [
    plain('p50', percentile(times, 0.5), 'ms'),
    plain('p99', percentile(times, 0.99), 'ms'),
    plain('slowest', Math.max(...times), 'ms', atMost(1_500, ' ms')),
  ];
}

/** One of two replicas is restarted, with notice or without, with 1,000 verifiers that verify all the time. */
export async function reconnect(used: Used, signal: 'SIGTERM' | 'SIGKILL'): Promise<Line[]> {
  const on = await seededGround(used, hotKeys);
  const ports = [await freePort(), await freePort()];
  const start = (port: number | undefined) =>
    startProcess({ env: { ...on.secrets, DATABASE_URL: on.databaseUrl, PORT: String(port) } });
  const services = [used.use(await start(ports[0])), used.use(await start(ports[1]))];
  const { url } = used.use(await startBalancer(ports));
  const child = await follow(used, url, on, many, on.tokens[0]);
  const began = performance.now();
  await services[0]?.stop(signal);
  const gone = performance.now() - began;
  used.use(await start(ports[0]));
  child.send('tell');
  const [followed]: Followed[] = await once(child, 'message');
  if (!followed) throw new Error('It told nothing.');
  const { verifications, failed, blind, blindFor } = followed;
  return [
    plain('until the replica is gone', gone, 'ms'),
    plain(`blind for a while, of ${figure(many)}`, blind, '', signal === 'SIGTERM' ? atMost(0) : undefined),
    plain('until all are trusted', blindFor, 'ms'),
    plain(`failed, of ${figure(verifications)}`, failed, '', atMost(0)),
  ];
}
