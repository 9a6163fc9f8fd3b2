import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { freePort } from '../../scripts/support/postgres.ts';
import { type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { githubHeaders, published } from '../support/github.ts';
import { expectData, password } from '../support/harness.ts';
import { seed } from '../support/seed.ts';

const runtimes = ['node', 'bun', 'deno'] as const;

async function signedIn({ url }: ServiceProcess) {
  const anyone = createLatchkey({ baseUrl: url });
  const body = { email: `ada${Date.now()}@example.com`, password };
  expectData(await anyone.POST('/v1/accounts', { body }));
  const { accessToken } = expectData(await anyone.POST('/v1/sessions', { body }));
  return createLatchkey({ baseUrl: url, token: accessToken });
}

async function mintAndVerify(service: ServiceProcess): Promise<void> {
  const client = await signedIn(service);
  const { id, token } = expectData(await client.POST('/v1/keys', { body: { name: 'Key' } }));
  const verdict = expectData(await client.POST('/v1/keys/verify', { body: { token } }));
  expect(verdict).toMatchObject({ valid: true, key: { id } });
}

test.for(runtimes)(
  '%s starts on the embedded database, creates a key, verifies it, and stops',
  async (runtime) => {
    await using service = await startProcess({ runtime });
    await mintAndVerify(service);
    expect(await service.stop()).toBe(0);
  },
);

test.for(runtimes)('%s keeps keys, uses, sessions and secrets over a restart', async (runtime) => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  seed(directory);
  const env = { DATA_DIR: directory, PORT: String(await freePort()) };

  const first = await startProcess({ runtime, env });
  const client = await signedIn(first);
  const { id, token } = expectData(await client.POST('/v1/keys', { body: { name: 'Key' } }));
  expectData(await client.POST('/v1/keys/verify', { body: { token } }));
  expectData(await createLatchkey({ baseUrl: first.url, token }).GET('/v1/keys/current'));
  const params = { path: { keyId: id } };
  const before = expectData(await client.GET('/v1/keys/{keyId}', { params }));
  expect(before).toMatchObject({ lastUsedAt: expect.any(String), lastUsedIp: '127.0.0.1' });
  expect(before.lastUsedUserAgent).toContain('node');
  const repeated = { params: { header: { 'Idempotency-Key': randomUUID() } }, body: { name: 'Again' } };
  const again = expectData(await client.POST('/v1/keys', repeated));
  await first.stop();

  await using second = await startProcess({ runtime, env });
  expect(expectData(await client.GET('/v1/keys/{keyId}', { params }))).toEqual(before);
  expect(expectData(await client.POST('/v1/keys', repeated))).toEqual(again);
  expect(expectData(await client.GET('/v1/keys/{keyId}/usage', { params })).total.valid).toBe(2);
  expect(expectData(await client.POST('/v1/keys/verify', { body: { token } })).valid).toBe(true);
  const operatorToken = (await readFile(join(directory, 'operator-token'), 'utf8')).trim();
  const operator = createLatchkey({ baseUrl: second.url, token: operatorToken });
  expect(expectData(await operator.GET('/v1/accounts')).data).toHaveLength(1);
});

test.for(runtimes)('%s takes a report that GitHub has signed, and no other', async (runtime) => {
  const env = { LEAK_POLICY: 'revoke', GITHUB_SECRET_SCANNING_KEYS: JSON.stringify(published) };
  await using service = await startProcess({ runtime, seed, env });
  const client = await signedIn(service);
  const { token } = expectData(await client.POST('/v1/keys', { body: { name: 'Key' } }));
  const body = JSON.stringify([{ token, type: 'latchkey', url: '', source: 'commit' }]);
  const report = async (headers: Record<string, string>) =>
    (await fetch(`${service.url}/v1/leaks/github`, { method: 'POST', headers, body })).status;
  for (const wrong of [githubHeaders('[]'), githubHeaders(body, 'ieee-p1363')])
    expect(await report(wrong)).toBe(401);
  expect(await report(githubHeaders(body))).toBe(204);
  const verdict = expectData(await client.POST('/v1/keys/verify', { body: { token } }));
  expect(verdict).toMatchObject({ valid: false, reason: 'revoked' });
});

test.for(runtimes)('%s finishes what is in flight when it is told to stop', async (runtime) => {
  await using service = await startProcess({ runtime, seed });
  const client = await signedIn(service);
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({ email: 'nobody@example.com', password });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
  // Its body is half sent when the signal comes: it is in flight, beyond doubt.
  const slow = request(`${service.url}/v1/sessions`, { method: 'POST', agent, headers });
  slow.write(body.slice(0, 10));
  await client.GET('/v1/account');
  const stopped = service.stop();
  slow.end(body.slice(10));
  const [response] = await once(slow, 'response');
  expect(response.statusCode).toBe(401);
  response.resume();
  expect(await stopped).toBe(0);
});
