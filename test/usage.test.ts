import { expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { sweepCounts } from '../server/background/old-counts.ts';
import { countRetention } from '../server/usage/report.ts';
import { clientIp, expectData } from './support/harness.ts';
import {
  ada,
  bob,
  day,
  flush,
  hour,
  iso,
  mint,
  none,
  ofAccount,
  ofKey,
  type Query,
  read,
  service,
  verify,
} from './support/usage.ts';

test('what was said of a key is counted by hour and verdict', async () => {
  const key = await mint({ scopes: ['a'], expiresIn: '1d' });
  const params = { path: { keyId: key.id } };
  const began = service.context.now();
  for (let use = 0; use < 3; use++) await verify(key.token);
  await verify(key.token, { scopes: ['b'] });
  service.pass(hour);
  await verify(key.token);
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } });
  await verify(key.token);
  await verify(key.token);
  await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: false } });
  service.pass(day);
  await verify(key.token);
  await flush();
  expect(expectData(await ofKey(key, { from: iso(began) }))).toEqual({
    from: iso(began),
    to: iso(began + day + hour),
    bucket: 'hour',
    total: { ...none, valid: 4, disabled: 2, insufficient_scope: 1 },
    data: [
      { start: iso(began), ...none, valid: 3, insufficient_scope: 1 },
      { start: iso(began + hour), ...none, valid: 1, disabled: 2 },
    ],
  });
  service.pass(hour);
  expect(expectData(await ofKey(key, { from: iso(began + day) })).data).toEqual([
    { start: iso(began + day + hour), ...none, expired: 1 },
  ]);
});

test('a long report on an account has each bucket once, with all of its uses', async () => {
  const account = await service.signIn();
  const body = { name: 'Key' };
  const { token } = expectData(await account.client.POST('/v1/keys', { body }));
  const began = service.context.now();
  for (let days = 0; days < 10; days += 1) {
    for (let use = 0; use <= days; use += 1) await verify(token);
    await flush();
    service.pass(day);
  }
  const query = { bucket: 'day' as const, from: iso(began), to: iso(began + 10 * day) };
  const report = expectData(await account.client.GET('/v1/usage', { params: { query } }));
  expect(report.data.map(({ valid }) => valid)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const hourly = { ...query, bucket: 'hour' as const };
  const hours = expectData(await account.client.GET('/v1/usage', { params: { query: hourly } }));
  expect(hours.data.map(({ start, valid }) => [start, valid])).toEqual(
    Array.from({ length: 10 }, (_, days) => [iso(began + days * day), days + 1]),
  );
});

test('flushes add up', async () => {
  const key = await mint();
  for (let round = 0; round < 3; round++) {
    await verify(key.token);
    await verify(key.token, { scopes: ['missing'] });
    await flush();
  }
  service.pass(1);
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, valid: 3, insufficient_scope: 3 });
});

test('a verification by another account counts no use, and does not reveal the key', async () => {
  const key = await mint();
  await ada.client.PATCH('/v1/keys/{keyId}', {
    params: { path: { keyId: key.id } },
    body: { disabled: true },
  });
  expect(await verify(key.token, { by: bob.client })).toEqual({ valid: false, reason: 'unknown' });
  expect(await verify(key.token)).toMatchObject({ valid: false, reason: 'disabled' });
  await flush();
  service.pass(1);
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, disabled: 1 });
});

test('a key that calls this API is used, with the address and the user agent of the call', async () => {
  const key = await mint({ expiresIn: '1d' });
  const call = (userAgent: string) =>
    service.fetch('/v1/keys/current', {
      headers: { Authorization: `Bearer ${key.token}`, 'User-Agent': userAgent },
    });
  expect(await (await call('curl/8.5')).json()).toMatchObject({
    lastUsedAt: iso(service.context.now()),
    lastUsedIp: clientIp,
    lastUsedUserAgent: 'curl/8.5',
  });
  service.pass(1);
  const use = { lastUsedAt: iso(service.context.now()), lastUsedIp: clientIp };
  expect(await (await call('é'.repeat(600))).json()).toMatchObject({
    ...use,
    lastUsedUserAgent: 'é'.repeat(500),
  });
  service.pass(day);
  expect((await call('late/1.0')).status).toBe(401);
  await flush();
  expect(await read(key)).toMatchObject({ ...use, lastUsedUserAgent: 'é'.repeat(500) });
  expect(expectData(await ofKey(key, { bucket: 'day' })).total).toEqual({ ...none, valid: 2, expired: 1 });
});

