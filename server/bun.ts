import { boot } from './boot.ts';
import { CannotStart } from './errors.ts';
import { draining } from './http/drain.ts';

/** As much of Bun as is used here; its own types would clash with those of Node. */
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    fetch: (request: Request) => Response | Promise<Response>;
  }): { stop(closeConnections?: boolean): Promise<void> };
};

try {
  const { config, fetch, banner, close, log } = await boot(process.env);
  // HTTP/1.0 asks for no Host, and some health checks send none: Bun then gives a URL without one.
  const whole = (request: Request) =>
    request.url.startsWith('/') ? new Request(`http://localhost${request.url}`, request) : request;
  const { fetch: answer, drain } = draining((request) => fetch(whole(request)));
  const server = Bun.serve({ port: config.PORT, hostname: config.HOST, fetch: answer });
  console.log(banner);

  const stop = async () => {
    await drain(() => server.stop());
    await close();
    log.info('stopped');
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  console.error(error instanceof CannotStart ? error.message : error);
  process.exit(1);
}
