import { resolve } from 'node:path';
import process from 'node:process';
import { getHeapStatistics } from 'node:v8';
import type { Logger } from 'pino';
import { type Config, publicUrlOf, settingNames } from './config.ts';
import { hintOn, misspelt } from './misspelt.ts';

/**
 * Logs where the service listens, where its data and secrets are, what to set for production, and which variables of the
 * environment are probably misspelt.
 */
export function announce(log: Logger, config: Config, env: NodeJS.ProcessEnv): void {
  const url = publicUrlOf(config);
  log.info(`Latchkey answers at ${url}, with its docs at ${url}/docs`);
  for (const one of misspelt(env, settingNames)) log.warn(hintOn(one));
  const heap = getHeapStatistics().heap_size_limit / 2 ** 20;
  // Bun has no limit to tell.
  if (!process.versions.bun && config.CACHE_MB > heap / 2)
    log.warn(
      `CACHE_MB is more than half of the heap of ${Math.floor(heap)} MiB, and a full heap ends the process: --max-old-space-size=${config.CACHE_MB * 2} makes it larger`,
    );
  if (config.SIGN_UP === 'open') log.info('anybody who reaches the service can sign up and create keys');
  else log.info('only the operator creates accounts: SIGN_UP=open lets anybody sign up');
  if (config.DATABASE_URL) {
    if (!config.PUBLIC_URL)
      log.warn(
        `PUBLIC_URL is not set: ${url} is the issuer of JWTs, and the audience of keys that call this API`,
      );
    return;
  }
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
