import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployment, newAccount } from '../support/client.ts';
import { freePort } from '../support/postgres.ts';
import { startProcess } from '../support/service.ts';
import { median } from '../support/statistics.ts';
import { atMost, type Line, plain } from './figures.ts';
import { ask, type Used } from './servers.ts';
import { rounds } from './settings.ts';
import { askAccepted } from './verify.ts';

/** From the start of the process to the first verdict, with the embedded database of a service that ran before. */
export async function start(used: Used): Promise<Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  used.defer(() => rm(directory, { recursive: true, force: true }));
  const env = { ...(await deployment()), DATA_DIR: directory, PORT: String(await freePort()) };
  const caller = env.OPERATOR_TOKEN;

  const first = used.use(await startProcess({ env }));
  const accountId = await newAccount({ url: first.url, token: caller });
  const created = await ask(`${first.url}/v1/keys?accountId=${accountId}`, caller, { name: 'Key' });
  const { token } = JSON.parse(created);
  await first.stop();

  const times: number[] = [];
  // The first warms up what the system keeps of the files.
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    const service = used.use(await startProcess({ env }));
    await askAccepted(service, caller, token);
    if (round > 0) times.push((performance.now() - began) / 1000);
    await service.stop();
  }
  return [plain('median', median(times), 's', atMost(1, ' s'), times)];
}