test('every use of a millisecond counts, and the first one is shown', async () => {
  const key = await mint();
  for (const ip of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) await verify(key.token, { ip });
  expect(await read(key)).toMatchObject({ lastUsedIp: '203.0.113.1' });
  await flush();
  await verify(key.token, { ip: '203.0.113.4' });
  expect(await read(key)).toMatchObject({ lastUsedIp: '203.0.113.1' });
  await flush();
  expect(await read(key)).toMatchObject({ lastUsedIp: '203.0.113.1' });
  service.pass(1);
  await verify(key.token, { ip: '203.0.113.5' });
  expect(await read(key)).toMatchObject({ lastUsedIp: '203.0.113.5' });
  await flush();
  expect(expectData(await ofKey(key)).total).toEqual({ ...none, valid: 5 });
});

test('a verifier says who presented the token; its own address is never shown as theirs', async () => {
  const key = await mint();
  const use = async (facts: { ip?: string; userAgent?: string }) => {
    service.pass(1);
    await verify(key.token, facts);
    const { lastUsedIp, lastUsedUserAgent } = await read(key);
    await flush();
    expect(await read(key)).toMatchObject({ lastUsedIp, lastUsedUserAgent });
    return [lastUsedIp, lastUsedUserAgent];
  };
  expect(await use({ ip: '203.0.113.7', userAgent: 'files-cli/2.4' })).toEqual([
    '203.0.113.7',
    'files-cli/2.4',
  ]);
  expect(await use({ ip: '2001:db8::7' })).toEqual(['2001:db8::7', null]);
  expect(await use({ ip: '::FFFF:203.0.113.7' })).toEqual(['203.0.113.7', null]);
  expect(await use({})).toEqual([null, null]);
  await verify(key.token, { ip: '198.51.100.1', scopes: ['missing'] });
  expect(await read(key)).toMatchObject({ lastUsedIp: null });
});

test('whatever a verifier says of the client, the token is verified, and what can be noted is', async () => {
  for (const [fact, ip, userAgent] of [
    [{ ip: 'localhost' }, null, null],
    [{ ip: '203.0.113.7:443' }, '203.0.113.7', null],
    [{ ip: '203.0.113.7:port' }, null, null],
    [{ ip: '::ffff:203.0.113.7', userAgent: null }, '203.0.113.7', null],
    [{ ip: null, userAgent: { a: 1 } }, null, null],
    [{ ip: 7, userAgent: 'a'.repeat(501) }, null, 'a'.repeat(500)],
    [{ userAgent: 'a\0b' }, null, 'ab'],
    [{ userAgent: 'a\ud800' }, null, 'a\ufffd'],
  ] as const) {
    const key = await mint();
    const { data } = await service.operator.POST('/v1/keys/verify', {
      body: { token: key.token, ...(fact as object) },
    });
    expect(data).toMatchObject({ valid: true });
    const { lastUsedIp, lastUsedUserAgent } = await read(key);
    expect([lastUsedIp, lastUsedUserAgent], JSON.stringify(fact)).toEqual([ip, userAgent]);
  }
});

test('behind a proxy the address is the one that the proxy added, and none where it added none', async () => {
  const { token } = await mint();
  const app = createApp({ ...service.context, clientIpHeader: 'X-Forwarded-For' });
  const seen = async (forwarded?: string) => {
    service.pass(1);
    const headers = { Authorization: `Bearer ${token}`, ...(forwarded && { 'X-Forwarded-For': forwarded }) };
    const response = await app.fetch(new Request('http://latchkey.test/v1/keys/current', { headers }), {
      ip: () => '192.0.2.99',
    });
    return (await response.json()).lastUsedIp;
  };
  expect(await seen('198.51.100.1, 203.0.113.7')).toBe('203.0.113.7');
  expect(await seen('::ffff:203.0.113.8')).toBe('203.0.113.8');
  expect(await seen('fe80::1%eth0')).toBe('fe80::1');
  for (const nothing of [undefined, 'unknown', '203.0.113.7, ']) expect(await seen(nothing)).toBeNull();
});

test('a range of time is rounded out to whole hours, or days of UTC, and its end does not count', async () => {
  const key = await mint();
  const midnight = Math.ceil(service.context.now() / day) * day;
  service.pass(midnight - service.context.now());
  for (const _ of [1, 2, 3]) {
    await verify(key.token);
    service.pass(12 * hour);
  }
  await flush();

  const hours = expectData(await ofKey(key, { from: iso(midnight + 1), to: iso(midnight + 12 * hour) }));
  expect(hours).toMatchObject({ from: iso(midnight), to: iso(midnight + 12 * hour), total: { valid: 1 } });
  const more = expectData(await ofKey(key, { from: iso(midnight), to: iso(midnight + 12 * hour + 1) }));
  expect(more).toMatchObject({ to: iso(midnight + 13 * hour), total: { valid: 2 } });
  const abroad = iso(midnight + 2 * hour).replace('Z', '+02:00');
  expect(expectData(await ofKey(key, { from: abroad })).from).toBe(iso(midnight));

  expect(
    expectData(
      await ofKey(key, { bucket: 'day', from: iso(midnight + 13 * hour), to: iso(midnight + 25 * hour) }),
    ),
  ).toEqual({
    from: iso(midnight),
    to: iso(midnight + 2 * day),
    bucket: 'day',
    total: { ...none, valid: 3 },
    data: [
      { start: iso(midnight), ...none, valid: 2 },
      { start: iso(midnight + day), ...none, valid: 1 },
    ],
  });
});

