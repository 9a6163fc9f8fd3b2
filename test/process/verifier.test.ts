import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLatchkey, type Latchkey } from '../../clients/typescript/client.ts';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';
import { startBalancer } from '../../scripts/support/balancer.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { type Runtime, type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { newToken } from '../../server/token.ts';
import { startFleet } from '../support/fleet.ts';
import { seed } from '../support/seed.ts';

const runtimes = ['node', 'bun', 'deno'] as const;
const root = resolve(import.meta.dirname, '../..');

const operatorToken = newToken('lko_');
const query = { externalId: 'user_1' };

/** An operator, with an account of the id that `query` names. */
async function operatorOf(baseUrl: string): Promise<Latchkey> {
  const operator = createLatchkey({ baseUrl, token: operatorToken });
  await operator.accounts.create(query);
  return operator;
}

const usesOf = async (operator: Latchkey, { id }: { id: string }) =>
  (await operator.keys.getUsage(id, query)).total.valid;

/** A verifier in a process of its own. */
interface VerifierProcess {
  verify: (token: string) => Promise<unknown>;
  close: () => Promise<void>;
}

async function startVerifier(runtime: Runtime, baseUrl: string): Promise<VerifierProcess> {
  const args = runtime === 'deno' ? ['run', '--allow-all'] : [];
  const child: ChildProcess = spawn(
    join(root, 'node_modules/.bin', runtime),
    [...args, join(root, 'test/support/verifier-by-lines.ts'), baseUrl, operatorToken],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('It has no pipes.');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? 'null');
  expect(await next(), runtime).toEqual({ isTrusted: true });
  return {
    verify(token) {
      stdin.write(`${token}\n`);
      return next();
    },
    async close() {
      stdin.end();
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  };
}

describe.for(runtimes)('on %s', (runtime) => {
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startProcess({ runtime, seed, env: { OPERATOR_TOKEN: operatorToken } });
  });
  afterAll(() => service.stop());

  test('no other request is upgraded', async () => {
    const ask = async (path: string, more: Record<string, string>) => {
      const asked = request(service.url + path, {
        headers: { Authorization: `Bearer ${operatorToken}`, ...more },
      });
      asked.end();
      const [response] = await once(asked, 'response');
      const { statusCode: status, headers } = response;
      return { status, headers, body: await json(response) };
    };
    // As the HttpClient of Java sends it with the first request.
    const h2c = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAEAAEAAAAIAAAAB',
    };
    const webSocket = {
      ...{ Connection: 'Upgrade', Upgrade: 'websocket' },
      ...{ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
    };
    for (const headers of [h2c, webSocket])
      expect(await ask('/v1/accounts', headers)).toMatchObject({ status: 200, body: { data: [] } });
    expect(await ask('/v1/verifier/more', webSocket)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    for (const headers of [h2c, {}])
      expect(await ask('/v1/verifier', headers)).toMatchObject({
        status: 426,
        headers: { 'content-type': 'application/problem+json', upgrade: 'websocket', connection: 'Upgrade' },
        body: { status: 426, title: 'Upgrade Required', code: 'upgrade_required' },
      });
  });

  test('verifiers on every runtime know of a revocation when it is answered, and tell their uses', async () => {
    const operator = await operatorOf(service.url);
    const [kept, revoked] = [
      await operator.keys.create({ name: 'Kept' }, { query }),
      await operator.keys.create({ name: 'Revoked' }, { query }),
    ];
    const verifiers = await Promise.all(runtimes.map((runtime) => startVerifier(runtime, service.url)));
    for (const { verify } of verifiers)
      for (const { token } of [kept, revoked]) {
        await verify(token);
        expect(await verify(token)).toMatchObject({ isKnown: true, verdict: { valid: true } });
      }
    await operator.keys.delete(revoked.id, query);
    for (const { verify } of verifiers) {
      expect(await verify(revoked.token)).toMatchObject({ isKnown: false, verdict: { reason: 'revoked' } });
      expect(await verify(kept.token)).toMatchObject({ isKnown: true });
    }
    for (const { close } of verifiers) await close();
    await expect.poll(() => usesOf(operator, kept), { timeout: 5_000 }).toBe(3 * runtimes.length);
  });

  test('the address of a verifier is known for as long as it is connected', async () => {
    const operator = await operatorOf(service.url);
    const { id: accountId } = await operator.account.get();
    const bound = { scopes: ['keys:verify'], allowedIps: ['127.0.0.1'] };
    const own = await operator.keys.create({ name: 'API servers', ...bound }, { query: { accountId } });
    const { token } = await operator.keys.create({ name: 'Key' }, { query });
    const states: string[] = [];
    const onChange = (state: string) => states.push(state);
    await using verifier = await createVerifier({ baseUrl: service.url, token: own.token, onChange });
    // After a change of its own key it is asked for its address again.
    await operator.keys.update(own.id, { name: 'Servers' }, { query: { accountId } });
    expect(await verifier.verify(token)).toMatchObject({ valid: true });
    expect({ states, ...verifier.stats }).toMatchObject({ states: ['trusted'], overHttp: 0 });
  });
});

