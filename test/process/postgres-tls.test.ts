import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { expect, onTestFinished, test } from 'vitest';
import { deployment } from '../../scripts/support/client.ts';
import { startPostgres } from '../../scripts/support/postgres.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { makeCertificate } from '../support/certificate.ts';

/** A Postgres server that speaks TLS at `localhost`, by a certificate for `subject` that is its own authority. */
async function startTlsPostgres(subject = 'DNS:localhost') {
  const server = await startPostgres();
  onTestFinished(server.stop);
  const certificate = await makeCertificate(subject);
  onTestFinished(() => certificate[Symbol.asyncDispose]());
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  // As the user of the server, to whom alone a key may be readable.
  const write = async (name: string, file: string) => {
    const lines = (await readFile(file, 'utf8')).split('\n').map((line) => `('${line}')`);
    await admin.unsafe(`copy (values ${lines.join()}) to program 'umask 077; cat > ${name}'`);
  };
  await write('server.crt', certificate.file);
  await write('server.key', certificate.keyFile);
  await admin.unsafe('alter system set ssl to on');
  await admin.unsafe('select pg_reload_conf()');
  await admin.end();
  return { url: server.url.replace('127.0.0.1', 'localhost'), authority: certificate.file };
}

test('a connection to Postgres is encrypted, and its server known by its certificate, if DATABASE_URL asks for that', async () => {
  const { url, authority } = await startTlsPostgres();
  const env = await deployment();
  const isEncrypted = async (sslmode: string, further: Record<string, string> = {}) => {
    await using _ = await startProcess({
      env: { ...env, ...further, DATABASE_URL: `${url}?sslmode=${sslmode}` },
    });
    const admin = postgres(url, { max: 1, ssl: false });
    const rows = await admin`
      select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'latchkey%'`;
    await admin.end();
    return rows.map(({ ssl }) => ssl);
  };

  await expect(isEncrypted('verify-full')).rejects.toThrow('self-signed certificate');
  expect(await isEncrypted('verify-full', { NODE_EXTRA_CA_CERTS: authority })).toEqual([true]);
  expect(await isEncrypted('require')).toEqual([true]);
});

test('a server that DATABASE_URL names by its address has a certificate for that address', async () => {
  const env = await deployment();
  for (const [subject, refusal] of [
    ['IP:127.0.0.1', undefined],
    ['DNS:localhost', "IP: 127.0.0.1 is not in the cert's list"],
  ] as const) {
    const { url, authority } = await startTlsPostgres(subject);
    const DATABASE_URL = `${url.replace('localhost', '127.0.0.1')}?sslmode=verify-full`;
    const started = startProcess({ env: { ...env, DATABASE_URL, NODE_EXTRA_CA_CERTS: authority } });
    if (refusal) await expect(started).rejects.toThrow(refusal);
    else await (await started).stop();
  }
});
