import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { apache } from '../support/gateways/apache.ts';
import { type Deployment, startDeployment } from '../support/gateways/deployment.ts';
import { type Gateway, reasonToSkip, startGateway } from '../support/gateways/gateway.ts';
import { gateways } from '../support/gateways/gateways.ts';
import { haproxy } from '../support/gateways/haproxy.ts';
import { nginx } from '../support/gateways/nginx.ts';
import { send } from '../support/send.ts';

/** What holds while keys are revoked, and while Latchkey is away, through each gateway with its recipe. */

const used = new AsyncDisposableStack();
afterAll(() => used.disposeAsync());

/** How long an answer of introspection may be cached. */
const maxAge = 2;
let deployment: Deployment;

beforeAll(async () => {
  deployment = used.use(await startDeployment({ INTROSPECTION_MAX_AGE: String(maxAge) }));
});

const bearer = ({ token }: { token: string }) => ({ Authorization: `Bearer ${token}` });

/** Starts a gateway for one test. */
async function start(gateway: Gateway, change?: (text: string) => string): Promise<string> {
  const running = await startGateway(gateway, deployment.surroundings, change);
  onTestFinished(() => running[Symbol.asyncDispose]());
  return running.url;
}

/** An agent that keeps connections, for one test. */
function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

const connections = () => deployment.replicas.reduce((sum, { proxy }) => sum + proxy.taken.connections, 0);

describe.each(gateways.map((gateway) => [gateway.name + reasonToSkip(gateway), gateway] as const))(
  '%s',
  (_, gateway) => {
    const isMissing = !gateway.isInstalled();
    const introspects = gateway.name === 'apache';
    // Fewer where each request is slow.
    const keyCount = gateway.balances ? 250 : 50;

    test.skipIf(isMissing)(
      `of ${keyCount} keys under load, none passes once its revocation is answered`,
      async () => {
        const url = await start(gateway);
        const agent = keepAlive();
        const keys = await Promise.all(Array.from({ length: keyCount }, () => deployment.mint()));
        /** The keys whose revocation was answered. */
        const revoked = new Set<string>();
        const passed = { before: 0, after: 0 };
        const ask = async (key: { id: string; token: string }) => {
          const wasRevoked = revoked.has(key.id);
          const { status } = await send(url, bearer(key), { agent });
          expect([200, 401]).toContain(status);
          if (status === 200) passed[wasRevoked ? 'after' : 'before'] += 1;
        };

        const waiting = [...keys];
        const revoker = async () => {
          for (let key = waiting.pop(); key; key = waiting.pop()) {
            await ask(key);
            await deployment.revoke(key.id);
            revoked.add(key.id);
            await Promise.all([ask(key), ask(key)]);
          }
        };
        const user = async (at: number) => {
          for (let time = at; revoked.size < keyCount; time += 7)
            await ask(keys[time % keyCount] ?? expect.fail());
        };
        await Promise.all([revoker(), revoker(), revoker(), user(0), user(1), user(2), user(3)]);
        expect(passed.before).toBeGreaterThan(keyCount);
        expect(passed.after).toBe(0);
      },
    );

    test.skipIf(isMissing)(
      introspects
        ? 'a connection for each request, since mod_auth_openidc keeps none'
        : '200 requests on a few connections to Latchkey',
      async () => {
        const url = await start(gateway);
        const agent = keepAlive();
        const key = await deployment.mint();
        const before = connections();
        for (let time = 0; time < 25; time += 1) {
          const answers = await Promise.all(
            Array.from({ length: 8 }, () => send(url, bearer(key), { agent })),
          );
          expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
        }
        const taken = connections() - before;
        if (introspects) expect(taken).toBe(200);
        // Those of HAProxy's checks included.
        else expect(taken).toBeLessThan(40);
      },
    );
  },
);

/** Those that are here, and the reason if none is. */
const here = gateways.filter((gateway) => gateway.isInstalled());
const none = here.length > 0 ? '' : ' (skipped: no gateway is installed)';

/** What each answers while Latchkey is away. That of mod_auth_openidc reads as if the key were bad. */
const away: Record<string, number[]> = {
  nginx: [503],
  caddy: [502, 503, 504],
  haproxy: [503],
  apache: [401],
  wsgi: [503],
  asgi: [503],
  go: [503],
};
const eachAway = Object.fromEntries(here.map(({ name }) => [name, expect.toBeOneOf(away[name] ?? [])]));

/** Each gateway that is here, started for one test: what it answers to a good key, and to one that is not. */
async function startAll(of: Gateway[] = here) {
  const good = await deployment.mint();
  const revoked = await deployment.mint();
  await deployment.revoke(revoked.id);
  const urls = await Promise.all(of.map((gateway) => start(gateway)));
  const statuses = async (key: { token: string }) =>
    Object.fromEntries(
      await Promise.all(urls.map(async (url, at) => [of[at]?.name, (await send(url, bearer(key))).status])),
    );
  const each = (status: unknown) => Object.fromEntries(of.map(({ name }) => [name, status]));
  return { statuses, each, good, revoked };
}

