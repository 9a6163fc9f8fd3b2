import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type VerifierOptions, VerifierRefused } from '../clients/typescript/verifier/verifier.ts';
import { newToken } from '../server/token.ts';
import type { Link } from '../server/verifiers/link.ts';
import { block } from './support/block.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { openVerifier } from './support/open-verifier.ts';

/** How a verifier connects, what it does with a replica or a proxy that misbehaves, and what it tells of that. */

let service: TestService;
let baseUrl: string;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  baseUrl = await service.listen();
  ada = await service.signIn();
});

const open = (options: Partial<VerifierOptions>) =>
  openVerifier({ baseUrl, token: service.operatorToken, ...options });

/** The ends that the service has of the connections that are opened from now on. */
function watchLinks(): Link[] {
  const links: Link[] = [];
  const { accept } = service.verifiers;
  const watched = vi.spyOn(service.verifiers, 'accept').mockImplementation((socket) => {
    const link = accept.call(service.verifiers, socket);
    links.push(link);
    return link;
  });
  onTestFinished(() => watched.mockRestore());
  return links;
}

/** One that hears no trust while `isDoubtful`, as from a replica that cannot hear of changes. */
const withoutTrust = (isDoubtful: () => boolean) =>
  class extends WebSocket {
    override set onmessage(listener: (event: MessageEvent) => void) {
      super.onmessage = ({ data }) =>
        listener({ data: isDoubtful() ? data.replace(/"trust":\d+/, '"trust":0') : data } as MessageEvent);
    }
  };

test('a verifier that begins without a connection says so, and why', async () => {
  const states: unknown[] = [];
  const verifier = await open({
    baseUrl: `${baseUrl}/elsewhere`,
    onChange: (...state) => states.push(state),
  });
  expect(verifier.isTrusted).toBe(false);
  const url = `${baseUrl.replace('http', 'ws')}/elsewhere/v1/verifier`;
  expect(states).toEqual([['blind', `No connection to ${url} was opened (1006).`]]);
});

test('a connection that cannot be opened is given up at once, also where no close follows, as on Node 22', async () => {
  class Unclosed extends WebSocket {
    override set onclose(_: WebSocket['onclose']) {}
  }
  const opened = vi.fn();
  const states: unknown[] = [];
  await open({
    baseUrl: `${baseUrl}/elsewhere`,
    onChange: (...state) => states.push(state),
    WebSocket: class extends Unclosed {
      constructor(url: string | URL) {
        super(url);
        opened();
      }
    },
  });
  expect(opened.mock.calls.length).toBeGreaterThan(2);
  expect(states).toEqual([['blind', expect.stringContaining('was opened (1006)')]]);
});

test('a verifier whose process was blocked for long is still connected', async () => {
  const connections = vi.spyOn(service.verifiers, 'accept');
  onTestFinished(() => connections.mockRestore());
  const verifier = await open({});
  block(2_500);
  expect(verifier.isTrusted).toBe(false);
  // The service was blocked with it, and may give no trust at first.
  await expect.poll(() => verifier.isTrusted, { timeout: 5_000 }).toBe(true);
  expect(connections).toHaveBeenCalledTimes(1);
});

test('a connection without trust is told as blind, until there is trust again', async () => {
  let isDoubtful = false;
  const states: unknown[] = [];
  const onChange = (...state: unknown[]) => states.push(state);
  const verifier = await open({ onChange, WebSocket: withoutTrust(() => isDoubtful) });
  const blind = ['blind', 'The service cannot tell of changes now.'];
  isDoubtful = true;
  await expect.poll(() => states, { timeout: 5_000 }).toEqual([['trusted', undefined], blind]);
  expect(verifier.isTrusted).toBe(false);
  isDoubtful = false;
  await expect.poll(() => states.slice(2), { timeout: 5_000 }).toEqual([['trusted', undefined]]);
  expect(verifier.isTrusted).toBe(true);
});

test('a verifier that is refused while it is blind says so, once', async () => {
  // Pauses between attempts are short.
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.02);
  onTestFinished(() => random.mockRestore());
  let isReached = false;
  let attempts = 0;
  /** One that does not get through at first. */
  class Late extends WebSocket {
    constructor(url: string | URL) {
      super(isReached ? url : `${url}/elsewhere`);
      attempts += 1;
    }
  }
  const states: unknown[] = [];
  await open({ token: 'lk_typo', onChange: (...state) => states.push(state), WebSocket: Late });
  const url = `${baseUrl.replace('http', 'ws')}/v1/verifier`;
  expect(states).toEqual([['blind', `No connection to ${url} was opened (1006).`]]);
  isReached = true;
  const known = attempts;
  await expect.poll(() => attempts, { timeout: 5_000 }).toBeGreaterThan(known + 3);
  expect(states.slice(1)).toEqual([['blind', 'The token is not known here.']]);
});

test('a verifier that speaks another version of the protocol is refused at its start', async () => {
  class Later extends WebSocket {
    override send(data: string) {
      super.send(data.replace('"version":1', '"version":2'));
    }
  }
  await expect(open({ WebSocket: Later })).rejects.toThrow(VerifierRefused);
});

test('a message of a kind that a verifier does not know makes it forget everything', async () => {
  const links = watchLinks();
  const verifier = await open({});
  const { token } = expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } }));
  await verifier.verify(token);
  expect(verifier.verify(token)).toMatchObject({ valid: true });
  links[0]?.sendFrame('[{"kind":"scopes_changed","scope":"a"}]');
  await expect.poll(() => verifier.verify(token) instanceof Promise).toBe(true);
  expect(verifier.isTrusted).toBe(true);
});

