import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';
import { deployment } from '../../scripts/support/client.ts';
import { type Runtime, startProcess } from '../../scripts/support/service.ts';
import { createDatabase } from '../support/harness.ts';

test.for<Runtime>(['node', 'bun', 'deno'])(
  'from the signal on %s is not ready, and serves everything else until its verifiers have moved',
  async (runtime) => {
    const { url, drop } = await createDatabase(inject('postgresUrl'));
    onTestFinished(drop);
    const env = { ...(await deployment()), DATABASE_URL: url };
    await using service = await startProcess({ runtime, env });
    await using verifier = await createVerifier({ baseUrl: service.url, token: env.OPERATOR_TOKEN });
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => kept.destroy());
    const ask = async (path: string, agent: Agent | false = kept) => {
      const [response] = await once(get(service.url + path, { agent }), 'response');
      const [text] = await Promise.all([response.toArray(), once(response, 'close')]);
      const { code } = JSON.parse(text.join(''));
      return { status: response.statusCode, code, connection: response.headers.connection };
    };
    expect(await ask('/readyz')).toMatchObject({ status: 200 });

    const ended = service.stop();
    const stopping = { status: 503, code: 'stopping' };
    await expect.poll(() => ask('/readyz'), { interval: 1, timeout: 1_000 }).toMatchObject(stopping);
    expect(await ask('/readyz', false)).toMatchObject(stopping);
    expect(await ask('/livez')).toMatchObject({ status: 200 });

    await verifier.close();
    let last = await ask('/readyz');
    while (last.connection !== 'close') last = await ask('/readyz');
    expect(last).toMatchObject(stopping);
    expect(await ended).toBe(0);
  },
);
