import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';
import { deployment } from '../../scripts/support/client.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { createDatabase, expectData } from '../support/harness.ts';

function isInstalled(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const skipped = isInstalled() ? '' : ' (skipped: it takes nginx, as from `apt-get install nginx-light`)';

/** nginx with deploy/nginx.conf, its port and its replicas replaced. Distributions have versions without `resolve`. */
async function startNginx(
  replicas: ServiceProcess[],
  change: (config: string) => string = (config) => config,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-nginx-'));
  await chmod(directory, 0o755);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const written = await readFile(join(import.meta.dirname, '../../deploy/nginx.conf'), 'utf8');
  const config = replicas
    .reduce((text, { url }, at) => text.replace(`latchkey-${at + 1}:8787`, new URL(url).host), written)
    .replaceAll(' resolve;', ';')
    .replace('set_real_ip_from 10.87.87.1', 'set_real_ip_from 127.0.0.1')
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replace('/dev/stdout', join(directory, 'access.log'));
  await writeFile(join(directory, 'nginx.conf'), change(config));
  const globals = `daemon off; pid ${directory}/pid; error_log ${directory}/error.log;`;
  const args = ['-p', directory, '-c', join(directory, 'nginx.conf'), '-g', globals];
  execFileSync('nginx', ['-t', ...args], { stdio: 'pipe' });
  const nginx = spawn('nginx', args, { stdio: 'ignore' });
  onTestFinished(async () => {
    nginx.kill('SIGQUIT');
    await once(nginx, 'exit');
  });
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      { timeout: 5_000 },
    )
    .toBe(true);
  return url;
}

/** The environment of replicas that share a database of their own. */
async function environment() {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  onTestFinished(drop);
  return {
    ...(await deployment()),
    DATABASE_URL: url,
    CLIENT_IP_HEADER: 'X-Forwarded-For',
    LOG_LEVEL: 'debug',
  };
}

