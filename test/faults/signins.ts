import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { client } from '../../scripts/support/client.ts';
import { type Runtime, startProcess } from '../../scripts/support/service.ts';
import { seed } from '../support/seed.ts';

export interface SignInFigures {
  /** How many clients sent a sign-in and hung up, each time. */
  hungUp: number;
  /**
   * How long somebody else's sign-in took before, and right after them, in milliseconds, tried again while it is answered 503;
   * and what was answered.
   */
  calm: number;
  after: number;
  status: number;
  exitCode: number | null;
  /** How long the process took to end, told so right after as many again, in milliseconds. */
  exitMs: number;
}

const password = 'correct horse battery';

/** Has many clients send a sign-in each, with an email of its own, and hang up at once. */
async function hangUp(url: string, count: number): Promise<void> {
  const port = Number(new URL(url).port);
  for (let n = 0; n < count; n += 100) {
    // Not all at once: the queue of a listening socket is short.
    const some = Array.from({ length: Math.min(100, count - n) }, (_, place) => {
      const body = JSON.stringify({ email: `stranger${n + place}@example.com`, password });
      const head = `POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write(head + body);
      return socket;
    });
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    await pause(20);
    for (const socket of some) socket.destroy();
  }
}

/** Floods the service with sign-ins of clients that hang up, while somebody else signs in, and when it is told to stop. */
export async function signIns(runtime: Runtime, { count = 4_000 } = {}): Promise<SignInFigures> {
  await using service = await startProcess({ runtime, seed });
  const { send, close } = client(service.url, 'none');
  const body = { email: 'victim@example.com', password };
  const signedUp = await fetch(`${service.url}/v1/accounts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!signedUp.ok) throw new Error(`No account was created: ${signedUp.status} ${await signedUp.text()}`);
  const calm = await send('POST', '/v1/sessions', body);
  await hangUp(service.url, count);
  const hungUpAt = performance.now();
  let after = await send('POST', '/v1/sessions', body);
  // That they hung up is not known before it is read, and until then the queue may be full.
  while (after.status === 503) {
    await pause(50);
    after = await send('POST', '/v1/sessions', body);
  }
  const afterMs = performance.now() - hungUpAt;
  close();
  await hangUp(service.url, count);
  const began = performance.now();
  const exitCode = await service.stop();
  return {
    hungUp: count,
    calm: Math.round(calm.ms),
    after: Math.round(afterMs),
    status: after.status,
    exitCode,
    exitMs: Math.round(performance.now() - began),
  };
}
