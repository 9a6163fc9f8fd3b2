import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';

/** HTTPS before a port of this machine, for clients that take nothing else. */
export interface TlsProxy extends AsyncDisposable {
  url: string;
  /** The certificate, which is its own authority, in PEM. */
  certificate: string;
}

/** Starts it with a certificate for 127.0.0.1, made by `openssl`. */
export async function startTlsProxy(target: number): Promise<TlsProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-tls-'));
  const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', keyFile, '-out', certificateFile],
  ]);
  const [key, certificate] = await Promise.all([readFile(keyFile), readFile(certificateFile, 'utf8')]);
  await rm(directory, { recursive: true });

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