test.skipIf(skipped)(`behind deploy/nginx.conf two replicas are one service${skipped}`, async () => {
  const env = await environment();
  await using first = await startProcess({ env });
  await using second = await startProcess({ env });
  const url = await startNginx([first, second]);
  const operator = createLatchkey({ baseUrl: url, token: env.OPERATOR_TOKEN });

  const { id: accountId } = expectData(await operator.POST('/v1/accounts', { body: { externalId: 'user' } }));
  const params = { query: { accountId } };
  const mint = async (scopes: string[]) =>
    expectData(await operator.POST('/v1/keys', { params, body: { name: 'Key', scopes } }));
  const reader = await mint(['keys:read']);
  const revoked = await mint([]);
  const verify = async () =>
    expectData(await operator.POST('/v1/keys/verify', { body: { token: revoked.token } })).valid;
  for (let time = 0; time < 4; time += 1) expect(await verify()).toBe(true);
  const keyId = revoked.id;
  await operator.DELETE('/v1/keys/{keyId}', { params: { path: { keyId }, query: { accountId } } });
  for (let time = 0; time < 4; time += 1) expect(await verify()).toBe(false);
  for (const { output } of [first, second]) expect(output).toContain('/v1/keys/verify');

  // The address is what the proxy before nginx saw, or nginx, whatever the client claims.
  const path = { keyId: reader.id };
  const lastIp = async () =>
    expectData(await operator.GET('/v1/keys/{keyId}', { params: { path, query: { accountId } } })).lastUsedIp;
  for (const [localAddress, forwarded, seen] of [
    ['127.0.0.1', '203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['127.0.0.2', '203.0.113.9', '127.0.0.2'],
  ]) {
    const headers = { Authorization: `Bearer ${reader.token}`, 'X-Forwarded-For': forwarded };
    const [answer] = await once(get(`${url}/v1/keys`, { localAddress, headers }), 'response');
    expect(answer.resume().statusCode).toBe(200);
    await expect.poll(lastIp, { timeout: 5_000 }).toBe(seen);
  }

  const authorized = { Authorization: `Bearer ${env.OPERATOR_TOKEN}` };
  expect((await fetch(`${url}/metrics`, { headers: authorized })).status).toBe(404);
  const tooLarge = await fetch(`${url}/v1/keys`, {
    method: 'POST',
    headers: { ...authorized, 'Content-Type': 'application/json' },
    body: '"'.padEnd(100_000, 'x'),
  });
  expect([tooLarge.status, tooLarge.headers.get('content-type')]).toEqual([413, 'application/problem+json']);

  const seen = new Set<number>();
  let stopped = false;
  const busy = (async () => {
    const asked = { body: { token: reader.token } };
    while (!stopped) seen.add((await operator.POST('/v1/keys/verify', asked)).response.status);
  })();
  expect(await second.stop()).toBe(0);
  stopped = true;
  await busy;
  expect([...seen]).toEqual([200]);
  for (let time = 0; time < 4; time += 1) expect(await verify()).toBe(false);
});

test.skipIf(skipped)(
  `a verifier behind it moves to the other replica when its own ends${skipped}`,
  async () => {
    const env = await environment();
    await using first = await startProcess({ env });
    await using second = await startProcess({ env });
    const baseUrl = await startNginx([first, second]);
    const operator = createLatchkey({ baseUrl, token: env.OPERATOR_TOKEN });
    const { id: accountId } = expectData(
      await operator.POST('/v1/accounts', { body: { externalId: 'user' } }),
    );
    const query = { accountId };
    const mint = async () =>
      expectData(await operator.POST('/v1/keys', { params: { query }, body: { name: 'Key' } }));
    const [revoked, kept] = [await mint(), await mint()];

    const changes: string[] = [];
    const onChange = (state: string) => changes.push(state);
    await using verifier = await createVerifier({ baseUrl, token: env.OPERATOR_TOKEN, onChange });
    for (const { token } of [revoked, kept])
      expect(await verifier.verify(token)).toMatchObject({ valid: true });
    await operator.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: revoked.id }, query } });
    expect(await verifier.verify(revoked.token)).toMatchObject({ reason: 'revoked' });

    const connected = async ({ url }: ServiceProcess) =>
      expectData(await createLatchkey({ baseUrl: url, token: env.OPERATOR_TOKEN }).GET('/metrics')).includes(
        'latchkey_verifiers 1\n',
      );
    const [own, other] = (await connected(first)) ? [first, second] : [second, first];
    expect(await own.stop()).toBe(0);
    expect(await connected(other)).toBe(true);
    // What it knew it has asked for again, so it asks nobody now.
    expect(verifier.verify(kept.token)).toMatchObject({ valid: true });
    expect(changes).toEqual(['trusted']);
  },
);

test.skipIf(skipped)(
  `its server for the internet, once it is uncommented, passes on nothing but what is called from outside${skipped}`,
  async () => {
    const env = await environment();
    await using first = await startProcess({ env });
    await using second = await startProcess({ env });
    const port = await freePort();
    await startNginx([first, second], (config) =>
      config
        .replace(/^ {2}# server \{\n(?: {2}#.*\n)+/m, (block) => block.replaceAll(/^ {2}# /gm, '  '))
        .replace('listen 8081', `listen 127.0.0.1:${port}`),
    );
    const headers = { Authorization: `Bearer ${env.OPERATOR_TOKEN}` };
    const statusOf = async (method: string, path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })).status;
    expect(await statusOf('GET', '/.well-known/jwks.json')).toBe(200);
    expect(await statusOf('GET', '/.well-known/oauth-authorization-server')).toBe(200);
    // Also where nginx and a replica read a path in different ways.
    for (const path of ['/oauth2/token', '/oauth2/revoke', '/v1/keys/..%2f..%2foauth2%2ftoken'])
      expect(await statusOf('GET', path), path).toBe(405);
    for (const path of ['/v1/accounts', '/v1/authorize', '/v1/keys/verify', '/docs', '/metrics'])
      expect(await statusOf('GET', path), path).toBe(404);
  },
);
