import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { client, deployment, newAccount, type Send } from '../../scripts/support/client.ts';
import { freePort, startPostgres } from '../../scripts/support/postgres.ts';
import { startProcess } from '../../scripts/support/service.ts';

/** Where Debian's package puts it. */
const program = '/usr/sbin/pgbouncer';

export type PoolMode = 'session' | 'transaction';

/**
 * Starts PgBouncer before a server; undefined where it is not installed.
 * @param poolSize how many connections of a user to a database it has at most
 */
export async function startPgBouncer(
  server: URL,
  mode: PoolMode,
  poolSize = 50,
): Promise<(AsyncDisposable & { url: string }) | undefined> {
  if (
    !(await access(program).then(
      () => true,
      () => false,
    ))
  )
    return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-pgbouncer-'));
  await chmod(directory, 0o755);
  const url = new URL(server);
  url.port = String(await freePort());
  const config = join(directory, 'pgbouncer.ini');
  await writeFile(join(directory, 'users'), `"${server.username}" "${server.password}"\n`);
  await writeFile(
    config,
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = ${url.hostname}
listen_port = ${url.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(directory, 'users')}
pool_mode = ${mode}
ignore_startup_parameters = statement_timeout, lock_timeout, search_path, transaction_read_only
default_pool_size = ${poolSize}
client_idle_timeout = 1
`,
  );
  // As root it refuses to run; the server's user is there.
  const user = process.getuid?.() === 0 ? ['-u', 'postgres'] : [];
  const child = spawn(program, [...user, config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  await new Promise<void>((resolve, reject) => {
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('process up')) resolve();
    });
    ended.then(() => reject(new Error(`PgBouncer did not start: ${log}`)));
  });
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

export interface PgBouncerFigures {
  verifications: number;
  /** Accepted although the key was gone from the database, behind the back of every replica. */
  fromMemory: number;
  revocations: number;
  /** Accepted by a request that was sent after the revocation was answered. */
  acceptedAfter: number;
  /** Verifications that were answered 503, though all that happened was that PgBouncer closed idle connections. */
  unavailable: number;
  /** Any other answer that is not what it should be. */
  unexpected: number;
  slowestRevocation: number;
}

const workers = 8;

/**
 * Two replicas behind one PgBouncer, which closes connections that idle for a second. Each key is minted, verified by
 * both, and then revoked through one of them, or deleted in the database with triggers off, which nobody is told.
 * @returns undefined where PgBouncer is not installed
 */
export async function pgbouncer(
  mode: PoolMode,
  { rounds = 20 }: { rounds?: number } = {},
): Promise<PgBouncerFigures | undefined> {
  await using stack = new AsyncDisposableStack();
  const server = await startPostgres();
  stack.defer(() => server.stop());
  const pooler = await startPgBouncer(new URL(server.url), mode);
  if (!pooler) return undefined;
  stack.use(pooler);
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  stack.defer(() => admin.end());
  await admin`set session_replication_role = replica`;

  const secrets = await deployment();
  const startReplica = async () =>
    stack.use(await startProcess({ env: { ...secrets, DATABASE_URL: pooler.url } }));
  const services = await Promise.all([startReplica(), startReplica()]);
  const accountId = await newAccount({ url: services[0]?.url ?? '', token: secrets.OPERATOR_TOKEN });
  const query = `?accountId=${accountId}`;

  const figures = {
    verifications: 0,
    fromMemory: 0,
    revocations: 0,
    acceptedAfter: 0,
    unavailable: 0,
    unexpected: 0,
    slowestRevocation: 0,
  };
  /** Whether a token is accepted. */
  const accepts = async (send: Send, token: string) => {
    const { status, body } = await send('POST', '/v1/keys/verify', { token });
    figures.verifications += 1;
    if (status === 503) figures.unavailable += 1;
    else if (status !== 200) figures.unexpected += 1;
    return body.startsWith('{"valid":true');
  };
  const one = async (sends: Send[], worker: number) => {
    const [send] = sends.slice(worker % sends.length);
    if (!send) return;
    const minted = await send('POST', `/v1/keys${query}`, { name: 'Key' });
    // A write is not tried again: here PgBouncer may have closed its connection.
    if (minted.status === 503) return;
    const { id, token } = JSON.parse(minted.body);
    for (const send of sends) if (!(await accepts(send, token))) figures.unexpected += 1;
    if (worker % 4 < 2) {
      const { status, ms } = await send('DELETE', `/v1/keys/${id}${query}`);
      if (status !== 204) return;
      figures.revocations += 1;
      figures.slowestRevocation = Math.max(figures.slowestRevocation, Math.round(ms));
      for (const send of sends) if (await accepts(send, token)) figures.acceptedAfter += 1;
    } else {
      const deleted = await admin`delete from keys where id = ${id.replace('key_', '')}`;
      if (deleted.count !== 1) figures.unexpected += 1;
      for (const send of sends) if (await accepts(send, token)) figures.fromMemory += 1;
    }
  };
  const run = async (worker: number) => {
    const clients = services.map(({ url }) => client(url, secrets.OPERATOR_TOKEN));
    for (const { close } of clients) stack.defer(close);
    for (let round = 0; round < rounds; round += 1) {
      for (let count = 0; count < 5; count += 1)
        await one(
          clients.map(({ send }) => send),
          worker,
        );
      // Until connections have idled for about as long as they may.
      await pause(900 + Math.random() * 200);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => run(worker)));
  return figures;
}
