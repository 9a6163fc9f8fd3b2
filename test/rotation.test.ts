import { decodeJwt } from 'jose';
import { type KyselyPlugin, sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import { createApp } from '../server/app.ts';
import type { ServiceContext } from '../server/context.ts';
import type { Database } from '../server/db/schema.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { hashText, hashToken, newToken } from '../server/token.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** A key is rotated: it keeps its id, and gets another token. */

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const hour = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const of = ({ id }: { id: string }) => ({ params: { path: { keyId: id } } });

type Body = {
  overlapSeconds?: number;
  immediate?: boolean;
  expiresIn?: '7d' | '90d' | 'never';
  expiresAt?: string;
};
const mint = async (body: { scopes?: string[]; expiresIn?: '1d' } = {}) =>
  expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));
const tryRotate = (key: { id: string }, body: Body = {}, by = ada.client) =>
  by.POST('/v1/keys/{keyId}/rotate', { ...of(key), body });
const rotate = async (key: { id: string }, body: Body = {}) => expectData(await tryRotate(key, body));
const read = async (key: { id: string }) => expectData(await ada.client.GET('/v1/keys/{keyId}', of(key)));
const cancel = (key: { id: string }, by = ada.client) => by.POST('/v1/keys/{keyId}/rotation/cancel', of(key));
const finish = (key: { id: string }, by = ada.client) => by.POST('/v1/keys/{keyId}/rotation/finish', of(key));
const extend = (key: { id: string }, overlapSeconds: number, by = ada.client) =>
  by.POST('/v1/keys/{keyId}/rotation/extend', { ...of(key), body: { overlapSeconds } });

/** `valid`, or the reason why not. */
async function verdictOn(token: string, rest: { scopes?: string[]; ip?: string } = {}): Promise<string> {
  const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token, ...rest } }));
  return verdict.valid ? 'valid' : verdict.reason;
}

/** Verifies a token on a service that differs. */
function verifyOn(differing: Partial<ServiceContext>, token: string): Response | Promise<Response> {
  const body = JSON.stringify({ token });
  const headers = {
    Authorization: `Bearer ${service.operatorToken}`,
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
  };
  const app = createApp({ ...service.context, ...differing });
  return app.fetch(new Request('http://latchkey.test/v1/keys/verify', { method: 'POST', headers, body }));
}

test('a new token sleeps until it is used, and from then on the old one lives for the overlap', async () => {
  const { token: old, ...key } = await mint();
  const { token: fresh, ...rotated } = await rotate(key);
  expect(rotated).toMatchObject({
    id: key.id,
    name: key.name,
    start: old.slice(0, 7),
    tokens: [
      { state: 'current' },
      { state: 'next', start: fresh.slice(0, 7), activatedAt: null, overlapSeconds: 3600 },
    ],
  });

  service.pass(24 * hour);
  expect(await verdictOn(old)).toBe('valid');
  const activatedAt = service.context.now();
  expect(await verdictOn(fresh)).toBe('valid');
  expect(await verdictOn(old)).toBe('valid');
  expect(await read(key)).toMatchObject({
    start: fresh.slice(0, 7),
    tokens: [
      { state: 'current', start: fresh.slice(0, 7), activatedAt: iso(activatedAt), endsAt: null },
      { state: 'previous', start: old.slice(0, 7), endsAt: iso(activatedAt + hour) },
    ],
  });

  service.pass(hour - 1);
  expect(await verdictOn(old)).toBe('valid');
  service.pass(1);
  expect(await verdictOn(old)).toBe('rotated');
  expect(await verdictOn(fresh)).toBe('valid');
  expect((await read(key)).tokens).toMatchObject([{ state: 'current', activatedAt: iso(activatedAt) }]);
});

test('if a new token is lost, the next rotation replaces it, and the old one stays valid', async () => {
  const { token: old, ...key } = await mint();
  const { token: lost } = await rotate(key);
  const { token: fresh } = await rotate(key);
  expect(await verdictOn(lost)).toBe('rotated');
  expect(await verdictOn(old)).toBe('valid');
  expect(await verdictOn(fresh)).toBe('valid');
  expect((await read(key)).tokens.map(({ state }) => state)).toEqual(['current', 'previous']);
});

