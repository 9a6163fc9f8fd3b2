import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { type Config, publicUrlOf } from './config.ts';

/** Logs where the service listens, and where its data and secrets are. */
export function announce(log: Logger, config: Config): void {
  const url = publicUrlOf(config);
  log.info(`Latchkey answers at ${url}, with its docs at ${url}/docs`);
  if (config.DATABASE_URL) return;
  const data = resolve(config.DATA_DIR);
  log.info(
    config.OPERATOR_TOKEN
      ? `the data are in ${data}`
      : `the data are in ${data}, the operator token in ${data}/operator-token`,
  );
  log.warn(
    'the embedded database survives a killed process, but not a power loss: for production set DATABASE_URL',
  );
}
