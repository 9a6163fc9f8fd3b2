import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Gateway, isProgram } from './gateway.ts';

export const caddy: Gateway = {
  name: 'caddy',
  balances: true,
  packages: 'caddy',
  isInstalled: () => isProgram('caddy'),
  // Its API listens on a fixed port.
  async prepare(directory) {
    const file = join(directory, 'Caddyfile');
    await writeFile(file, `{\n\tadmin off\n}\n${await readFile(file, 'utf8')}`);
  },
  command: (directory) => [
    'caddy',
    'run',
    '--config',
    join(directory, 'Caddyfile'),
    '--adapter',
    'caddyfile',
  ],
};
