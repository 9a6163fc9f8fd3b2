import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { operatorAccountId } from '../server/id.ts';
import { newToken } from '../server/token.ts';
import { block } from './support/block.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { greetedVerifier } from './support/raw-verifier.ts';
import { storeKey } from './support/world.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const scrape = async (client = service.operator) => expectData(await client.GET('/metrics'));

/** The value of a sample, named as Prometheus writes it, with its labels in their order. */
function sampleOf(text: string, sample: string): number | undefined {
  const line = text.split('\n').find((line) => line.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}

/** By how much samples rise while something is done. */
async function rises(samples: string[], act: () => Promise<unknown>): Promise<(number | undefined)[]> {
  const before = await scrape();
  await act();
  const after = await scrape();
  return samples.map((sample) => (sampleOf(after, sample) ?? Number.NaN) - (sampleOf(before, sample) ?? 0));
}

const verifications = (purpose: string, source: string, verdict: string) =>
  `latchkey_verifications_total{purpose="${purpose}",source="${source}",verdict="${verdict}"}`;

const mint = async (scopes: string[] = [], accountId = ada.accountId.slice(4)) => {
  const token = newToken('lk_');
  const key = await storeKey(service, { accountId, scopes, token });
  return { token, key };
};
const verify = (token: string, scopes: string[] = []) =>
  service.operator.POST('/v1/keys/verify', { body: { token, scopes } });

describe('who may scrape:', () => {
  test('a key with metrics:read in the operator’s account may, and may nothing else', async () => {
    const scraper = service.as((await mint(['metrics:read'], operatorAccountId)).token);
    expect(await scrape(scraper)).toContain('latchkey_build_info');
    expect((await scraper.GET('/v1/keys')).response.status).toBe(403);
  });

  test('a key with metrics:read in another account may not, and is told why', async () => {
    const { error, response } = await service.as((await mint(['metrics:read'])).token).GET('/metrics');
    expect(response.status).toBe(403);
    expect(error).toMatchObject({
      code: 'wrong_caller',
      detail: 'This is for a caller with the operator token or an API key of the operator’s own account.',
    });
  });

  test('a key of the operator’s account without metrics:read lacks a scope', async () => {
    const { error } = await service
      .as((await mint(['keys:verify'], operatorAccountId)).token)
      .GET('/metrics');
    expect(error).toMatchObject({ code: 'insufficient_scope' });
  });
});

test('the answer is in the Prometheus text format', async () => {
  const response = await service.fetch('/metrics', {
    headers: { Authorization: `Bearer ${service.operatorToken}` },
  });
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  const comment = /^# (?:HELP \w+ .+|TYPE \w+ (?:counter|gauge|histogram))$/;
  const sample = /^[a-z_]+(?:\{(?:\w+="[^"\\]*",?)*\})? (?:[\d.e+-]+)$/;
  for (const line of lines) expect(line).toMatch(line.startsWith('#') ? comment : sample);
});

test('a verification is counted once, by its verdict and by what it came from', async () => {
  const { token, key } = await mint(['files:read']);
  const lookedUp = verifications('verify', 'database', 'valid');
  const remembered = verifications('verify', 'cache', 'valid');
  const lacking = verifications('verify', 'cache', 'insufficient_scope');
  const unknown = verifications('verify', 'database', 'unknown');
  const stillUnknown = verifications('verify', 'cache', 'unknown');
  const malformed = verifications('verify', 'none', 'unknown');
  const stranger = newToken('lk_');
  const seen = await rises([lookedUp, remembered, lacking, unknown, stillUnknown, malformed], async () => {
    for (let time = 0; time < 4; time += 1) await verify(token);
    await verify(token, ['files:write']);
    await verify(stranger);
    await verify(stranger);
    // The last character of its checksum.
    await verify(stranger.slice(0, -1) + (stranger.endsWith('0') ? '1' : '0'));
  });
  expect(seen).toEqual([1, 3, 1, 1, 1, 1]);

  await ada.client.PATCH('/v1/keys/{keyId}', {
    params: { path: { keyId: `key_${key.id}` } },
    body: { disabled: true },
  });
  expect(await rises([verifications('verify', 'database', 'disabled')], () => verify(token))).toEqual([1]);
});

test('each token of a batch is counted, and so is the key of the caller', async () => {
  const [{ token }, caller] = [await mint(), await mint(['keys:verify'])];
  await verify(token);
  const samples = [
    verifications('verify', 'cache', 'valid'),
    verifications('authenticate', 'database', 'valid'),
  ];
  const act = () =>
    service.as(caller.token).POST('/v1/keys/verify/batch', { body: { tokens: [token, token, token] } });
  expect(await rises(samples, act)).toEqual([3, 1]);
});

test('there are metrics of the cache, of the backlog of uses and of the queries', async () => {
  await service.context.usage.flush();
  const { token, ...key } = expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } }));
  const params = { path: { keyId: key.id } };
  const next = expectData(await ada.client.POST('/v1/keys/{keyId}/rotate', { params, body: {} })).token;
  const samples = [
    'latchkey_cache_known',
    'latchkey_usage_backlog_tokens',
    'latchkey_database_query_duration_seconds_count{outcome="ok"}',
  ];
  const [known, backlog, queries] = await rises(samples, async () => {
    await verify(next);
    for (const each of [token, next, token]) await verify(each);
  });
  // Both tokens of one key.
  expect({ known, backlog }).toEqual({ known: 2, backlog: 2 });
  expect(queries).toBeGreaterThanOrEqual(1);
  expect(sampleOf(await scrape(), 'latchkey_cache_trusted')).toBe(1);
  await service.context.usage.flush();
  expect(sampleOf(await scrape(), 'latchkey_usage_backlog_tokens')).toBe(0);
});

