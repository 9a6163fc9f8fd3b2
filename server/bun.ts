import { spawn } from 'node:child_process';
import { maxFrameBytes, verifierPath } from '../decide/frames.ts';
import { asksForWebSocket, closeOrCut, type OpenSocket, type SocketHandler } from './http/websocket.ts';
import { run } from './process/run.ts';

/** As much of Bun as is used here; its own types would clash with those of Node. */
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    reusePort: boolean;
    idleTimeout: number;
    development: boolean;
    fetch: (request: Request, server: Server) => Response | Promise<Response> | undefined;
    websocket: {
      maxPayloadLength: number;
      idleTimeout: number;
      perMessageDeflate: boolean;
      open: (socket: Socket) => void;
      message: (socket: Socket, message: string | object) => void;
      close: (socket: Socket) => void;
    };
  }): Server;
};
interface Socket {
  data: { open: (socket: OpenSocket) => SocketHandler; handler?: SocketHandler };
  send(text: string): number;
  close(code: number, reason: string): void;
  terminate(): void;
  getBufferedAmount(): number;
}
interface Server {
  upgrade(request: Request, options: { data: Socket['data'] }): boolean;
  requestIP(request: Request): { address: string } | null;
  stop(closeConnections?: boolean): Promise<void>;
}

/**
 * Workers are processes that each listen on the port (SO_REUSEPORT), and the kernel deals out connections. Bun has
 * node:cluster, but passes no connections between processes: with it the port is shared in this same way.
 */
const startWorker = () =>
  spawn(process.execPath, [...process.execArgv, import.meta.filename, 'worker'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
const isWorker = process.argv[2] === 'worker';

/**
 * Longer than proxies keep an idle connection, in seconds: then the proxy closes it, and never we while it sends. Bun has
 * one timeout for this, for an answer that is being made, for one that is not read, and for a body that does not arrive. A
 * head has 10 s.
 */
const idleTimeout = 75;

// HTTP/1.0 asks for no Host, and some health checks send none: Bun then gives a URL without one.
const whole = (request: Request) =>
  request.url.startsWith('/') ? new Request(`http://localhost${request.url}`, request) : request;

await run({
  self: process,
  isWorker,
  startWorker,
  async listen({ fetch: answer, openVerifier }, { PORT, HOST }) {
    const server = Bun.serve({
      port: PORT,
      hostname: HOST,
      reusePort: isWorker,
      idleTimeout,
      // Otherwise Bun answers a failure outside of the app with a page for developers.
      development: false,
      fetch(request, server) {
        const peer = { ip: () => server.requestIP(request)?.address, target: null };
        if (!asksForWebSocket(request.url, () => request.headers.get('upgrade'), verifierPath))
          return answer(whole(request), peer);
        // Read now: the request is not there any more when the WebSocket is open.
        const ip = peer.ip();
        const { headers } = request;
        const open = (socket: OpenSocket) =>
          openVerifier(socket, (name) => headers.get(name), { ip: () => ip });
        return server.upgrade(request, { data: { open } }) ? undefined : answer(whole(request), peer);
      },
      websocket: {
        maxPayloadLength: maxFrameBytes,
        idleTimeout: 30,
        perMessageDeflate: false,
        open(socket) {
          socket.data.handler = socket.data.open({
            send: (frame) => void socket.send(frame),
            close: (code, reason) => closeOrCut(socket, code, reason),
            unsent: () => socket.getBufferedAmount(),
          });
        },
        message({ data: { handler } }, message) {
          if (typeof message === 'string') handler?.receive(message);
          else handler?.refuse();
        },
        close: ({ data: { handler } }) => handler?.ended(),
      },
    });
    return () => server.stop();
  },
});
