import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import connect from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLatchkey, type Latchkey } from '../../clients/typescript/client.ts';
import { type PostgresServer, startPostgres } from '../../scripts/support/postgres.ts';
import { startProxy } from '../../scripts/support/proxy.ts';
import { type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { newSigningKeys } from '../../server/jwt/signing.ts';
import { newToken } from '../../server/token.ts';
import { expectData, password } from '../support/harness.ts';

/** The service on a Postgres server of its own, which is stopped and frozen here. */
let postgres: PostgresServer;
let env: Record<string, string>;
let service: ServiceProcess;
let client: Latchkey;
let token: string;

const credentials = { email: 'ada@example.com', password };

beforeAll(async () => {
  postgres = await startPostgres();
  env = {
    DATABASE_URL: postgres.url,
    SIGN_UP: 'open',
    OPERATOR_TOKEN: newToken('lko_'),
    SIGNING_KEYS: JSON.stringify(await newSigningKeys()),
  };
  service = await startProcess({ env });
  const anyone = createLatchkey({ baseUrl: service.url });
  expectData(await anyone.POST('/v1/accounts', { body: credentials }));
  const { accessToken } = expectData(await anyone.POST('/v1/sessions', { body: credentials }));
  client = createLatchkey({ baseUrl: service.url, token: accessToken });
  token = expectData(await client.POST('/v1/keys', { body: { name: 'Key' } })).token;
});

afterAll(async () => {
  await service?.stop();
  await postgres?.stop();
});

const verify = () => client.POST('/v1/keys/verify', { body: { token } });

/** How an answer was, and how long it took in milliseconds. */
async function timed(call: () => ReturnType<typeof verify>) {
  const began = performance.now();
  const { error, response } = await call();
  return {
    status: response.status,
    error,
    retryAfter: response.headers.get('retry-after'),
    ms: performance.now() - began,
  };
}

/** Somebody who changes settings of the server. */
function settings() {
  const admin = connect(postgres.url, { max: 1, onnotice: () => {} });
  return {
    set: async (setting: string) => {
      await admin.unsafe(`alter system ${setting}`);
      await admin`select pg_reload_conf()`;
    },
    admin,
  };
}

const servesAgain = () =>
  expect.poll(async () => (await verify()).response.status, { timeout: 5_000 }).toBe(200);

test('while Postgres is stopped the answer is 503 at once, and when it is back the service serves', async () => {
  expect((await verify()).response.status).toBe(200);
  await postgres.halt();
  for (let round = 0; round < 20; round += 1) {
    const { status, error, retryAfter, ms } = await timed(verify);
    expect(status).toBe(503);
    expect(error?.code).toBe('database_unavailable');
    expect(retryAfter).toBe('1');
    expect(ms).toBeLessThan(1000);
  }
  expect((await fetch(`${service.url}/livez`)).status).toBe(200);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
  await postgres.resume();
  await servesAgain();
  expect(service.output).toContain('the database is unavailable');
});

test('while Postgres is frozen the answer is 503 within 5 s, and when it thaws the service serves', async () => {
  await servesAgain();
  const postmaster = await postgres.pid();
  const pids = execFileSync('ps', ['-eo', 'pid=,ppid=', '--no-headers'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([pid, parent]) => pid === postmaster || parent === postmaster)
    .map(([pid]) => pid ?? 0);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    const answers = await Promise.all(Array.from({ length: 8 }, () => timed(verify)));
    for (const { status, ms } of answers) {
      expect(status).toBe(503);
      expect(ms).toBeLessThan(5_000);
    }
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  await servesAgain();
});

test('while Postgres does not answer, a limited key is served until its block ends, then answered 503', async () => {
  await servesAgain();
  await using network = await startProxy(Number(new URL(postgres.url).port));
  const url = new URL(postgres.url);
  url.port = String(network.port);
  await using limited = await startProcess({ env: { ...env, DATABASE_URL: url.href } });
  const operator = createLatchkey({ baseUrl: limited.url, token: env.OPERATOR_TOKEN });
  const { id: accountId } = expectData(await client.GET('/v1/account'));
  const limits = [{ name: 'daily', limit: 100_000, windowSeconds: 86_400 }];
  const params = { query: { accountId } };
  const body = { name: 'Limited', limits };
  const key = expectData(await operator.POST('/v1/keys', { params, body }));
  const spend = () => operator.POST('/v1/keys/verify', { body: { token: key.token } });
  // Several at once, so that its block is large also on a busy machine.
  for (let turn = 0; turn < 50; turn += 1)
    for (const { response } of await Promise.all(Array.from({ length: 10 }, spend)))
      expect(response.status).toBe(200);

  network.stall();
  const stalledAt = performance.now();
  const sent: Promise<{ after: number; status: number; ms: number }>[] = [];
  for (let after = 0; after < 2_000; after = performance.now() - stalledAt) {
    sent.push(timed(spend).then(({ status, ms }) => ({ after, status, ms })));
    await pause(20);
  }
  const answers = await Promise.all(sent);
  network.behave();
  await expect.poll(async () => (await spend()).response.status, { timeout: 5_000 }).toBe(200);

  const statuses = (asked: typeof answers) => new Set(asked.map(({ status }) => status));
  expect(statuses(answers)).toEqual(new Set([200, 503]));
  const end = answers.findIndex(({ status }) => status === 503);
  expect(statuses(answers.slice(end))).toEqual(new Set([503]));
  expect(statuses(answers.filter(({ after }) => after > 1_000))).toEqual(new Set([503]));
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(10_000);
});

test('while commits wait for a standby that is away, keys are verified, and no connection waits behind them for long', async () => {
  await servesAgain();
  const { set, admin } = settings();
  const waiting = async () => {
    const rows = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%pg_notify%'`;
    return rows.map(({ pid }) => pid);
  };
  await set(`set synchronous_standby_names = 'away'`);
  try {
    const waits = () => admin`select pid from pg_stat_activity where wait_event = 'SyncRep'`;
    await expect.poll(waits, { timeout: 5_000 }).not.toEqual([]);
    const minted = client.POST('/v1/keys', { body: { name: 'Late' } });
    await expect.poll(waiting, { timeout: 5_000 }).not.toEqual([]);
    const before = await waiting();
    expect((await verify()).response.status).toBe(200);
    const left = async () => (await waiting()).filter((pid) => before.includes(pid));
    await expect.poll(left, { timeout: 6_000 }).toEqual([]);
    expect((await verify()).response.status).toBe(200);
    expect((await minted).response.status).toBe(503);
    // A commit that notifies nobody waits for the standby, and nothing ends that. More than the connections take.
    const create = (externalId: string) =>
      fetch(`${service.url}/v1/accounts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${env.OPERATOR_TOKEN}` },
        body: JSON.stringify({ externalId }),
      });
    const created = Array.from({ length: 60 }, (_, index) => create(`late-${index}`));
    for (const { status } of await Promise.all(created)) expect(status).toBe(503);
    for (let round = 0; round < 20; round += 1) {
      const { status, ms } = await timed(verify);
      expect(status).toBe(200);
      expect(ms).toBeLessThan(1_000);
    }
    await set('reset synchronous_standby_names');
    await expect.poll(async () => (await create('later')).status, { timeout: 10_000 }).toBe(201);
    // What was given up before it was sent is not done afterwards.
    expect((await admin`select 1 from accounts where external_id like 'late-%'`).length).toBeLessThan(60);
  } finally {
    await set('reset synchronous_standby_names');
    await admin.end();
  }
  await servesAgain();
});

