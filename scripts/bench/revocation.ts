import { setTimeout as pause } from 'node:timers/promises';
import { client } from '../support/client.ts';
import { startProxy } from '../support/proxy.ts';
import { median, percentile } from '../support/statistics.ts';
import { atMost, type Line, plain } from './figures.ts';
import type { Seeded } from './seed.ts';
import { type Ground, type Server, seededGround, startService, type Used } from './servers.ts';
import { revocations, rounds } from './settings.ts';
import { isAccepted, path } from './verify.ts';

const replicas = 4;

type Client = ReturnType<typeof client>['send'];

/** A key that is about to be revoked. */
interface Doomed {
  token: string;
  /** Where it is to be deleted. */
  path: string;
}

/** Makes a token hot at each of these. */
async function heat(verifiers: Client[], token: string): Promise<Doomed> {
  const answers = await Promise.all(verifiers.map((send) => send('POST', path, { token })));
  for (const { status, body } of answers)
    if (!isAccepted(body)) throw new Error(`It answered ${status} ${body}`);
  const { key } = JSON.parse(answers[0]?.body ?? '');
  return { token, path: `/v1/keys/${key.id}?accountId=${key.accountId}` };
}

/** Clients of these services, who end with the row. */
const clients = (used: Used, services: Server[], token: string): Client[] =>
  services.map(({ url }) => {
    const { send, close } = client(url, token);
    used.defer(close);
    return send;
  });

async function revoke(operator: Client, doomed: Doomed): Promise<number> {
  const { status, body, ms } = await operator('DELETE', doomed.path);
  if (status !== 204) throw new Error(`DELETE answered ${status} ${body}`);
  return ms;
}

/** How long DELETE takes with several replicas that all know the token, and whether one of them takes it afterwards. */
export async function revocation(used: Used): Promise<Line[]> {
  const on = await seededGround(used, revocations + 20, { durable: true });
  const services = await startAll(used, on);
  const verifiers = clients(used, services, on.verifier);
  const operators = clients(used, services, on.secrets.OPERATOR_TOKEN);

  const times: number[] = [];
  let stale = 0;
  for (const [n, token] of on.tokens.entries()) {
    const doomed = await heat(verifiers, token);
    const operator = operators[n % replicas];
    if (!operator) break;
    const ms = await revoke(operator, doomed);
    const verdicts = await Promise.all(verifiers.map((send) => send('POST', path, { token })));
    stale += verdicts.filter(({ body }) => isAccepted(body)).length;
    // The first ones warm it up.
    if (n >= 20) times.push(ms);
  }
  return [
    plain('DELETE, p50', median(times), 'ms', atMost(15, ' ms'), times),
    plain('DELETE, p99', percentile(times, 0.99), 'ms', atMost(50, ' ms')),
    plain(`still taken after the answer, of ${times.length} by ${replicas}`, stale, '', atMost(0)),
  ];
}

/** The same while one replica hears nothing from Postgres any more, and does not know it yet. */
export async function partition(used: Used): Promise<Line[]> {
  const on = await seededGround(used, 100, { durable: true });
  const proxy = used.use(await startProxy(Number(new URL(on.databaseUrl).port)));
  const through = Object.assign(new URL(on.databaseUrl), { port: String(proxy.port) }).href;
  const services = await startAll(used, on, through);
  const verifiers = clients(used, services, on.verifier);
  const [operator] = clients(used, services, on.secrets.OPERATOR_TOKEN);
  const [partitioned] = clients(used, services.slice(-1), on.verifier);
  if (!operator || !partitioned) throw new Error('Nobody to ask.');

  const times: number[] = [];
  let stale = 0;
  for (const token of on.tokens.slice(0, rounds)) {
    const doomed = await heat(verifiers, token);
    proxy.stall();
    // A moment into the silence, another in each round.
    await pause(times.length * 100);
    const ms = await revoke(operator, doomed);
    times.push(ms);
    const verdicts = verifiers.map((send) => send('POST', path, { token }));
    stale += (await Promise.all(verdicts)).filter(({ body }) => isAccepted(body)).length;
    proxy.behave();
    while (!isAccepted((await partitioned('POST', path, { token: on.tokens.at(-1) })).body)) await pause(100);
    // Until it is trusted again, and its memory with it.
    await pause(3000);
  }
  return [
    plain(
      'DELETE, longest',
      Math.max(...times) / 1000,
      's',
      atMost(3, ' s'),
      times.map((ms) => ms / 1000),
    ),
    plain(`still taken after the answer, of ${times.length} by ${replicas}`, stale, '', atMost(0)),
  ];
}

/** Starts the replicas, the last of them with a database URL of its own. */
async function startAll(used: Used, on: Ground & Seeded, last = on.databaseUrl): Promise<Server[]> {
  const urls = Array.from({ length: replicas }, (_, n) => (n === replicas - 1 ? last : on.databaseUrl));
  return Promise.all(urls.map((databaseUrl) => startService(used, { ...on, databaseUrl })));
}