test('while the previous token is accepted no further rotation begins, and after its end one does', async () => {
  const { token: old, ...key } = await mint();
  const { token: second } = await rotate(key, { overlapSeconds: 60 });
  await verdictOn(second);
  expect((await tryRotate(key)).error).toMatchObject({ status: 409, code: 'rotation_draining' });
  service.pass(60_000);
  const { token: third } = await rotate(key);
  expect(await verdictOn(old)).toBe('rotated');
  expect(await verdictOn(second)).toBe('valid');
  expect(await verdictOn(third)).toBe('valid');
});

test('an immediate rotation ends every other token, in whatever state the key is', async () => {
  const { token: first, ...key } = await mint();
  const { token: second } = await rotate(key);
  const { token: third, ...rotated } = await rotate(key, { immediate: true });
  expect(rotated.tokens).toMatchObject([
    { state: 'current', start: third.slice(0, 7), activatedAt: iso(service.context.now()) },
  ]);
  for (const token of [first, second]) expect(await verdictOn(token)).toBe('rotated');

  const { token: fourth } = await rotate(key);
  await verdictOn(fourth);
  const { token: fifth } = await rotate(key, { immediate: true });
  for (const token of [third, fourth]) expect(await verdictOn(token)).toBe('rotated');
  expect(await verdictOn(fifth)).toBe('valid');
});

test('a rotation is immediate or has an overlap of at most a week, not both', async () => {
  const key = await mint();
  for (const body of [
    { immediate: true, overlapSeconds: 60 },
    { overlapSeconds: 604_801 },
    { overlapSeconds: -1 },
  ])
    expect((await tryRotate(key, body)).error).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/overlapSeconds' }],
    });
  await rotate(key, { overlapSeconds: 604_800 });
  const { tokens } = await rotate(key, { immediate: false, overlapSeconds: 60 });
  expect(tokens).toMatchObject([{ state: 'current' }, { state: 'next', overlapSeconds: 60 }]);
});

test('a rotation that names an expiry gives it to the key with the first use of the new token', async () => {
  const { token: old, ...key } = await mint({ expiresIn: '1d' });
  const later = iso(service.context.now() + 90 * 24 * hour);
  const { token: fresh, ...rotated } = await rotate(key, { expiresIn: '90d' });
  const query = { keyId: key.id, type: 'key.rotated' as const };
  const { data: events } = expectData(await ada.client.GET('/v1/events', { params: { query } }));
  expect(events).toMatchObject([{ data: { expiresAt: later } }]);
  expect(rotated).toMatchObject({
    expiresAt: key.expiresAt,
    tokens: [{ expiresAt: key.expiresAt }, { state: 'next', expiresAt: later }],
  });

  service.pass(24 * hour);
  expect(await verdictOn(old)).toBe('expired');
  expect(await read(key)).toMatchObject({ status: 'expired', expiresAt: key.expiresAt });
  const { data } = await service.operator.POST('/v1/keys/verify', { body: { token: fresh } });
  expect(data).toMatchObject({ valid: true, key: { expiresAt: later } });
  expect(await read(key)).toMatchObject({
    status: 'active',
    expiresAt: later,
    tokens: [{ state: 'current', expiresAt: later }],
  });
  expect(await verdictOn(old)).toBe('rotated');
});

test('the previous token ends no later than it would have expired', async () => {
  const { token: old, ...key } = await mint({ expiresIn: '1d' });
  const { token: fresh } = await rotate(key, { overlapSeconds: 604_800, expiresIn: 'never' });
  expect(await verdictOn(fresh)).toBe('valid');
  expect(await verdictOn(old)).toBe('valid');
  expect(await read(key)).toMatchObject({
    expiresAt: null,
    tokens: [{ state: 'current' }, { state: 'previous', endsAt: key.expiresAt }],
  });
  // Also with more time.
  expect(expectData(await extend(key, 604_800)).tokens).toMatchObject([{}, { endsAt: key.expiresAt }]);
  service.pass(24 * hour);
  expect([await verdictOn(old), await verdictOn(fresh)]).toEqual(['rotated', 'valid']);
});

