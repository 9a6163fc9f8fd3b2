import { setTimeout as pause } from 'node:timers/promises';
import { deployment, newAccount, workers } from '../../scripts/support/client.ts';
import { type Runtime, startProcess } from '../../scripts/support/service.ts';
import { seed } from '../support/seed.ts';

export interface SigtermFigures {
  answered: number;
  /** Requests that were sent and got no answer. */
  resets: number;
  exitCode: number | null;
  /** How long the process took to end, in milliseconds. */
  ms: number;
}

/** Tells the service to stop while keep-alive clients load it: some without a pause, some with one. */
export async function sigterm(
  runtime: Runtime,
  { loadMs = 1000, env: given = {} as Record<string, string> } = {},
): Promise<SigtermFigures> {
  const env = { ...(await deployment()), ...given };
  await using service = await startProcess({ runtime, seed, env });
  const at = { url: service.url, token: env.OPERATOR_TOKEN };
  const accountId = await newAccount(at);
  let answered = 0;
  const resets: string[] = [];
  const load = workers(40, at, async (send, worker) => {
    const { status, error } =
      worker % 4 === 0
        ? await send('POST', `/v1/keys?accountId=${accountId}`, { name: 'Key' })
        : await send('POST', '/v1/keys/verify', { token: 'lk_none' });
    if (status) answered += 1;
    else if (error !== 'ECONNREFUSED') resets.push(error ?? '');
    if (worker % 2) await pause(Math.random() * 100);
    return status > 0;
  });
  await pause(loadMs);
  const began = performance.now();
  const exitCode = await service.stop();
  const ms = Math.round(performance.now() - began);
  await load;
  return { answered, resets: resets.length, exitCode, ms };
}
