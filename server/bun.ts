import { spawn } from 'node:child_process';
import { CannotStart } from './errors.ts';
import { boot } from './process/boot.ts';
import { readConfig } from './process/config.ts';
import { draining } from './process/drain.ts';
import { listening } from './process/listen.ts';
import { alone, supervise, worker } from './process/workers.ts';

/** As much of Bun as is used here; its own types would clash with those of Node. */
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    reusePort: boolean;
    development: boolean;
    fetch: (request: Request, server: Server) => Response | Promise<Response>;
  }): Server;
};
interface Server {
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

try {
  const settings = readConfig(process.env);
  if (!isWorker && settings.WORKERS > 1) process.exit(await supervise(settings, process, startWorker));

  const lifecycle = isWorker ? worker(process) : alone(process, settings);
  const service = await boot(process.env, lifecycle.gather);
  const { config, fetch, close, log } = service;
  // HTTP/1.0 asks for no Host, and some health checks send none: Bun then gives a URL without one.
  const whole = (request: Request) =>
    request.url.startsWith('/') ? new Request(`http://localhost${request.url}`, request) : request;
  const { fetch: answer, drain } = draining((request, peer) => fetch(whole(request), peer));
  const server = await listening(service, () =>
    Bun.serve({
      port: config.PORT,
      hostname: config.HOST,
      reusePort: isWorker,
      // Else a failure outside of the app is answered with a page for developers.
      development: false,
      fetch: (request, server) => answer(request, { ip: () => server.requestIP(request)?.address }),
    }),
  );
  lifecycle.listening(service);

  lifecycle.onStop(async () => {
    await drain(() => server.stop(), lifecycle.closed);
    await close();
    log.info('stopped');
    process.exit(0);
  });
} catch (error) {
  console.error(error instanceof CannotStart ? error.message : error);
  process.exit(1);
}