test('a change of the expiry gives the previous token of a key no more time, but less', async () => {
  const key = await mint({ expiresIn: '1d' });
  const { token: fresh } = await rotate(key, { overlapSeconds: 60 });
  expect(await verdictOn(fresh)).toBe('valid');
  const inHours = (hours: number) => iso(service.context.now() + hours * hour);
  const endAfter = async (...expiries: (string | null)[]) => {
    for (const expiresAt of expiries)
      expectData(await ada.client.PATCH('/v1/keys/{keyId}', { ...of(key), body: { expiresAt } }));
    return expectData(await extend(key, 604_800)).tokens[1]?.endsAt;
  };
  expect(await endAfter(inHours(1), inHours(72))).toBe(inHours(1));
  expect(await endAfter(null)).toBe(inHours(1));
  expect(await endAfter(inHours(2))).toBe(inHours(1));
});

test('an immediate rotation sets the expiry at once', async () => {
  const key = await mint();
  const expiresAt = iso(service.context.now() + hour);
  const { token, ...rotated } = await rotate(key, { immediate: true, expiresAt });
  expect(rotated).toMatchObject({ expiresAt, tokens: [{ expiresAt }] });
  service.pass(hour);
  expect(await verdictOn(token)).toBe('expired');
});

test('a change of the expiry holds for the next token as well, and a rotation that names none keeps it', async () => {
  const key = await mint({ expiresIn: '1d' });
  await rotate(key, { expiresIn: '90d' });
  const expiresAt = iso(service.context.now() + hour);
  const body = { expiresAt };
  const changed = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { ...of(key), body }));
  expect(changed.tokens).toMatchObject([{ expiresAt }, { expiresAt }]);
  const { token } = await rotate(key);
  expect(await verdictOn(token)).toBe('valid');
  expect(await read(key)).toMatchObject({ expiresAt });
  service.pass(hour);
  expect(await verdictOn(token)).toBe('expired');
});

test('an expiry that is changed by SQL is heard of for a next token that is cached', async () => {
  const key = await mint();
  const { token } = await rotate(key, { expiresIn: '90d' });
  // A refused verification caches it, and is not its first use.
  expect(await verdictOn(token, { scopes: ['missing'] })).toBe('insufficient_scope');
  const past = new Date(service.context.now() - 1);
  await sql`update keys set next_expires_at = ${past} where id = ${key.id.slice(4)}`.execute(service.db);
  await service.context.settled();
  expect(await verdictOn(token, { scopes: ['missing'] })).toBe('expired');
});

test('an expiry that is changed by SQL is that of a token which sleeps, too', async () => {
  for (const body of [{}, { expiresIn: '90d' as const }]) {
    const { token: old, ...key } = await mint({ expiresIn: '1d' });
    const { token } = await rotate(key, body);
    expect(await verdictOn(token, { scopes: ['missing'] })).toBe('insufficient_scope');
    const past = new Date(service.context.now() - 1);
    await sql`update keys set expires_at = ${past} where id = ${key.id.slice(4)}`.execute(service.db);
    await service.context.settled();
    for (const one of [token, old]) expect(await verdictOn(one)).toBe('expired');
    expect((await read(key)).tokens).toMatchObject([{ expiresAt: iso(past.getTime()) }, { state: 'next' }]);
  }
});

test('an expiry is named once, and in the future', async () => {
  const key = await mint();
  const expiresAt = iso(service.context.now() + hour);
  for (const body of [{ expiresIn: '7d' as const, expiresAt }, { expiresAt: iso(service.context.now()) }])
    expect((await tryRotate(key, body)).error).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/expiresAt' }],
    });
});

test('a key that rotates itself sets no expiry, unless it may change keys', async () => {
  const key = await mint({ scopes: ['keys:rotate'] });
  expect((await tryRotate(key, { expiresIn: '90d' }, service.as(key.token))).error).toMatchObject({
    status: 403,
    code: 'insufficient_scope',
    detail: 'To set the expiry of a key takes the scope "keys:write".',
  });
  const strong = await mint({ scopes: ['keys:rotate', 'keys:write'] });
  expectData(await tryRotate(strong, { expiresIn: '90d' }, service.as(strong.token)));
});

