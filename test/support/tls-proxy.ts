import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { makeCertificate } from './certificate.ts';

/** HTTPS before a port of this machine, for clients that take nothing else. */
export interface TlsProxy extends AsyncDisposable {
  url: string;
  /** The certificate, which is its own authority, in PEM. */
  certificate: string;
}

/** Starts it with a certificate for 127.0.0.1, made by `openssl`. */
export async function startTlsProxy(target: number): Promise<TlsProxy> {
  await using files = await makeCertificate('IP:127.0.0.1');
  const [key, certificate] = await Promise.all([readFile(files.keyFile), readFile(files.file, 'utf8')]);

  const server = createServer({ key, cert: certificate }, (down) => {
    const up = connect(target, '127.0.0.1');
    const end = () => {
      down.destroy();
      up.destroy();
    };
    for (const socket of [down, up]) socket.on('error', end).on('close', end);
    down.pipe(up);
    up.pipe(down);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
