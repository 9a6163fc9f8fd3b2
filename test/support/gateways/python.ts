import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Gateway, isProgram } from './gateway.ts';

/** The application behind the middleware. */
const orders = join(import.meta.dirname, 'orders.py');

const prepare = (app: string) => async (directory: string) =>
  writeFile(join(directory, 'orders.py'), `${await readFile(orders, 'utf8')}\n\napp = ${app}\n`);

export const wsgi: Gateway = {
  name: 'wsgi',
  recipe: 'python',
  balances: false,
  packages: 'gunicorn',
  isInstalled: () => isProgram('gunicorn'),
  prepare: prepare('wsgi_app'),
  command: (_, port) => [
    'gunicorn',
    ...['--bind', `127.0.0.1:${port}`, '--threads', '16', '--graceful-timeout', '1'],
    ...['--limit-request-field_size', '16380', 'wsgi:application'],
  ],
};

export const asgi: Gateway = {
  name: 'asgi',
  recipe: 'python',
  balances: false,
  packages: 'uvicorn',
  isInstalled: () => isProgram('uvicorn'),
  prepare: prepare('asgi_app'),
  // By default it trusts X-Forwarded-For from this machine. `h11` and `wsproto` come with Debian's package.
  command: (_, port) => [
    'uvicorn',
    ...['--port', String(port), '--no-proxy-headers'],
    ...['--http', 'h11', '--ws', 'wsproto', 'asgi:application'],
  ],
};