test('while no more notifications fit into the queue of Postgres, keys are verified, and changes are answered 503', async () => {
  await servesAgain();
  const { id: keyId } = expectData(await client.POST('/v1/keys', { body: { name: 'Key' } }));
  const revoke = () => client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId } } });
  const { set, admin } = settings();
  await set('set max_notify_queue_pages = 64');
  await postgres.halt();
  await postgres.resume();
  await servesAgain();
  // It has not read what it listens for while its transaction goes on.
  const reader = connect(postgres.url, { max: 1, onnotice: () => {} });
  try {
    for (const statement of ['listen other', 'begin', 'select 1']) await reader.unsafe(statement);
    const fill = async (length: number) => {
      for (;;) await admin`select pg_notify('other', repeat('x', ${length}::integer))`;
    };
    for (const length of [7_900, 0]) await expect(fill(length)).rejects.toThrow('too many notifications');
    expect((await verify()).response.status).toBe(200);
    const { error, response } = await revoke();
    expect(response.status).toBe(503);
    expect(error?.code).toBe('database_unavailable');
  } finally {
    await reader.end({ timeout: 0 });
    await set('reset max_notify_queue_pages');
    await admin.end();
  }
  await expect.poll(async () => (await revoke()).response.status, { timeout: 10_000 }).toBe(204);
});

