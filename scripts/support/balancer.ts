import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A TCP load balancer: it leads each connection to the next port, or to another one where that takes none. */
interface Balancer extends Disposable {
  url: string;
}

/** Starts a balancer before ports of this machine. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let turn = 0;
  const server = createServer((down) => {
    turn += 1;
    down.on('error', () => down.destroy());
    const attempt = ([port, ...others]: readonly number[]) => {
      if (port === undefined) {
        down.destroy();
        return;
      }
      const up = connect(port, '127.0.0.1');
      const tryOthers = () => attempt(others);
      up.once('error', tryOthers);
      up.once('connect', () => {
        up.off('error', tryOthers).on('error', () => up.destroy());
        down.pipe(up).pipe(down);
        down.on('close', () => up.destroy());
        up.on('close', () => down.destroy());
      });
    };
    const first = turn % ports.length;
    attempt([...ports.slice(first), ...ports.slice(0, first)]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  };
}