test.skipIf(none)(`without Latchkey nothing passes, and with it good keys do again${none}`, async () => {
  const { statuses, each, good, revoked } = await startAll();
  const { replicas, backend } = deployment;
  expect(await statuses(good)).toEqual(each(200));

  const before = backend.received.length;
  for (const { proxy } of replicas) proxy.cut();
  expect(await statuses(good)).toEqual(eachAway);
  expect(await statuses(revoked)).toEqual(eachAway);
  for (const { proxy } of replicas) proxy.behave();
  expect(backend.received.length).toBe(before);
  await expect.poll(() => statuses(good), { timeout: 10_000 }).toEqual(each(200));

  for (const { stop } of replicas) await stop();
  const stopped = backend.received.length;
  expect(await statuses(good)).toEqual(eachAway);
  expect(backend.received.length).toBe(stopped);
  await Promise.all(replicas.map(({ start }) => start()));
  await expect.poll(() => statuses(good), { timeout: 10_000 }).toEqual(each(200));
  expect(await statuses(revoked)).toEqual(each(401));
});

test.skipIf(none)(`where Latchkey takes requests and answers none, nothing passes${none}`, async () => {
  const { statuses, each, good } = await startAll();
  const { replicas, backend } = deployment;
  expect(await statuses(good)).toEqual(each(200));
  for (const { proxy } of replicas) proxy.stall();
  const before = backend.received.length;
  const began = performance.now();
  expect(await statuses(good)).toEqual(eachAway);
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(backend.received.length).toBe(before);
  for (const { proxy } of replicas) {
    proxy.cut();
    proxy.behave();
  }
  await expect.poll(() => statuses(good), { timeout: 10_000 }).toEqual(each(200));
});

const balancing = here.filter(({ balances }) => balances);
test.skipIf(none)(
  `while one of two replicas ends, no good key is refused where both are known${none}`,
  async () => {
    const { statuses, each, good } = await startAll(balancing);
    const [, second] = deployment.replicas;
    const seen = new Set<string>();
    const look = async () => seen.add(JSON.stringify(await statuses(good)));
    let isStopped = false;
    const busy = (async () => {
      do await look();
      while (!isStopped);
    })();
    await second.stop();
    for (let time = 0; time < 20; time += 1) await look();
    isStopped = true;
    await busy;
    await second.start();
    expect([...seen]).toEqual([JSON.stringify(each(200))]);
  },
);

test.skipIf(reasonToSkip(apache))(
  `apache that caches accepts a key for INTROSPECTION_MAX_AGE after its revocation, and no longer${reasonToSkip(apache)}`,
  async () => {
    const url = await start(apache, (text) => text.replace(/.*IntrospectionInterval -1\n/, ''));
    const key = await deployment.mint();
    const statusOf = async () => (await send(url, bearer(key))).status;
    expect(await statusOf()).toBe(200);
    const cachedAt = performance.now();
    await deployment.revoke(key.id);
    expect(await statusOf()).toBe(200);
    await expect.poll(statusOf, { timeout: 10_000, interval: 50 }).toBe(401);
    // Some seconds more, for a machine that is busy.
    expect(performance.now() - cachedAt).toBeLessThan((maxAge + 3) * 1000);
    const before = connections();
    expect(await statusOf()).toBe(401);
    expect(connections()).toBeGreaterThan(before);
  },
);

/** The recipe of nginx, with a cache for what Latchkey answers, by key. */
const cached = (more: string) => (text: string) =>
  text
    .replace('http {', 'http { proxy_cache_path cache keys_zone=authorized:1m;')
    .replace(
      'internal;',
      `internal; proxy_cache authorized; proxy_cache_key "$http_authorization"; proxy_cache_valid 200 10m; ${more}`,
    );

test.skipIf(reasonToSkip(nginx))(
  `nginx with a proxy_cache caches nothing of Latchkey, unless it is told to ignore no-store${reasonToSkip(nginx)}`,
  async () => {
    const acceptedAfter = async (more: string) => {
      const url = await start(nginx, cached(more));
      const key = await deployment.mint();
      expect((await send(url, bearer(key))).status).toBe(200);
      await deployment.revoke(key.id);
      return (await send(url, bearer(key))).status;
    };
    expect(await acceptedAfter('')).toBe(401);
    // What the docs warn of; and so the cache above is one.
    expect(await acceptedAfter('proxy_ignore_headers Cache-Control;')).toBe(200);
  },
);

test.skipIf(reasonToSkip(haproxy))(
  `haproxy lets nothing pass where its action fails${reasonToSkip(haproxy)}`,
  async () => {
    const url = await start(haproxy, (text) =>
      text.replace('local sent =', 'error("broken")\n  local sent ='),
    );
    const before = deployment.backend.received.length;
    expect((await send(url, bearer(await deployment.mint()))).status).toBe(503);
    expect(deployment.backend.received.length).toBe(before);
  },
);
