import { spawn } from 'node:child_process';
import process from 'node:process';
import { verifierPath } from '../api/verifier.ts';
import { CannotStart } from './errors.ts';
import type { Peer, ReadHeader } from './http/peer.ts';
import { asksForWebSocket } from './http/websocket.ts';
import { boot } from './process/boot.ts';
import { readConfig } from './process/config.ts';
import { draining } from './process/drain.ts';
import { listening } from './process/listen.ts';
import { alone, supervise, worker } from './process/workers.ts';

/** As much of Deno as is used here; its own types would clash with those of Node. */
declare const Deno: {
  env: { toObject(): Record<string, string> };
  exit(code: number): never;
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

try {
  const config = readConfig(Deno.env.toObject());
  if (!isWorker && config.WORKERS > 1) Deno.exit(await supervise(config, process, startWorker));

  const lifecycle = isWorker ? worker(process) : alone(process, config);
  const service = await boot(config, lifecycle.gather);
  const { fetch, close, log } = service;
  const { fetch: answer, drain } = draining(fetch);
  const { PORT: port, HOST: hostname } = config;
  const openVerifier = (request: Request, header: ReadHeader, peer: Peer) => {
    const { response, socket } = Deno.upgradeWebSocket(request, { idleTimeout: 30 });
    socket.addEventListener('open', () => {
      const handler = service.openVerifier(
        {
          send: (frame) => socket.send(frame),
          close: (code, reason) => socket.close(code, reason),
          unsent: () => socket.bufferedAmount,
        },
        header,
        peer,
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
  const server = await listening(config, close, () =>
    Deno.serve({ port, hostname, reusePort: isWorker, onListen }, (request, info) => {
      const peer = { ip: () => info.remoteAddr.hostname };
      const header = (name: string) => request.headers.get(name);
      return asksForWebSocket(request.url, () => header('upgrade'), verifierPath)
        ? openVerifier(request, header, peer)
        : answer(request, peer);
    }),
  );
  lifecycle.listening(log);

  lifecycle.onStop(async () => {
    await service.leave();
    await drain(() => server.shutdown(), lifecycle.closed);
    await close();
    log.info('stopped');
    Deno.exit(0);
  });
} catch (error) {
  console.error(error instanceof CannotStart ? error.message : error);
  Deno.exit(1);
}
