import { boot } from './boot.ts';
import { CannotStart } from './errors.ts';

/** As much of Bun as is used here; its own types would clash with those of Node. */
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    fetch: (request: Request) => Response | Promise<Response>;
  }): { stop(closeConnections?: boolean): Promise<void> };
};

/** How long requests in flight may take to end after SIGTERM, in milliseconds. */
const patience = 10_000;

try {
  const { config, fetch, banner, close, log } = await boot(process.env);
  const server = Bun.serve({ port: config.PORT, hostname: config.HOST, fetch });
  console.log(banner);

  const stop = async () => {
    setTimeout(() => server.stop(true), patience).unref();
    await server.stop();
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