test('a token that was never used can be cancelled, and a previous one can be finished or given more time', async () => {
  const { token: old, ...key } = await mint();
  for (const answer of [await finish(key), await extend(key, 60)])
    expect(answer.error).toMatchObject({ status: 409, code: 'rotation_not_draining' });
  expect((await cancel(key)).error).toMatchObject({ status: 409, code: 'rotation_not_pending' });

  const { token: cancelled } = await rotate(key);
  expect(expectData(await cancel(key)).tokens).toMatchObject([{ state: 'current' }]);
  expect(await verdictOn(cancelled)).toBe('rotated');

  const { token: fresh } = await rotate(key, { overlapSeconds: 60 });
  await verdictOn(fresh);
  const endsAt = service.context.now() + 2 * hour;
  expect(expectData(await extend(key, 7200)).tokens).toMatchObject([{}, { endsAt: iso(endsAt) }]);
  expect(expectData(await extend(key, 1)).tokens).toMatchObject([{}, { endsAt: iso(endsAt) }]);
  expect((await cancel(key)).error).toMatchObject({ status: 409, code: 'rotation_not_pending' });
  expect(await verdictOn(old)).toBe('valid');
  expect(expectData(await finish(key)).tokens).toMatchObject([
    { state: 'current', start: fresh.slice(0, 7) },
  ]);
  expect(await verdictOn(old)).toBe('rotated');
});

test('a key with keys:rotate rotates itself, no other key, and never by its previous token', async () => {
  const { token: old, ...key } = await mint({ scopes: ['keys:rotate'] });
  const other = await mint();
  expect((await tryRotate(other, {}, service.as(old))).error).toMatchObject({
    status: 403,
    code: 'wrong_caller',
  });
  const weak = await mint({ scopes: ['keys:write'] });
  expect((await tryRotate(weak, {}, service.as(weak.token))).error).toMatchObject({
    code: 'insufficient_scope',
  });

  const { token: fresh } = expectData(await tryRotate(key, {}, service.as(old)));
  // Its own call is its first use.
  expectData(await extend(key, 60, service.as(fresh)));
  const by = service.as(old);
  for (const answer of [
    await tryRotate(key, { immediate: true }, by),
    await cancel(key, by),
    await finish(key, by),
    await extend(key, 60, by),
  ])
    expect(answer.error).toMatchObject({ status: 403, code: 'wrong_caller' });
  expectData(await finish(key, service.as(fresh)));
});

test('a refused verification does not count as the first use', async () => {
  const { token: old, ...key } = await mint({ scopes: ['keys:read'] });
  const { token: fresh } = await rotate(key);
  expect(await verdictOn(fresh, { scopes: ['missing'] })).toBe('insufficient_scope');
  expect((await service.as(fresh).POST('/v1/keys', { body: { name: 'Key' } })).response.status).toBe(403);
  expect((await read(key)).tokens).toMatchObject([{ start: old.slice(0, 7) }, { state: 'next' }]);
  await ada.client.PATCH('/v1/keys/{keyId}', { ...of(key), body: { disabled: true } });
  expect(await verdictOn(fresh)).toBe('disabled');
  expect((await read(key)).tokens).toMatchObject([{ start: old.slice(0, 7) }, { state: 'next' }]);
});

test('of many concurrent first uses, one activates the token, and all are accepted', async () => {
  const { token: _, ...key } = await mint();
  const { token } = await rotate(key);
  const tokens = Array.from({ length: 20 }, () => token);
  expect(await Promise.all(tokens.map((token) => verdictOn(token)))).toEqual(tokens.map(() => 'valid'));
  const { rows } = await sql`
    select from events where key_id = ${key.id.slice(4)} and type = 'key.token_activated'`.execute(
    service.db,
  );
  expect(rows).toHaveLength(1);
});

/** The database of the service, as it is while it cannot be reached. */
const withoutAnswers = (): Database => {
  const plugin: KyselyPlugin = {
    transformQuery() {
      throw new DatabaseUnavailable();
    },
    transformResult: async ({ result }) => result,
  };
  return service.db.withPlugin(plugin) as Database;
};

test('a first use that cannot be written is refused with 503, and the token sleeps on', async () => {
  const { token: old, ...key } = await mint();
  const { token } = await rotate(key);
  const answer = await verifyOn({ db: withoutAnswers() }, token);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await read(key)).tokens).toMatchObject([{ start: old.slice(0, 7) }, { state: 'next' }]);
  expect(await verdictOn(token)).toBe('valid');
});

