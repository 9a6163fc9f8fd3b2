import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Gateway, isProgram } from './gateway.ts';

export const nginx: Gateway = {
  name: 'nginx',
  balances: true,
  packages: 'nginx',
  isInstalled: () => isProgram('nginx'),
  // Outside of its directory it writes nothing, so that it needs no rights.
  async prepare(directory) {
    const file = join(directory, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'].map(
      (name) => `${name}_temp_path ${directory}/${name};`,
    );
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('http {', `http { access_log off; ${temporary.join(' ')}`));
  },
  command: (directory) => [
    'nginx',
    ...['-p', directory, '-c', join(directory, 'nginx.conf')],
    ...['-g', `daemon off; pid ${directory}/pid; error_log stderr;`],
  ],
};
