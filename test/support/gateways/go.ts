import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Gateway, isProgram } from './gateway.ts';

const run = promisify(execFile);

/** The middleware for net/http, in a reverse proxy. */
export const go: Gateway = {
  name: 'go',
  balances: false,
  packages: 'golang-go',
  isInstalled: () => isProgram('go'),
  async prepare(directory) {
    const env = { PATH: process.env.PATH, HOME: directory, GO111MODULE: 'off' };
    await run('go', ['build', '-o', 'gateway', 'latchkey.go', 'main.go'], { cwd: directory, env });
  },
  command: (directory) => [join(directory, 'gateway')],
};
