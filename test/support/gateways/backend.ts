import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as a backend got it. */
export interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  /** The names of its headers, as they were written. */
  names: string[];
  body: Buffer;
}

/** What stands behind a gateway: it answers everything, `/403` with that status, and remembers it. */
export interface Backend extends AsyncDisposable {
  address: string;
  received: Received[];
}

export async function startBackend(): Promise<Backend> {
  const received: Received[] = [];
  const server = createServer({ maxHeaderSize: 65_536 }, async (request, response) => {
    const { method, url, headers, rawHeaders } = request;
    const names = rawHeaders.filter((_, at) => at % 2 === 0);
    received.push({ method, url, headers, names, body: await buffer(request) });
    response.statusCode = Number(/^\/(\d{3})$/.exec(url ?? '')?.[1] ?? 200);
    response.end('served');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
