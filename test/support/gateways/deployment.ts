import { inject } from 'vitest';
import { createLatchkey, type Latchkey } from '../../../clients/typescript/client.ts';
import { deployment } from '../../../scripts/support/client.ts';
import { freePort } from '../../../scripts/support/postgres.ts';
import { startProxy, type Proxy as TcpProxy } from '../../../scripts/support/proxy.ts';
import { type ServiceProcess, startProcess } from '../../../scripts/support/service.ts';
import { createDatabase, expectData } from '../harness.ts';
import { startTlsProxy } from '../tls-proxy.ts';
import { type Backend, startBackend } from './backend.ts';
import type { Surroundings } from './gateway.ts';

/** Two replicas, each behind a proxy that counts and cuts, and a backend. */
export interface Deployment extends AsyncDisposable {
  /** A replica, past its proxy. */
  url: string;
  replicas: [Replica, Replica];
  backend: Backend;
  surroundings: Surroundings;
  operator: Latchkey;
  /** The account that has the keys. */
  accountId: string;
  /** Creates a key with the scope that the recipes ask for. */
  mint: (more?: object) => Promise<{ id: string; token: string }>;
  /** Returns when the revocation is answered. */
  revoke: (keyId: string) => Promise<void>;
}

interface Replica {
  proxy: TcpProxy;
  stop: () => Promise<void>;
  /** Starts it anew, at the address that it had. */
  start: () => Promise<void>;
}

export async function startDeployment(env: Record<string, string> = {}): Promise<Deployment> {
  const used = new AsyncDisposableStack();
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  used.defer(drop);
  const settings = { ...(await deployment()), DATABASE_URL: url, ...env };
  const startReplica = async (): Promise<Replica & { url: string }> => {
    const options = { env: { ...settings, PORT: String(await freePort()) } };
    let service: ServiceProcess = await startProcess(options);
    used.defer(() => service[Symbol.asyncDispose]());
    const proxy = used.use(await startProxy(Number(options.env.PORT)));
    return {
      url: service.url,
      proxy,
      async stop() {
        await service.stop();
      },
      async start() {
        service = await startProcess(options);
      },
    };
  };
  const [first, second] = await Promise.all([startReplica(), startReplica()]);
  const backend = used.use(await startBackend());
  const https = used.use(await startTlsProxy(first.proxy.port));

  const operator = createLatchkey({ baseUrl: first.url, token: settings.OPERATOR_TOKEN });
  const own = expectData(await operator.GET('/v1/account')).id;
  const { id: accountId } = expectData(
    await operator.POST('/v1/accounts', { body: { externalId: 'user é' } }),
  );
  const create = async (accountId: string, body: { name: string; scopes: string[] }) =>
    expectData(await operator.POST('/v1/keys', { params: { query: { accountId } }, body }));
  const key = await create(own, { name: 'Gateway', scopes: ['keys:verify'] });
  return {
    url: first.url,
    replicas: [first, second],
    backend,
    surroundings: {
      latchkey: [`127.0.0.1:${first.proxy.port}`, `127.0.0.1:${second.proxy.port}`],
      backend: backend.address,
      https,
      key,
    },
    operator,
    accountId,
    mint: (more = {}) => create(accountId, { name: 'Kéy', scopes: ['orders:read'], ...more }),
    async revoke(keyId) {
      await operator.DELETE('/v1/keys/{keyId}', { params: { path: { keyId }, query: { accountId } } });
    },
    [Symbol.asyncDispose]: () => used.disposeAsync(),
  };
}