test('a first use that cannot be written spends nothing', async () => {
  const params = { query: { accountId: ada.accountId } };
  const body = {
    name: 'Key',
    quota: { remaining: 1 },
    limits: [{ name: 'daily', limit: 1, windowSeconds: 86_400 }],
  };
  const { token: _, ...key } = expectData(await service.operator.POST('/v1/keys', { params, body }));
  const { token } = await rotate(key);
  expect((await verifyOn({ db: withoutAnswers() }, token)).status).toBe(503);
  expect(await verdictOn(token)).toBe('valid');
  expect(await verdictOn(token)).toBe('rate_limited');
});

test('concurrent rotations leave one token, and no row of another', async () => {
  const { token: old, ...key } = await mint();
  const rotated = await Promise.all(Array.from({ length: 10 }, () => rotate(key)));
  const { rows } = await sql<{ hash: string }>`
    select encode(hash, 'hex') as hash from tokens where key_id = ${key.id.slice(4)}`.execute(service.db);
  const stored = rows.map(({ hash }) => hash);
  const live = rotated.filter(({ token }) => stored.includes(hashToken(token).toString('hex')));
  expect([stored.length, live.length]).toEqual([2, 1]);
  expect(await verdictOn(old)).toBe('valid');
  const verdicts = await Promise.all(rotated.map(({ token }) => verdictOn(token)));
  expect(verdicts.filter((verdict) => verdict === 'valid')).toHaveLength(1);
});

test('whatever steps of rotations come at the same time, the key has one current token and at most one other', async () => {
  const { token, ...key } = await mint();
  const tokens = [token];
  for (let round = 0; round < 10; round += 1) {
    const answers = await Promise.all([
      tryRotate(key, { overlapSeconds: 60 }),
      tryRotate(key, round % 3 ? { overlapSeconds: 60 } : { immediate: true }),
      cancel(key),
      finish(key),
      ...tokens.slice(-2).map((token) => verdictOn(token)),
    ]);
    for (const answer of answers)
      if (typeof answer === 'object' && answer.data && 'token' in answer.data) tokens.push(answer.data.token);
    const { rows } = await sql<{ isNamed: boolean }>`
      select hash in (current_hash, next_hash, previous_hash) as "isNamed"
      from tokens join keys on keys.id = key_id where key_id = ${key.id.slice(4)}`.execute(service.db);
    expect(rows.every(({ isNamed }) => isNamed)).toBe(true);
    expect((await read(key)).tokens.filter(({ state }) => state === 'current')).toHaveLength(1);
  }
});

test.each([
  [0, true],
  [1, true],
  [3600, false],
])('with an overlap of %i s the first use waits for every replica: %s', async (overlapSeconds, waits) => {
  const key = await mint();
  const { token } = await rotate(key, { overlapSeconds });
  const settled = vi.fn(service.context.settled);
  const answer = await verifyOn({ settled }, token);
  expect(await answer.json()).toMatchObject({ valid: true });
  expect(settled).toHaveBeenCalledTimes(waits ? 1 : 0);
});

test('the first use waits for every replica where it has the key expire sooner than they have heard of it', async () => {
  const key = await mint();
  const { token } = await rotate(key, { expiresAt: iso(service.context.now() + 1000) });
  const settled = vi.fn(service.context.settled);
  const answer = await verifyOn({ settled }, token);
  expect(await answer.json()).toMatchObject({ valid: true });
  expect(settled).toHaveBeenCalledTimes(1);
});

test('a key shows when and from where its previous token was last used', async () => {
  const { token: old, ...key } = await mint();
  const { token: fresh } = await rotate(key);
  await verdictOn(fresh, { ip: '203.0.113.1' });
  service.pass(1000);
  await verdictOn(old, { ip: '203.0.113.9' });
  const use = { lastUsedAt: iso(service.context.now()), lastUsedIp: '203.0.113.9' };
  expect(await read(key)).toMatchObject({ ...use, tokens: [{ lastUsedIp: '203.0.113.1' }, use] });
  await service.context.usage.flush();
  expect(await read(key)).toMatchObject({ ...use, tokens: [{ lastUsedIp: '203.0.113.1' }, use] });
});