/** A verifier that verifies all the time. */
interface Busy extends AsyncDisposable {
  states: string[];
  /** What verifications failed with. */
  failures: unknown[];
}

async function startBusy(baseUrl: string, token: string, watched: string): Promise<Busy> {
  const states: string[] = [];
  const failures: unknown[] = [];
  const verifier = await createVerifier({ baseUrl, token, onChange: (state) => states.push(state) });
  const verify = async () => {
    try {
      expect(await verifier.verify(watched)).toMatchObject({ valid: true });
    } catch (error) {
      failures.push(error);
    }
  };
  const verifying = setInterval(verify, 10);
  return {
    ...{ states, failures },
    [Symbol.asyncDispose]() {
      clearInterval(verifying);
      return verifier.close();
    },
  };
}

/** Two replicas behind a balancer, and verifiers that verify a key all the time. */
async function startBusyFleet(runtime: Runtime) {
  const used = new AsyncDisposableStack();
  onTestFinished(() => used.disposeAsync());
  const fleet = used.use(await startFleet(2, {}, runtime));
  const balancer = used.use(await startBalancer([fleet.portOf(0), fleet.portOf(1)]));
  const { token } = await fleet.call<{ token: string }>('POST', `/v1/keys?accountId=${fleet.accountId}`, {
    name: 'Key',
  });
  const busy = [];
  while (busy.length < 6) busy.push(used.use(await startBusy(balancer.url, fleet.operatorToken, token)));
  return { fleet, busy };
}

test.for(runtimes)(
  'verifiers move from a replica on %s before it ends: none is ever blind',
  async (runtime) => {
    const { fleet, busy } = await startBusyFleet(runtime);
    for (const place of [0, 1]) {
      await fleet.end(place, 'SIGTERM');
      await fleet.start(place);
    }
    for (const { states, failures } of busy)
      expect({ states, failures }).toEqual({ states: ['trusted'], failures: [] });
  },
);

test.for(runtimes)(
  'when a replica on %s is killed, its verifiers ask another, and come back',
  async (runtime) => {
    const { fleet, busy } = await startBusyFleet(runtime);
    await fleet.end(0, 'SIGKILL');
    await expect
      .poll(() => busy.filter(({ states }) => states.length === 3).length, { timeout: 10_000 })
      .toBe(3);
    expect(busy.flatMap(({ failures }) => failures)).toEqual([]);
  },
);

test.for(runtimes)('%s ends soon with a verifier, which loses no use and comes back', async (runtime) => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  seed(directory);
  const env = { DATA_DIR: directory, PORT: String(await freePort()), OPERATOR_TOKEN: operatorToken };
  await using first = await startProcess({ runtime, env });
  const baseUrl = first.url;
  const operator = await operatorOf(baseUrl);
  const key = await operator.keys.create({ name: 'Key' }, { query });
  const states: string[] = [];
  const onChange = (state: string) => states.push(state);
  await using verifier = await createVerifier({ baseUrl, token: operatorToken, onChange });
  for (let time = 0; time < 5; time += 1) await verifier.verify(key.token);

  const began = performance.now();
  expect(await first.stop()).toBe(0);
  // It waits 10 s for what does not end.
  expect(performance.now() - began).toBeLessThan(9_000);
  expect(states).toEqual(['trusted', 'blind']);

  await using _second = await startProcess({ runtime, env });
  await expect.poll(() => states, { timeout: 10_000 }).toEqual(['trusted', 'blind', 'trusted']);
  await verifier.verify(key.token);
  expect(verifier.verify(key.token)).toMatchObject({ valid: true });
  await verifier.close();
  await expect.poll(() => usesOf(operator, key), { timeout: 5_000 }).toBe(7);
});
