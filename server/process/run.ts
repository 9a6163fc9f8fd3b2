import type { ChildProcess } from 'node:child_process';
import { CannotStart } from '../errors.ts';
import type { Fetch } from '../http/peer.ts';
import { boot, type Service } from './boot.ts';
import { cannotListen } from './cannot-listen.ts';
import { type Config, readConfig } from './config.ts';
import { draining } from './drain.ts';
import { alone, worker } from './lifecycle.ts';
import { supervise } from './supervisor.ts';

/** What a runtime alone knows. */
interface Runtime {
  /** This process, as `node:process` has it. */
  self: NodeJS.Process;
  isWorker: boolean;
  startWorker: () => ChildProcess;
  /**
   * Serves HTTP, and resolves when it listens.
   * @returns stops it: closes the listening socket and idle connections, and resolves after the last request in flight
   */
  listen: (served: Served, config: Config) => Promise<() => Promise<unknown>>;
}

/** What a runtime serves. */
interface Served extends Pick<Service, 'openVerifier' | 'countRefused'> {
  fetch: Fetch;
}

/** The life of a process: it supervises workers, or it serves until it is told to stop. */
export async function run({ self, isWorker, startWorker, listen }: Runtime): Promise<void> {
  try {
    const config = readConfig(self.env);
    if (!isWorker && config.WORKERS > 1) self.exit(await supervise(config, self, startWorker));

    const lifecycle = isWorker ? worker(self) : alone(self, config);
    const service = await boot(config, {
      gather: lifecycle.gather,
      lost(line) {
        console.error(line);
        self.exit(1);
      },
    });
    const { fetch, drain } = draining(service.fetch);
    const stop = await listen({ ...service, fetch }, config).catch(async (error) => {
      await service.close();
      throw cannotListen(error, config);
    });
    lifecycle.listening(service.log);

    lifecycle.onStop(async () => {
      await service.leave();
      await drain(stop, lifecycle.closed);
      await service.close();
      service.log.info('stopped');
    });
  } catch (error) {
    console.error(error instanceof CannotStart ? error.message : error);
    self.exit(1);
  }
}
