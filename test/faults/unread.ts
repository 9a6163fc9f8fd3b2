import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { client, deployment, newAccount, workers } from '../../scripts/support/client.ts';
import { startPostgres } from '../../scripts/support/postgres.ts';
import { type Runtime, startProcess } from '../../scripts/support/service.ts';
import { percentile } from '../../scripts/support/statistics.ts';

export interface UnreadFigures {
  connections: number;
  /** Of those that read in the end: how many had been cut off. */
  read: number;
  cutOff: number;
  /** The service's resident memory before, and the most it had meanwhile, in MB. */
  before: number;
  peak: number;
  /** Verifications by others meanwhile: how many, how many of them failed, and how long they took, in ms. */
  served: number;
  failed: number;
  p99: number;
}

/**
 * What is asked for and not read: the script of the docs, 4.3 MB, once on each connection or 1,000 times ahead on
 * each; or a batch answer of about 10 MB.
 */
export type Unread = 'script' | 'pipelined' | 'batch';

/**
 * Holds connections to the service that ask for large answers and read none of them, while others use it. It runs on a server
 * of Postgres: the embedded one takes hundreds of MB for some seconds after its start, to compile itself, and gives them back.
 */
export async function unread(
  kind: Unread,
  runtime: Runtime,
  { connections = 60, forMs = 3000, readers = 20 } = {},
): Promise<UnreadFigures> {
  await using stack = new AsyncDisposableStack();
  const postgres = await startPostgres();
  stack.defer(() => postgres.stop());
  const env = { ...(await deployment()), DATABASE_URL: postgres.url };
  const service = stack.use(await startProcess({ runtime, env }));
  const at = { url: service.url, token: env.OPERATOR_TOKEN };
  const token = await largeKey(at);
  const asked = requests(kind, at.token, token);
  // What is made on first use is not what is measured here.
  await (await fetch(`${service.url}/docs/scalar.js`)).arrayBuffer();

  const before = await residentMB(service.child.pid);
  let peak = before;
  const sampling = setInterval(async () => {
    peak = Math.max(peak, await residentMB(service.child.pid));
  }, 100);

  const sockets: Socket[] = [];
  const times: number[] = [];
  let failed = 0;
  let done = false;
  const load = workers(4, at, async (send) => {
    const { body, ms } = await send('POST', '/v1/keys/verify', { token: 'unknown' });
    if (!body.includes('"valid":false')) failed += 1;
    times.push(ms);
    await pause(10);
    return !done;
  });
  while (sockets.length < connections) {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.write(asked);
    sockets.push(socket);
  }
  await pause(forMs);
  done = true;
  await load;
  clearInterval(sampling);
  const ends = await Promise.all(sockets.slice(0, readers).map(endsWhenRead));
  for (const socket of sockets) socket.destroy();
  return {
    connections,
    read: ends.length,
    cutOff: ends.filter(Boolean).length,
    before,
    peak,
    served: times.length,
    failed,
    p99: percentile(times, 0.99),
  };
}

/** Whether a connection ends once what is left in it has been read, instead of being kept. */
const endsWhenRead = (socket: Socket) =>
  Promise.race([
    new Promise<true>((resolve) => {
      if (socket.closed) resolve(true);
      socket.once('close', () => resolve(true)).resume();
    }),
    pause(5000, false),
  ]);

/** A key whose verdict is as large as one may be, about 10 KB, and its token. */
async function largeKey(at: { url: string; token: string }): Promise<string> {
  const { send, close } = client(at.url, at.token);
  const { status, body } = await send('POST', `/v1/keys?accountId=${await newAccount(at)}`, {
    name: 'Key',
    scopes: Array.from({ length: 100 }, (_, index) => `${'a'.repeat(50)}:${index}`),
    metadata: Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`note${index}`, 'a'.repeat(480)])),
  });
  close();
  if (status !== 201) throw new Error(`No key was created: ${status} ${body}`);
  return JSON.parse(body).token;
}

function requests(kind: Unread, operatorToken: string, token: string): string {
  const script = 'GET /docs/scalar.js HTTP/1.1\r\nHost: a\r\n\r\n';
  if (kind !== 'batch') return script.repeat(kind === 'script' ? 1 : 1000);
  const body = JSON.stringify({ tokens: Array(1000).fill(token) });
  const head = `POST /v1/keys/verify/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${operatorToken}\r\n`;
  return `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** The resident memory of a process, in MB. */
async function residentMB(pid: number | undefined): Promise<number> {
  const [, kB] = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kB) / 1000);
}
