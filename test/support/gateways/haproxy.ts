import { type Gateway, isProgram } from './gateway.ts';

export const haproxy: Gateway = {
  name: 'haproxy',
  balances: true,
  packages: 'haproxy',
  isInstalled: () => isProgram('haproxy'),
  prepare: async () => {},
  command: () => ['haproxy', '-db', '-f', 'haproxy.cfg'],
};