test('where Postgres closes connections that idle, every verification is answered all the same', async () => {
  await servesAgain();
  const { set, admin } = settings();
  await set(`set idle_session_timeout = '400ms'`);
  try {
    const operator = createLatchkey({ baseUrl: service.url, token: env.OPERATOR_TOKEN });
    const unknown = () => operator.POST('/v1/keys/verify', { body: { token: newToken('lk_') } });
    for (let round = 0; round < 20; round += 1) {
      // About as long as they may idle: some requests meet a connection that is just being closed.
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          await pause(390 + index);
          return (await unknown()).response.status;
        }),
      );
      expect(new Set(answers)).toEqual(new Set([200]));
    }
  } finally {
    await set('reset idle_session_timeout');
    await admin.end();
  }
});

/** Halts Postgres while look-ups run on every connection that the service has for reads. */
async function haltUnderStatements() {
  const admin = connect(postgres.url, { onnotice: () => {} });
  const holder = await admin.reserve();
  const operator = createLatchkey({ baseUrl: service.url, token: env.OPERATOR_TOKEN });
  await holder.unsafe('begin; lock table keys');
  const waiting: Promise<unknown>[] = [];
  // One after the other: look-ups of one turn of the event loop share a statement.
  const held = () => {
    waiting.push(operator.POST('/v1/keys/verify', { body: { token: newToken('lk_') } }));
    return admin`
      select pid from pg_stat_activity where wait_event_type = 'Lock' and query ~ '^\\s*select'`.then(
      ({ length }) => length,
    );
  };
  await expect.poll(held, { interval: 20, timeout: 10_000 }).toBe(5);
  await postgres.halt();
  await Promise.all(waiting);
  await admin.end({ timeout: 0 });
}

test('a standby is refused, since it may be behind: at the start and while the service runs', async () => {
  await servesAgain();
  await haltUnderStatements();
  await postgres.resumeAsStandby();
  try {
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
    // More often than the service has places for connections.
    for (let turn = 0; turn < 20; turn += 1)
      expect(await timed(verify)).toMatchObject({ status: 503, retryAfter: '1' });
    // An outage is warned of once a second, and the halt may just have been.
    const warned = () => verify().then(() => service.output);
    await expect.poll(warned, { interval: 200, timeout: 5_000 }).toContain('The server is a standby');
    const started = startProcess({ env });
    await expect(started).rejects.toThrow(
      /^The database at DATABASE_URL cannot be used: The server is a standby[^\n]*$/,
    );
    const other = await startPostgres();
    try {
      const hosts = [postgres.url, other.url].map((url) => new URL(url).host).join();
      const url = other.url.replace(new URL(other.url).host, hosts);
      await using elsewhere = await startProcess({ env: { ...env, DATABASE_URL: url } });
      const operator = createLatchkey({ baseUrl: elsewhere.url, token: env.OPERATOR_TOKEN });
      const asked = Array.from({ length: 50 }, () => operator.GET('/v1/accounts'));
      expect(new Set((await Promise.all(asked)).map(({ response }) => response.status))).toEqual(
        new Set([200]),
      );
      const metrics = () =>
        fetch(`${elsewhere.url}/metrics`, { headers: { authorization: `Bearer ${env.OPERATOR_TOKEN}` } });
      await expect
        .poll(async () => (await metrics()).text(), { timeout: 5_000 })
        .toContain('latchkey_cache_trusted 1');
    } finally {
      await other.stop();
    }
  } finally {
    await postgres.halt();
    await postgres.resume();
  }
  await servesAgain();
});

test('the service stops when it is told to, even if Postgres is down', async () => {
  await servesAgain();
  await postgres.halt();
  const began = performance.now();
  expect(await service.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(service.output).toContain('uses of keys were lost');
});
