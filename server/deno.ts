import { boot } from './boot.ts';
import { CannotStart } from './errors.ts';
import { draining } from './http/drain.ts';

/** As much of Deno as is used here; its own types would clash with those of Node. */
declare const Deno: {
  env: { toObject(): Record<string, string> };
  addSignalListener(signal: 'SIGTERM' | 'SIGINT', handler: () => void): void;
  exit(code: number): never;
  serve(
    options: { port: number; hostname: string; onListen: () => void },
    handler: (request: Request) => Response | Promise<Response>,
  ): { shutdown(): Promise<void> };
};

try {
  const { config, fetch, banner, close, log } = await boot(Deno.env.toObject());
  const { fetch: answer, drain } = draining(fetch);
  const onListen = () => console.log(banner);
  const server = Deno.serve({ port: config.PORT, hostname: config.HOST, onListen }, answer);

  const stop = async () => {
    await drain(() => server.shutdown());
    await close();
    log.info('stopped');
    Deno.exit(0);
  };
  Deno.addSignalListener('SIGTERM', stop);
  Deno.addSignalListener('SIGINT', stop);
} catch (error) {
  console.error(error instanceof CannotStart ? error.message : error);
  Deno.exit(1);
}