test('it is told when each background job last succeeded', async () => {
  const sample = 'latchkey_background_last_success_timestamp_seconds{job="events"}';
  expect(sampleOf(await scrape(), sample)).toBe(Date.UTC(2026, 0, 31, 12) / 1000);
});

test('connected verifiers are counted', async () => {
  const connected = async () => sampleOf(await scrape(), 'latchkey_verifiers');
  expect(await connected()).toBe(0);
  const verifier = await greetedVerifier(await service.listen(), service.operatorToken);
  expect(await connected()).toBe(1);
  verifier.send({ kind: 'bye' });
  await verifier.closed;
  expect(await connected()).toBe(0);
});

test.runIf(inject('database') === 'postgres')('every metric that OPERATIONS.md names is told', async () => {
  const page = await readFile(join(import.meta.dirname, '../docs/OPERATIONS.md'), 'utf8');
  const [, section = ''] = /^## Metrics\n(.*?)^## /ms.exec(page) ?? [];
  const named = section.match(/\b(?:latchkey|process)_\w+/g) ?? [];
  expect(named.length).toBeGreaterThan(20);
  const text = await scrape();
  expect(named.filter((name) => !new RegExp(`^${name}[ {]|^# TYPE ${name} `, 'm').test(text))).toEqual([]);
});

test('every outcome is there before its first event', async () => {
  const text = await scrape();
  for (const outcome of ['error', 'refused'])
    expect(sampleOf(text, `latchkey_database_query_duration_seconds_count{outcome="${outcome}"}`)).toBe(0);
  expect(sampleOf(text, 'latchkey_barrier_wait_seconds_count{outcome="expired"}')).toBe(0);
});

test('answers are counted by operation and status', async () => {
  const answered = (operation: string, status: number) =>
    `latchkey_http_responses_total{operation="${operation}",status="${status}"}`;
  const { token } = await mint();
  const samples = [
    answered('verifyKey', 200),
    answered('verifyKey', 422),
    answered('authorizeRequest', 200),
    answered('authorizeRequest', 401),
    answered('getNamedAccount', 404),
    answered('none', 404),
    answered('none', 405),
  ];
  const authorize = (bearer: string) =>
    service.fetch('/v1/authorize', {
      headers: {
        authorization: `Bearer ${bearer}`,
        'latchkey-authorization': `Bearer ${service.operatorToken}`,
      },
    });
  const act = async () => {
    await verify(token);
    await service.operator.POST('/v1/keys/verify', { body: { token, cost: -1 } });
    await authorize(token);
    await authorize(newToken('lk_'));
    const path = { accountId: 'usr_nobody' };
    await service.operator.GET('/v1/accounts/{accountId}', { params: { path } });
    await service.fetch('/v1/nothing');
    await service.fetch('/v1/sessions', { method: 'PUT' });
  };
  expect(await rises(samples, act)).toEqual(samples.map(() => 1));
  expect(sampleOf(await scrape(), answered('deleteKey', 503))).toBe(0);
});

test('a query that fails is counted as an error', async () => {
  const failed = 'latchkey_database_query_duration_seconds_count{outcome="error"}';
  expect(await rises([failed], () => sql`select nothing`.execute(service.db).catch(() => {}))).toEqual([1]);
});

test('a query that the database refuses for what a caller sent is counted as refused, and not as an error', async () => {
  const count = (outcome: string) => `latchkey_database_query_duration_seconds_count{outcome="${outcome}"}`;
  const newRole = async (name: string) =>
    expectData(await service.operator.POST('/v1/roles', { body: { name, scopes: ['a'] } }));
  const [taken, other] = [await newRole('taken'), await newRole('other')];
  const { id } = expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } }));
  const params = { path: { keyId: id }, query: { accountId: ada.accountId } };
  const act = async () => {
    const renamed = await service.operator.PATCH('/v1/roles/{roleId}', {
      params: { path: { roleId: other.id } },
      body: { name: taken.name },
    });
    expect(renamed.response.status).toBe(409);
    const body = { quota: { refill: { amount: 1, every: 'week' as const } } };
    const changed = await service.operator.PATCH('/v1/keys/{keyId}', { params, body });
    expect(changed.response.status).toBe(422);
  };
  expect(await rises([count('refused'), count('error')], act)).toEqual([2, 0]);
});

test('an event loop that is blocked shows in its delay', async () => {
  const late = () =>
    scrape().then((text) => {
      const all = sampleOf(text, 'latchkey_event_loop_delay_seconds_count') ?? 0;
      return all - (sampleOf(text, 'latchkey_event_loop_delay_seconds_bucket{le="0.1"}') ?? 0);
    });
  const before = await late();
  block(300);
  await expect.poll(late).toBeGreaterThan(before);
});

test.runIf(inject('database') === 'postgres')('heartbeats, barriers and the pool are told', async () => {
  const confirmed = 'latchkey_barrier_wait_seconds_count{outcome="confirmed"}';
  const { key } = await mint();
  const params = { path: { keyId: `key_${key.id}` } };
  expect(await rises([confirmed], () => ada.client.DELETE('/v1/keys/{keyId}', { params }))).toEqual([1]);
  const text = await scrape();
  expect(sampleOf(text, 'latchkey_database_connections_max')).toBe(10);
  expect(sampleOf(text, 'latchkey_heartbeat_age_seconds')).toBeLessThan(10);
});

test('the embedded database has no metrics of heartbeats or of a pool', async () => {
  const text = await scrape();
  for (const name of ['latchkey_heartbeat_age_seconds', 'latchkey_database_connections_max'])
    expect(text.includes(name), name).toBe(inject('database') === 'postgres');
});
