import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Gateway, isProgram } from './gateway.ts';

const modules = '/usr/lib/apache2/modules';

export const apache: Gateway = {
  name: 'apache',
  balances: false,
  packages: 'apache2, libapache2-mod-auth-openidc and openssl',
  isInstalled: () =>
    isProgram('apache2') && isProgram('openssl') && existsSync(join(modules, 'mod_auth_openidc.so')),
  // As much of Debian's apache2.conf as the recipe needs, in a directory of its own.
  async prepare(directory, port, certificate) {
    await writeFile(join(directory, 'certificate.pem'), certificate);
    const needed = ['mpm_event', 'authn_core', 'authz_core', 'headers', 'proxy', 'proxy_http', 'setenvif'];
    const lines = [
      ...[...needed, 'auth_openidc'].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
      `Listen ${port}`,
      'ServerName gateway.test',
      'User www-data',
      'Group www-data',
      `PidFile ${directory}/pid`,
      `DefaultRuntimeDir ${directory}`,
      'ErrorLog /dev/stderr',
      `OIDCCABundlePath ${directory}/certificate.pem`,
      `Include ${directory}/latchkey.conf`,
    ];
    await writeFile(join(directory, 'apache2.conf'), lines.join('\n'));
  },
  command: (directory) => ['apache2', '-DFOREGROUND', '-d', directory, '-f', join(directory, 'apache2.conf')],
};
