import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can misbehave as networks do. */
export interface Proxy extends AsyncDisposable {
  port: number;
  /** How many connections it took so far, and how many bytes on them. */
  readonly taken: { connections: number; bytes: number };
  /** Takes connections and bytes, and passes nothing on. */
  stall: () => void;
  /** Resets each connection, and every new one. */
  cut: () => void;
  /** Resets each connection after a moment: in the middle of a handshake, of a first query, of any. */
  flap: () => void;
  /** Ends each connection in one direction, towards the client, and every new one. */
  halfClose: () => void;
  /** Passes everything on, also what it kept while it stalled. */
  behave: () => void;
}

/** Starts a proxy before a port of this machine. */
export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<[down: Socket, up: Socket]>();
  const taken = { connections: 0, bytes: 0 };
  let misbehave = (_pair: [Socket, Socket]) => {};
  const server = createServer({ allowHalfOpen: true }, (down) => {
    const up = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const pair: [Socket, Socket] = [down, up];
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      down.destroy();
      up.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    taken.connections += 1;
    down.on('data', (bytes) => {
      taken.bytes += bytes.length;
    });
    down.pipe(up);
    up.pipe(down);
    misbehave(pair);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();

  const set = (how: typeof misbehave) => () => {
    misbehave = how;
    for (const pair of pairs) how(pair);
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    taken,
    stall: set(([down, up]) => {
      down.unpipe(up).pause();
      up.unpipe(down).pause();
    }),
    cut: set(([down]) => {
      down.resetAndDestroy();
    }),
    flap: set(([down]) => {
      setTimeout(() => down.resetAndDestroy(), Math.random() * 30);
    }),
    halfClose: set(([down, up]) => {
      up.unpipe(down);
      down.end();
    }),
    behave() {
      misbehave = () => {};
      for (const [down, up] of pairs) {
        if (!down.isPaused()) continue;
        down.pipe(up);
        up.pipe(down);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const [down, up] of pairs) {
        down.destroy();
        up.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}
