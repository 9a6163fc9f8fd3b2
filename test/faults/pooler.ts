import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A pooler before a port of this machine, as far as one client can tell: it lends a connection to Postgres for each
 * transaction, as PgBouncer does, and drops what Postgres says in between.
 */
export async function startPooler(target: number): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const postgres = connect({ port: target, host: '127.0.0.1' });
    for (const socket of [client, postgres])
      sockets.add(socket.on('error', () => {}).on('close', () => [client, postgres].map((s) => s.destroy())));
    // The first is that of the start, which has no type.
    let asked = 1;
    const count = inMessages((type) => {
      if (type === 'Q' || type === 'S') asked += 1;
    });
    let started = false;
    client.on('data', (bytes) => {
      if (started) count(bytes);
      started = true;
      postgres.write(bytes);
    });
    postgres.on(
      'data',
      inMessages((type, message) => {
        if (type === 'A' && asked === 0) return;
        if (type === 'Z') asked -= 1;
        client.write(message);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Cuts what arrives into messages of Postgres's protocol: a type, and a length that counts itself. */
function inMessages(each: (type: string, message: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5) {
      const length = 1 + rest.readInt32BE(1);
      if (rest.length < length) return;
      each(String.fromCharCode(rest[0] ?? 0), rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
}
