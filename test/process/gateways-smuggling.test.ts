import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Deployment, startDeployment } from '../support/gateways/deployment.ts';
import { type Gateway, reasonToSkip, startGateway } from '../support/gateways/gateway.ts';
import { gateways } from '../support/gateways/gateways.ts';
import { asgi } from '../support/gateways/python.ts';
import { send } from '../support/send.ts';

/** What a client sends in order to be taken for another, or to be asked for less: each named by where it once worked. */

const used = new AsyncDisposableStack();
afterAll(() => used.disposeAsync());

let deployment: Deployment;
/** The key of the client, the key of another one, and one without the scope. */
let keys: Record<'own' | 'other' | 'lacking' | 'remote' | 'theirs', { id: string; token: string }>;

beforeAll(async () => {
  deployment = used.use(await startDeployment());
  const { mint } = deployment;
  keys = {
    own: await mint(),
    other: await mint(),
    lacking: await mint({ scopes: ['orders:write'] }),
    remote: await mint({ allowedIps: ['203.0.113.0/24'] }),
    theirs: await mint({ audience: ['https://b.example.com'] }),
  };
});

const bearer = (key: keyof typeof keys) => ({ Authorization: `Bearer ${keys[key].token}` });
const forged = 'forged-by-a-client';
const identity = ['Key', 'Account', 'External-Id', 'Scopes', 'Name', 'Identity'].map(
  (name) => `Latchkey-${name}`,
);
const all = (names: string[], value = forged) => Object.fromEntries(names.map((name) => [name, value]));

interface Attempt {
  sent: () => OutgoingHttpHeaders;
  path?: string;
  /** The statuses that gateways answer with: 200 passes it on, without what is forged. */
  statuses: number[];
}

const attempts: Record<string, Attempt> = {
  'identity headers of the client’s own (GHSA-7r4p-vjf4-gxv4)': {
    sent: () => ({ ...bearer('own'), ...all(identity) }),
    statuses: [200, 403],
  },
  'identity headers twice, in other letters (GHSA-7r4p-vjf4-gxv4)': {
    sent: () => ({
      ...bearer('own'),
      ...Object.fromEntries(identity.map((name) => [name.toUpperCase(), [forged, forged]])),
    }),
    statuses: [200, 403],
  },
  'identity headers that Connection tells to remove (CVE-2022-31813)': {
    sent: () => ({ ...bearer('own'), Connection: `close, ${identity.join(', ')}` }),
    statuses: [200, 403],
  },
  'their twins with an underscore (GHSA-f59h-q822-g45g, CVE-2025-64484)': {
    sent: () => ({
      ...bearer('own'),
      ...all(identity.map((name) => name.replaceAll('-', '_'))),
      ...all(identity.map((name) => name.replace('-', '_').toLowerCase())),
    }),
    statuses: [200, 403],
  },
  'another path in forwarded headers (CVE-2026-40575, CVE-2026-35051)': {
    sent: () => ({
      ...bearer('lacking'),
      'X-Forwarded-Uri': '/public',
      'X-Forwarded-Prefix': '/public',
      'X-Forwarded-Method': 'OPTIONS',
      'X-Forwarded-Host': 'public.example.com',
      'X-Forwarded-Port': '443',
      'X-Original-URI': '/public',
      'X-Original-URL': '/public',
      'X-Original-Method': 'OPTIONS',
      'X-Rewrite-URL': '/public',
      'X-HTTP-Method-Override': 'OPTIONS',
      Forwarded: 'for=203.0.113.7;host=public.example.com;proto=https',
    }),
    statuses: [403],
  },
  'another address in forwarded headers': {
    sent: () => ({
      ...bearer('remote'),
      ...all(['X-Forwarded-For', 'X-Real-IP', 'Client-IP'], '203.0.113.7'),
    }),
    statuses: [401],
  },
  'two addresses in forwarded headers': {
    sent: () => ({
      ...bearer('remote'),
      'X-Real-IP': ['203.0.113.7', '203.0.113.7'],
      X_Real_IP: '203.0.113.7',
      Forwarded: 'for=203.0.113.7',
    }),
    statuses: [401],
  },
  'two different keys in Authorization': {
    sent: () => ({ Authorization: [bearer('own').Authorization, bearer('other').Authorization] }),
    statuses: [400, 401],
  },
  'a key that lacks the scope, before one that has it': {
    sent: () => ({ Authorization: [bearer('lacking').Authorization, bearer('own').Authorization] }),
    statuses: [400, 401],
  },
  'a key after another credential': {
    sent: () => ({ Authorization: ['Basic dTpw', bearer('own').Authorization] }),
    statuses: [400, 401],
  },
  'a scope of the client’s own (Latchkey-Require-Scope)': {
    sent: () => ({
      ...bearer('lacking'),
      ...all(['Latchkey-Require-Scope', 'Latchkey_Require_Scope'], 'orders:write'),
    }),
    statuses: [403],
  },
  'a cost of the client’s own (Latchkey-Require-Cost)': {
    sent: () => ({ ...bearer('lacking'), 'Latchkey-Require-Cost': '0' }),
    statuses: [403, 422],
  },
  'a gateway of the client’s own (Latchkey-Authorization)': {
    sent: () => ({
      ...bearer('theirs'),
      'Latchkey-Authorization': `Bearer ${keys.own.token}; audience="https://b.example.com"; ip-header=X-Any`,
    }),
    statuses: [401, 403],
  },
  'a gateway of the client’s own, by the secret of ours': {
    sent: () => ({
      ...bearer('theirs'),
      'Latchkey-Authorization': `Bearer ${deployment.surroundings.key.token}; audience="https://b.example.com"`,
    }),
    statuses: [401, 403],
  },
  'a status of the client’s own (Latchkey-Status)': {
    sent: () => ({ ...bearer('lacking'), 'Latchkey-Status': '200' }),
    statuses: [403],
  },
  'a path that goes up (CVE-2026-40575)': {
    sent: () => bearer('lacking'),
    path: '/public/..;/orders/%2e%2e/orders',
    statuses: [403],
  },
};

