import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { deployment, newAccount, workers } from '../../scripts/support/client.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { percentile } from '../../scripts/support/statistics.ts';
import { seed } from '../support/seed.ts';

export interface SlowFigures {
  connections: number;
  /** How many of them the service had closed by the end. */
  closed: number;
  /** Verifications by others meanwhile: how many, how many of them failed, and how long they took, in ms. */
  served: number;
  failed: number;
  p50: number;
  p99: number;
}

/** What the slow clients do: send a header, or a byte of the body, now and then; or open a connection and sleep. */
export type Slowness = 'headers' | 'body' | 'idle';

const openings: Record<Slowness, string> = {
  headers: 'POST /v1/keys/verify HTTP/1.1\r\nHost: a\r\n',
  body: 'POST /v1/keys/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{',
  idle: '',
};
const drips: Record<Slowness, string> = { headers: 'X-A: b\r\n', body: ' ', idle: '' };

/** Holds many slow connections to the service, while others use it. */
export async function slow(kind: Slowness, { connections = 300, forMs = 3000 } = {}): Promise<SlowFigures> {
  const env = await deployment();
  await using service = await startProcess({ seed, env });
  const at = { url: service.url, token: env.OPERATOR_TOKEN };
  const port = Number(new URL(service.url).port);
  const path = `/v1/keys?accountId=${await newAccount(at)}`;

  const sockets: Socket[] = [];
  let closed = 0;
  while (sockets.length < connections) {
    // Not all at once: the queue of a listening socket is short.
    const some = Array.from({ length: Math.min(100, connections - sockets.length) }, () =>
      connect(port, '127.0.0.1'),
    );
    for (const socket of some)
      socket
        .on('error', () => {})
        .once('close', () => {
          closed += 1;
        })
        .resume();
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    for (const socket of some) socket.write(openings[kind]);
    sockets.push(...some);
  }
  const dripping = setInterval(() => {
    for (const socket of sockets) if (socket.writable && drips[kind]) socket.write(drips[kind]);
  }, 1000);

  const times: number[] = [];
  let failed = 0;
  let done = false;
  let token: string | undefined;
  const load = workers(8, at, async (send) => {
    if (!token) {
      token = JSON.parse((await send('POST', path, { name: 'Key' })).body).token;
      return true;
    }
    const { body, ms } = await send('POST', '/v1/keys/verify', { token });
    if (!body.includes('"valid":true')) failed += 1;
    times.push(ms);
    return !done;
  });
  await pause(forMs);
  done = true;
  await load;
  clearInterval(dripping);
  const figures = { connections, closed, served: times.length, failed };
  for (const socket of sockets) socket.destroy();
  return { ...figures, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