test('a range that is left open is the 24 hours or 30 days before its end, and that is now', async () => {
  const key = await mint();
  const now = Math.ceil(service.context.now() / day) * day + 1;
  service.pass(now - service.context.now());
  const range = async (query: Query) => {
    const { from, to } = expectData(await ofKey(key, query));
    return [Date.parse(from), Date.parse(to)];
  };
  const begin = now - 1;
  expect(await range({})).toEqual([begin - day, begin + hour]);
  expect(await range({ bucket: 'day' })).toEqual([begin - 30 * day, begin + day]);
  expect(await range({ to: '2026-03-02T00:00:00Z' })).toEqual([Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 2)]);
});

test('a range must begin before it ends, and span at most 1,000 buckets', async () => {
  const key = await mint();
  const from = '2026-01-01T00:00:00Z';
  const after = (buckets: number, length: number) => iso(Date.parse(from) + buckets * length);
  for (const [bucket, length] of [
    ['hour', hour],
    ['day', day],
  ] as const) {
    expect((await ofKey(key, { bucket, from, to: after(1000, length) })).response.status).toBe(200);
    for (const to of [after(1001, length), from, '2025-12-31T23:59:59Z'])
      for (const { error } of [await ofKey(key, { bucket, from, to }), await ofAccount({ bucket, from, to })])
        expect(error).toMatchObject({ status: 422, errors: [{ parameter: 'from' }] });
  }
  for (const from of ['1969-12-31T23:00:00Z', '3000-01-01T00:00:00Z', 'yesterday'])
    expect((await ofKey(key, { from })).error).toMatchObject({ errors: [{ parameter: 'from' }] });
});

test('only the owner of a key sees its usage', async () => {
  const key = await mint();
  const reader = await mint({ scopes: ['keys:read'] });
  const { accountId } = key;
  const params = { path: { keyId: key.id }, query: { accountId } };
  for (const by of [ada.client, service.as(reader.token), service.operator])
    expect((await by.GET('/v1/keys/{keyId}/usage', { params })).response.status).toBe(200);
  expect((await ofKey(key, {}, bob)).error).toMatchObject({ status: 404, code: 'key_not_found' });
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: key.id } } });
  expect((await ofKey(key)).error).toMatchObject({ status: 404, code: 'key_not_found' });
});

test('the usage of an account is that of its keys, of those that are revoked as well, and of no other', async () => {
  const cleo = await service.signIn();
  const [kept, revoked, foreign] = [await mint({}, cleo), await mint({}, cleo), await mint({}, bob)];
  for (const { token } of [kept, kept, revoked, foreign]) await verify(token);
  await cleo.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: revoked.id } } });
  await flush();
  service.pass(1);
  const { total, data } = expectData(await ofAccount({}, cleo));
  expect(total).toEqual({ ...none, valid: 3 });
  expect(data).toHaveLength(1);
  const query = { accountId: kept.accountId };
  expect(expectData(await service.operator.GET('/v1/usage', { params: { query } })).total).toEqual(total);
});

test('the usage of a revoked key can be read for as long as it is kept, by its account alone', async () => {
  const cleo = await service.signIn();
  const key = await mint({}, cleo);
  await verify(key.token);
  await flush();
  await cleo.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: key.id } } });
  await verify(key.token);
  await flush();
  expect(expectData(await ofKey(key, {}, cleo)).total).toEqual({ ...none, valid: 1, revoked: 1 });
  const notFound = { status: 404, code: 'key_not_found' };
  expect((await ofKey(key, {}, bob)).error).toMatchObject(notFound);
  const later = (days: number) => {
    service.pass(days * day);
    return ofKey(key, { accountId: cleo.accountId }, { ...cleo, client: service.operator });
  };
  const sweep = () => sweepCounts(service.db, service.context.now(), countRetention);
  expect(expectData(await later(89)).total).toEqual(none);
  await sweep();
  expect(expectData(await later(2)).total).toEqual(none);
  await sweep();
  expect((await later(0)).error).toMatchObject(notFound);
});
