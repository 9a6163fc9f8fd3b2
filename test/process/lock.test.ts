import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launch, type Runtime, startProcess } from '../../scripts/support/service.ts';
import { openDataDir } from '../../server/process/data-dir.ts';
import { emptyDirectory, failedStart, failure, lockOf, seededDirectory } from '../support/starts.ts';

const runtimes = ['node', 'bun', 'deno'] as const;

/** Starts the service, and tells it to stop as soon as it has locked its data. */
async function stopAtLock(runtime: Runtime, DATA_DIR: string) {
  await using service = await launch({ runtime, env: { DATA_DIR } });
  await expect.poll(() => lockOf(DATA_DIR), { interval: 10, timeout: 60_000 }).toBeDefined();
  expect(await service.stop('SIGTERM')).toBe(0);
  expect(await lockOf(DATA_DIR)).toBeUndefined();
}

test.for(runtimes)('on %s a start that is told to stop frees the embedded database', async (runtime) => {
  await stopAtLock(runtime, await seededDirectory());
});

test('a first start that is told to stop leaves a database that the next one opens', async () => {
  const DATA_DIR = await emptyDirectory();
  await stopAtLock('node', DATA_DIR);
  await using again = await startProcess({ env: { DATA_DIR } });
  expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
});

test('a second process cannot open the data of the first, until that was killed', async () => {
  const DATA_DIR = await seededDirectory();
  const first = await startProcess({ env: { DATA_DIR } });
  const line = await failure({ DATA_DIR });
  expect(line).toContain(`in use by process ${first.child.pid}`);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  await first.stop('SIGKILL');
  await using second = await startProcess({ env: { DATA_DIR } });
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
});

test.each([
  { found: 'the lock of another', text: 'another' },
  { found: 'nothing', text: undefined },
])(
  'a process that finds $found in place of its lock ends with a line, and leaves the data alone',
  async ({ text }) => {
    const DATA_DIR = await seededDirectory();
    await using service = await startProcess({ env: { DATA_DIR } });
    const file = join(DATA_DIR, 'lock');
    await (text ? writeFile(file, text) : rm(file));
    expect(await service.ended).toBe(1);
    expect(service.output).toContain(`taken the data, or ${file} was removed: this process ends.`);
    expect((await lockOf(DATA_DIR))?.toString()).toBe(text);
  },
);

test('a damaged lock file does not stop the start', async () => {
  for (const text of ['', '{"pid":']) {
    const DATA_DIR = await emptyDirectory();
    await writeFile(join(DATA_DIR, 'lock'), text);
    await using _ = await openDataDir(DATA_DIR, expect.unreachable);
    expect(JSON.parse(String(await lockOf(DATA_DIR))).pid).toBe(process.pid);
  }
});

test('the lock of a process that cannot be seen from here counts while it is touched, and not after', async () => {
  const DATA_DIR = await seededDirectory();
  const file = join(DATA_DIR, 'lock');
  await writeFile(file, JSON.stringify({ pid: 1, started: '0', host: 'elsewhere', pidNamespace: 'other' }));
  const touching = setInterval(() => utimes(file, new Date(), new Date()), 200);
  try {
    const { message, log } = await failedStart({ DATA_DIR });
    expect(message).toContain('in use by process 1 on elsewhere');
    expect(log).toContain(`checking whether another process uses the data in ${DATA_DIR}`);
  } finally {
    clearInterval(touching);
  }
  await using _ = await openDataDir(DATA_DIR, expect.unreachable);
  expect(JSON.parse(String(await lockOf(DATA_DIR))).pid).toBe(process.pid);
});
