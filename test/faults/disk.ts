import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { client, deployment, newAccount, patience, type Send } from '../../scripts/support/client.ts';
import { DidNotStart, startProcess } from '../../scripts/support/service.ts';
import { openPGlite } from '../../server/db/pglite.ts';
import { seed } from '../support/seed.ts';

/** A small file system in memory, which only root may mount. */
async function mountSmall(options: string): Promise<(AsyncDisposable & { path: string }) | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'latchkey-test', path], { stdio: 'ignore' });
  } catch {
    await rm(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      execFileSync('umount', [path]);
      await rm(path, { recursive: true });
    },
  };
}

export interface FullDiskFigures {
  /** Keys whose creation was answered before, while and after the disk was full. */
  acknowledged: number;
  /** What was answered to writes on the full disk, by status. */
  onFullDisk: Record<number, number>;
  withoutBody: number;
  /** What livez, readyz and a verification answered. */
  readsOnFullDisk: number[];
  /** What a write was answered when there was room again, and after a restart. */
  afterRoom: number;
  afterRestart: number;
  lost: number;
  slowest: number;
}

/**
 * Fills the disk under the embedded database, and writes until so many writes were refused; undefined where this may
 * not mount one.
 * @param leave so many bytes stay free: with some megabytes it is the log that first finds no room, not a table
 */
export async function fullDisk({ refusals = 20, leave = 0 } = {}): Promise<FullDiskFigures | undefined> {
  await using disk = await mountSmall('size=120m');
  if (!disk) return undefined;
  const secrets = await deployment();
  const env = { ...secrets, DATA_DIR: join(disk.path, 'data') };
  seed(env.DATA_DIR);
  const acknowledged: { id: string; token: string }[] = [];
  const figures = { onFullDisk: {} as Record<number, number>, withoutBody: 0, slowest: 0 };

  const service = await startProcess({ env });
  await using _service = service;
  const at = { url: service.url, token: secrets.OPERATOR_TOKEN };
  const path = `/v1/keys?accountId=${await newAccount(at)}`;
  const metadata = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`k${at}`, 'x'.repeat(200)]));
  const mint = async ({ send }: { send: Send }) => {
    const { status, body, ms } = await send('POST', path, { name: 'Key', metadata });
    if (status === 201) acknowledged.push(JSON.parse(body));
    else if (!body.includes('"requestId"')) figures.withoutBody += 1;
    figures.slowest = Math.max(figures.slowest, Math.round(ms));
    return status;
  };
  const first = client(service.url, secrets.OPERATOR_TOKEN);
  for (let count = 0; count < 20; count += 1) await mint(first);

  const filler = join(disk.path, 'filler');
  await fill(filler, leave);
  let refused = 0;
  for (let count = 0; count < 10_000 && refused < refusals; count += 1) {
    const status = await mint(first);
    figures.onFullDisk[status] = (figures.onFullDisk[status] ?? 0) + 1;
    if (status !== 201) refused += 1;
  }
  const known = { token: acknowledged[0]?.token };
  const reads = [
    await first.send('GET', '/livez'),
    await first.send('GET', '/readyz'),
    await first.send('POST', '/v1/keys/verify', known),
  ];
  await rm(filler);
  const afterRoom = await mint(first);
  first.close();
  const ended = await Promise.race([
    service.stop(),
    new Promise((resolve) => setTimeout(resolve, patience, 'hangs')),
  ]);
  if (ended === 'hangs') throw new Error('The service did not stop.');

  const second = await startProcess({ env });
  const again = client(second.url, secrets.OPERATOR_TOKEN);
  const afterRestart = await mint(again);
  again.close();
  await second.stop();
  await using db = await openPGlite(join(env.DATA_DIR, 'database'));
  const stored = new Set((await db.selectFrom('keys').select('id').execute()).map(({ id }) => id));
  return {
    acknowledged: acknowledged.length,
    ...figures,
    readsOnFullDisk: reads.map(({ status }) => status),
    afterRoom,
    afterRestart,
    lost: acknowledged.filter(({ id }) => !stored.has(id.replace('key_', ''))).length,
  };
}

/** Writes a file until there is no room for another byte, and then gives so many back. */
async function fill(file: string, leave: number): Promise<void> {
  const handle = await open(file, 'w');
  for (const size of [1 << 20, 4096, 1]) {
    const bytes = Buffer.alloc(size);
    try {
      for (;;) await handle.write(bytes);
    } catch {}
  }
  if (leave) await handle.truncate((await handle.stat()).size - leave);
  await handle.close();
}

/** What a start says on a file system that is read-only; undefined where this may not mount one. */
export async function readOnlyDisk(): Promise<string | undefined> {
  await using disk = await mountSmall('size=1m,ro');
  if (!disk) return undefined;
  try {
    await using _service = await startProcess({ env: { DATA_DIR: disk.path } });
    return 'It started.';
  } catch (error) {
    if (error instanceof DidNotStart) return error.message;
    throw error;
  }
}
