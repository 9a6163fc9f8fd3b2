import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate of a server, which is its own authority, and its key: files in PEM. */
export interface Certificate extends AsyncDisposable {
  file: string;
  keyFile: string;
}

/**
 * Makes one with `openssl`, good for a day.
 * @param subject what it is for, such as `DNS:localhost` or `IP:127.0.0.1`
 */
export async function makeCertificate(subject: string): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-tls-'));
  const [keyFile, file] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', `/CN=${subject.split(':')[1]}`, '-addext', `subjectAltName=${subject}`],
    ...['-keyout', keyFile, '-out', file],
  ]);
  return { file, keyFile, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}
