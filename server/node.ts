import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { maxFrameBytes, verifierPath } from '../decide/frames.ts';
import { refuseExpectation, refuseMalformed, refuseUnreadable } from './http/malformed.ts';
import { afterAnswers, cutOffSilent, oneAtATime } from './http/one-at-a-time.ts';
import { readBody } from './http/read-body.ts';
import { openWebSockets, upgradesTo } from './http/websocket.ts';
import { perTurn } from './process/per-turn.ts';
import { run } from './process/run.ts';

/** A client that sends slower than this is cut off: it costs a connection. */
const slowness = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };
/** A client that reads nothing of its answer for this long is cut off: the answer costs memory. In milliseconds. */
const silence = 30_000;
/** Longer than proxies keep an idle connection: then the proxy closes it, and never we while it sends. */
const keepAliveTimeout = 75_000;

/** Workers of node:cluster: the supervisor holds the port and deals out connections in turn, on every system. */
function startWorker() {
  const forked = cluster.fork();
  // Without a listener, an error would end the supervisor.
  forked.on('error', () => {});
  return forked.process;
}

// Otherwise node:cluster ends a worker with its supervisor, in the middle of a request.
if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;

await run({
  self: process,
  isWorker: cluster.isWorker,
  startWorker,
  async listen({ fetch, openVerifier, countRefused }, { PORT, HOST }) {
    const answer = perTurn(fetch);
    const unreadable = () => {
      const refused = refuseUnreadable();
      countRefused(refused.status);
      return refused;
    };
    // HTTP/1.0 asks for no Host, and some health checks send none.
    const listener = getRequestListener(
      (request, { incoming }) => {
        if (incoming.headers.host === undefined && incoming.httpVersion !== '1.0') return unreadable();
        return answer(request, {
          ip: () => incoming.socket.remoteAddress,
          target: incoming.url,
          header: (name) => incoming.headers[name]?.toString(),
          readBody: (limit) => readBody(incoming, limit),
          disconnect: () => incoming.socket.destroy(),
        });
      },
      { hostname: HOST, errorHandler: unreadable },
    );
    const server = createServer(
      {
        ...slowness,
        keepAliveTimeout,
        // A header that was sent twice reads as Headers joins it, since it is read here without one.
        joinDuplicateHeaders: true,
        // A missing Host is refused above, in our own words.
        requireHostHeader: false,
        // Any other request that offers an upgrade is answered as if it did not.
        shouldUpgradeCallback: upgradesTo(verifierPath),
      },
      oneAtATime(listener),
    );
    openWebSockets(server, maxFrameBytes, (socket, { headers, socket: connection }) =>
      openVerifier(socket, (name) => headers[name]?.toString(), { ip: () => connection.remoteAddress }),
    );
    cutOffSilent(server, silence);
    server.on('checkExpectation', (_request, response) => countRefused(refuseExpectation(response)));
    server.on('clientError', (error, socket) => {
      afterAnswers(socket, () => {
        const status = refuseMalformed(error, socket);
        if (status) countRefused(status);
      });
    });
    await once(server.listen(PORT, HOST), 'listening');
    return () => new Promise((resolve) => server.close(resolve));
  },
});
