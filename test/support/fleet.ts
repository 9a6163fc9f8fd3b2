import { client, deployment, newAccount, type Send } from '../../scripts/support/client.ts';
import { freePort, type PostgresServer, startPostgres } from '../../scripts/support/postgres.ts';
import { type Proxy as NetworkProxy, startProxy } from '../../scripts/support/proxy.ts';
import { type Runtime, type ServiceProcess, startProcess } from '../../scripts/support/service.ts';

/** Replicas as processes on one Postgres, each at a place that keeps its port while processes come and go. */
export interface Fleet extends AsyncDisposable {
  size: number;
  postgres: PostgresServer;
  /** Before the Postgres of the first place. */
  proxy: NetworkProxy;
  accountId: string;
  operatorToken: string;
  portOf: (place: number) => number;
  process: (place: number) => ServiceProcess | undefined;
  /** Starts a process at a place where there is none. */
  start: (place: number) => Promise<void>;
  /** Ends the process of a place. */
  end: (place: number, signal: 'SIGKILL' | 'SIGTERM') => Promise<void>;
  /** A client of a place, with a connection of its own, which goes with the fleet. */
  connect: (place: number) => Send;
  /** A call as the operator that has to succeed. */
  call: <Body>(method: string, path: string, body?: unknown) => Promise<Body>;
}

/** @param settings of each process, beside those that it needs */
export async function startFleet(
  size = 4,
  settings: Record<string, string> = {},
  runtime: Runtime = 'node',
): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  const postgres = await startPostgres();
  stack.defer(() => postgres.stop());
  const proxy = stack.use(await startProxy(Number(new URL(postgres.url).port)));
  const throughProxy = new URL(postgres.url);
  throughProxy.port = String(proxy.port);
  const secrets = await deployment();
  const ports: number[] = [];
  while (ports.length < size) ports.push(await freePort());
  const running = new Map<number, ServiceProcess>();
  stack.defer(async () => {
    for (const service of running.values()) {
      service.child.kill('SIGCONT');
      await service.stop('SIGKILL');
    }
  });

  const start = async (place: number) => {
    const DATABASE_URL = place === 0 ? throughProxy.href : postgres.url;
    const env = { ...secrets, ...settings, DATABASE_URL, PORT: String(ports[place]) };
    running.set(place, await startProcess({ runtime, env }));
  };
  await Promise.all(ports.map((_, place) => start(place)));
  const urlOf = (place: number) => `http://127.0.0.1:${ports[place]}`;
  const accountId = await newAccount({ url: urlOf(0), token: secrets.OPERATOR_TOKEN });

  const owned = stack.move();
  const connect = (place: number): Send => {
    const { send, close } = client(urlOf(place), secrets.OPERATOR_TOKEN);
    owned.defer(close);
    return send;
  };
  const operator = connect(size - 1);
  return {
    size,
    postgres,
    proxy,
    accountId,
    operatorToken: secrets.OPERATOR_TOKEN,
    portOf: (place) => ports[place] ?? 0,
    process: (place) => running.get(place),
    start,
    connect,
    async end(place, signal) {
      await running.get(place)?.stop(signal);
      running.delete(place);
    },
    async call<Body>(method: string, path: string, body?: unknown) {
      const answer = await operator(method, path, body);
      if (answer.status < 200 || answer.status > 299)
        throw new Error(`${method} ${path} answered ${answer.status} ${answer.error ?? answer.body}`);
      return JSON.parse(answer.body) as Body;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