test('the previous token does nothing to the key where a replica has not heard of the first use', async () => {
  const { token: old, ...key } = await mint({ scopes: ['keys:rotate', 'keys:write'] });
  const known = await service.context.keys.find(hashText(old));
  const { token: fresh } = await rotate(key);
  expect(await verdictOn(fresh)).toBe('valid');

  const late = { find: () => known, refresh: async () => known, holds: () => true };
  const app = createApp({ ...service.context, keys: late });
  const rotation = `/v1/keys/${key.id}/rotation`;
  for (const [method, path, body] of [
    ['POST', `/v1/keys/${key.id}/rotate`, { immediate: true }],
    ['POST', `/v1/keys/${key.id}/rotate`, { immediate: true, expiresIn: '7d' }],
    ['POST', `${rotation}/cancel`],
    ['POST', `${rotation}/finish`],
    ['POST', `${rotation}/extend`, { overlapSeconds: 7200 }],
    ['DELETE', '/v1/keys/current'],
  ] as const) {
    const text = body && JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${old}`,
      ...(text && { 'Content-Type': 'application/json', 'Content-Length': String(text.length) }),
    };
    const request = new Request(`http://latchkey.test${path}`, { method, headers, body: text ?? null });
    expect(await (await app.fetch(request)).json(), path).toMatchObject({
      status: 403,
      code: 'wrong_caller',
    });
  }
  expect([await verdictOn(old), await verdictOn(fresh)]).toEqual(['valid', 'valid']);
  expect((await read(key)).tokens).toMatchObject([{ start: fresh.slice(0, 7) }, { state: 'previous' }]);
});

test('the previous token cannot revoke the key, and the next one can', async () => {
  const { token: old, ...key } = await mint();
  const { token: fresh } = await rotate(key);
  await verdictOn(fresh);
  const { error } = await service.as(old).DELETE('/v1/keys/current');
  expect(error).toMatchObject({ status: 403, code: 'wrong_caller' });
  expect([await verdictOn(old), await verdictOn(fresh)]).toEqual(['valid', 'valid']);
  expectData(await finish(key));

  const { token: next } = await rotate(key);
  expect((await service.as(next).DELETE('/v1/keys/current')).response.status).toBe(204);
  for (const token of [fresh, next]) expect(await verdictOn(token)).toBe('revoked');
});

test('a key that is a JWT gets another JWT', async () => {
  const holder = await service.signIn();
  const headers = { Authorization: `Bearer ${holder.accessToken}` };
  const call = async (method: string, path: string) =>
    (await service.fetch(path, { method, headers })).json();
  const { api_key: old } = await call('POST', '/api/apikey?label=App&expires=week');
  const { apiKeys } = await call('GET', '/api/apikey');
  const { _id, hash } = apiKeys.at(-1);
  const { token } = expectData(await tryRotate({ id: `key_${_id}` }, {}, holder.client));
  expect(token).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(await verdictOn(old)).toBe('valid');
  expect(await verdictOn(token)).toBe('valid');
  const { apiKey } = await call('GET', `/api/apikey/${_id}`);
  expect(apiKey.hash).toBe(hashToken(token).toString('hex'));
  expect(apiKey.hash).not.toBe(hash);
});

test('a JWT that a rotation brings says when it expires', async () => {
  const holder = await service.signIn();
  const headers = { Authorization: `Bearer ${holder.accessToken}` };
  await service.fetch('/api/apikey?label=App&expires=week', { method: 'POST', headers });
  const { apiKeys } = await (await service.fetch('/api/apikey', { headers })).json();
  const expiresAt = iso(Math.floor(service.context.now() / 1000) * 1000 + hour);
  const key = { id: `key_${apiKeys.at(-1)._id}` };
  const { token } = expectData(await tryRotate(key, { expiresAt }, holder.client));
  expect(iso((decodeJwt(token).exp ?? 0) * 1000)).toBe(expiresAt);
});

test('a rotation of a key that is not there, or somebody else’s, says that there is none', async () => {
  const bob = await service.signIn();
  const key = await mint();
  for (const answer of [
    await tryRotate(key, {}, bob.client),
    await cancel(key, bob.client),
    await finish(key, bob.client),
  ])
    expect(answer.error).toMatchObject({ status: 404, code: 'key_not_found' });
  expect(await verdictOn(newToken('lk_'))).toBe('unknown');
});