describe.each(gateways.map((gateway) => [gateway.name + reasonToSkip(gateway), gateway] as const))(
  'past %s',
  (_, gateway: Gateway) => {
    const isMissing = !gateway.isInstalled();
    const introspects = gateway.name === 'apache';
    let url: string;

    beforeAll(async () => {
      if (!isMissing) url = used.use(await startGateway(gateway, deployment.surroundings)).url;
    });

    /** What the backend gets of a request. */
    async function reaching(headers: OutgoingHttpHeaders, path = '/orders') {
      const { received } = deployment.backend;
      const before = received.length;
      const { status } = await send(url + path, headers);
      return { status, reached: received.slice(before) };
    }

    test.skipIf(isMissing).each(Object.entries(attempts))('%s', async (_title, { sent, path, statuses }) => {
      const { status, reached } = await reaching(sent(), path);
      expect(statuses).toContain(status);
      expect(reached).toHaveLength(status === 200 ? 1 : 0);
      if (!reached[0]) return;
      const { headers } = reached[0];
      expect(JSON.stringify(headers)).not.toContain(forged);
      expect(headers['latchkey-key']).toBe(keys.own.id);
      expect(headers['latchkey-account']).toBe(deployment.accountId);
      const twins = Object.keys(headers).filter((name) => /^latchkey.*_|^latchkey_/.test(name));
      expect(twins).toEqual([]);
    });

    test.skipIf(isMissing)('another key in X-API-Key', async () => {
      const { status, reached } = await reaching({ ...bearer('own'), 'X-API-Key': keys.other.token });
      // Apache reads Authorization alone, so that the backend is told that one.
      expect([status, reached[0]?.headers['latchkey-key']]).toEqual(
        introspects ? [200, keys.own.id] : [401, undefined],
      );
    });
  },
);

test.skipIf(reasonToSkip(asgi))(
  `past asgi, a WebSocket opens only with a good key${reasonToSkip(asgi)}`,
  async () => {
    await using running = await startGateway(asgi, deployment.surroundings);
    const statusOf = async (headers: Record<string, string>) => {
      const socket = new WebSocket(running.url, { headers });
      const [status] = await Promise.race([
        once(socket, 'upgrade').then(([response]) => [response.statusCode]),
        once(socket, 'unexpected-response').then(([, response]) => [response.statusCode]),
      ]);
      socket.on('error', () => {}).terminate();
      return status;
    };
    expect([await statusOf({}), await statusOf(bearer('lacking')), await statusOf(bearer('own'))]).toEqual([
      403, 403, 101,
    ]);
  },
);
