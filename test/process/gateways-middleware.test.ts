import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, startBackend } from '../support/gateways/backend.ts';
import {
  type RunningGateway,
  reasonToSkip,
  type Surroundings,
  startGateway,
} from '../support/gateways/gateway.ts';
import { middlewares } from '../support/gateways/gateways.ts';
import { go } from '../support/gateways/go.ts';
import { exchange, message, statusesOf } from '../support/raw-http.ts';
import { send } from '../support/send.ts';

/** What the middlewares do where something else than Latchkey answers at its address, or where they cannot ask. */

const used = new AsyncDisposableStack();
afterAll(() => used.disposeAsync());

let answer: RequestListener;
const other = createServer((request, response) => answer(request, response));
let backend: Backend;
let surroundings: Surroundings;

beforeAll(async () => {
  backend = used.use(await startBackend());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  used.defer(() => {
    other.closeAllConnections();
    other.close();
  });
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  surroundings = {
    latchkey: [address, address],
    backend: backend.address,
    https: { url: '', certificate: '' },
    key: { id: 'key_gateway', token: 'lk_gateway' },
  };
});

const identity = { 'Latchkey-Key': 'key_1' };
const sent = { Authorization: 'Bearer lk_client' };

interface Case {
  answer: RequestListener;
  status: number;
  /** What the log says then. */
  logged?: RegExp;
  /** The middlewares of which it is not so, and why. */
  except?: Record<string, string>;
}

const cases: Record<string, Case> = {
  'a redirect': {
    answer: ({ url }, response) =>
      response.writeHead(url === '/elsewhere' ? 200 : 302, { ...identity, Location: '/elsewhere' }).end(),
    status: 503,
    logged: /no verdict: 302/,
  },
  'a success that names no key': {
    answer: (_, response) => response.end('Welcome'),
    status: 503,
    logged: /no verdict: 200/,
  },
  'nothing, and the connection ends': {
    answer: (_, { socket }) => socket?.destroy(),
    status: 503,
    logged: /EOF|RemoteDisconnected/,
  },
  'a refusal with a status that has no name': {
    answer: (_, response) => response.writeHead(499).end(),
    status: 499,
  },
  'a success in drips, for longer than 5 s': {
    answer(_, { socket }) {
      socket?.write('HTTP/1.1 200 OK\r\nLatchkey-Key: key_');
      const drips = setInterval(() => socket?.write('1'), 500);
      socket?.on('close', () => clearInterval(drips)).on('error', () => {});
    },
    status: 503,
    logged: /Timeout exceeded|within 5 s/,
    except: { wsgi: 'its 5 s are for each read' },
  },
};

describe.each(
  middlewares.map((middleware) => [middleware.name + reasonToSkip(middleware), middleware] as const),
)('%s is answered', (_, middleware) => {
  const isMissing = !middleware.isInstalled();
  let running: RunningGateway;

  beforeAll(async () => {
    if (!isMissing) running = used.use(await startGateway(middleware, surroundings));
  });

  for (const [title, { status, logged, except, ...row }] of Object.entries(cases)) {
    const because = except?.[middleware.name];
    test.skipIf(isMissing || because)(
      `${title}: ${status}${because ? ` (skipped: ${because})` : ''}`,
      async () => {
        answer = row.answer;
        const before = (await running.log()).length;
        const began = performance.now();
        expect((await send(running.url, sent)).status).toBe(status);
        expect(performance.now() - began).toBeLessThan(10_000);
        expect(backend.received.splice(0)).toEqual([]);
        const lines = (await running.log()).slice(before);
        if (logged) expect(lines).toMatch(logged);
        expect(lines).not.toContain('lk_');
        other.closeAllConnections();
      },
    );
  }

  test.skipIf(isMissing)('nothing, since no header can hold its token: 503', async () => {
    const key = { ...surroundings.key, token: 'lk_gate\nway' };
    await using mistaken = await startGateway(middleware, { ...surroundings, key });
    expect((await send(mistaken.url, sent)).status).toBe(503);
    const lines = await mistaken.log();
    expect(lines).toMatch(/Latchkey-Authorization|LATCHKEY_TOKEN/);
    expect(lines).not.toContain('lk_');
  });

  test.skipIf(isMissing)(
    'for a header behind a bare line feed: it is no header, or not the client’s',
    async () => {
      answer = (_, response) => response.writeHead(200, identity).end();
      const forged = 'User-Agent: a\nLatchkey-Account: forged\r\nAuthorization: Bearer lk_client\r\n';
      const [status] = statusesOf(await exchange(running, message('GET /orders', forged)));
      expect(status).toBeOneOf([200, 400]);
      const reached = backend.received.splice(0);
      expect(reached).toHaveLength(status === 200 ? 1 : 0);
      expect(JSON.stringify(reached)).not.toContain('forged');
    },
  );
});

test.skipIf(reasonToSkip(go)).each(['LATCHKEY_URL', 'LATCHKEY_TOKEN'])(
  `go does not start without %s${reasonToSkip(go)}`,
  async (name) => {
    const change = (text: string) => text.replace(`Getenv("${name}")`, 'Getenv("UNSET")');
    await expect(startGateway(go, surroundings, change)).rejects.toThrow('RequireKey needs LATCHKEY_URL');
  },
);
