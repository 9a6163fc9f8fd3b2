import { spawn } from 'node:child_process';
import process from 'node:process';
import { verifierPath } from '../decide/frames.ts';
import type { Peer } from './http/peer.ts';
import { asksForWebSocket } from './http/websocket.ts';
import { run } from './process/run.ts';

/** As much of Deno as is used here; its own types would clash with those of Node. */
declare const Deno: {
  serve(
    options: { port: number; hostname: string; reusePort: boolean; onListen: () => void },
    handler: (request: Request, info: { remoteAddr: { hostname: string } }) => Response | Promise<Response>,
  ): { shutdown(): Promise<void> };
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): { response: Response; socket: WebSocket };
};

/**
 * Workers are processes that each listen on the port (SO_REUSEPORT), and the kernel deals out connections. Deno has
 * node:cluster, but only for servers of node:http; and for Deno.serve to share a port it wants a flag, which a program
 * can give to another only. What else this process was started with, Deno does not tell.
 */
const startWorker = () =>
  spawn(process.execPath, ['run', '--allow-all', '--unstable-net', import.meta.filename, 'worker'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
const isWorker = process.argv[2] === 'worker';

await run({
  self: process,
  isWorker,
  startWorker,
  async listen({ fetch: answer, openVerifier }, { PORT: port, HOST: hostname }) {
    const upgrade = (request: Request, peer: Peer) => {
      // Read now: Deno tells nothing of a request that is over.
      const headers = new Headers(request.headers);
      const ip = peer.ip();
      const { response, socket } = Deno.upgradeWebSocket(request, { idleTimeout: 30 });
      socket.addEventListener('open', () => {
        const handler = openVerifier(
          {
            send: (frame) => socket.send(frame),
            close: (code, reason) => socket.close(code, reason),
            unsent: () => socket.bufferedAmount,
          },
          (name) => headers.get(name),
          { ip: () => ip },
        );
        socket.addEventListener('message', ({ data }) => {
          if (typeof data === 'string') handler.receive(data);
          else handler.refuse();
        });
        socket.addEventListener('close', () => handler.ended());
      });
      socket.addEventListener('error', () => {});
      return response;
    };
    // Without it, Deno prints a line of its own.
    const onListen = () => {};
    const server = Deno.serve({ port, hostname, reusePort: isWorker, onListen }, (request, info) => {
      const peer = { ip: () => info.remoteAddr.hostname };
      return asksForWebSocket(request.url, () => request.headers.get('upgrade'), verifierPath)
        ? upgrade(request, peer)
        : answer(request, peer);
    });
    return () => server.shutdown();
  },
});