/** Has verifiers ping ten times as often, and try to connect again at once. */
function hurry() {
  const { setInterval } = globalThis;
  const timers = vi
    .spyOn(globalThis, 'setInterval')
    .mockImplementation((handler, delay = 0) => setInterval(handler, delay / 10) as never);
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.001);
  onTestFinished(() => {
    timers.mockRestore();
    random.mockRestore();
  });
  return { random };
}

/** One that does not hear what a replica has found. */
class Unanswered extends WebSocket {
  override set onmessage(listener: (event: MessageEvent) => void) {
    super.onmessage = (event) => {
      if (!event.data.includes('"kind":"found"')) listener(event);
    };
  }
}

test('a replica that is slow to answer is waited for a second, and asked by so many requests at most', async () => {
  let calls = 0;
  const fetch = async () => {
    calls += 1;
    return Response.json({ valid: false, reason: 'unknown' });
  };
  const verifier = await open({ WebSocket: Unanswered, fetch });
  const began = performance.now();
  const verdicts = Array.from({ length: 3_000 }, async () => verifier.verify(newToken('lk_')));
  await expect.poll(() => calls, { interval: 10 }).toBe(1_000);
  await Promise.all(verdicts);
  expect(calls).toBe(3_000);
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(700);
  expect(took).toBeLessThan(5_000);
  await expect.poll(() => verifier.isTrusted).toBe(true);
});

test('what was asked is asked over HTTP if the answer of the replica cannot be read', async () => {
  /** One that gets an answer which only a later version can read. */
  class Later extends WebSocket {
    override set onmessage(listener: (event: MessageEvent) => void) {
      super.onmessage = ({ data }) =>
        listener({ data: data.replace('"allowedIps":null', '"allowedIps":7') } as MessageEvent);
    }
  }
  const verifier = await open({ WebSocket: Later });
  const tokens = await Promise.all(
    ['A', 'B', 'C'].map((name) => ada.client.POST('/v1/keys', { body: { name } })),
  );
  const verdicts = tokens.map(async (minted) => verifier.verify(expectData(minted).token));
  for (const verdict of verdicts) expect(await verdict).toMatchObject({ valid: true });
});

test('without trust no uses are told: the replica may not reach its database', async () => {
  let isDoubtful = false;
  const toldAt: number[] = [];
  class Watched extends withoutTrust(() => isDoubtful) {
    override send(data: string) {
      if (data.includes('"kind":"uses"')) toldAt.push(performance.now());
      super.send(data);
    }
  }
  const { promise: isBlind, resolve } = Promise.withResolvers<void>();
  const verifier = await open({ WebSocket: Watched, onChange: (state) => state === 'blind' && resolve() });
  const { token } = expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } }));
  isDoubtful = true;
  // To the end of its trust, so that there are uses to tell then.
  while (verifier.isTrusted) {
    await verifier.verify(token);
    await new Promise(setImmediate);
  }
  const trustEnded = performance.now();
  // More than a second later, in which they would be told.
  await isBlind;
  // One that was being told when the trust ended is sent a moment later.
  expect(toldAt.filter((at) => at > trustEnded + 50)).toEqual([]);
  isDoubtful = false;
  const told = toldAt.length;
  const toldAfterUse = async () => {
    await verifier.verify(token);
    return toldAt.length;
  };
  await expect.poll(toldAfterUse).toBeGreaterThan(told);
});

test('a verifier leaves a replica that gives no trust for ten seconds, and may find another', async () => {
  const links = watchLinks();
  hurry();
  const verifier = await open({ WebSocket: withoutTrust(() => links.length === 1) });
  expect(verifier.isTrusted).toBe(true);
  expect(links).toHaveLength(2);
});

/** A proxy that opens each WebSocket, and then holds what is sent on it. */
async function startHoldingProxy() {
  const sockets: Duplex[] = [];
  const server = createServer().on('upgrade', ({ headers }, socket: Duplex) => {
    sockets.push(socket);
    const accept = createHash('sha1')
      .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { sockets, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('behind a proxy that holds frames, connections that nobody closes do not pile up', async () => {
  const { random } = hurry();
  const { sockets, url } = await startHoldingProxy();
  await open({ baseUrl: url });
  await expect.poll(() => sockets.length, { timeout: 10_000 }).toBe(20);
  const pauses = random.mock.calls.length;
  await expect.poll(() => random.mock.calls.length, { timeout: 10_000 }).toBeGreaterThan(pauses + 50);
  expect(sockets).toHaveLength(20);
  sockets[0]?.destroy();
  await expect.poll(() => sockets.length, { timeout: 5_000 }).toBe(21);
});

test('a connection that is silent is cut, where the runtime can do that', async () => {
  hurry();
  const { url } = await startHoldingProxy();
  let cut = 0;
  class Cuttable extends WebSocket {
    terminate() {
      cut += 1;
      this.close();
    }
  }
  await open({ baseUrl: url, WebSocket: Cuttable });
  expect(cut).toBeGreaterThan(1);
});

test('an onChange that throws, or rejects, harms neither the verifier nor the process', async () => {
  const links = watchLinks();
  const states: string[] = [];
  const fault = () => new Error('A fault of the program.');
  const throws = (state: string) => {
    states.push(state);
    throw fault();
  };
  const rejects = async (state: string) => throws(state);
  for (const onChange of [throws, rejects]) {
    await open({ onChange });
    links.pop()?.close(4503, 'The replica is ending.');
    await expect.poll(() => states, { timeout: 5_000 }).toEqual(['trusted', 'blind', 'trusted']);
    states.length = 0;
    await open({ onChange, baseUrl: `${baseUrl}/elsewhere` });
    expect(states.splice(0)).toEqual(['blind']);
  }
});
