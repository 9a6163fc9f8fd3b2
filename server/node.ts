import { createServer, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { boot } from './boot.ts';
import { CannotStart } from './errors.ts';

/** How long requests in flight may take to end after SIGTERM, in milliseconds. */
const patience = 10_000;

try {
  const { config, fetch, banner, close, log } = await boot(process.env);
  const listener = getRequestListener(fetch);
  const inFlight = new Set<ServerResponse>();
  let stopping = false;
  const server = createServer((request, response) => {
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    response.shouldKeepAlive = !stopping && response.shouldKeepAlive;
    return listener(request, response);
  });

  server.once('error', (error) => fail(new CannotStart(`Cannot listen: ${error.message}.`)));
  server.listen(config.PORT, config.HOST, () => console.log(banner));

  const stop = async () => {
    // Idle connections are closed at once; the others with the answer they wait for.
    stopping = true;
    for (const response of inFlight) response.shouldKeepAlive = false;
    setTimeout(() => server.closeAllConnections(), patience).unref();
    await new Promise((resolve) => server.close(resolve));
    await close();
    log.info('stopped');
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  console.error(error instanceof CannotStart ? error.message : error);
  process.exit(1);
}
