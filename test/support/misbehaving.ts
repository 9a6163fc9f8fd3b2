import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How a server meets one request. */
export type Misbehaviour = (response: ServerResponse, request: IncomingMessage) => void;

interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** When it came, in milliseconds. */
  at: number;
}

export interface MisbehavingServer extends AsyncDisposable {
  url: string;
  received: Received[];
  /** Resolves when the next request is there. */
  next: () => Promise<void>;
}

/** A server on loopback that meets the first request with the first of `turns`, and so on; the last one stays. */
export async function misbehave(...turns: Misbehaviour[]): Promise<MisbehavingServer> {
  const received: Received[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    const turn = turns[Math.min(received.length, turns.length - 1)];
    received.push({ method, url, headers, body, at: performance.now() });
    for (const wake of waiting.splice(0)) wake();
    turn?.(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const json =
  (body: unknown, status = 200): Misbehaviour =>
  (response) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

export const problem =
  (status: number, code: string, headers: Record<string, string> = {}): Misbehaviour =>
  (response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/problem+json', 'x-request-id': 'req-1', ...headers })
      .end(JSON.stringify({ status, code, detail: 'It is so.', requestId: 'req-1' }));

export const html =
  (status: number): Misbehaviour =>
  (response) =>
    response.writeHead(status, { 'Content-Type': 'text/html' }).end('<h1>Bad Gateway</h1>');

/** Resets the connection. */
export const reset: Misbehaviour = (_response, request) => request.socket.resetAndDestroy();

/** Ends the connection within the body of its answer. */
export const cut: Misbehaviour = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' });
  response.write('{"id":', () => response.destroy());
};

/** Never answers. */
export const silent: Misbehaviour = () => {};
