import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

interface Conditions {
  notBefore?: string;
  allowedIps?: string[];
  audience?: string[];
}
const mint = async (conditions: Conditions, scopes: string[] = []) =>
  expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes, ...conditions } }));

const change = async (keyId: string, body: { [Name in keyof Conditions]: Conditions[Name] | null }) =>
  expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params: { path: { keyId } }, body }));

const verdict = async (token: string, presented: { ip?: unknown; audience?: string } = {}) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token, ...(presented as object) } }));

const accepted = expect.objectContaining({ valid: true });
const refused = (reason: string, detail?: unknown) => ({
  valid: false,
  reason,
  key: expect.objectContaining({ name: 'Key' }),
  ...(detail ? { detail } : {}),
});
const notFrom = (ip: string) => refused('ip_not_allowed', `The key cannot be used from ${ip}.`);
const withoutIp = refused('ip_not_allowed', expect.stringContaining('verify it with the `ip`'));

const second = 1_000;
const inFuture = (milliseconds: number) => new Date(service.context.now() + milliseconds).toISOString();

test('a key is accepted from its notBefore on, and says so until then', async () => {
  const notBefore = inFuture(second);
  const key = await mint({ notBefore });
  expect(key).toMatchObject({ notBefore, status: 'not_yet_valid' });
  service.pass(second - 1);
  expect(await verdict(key.token)).toEqual(refused('not_yet_valid'));
  service.pass(1);
  expect(await verdict(key.token)).toEqual(accepted);
});

test.each(['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '1970-01-01T00:00:00+01:00'])(
  'a notBefore that cannot be stored is refused: %s',
  async (notBefore) => {
    const { error } = await ada.client.POST('/v1/keys', { body: { name: 'Key', notBefore } });
    const detail = 'Must be in the years 1970 to 9999, in UTC.';
    expect(error).toMatchObject({ status: 422, errors: [{ pointer: '#/notBefore', detail }] });
  },
);

test('keys that are not valid yet can be listed, and are not among the active ones', async () => {
  const { client } = await service.signIn();
  const post = async (body: object) =>
    expectData(await client.POST('/v1/keys', { body: { name: 'Key', ...body } })).id;
  const early = await post({ notBefore: inFuture(second) });
  const active = await post({ notBefore: inFuture(-second) });
  const listed = async (status: 'active' | 'not_yet_valid' | 'expired') =>
    expectData(await client.GET('/v1/keys', { params: { query: { status } } })).data.map(({ id }) => id);
  expect(await listed('not_yet_valid')).toEqual([early]);
  expect(await listed('active')).toEqual([active]);
  service.pass(second);
  expect(await listed('active')).toEqual([active, early]);
  expect(await listed('not_yet_valid')).toEqual([]);
});

test('a key with allowedIps is accepted from those addresses alone', async () => {
  const { token } = await mint({ allowedIps: ['203.0.113.0/24', '2001:db8::/32'] });
  for (const ip of ['203.0.113.7', '::ffff:203.0.113.7', '2001:db8:1::7'])
    expect(await verdict(token, { ip })).toEqual(accepted);
  // As some proxies write it into X-Forwarded-For.
  for (const ip of ['203.0.113.7:443', '[2001:db8:1::7]:443', '[2001:db8:1::7]', '::ffff:203.0.113.7%eth0'])
    expect(await verdict(token, { ip }), ip).toEqual(accepted);
  expect(await verdict(token, { ip: '203.0.114.7:443' })).toEqual(notFrom('203.0.114.7'));
  for (const ip of ['203.0.114.7', '2001:db9::7']) expect(await verdict(token, { ip })).toEqual(notFrom(ip));
});

test('a key with allowedIps is refused if the verification has no address, and the verdict says what to do', async () => {
  const { token } = await mint({ allowedIps: ['0.0.0.0/0', '::/0'] });
  for (const ip of [undefined, null, 'unknown', 7, '203.0.113.7:x', '203.0.113.7, 203.0.113.8', '[::1'])
    expect(await verdict(token, { ip })).toEqual(withoutIp);
});

test('a key with an audience is accepted only by a service that names itself and is in it', async () => {
  const audience = ['https://api.example.com', 'urn:example:files'];
  const { token } = await mint({ audience });
  for (const one of audience) expect(await verdict(token, { audience: one })).toEqual(accepted);
  for (const other of ['https://api.example.com/', 'https://API.example.com'])
    expect(await verdict(token, { audience: other })).toEqual(
      refused('wrong_audience', `The key is not for ${other}.`),
    );
  expect(await verdict(token)).toEqual(
    refused('wrong_audience', expect.stringContaining('verify it with the URI of yours')),
  );
});

test('a key without conditions is accepted from everywhere and by everybody', async () => {
  const { token, ...key } = await mint({});
  expect(key).toMatchObject({ notBefore: null, allowedIps: null, audience: null });
  for (const presented of [{}, { ip: 'unknown' }, { ip: '203.0.113.7', audience: 'https://a.example' }])
    expect(await verdict(token, presented)).toEqual(accepted);
});

test('a change of a condition is in force when it is answered, and null takes it away', async () => {
  const { id, token } = await mint({});
  expect(await verdict(token)).toEqual(accepted);
  const allowedIps = ['203.0.113.7/32'];
  expect(await change(id, { allowedIps })).toMatchObject({ allowedIps });
  expect(await verdict(token)).toEqual(withoutIp);
  expect(await change(id, { allowedIps: null, audience: ['a:b'] })).toMatchObject({ allowedIps: null });
  expect(await verdict(token)).toMatchObject({ reason: 'wrong_audience' });
  await change(id, { audience: null, notBefore: inFuture(second) });
  expect(await verdict(token)).toEqual(refused('not_yet_valid'));
  await change(id, { notBefore: null });
  expect(await verdict(token)).toEqual(accepted);
});

test('a change of other things leaves the conditions as they are', async () => {
  const conditions = { allowedIps: ['203.0.113.7/32'], audience: ['a:b'], notBefore: inFuture(second) };
  const { id } = await mint(conditions);
  expect(await change(id, {})).toMatchObject(conditions);
  const params = { path: { keyId: id } };
  const body = { name: 'New' };
  expect(expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body }))).toMatchObject(conditions);
});

test('ranges are shown in one form, however they were written', async () => {
  const { allowedIps } = await mint({ allowedIps: ['203.0.113.7', '2001:DB8:0:0::/32'] });
  expect(allowedIps).toEqual(['203.0.113.7/32', '2001:db8::/32']);
});

test.each([
  [{ allowedIps: ['10.0.0.0/8', '10.0.0.1/8'] }, '#/allowedIps/1', /write 10\.0\.0\.0\/8/],
  [{ allowedIps: ['fe80::1%eth0'] }, '#/allowedIps/0', /zone/],
  [{ allowedIps: [] }, '#/allowedIps', /at least one range/],
  [{ audience: [] }, '#/audience', /at least one URI/],
  [{ audience: ['api'] }, '#/audience/0', /absolute URI/],
  [{ audience: ['https://api.example.com/#a'] }, '#/audience/0', /without a fragment/],
])('%j is refused, and the answer says where and why', async (body, pointer, detail) => {
  const { id: keyId } = await mint({});
  const errors = [{ pointer, detail: expect.stringMatching(detail) }];
  const minted = await ada.client.POST('/v1/keys', { body: { name: 'Key', ...body } });
  expect(minted.error).toMatchObject({ status: 422, errors });
  const changed = await ada.client.PATCH('/v1/keys/{keyId}', { params: { path: { keyId } }, body });
  expect(changed.error).toMatchObject({ status: 422, errors });
});

test('in a batch, keys that are bound to addresses are refused, and an audience counts for all', async () => {
  const [bound, meant, free] = [
    await mint({ allowedIps: ['0.0.0.0/0'] }),
    await mint({ audience: ['a:b'] }),
    await mint({}),
  ];
  const body = { tokens: [bound.token, meant.token, free.token], audience: 'a:b' };
  const { verdicts } = expectData(await service.operator.POST('/v1/keys/verify/batch', { body }));
  expect(verdicts).toEqual([withoutIp, accepted, accepted]);
});

const current = async (token: string) => (await service.as(token).GET('/v1/keys/current')).error;
const invalid = (detail: string) => ({ status: 401, code: 'invalid_token', detail });

test('a key that calls this API does so from an address that it is allowed from', async () => {
  expect(await current((await mint({ allowedIps: [clientIp] })).token)).toBeUndefined();
  expect(await current((await mint({ allowedIps: ['198.51.100.0/24'] })).token)).toMatchObject(
    invalid('The key cannot be used from this address.'),
  );
});

test('a key that calls this API has its public URL in its audience, where it has one', async () => {
  const { publicUrl } = service.context;
  expect(await current((await mint({ audience: ['a:b', publicUrl] })).token)).toBeUndefined();
  expect(await current((await mint({ audience: [`${publicUrl}/`] })).token)).toMatchObject(
    invalid('The key is not for this API.'),
  );
});

test('a key that is not valid yet calls nothing', async () => {
  const { token } = await mint({ notBefore: inFuture(second) });
  expect(await current(token)).toMatchObject(invalid('The key is not valid yet.'));
});

test('each refusal is counted as a use of the key', async () => {
  const { id: keyId, token } = await mint({ allowedIps: ['203.0.113.7'], audience: ['a:b'] });
  await verdict(token, { audience: 'a:b' });
  for (const audience of ['a:b', 'c:d', 'e:f']) await verdict(token, { ip: '203.0.113.7', audience });
  await service.context.usage.flush();
  const params = { path: { keyId } };
  const { total } = expectData(await ada.client.GET('/v1/keys/{keyId}/usage', { params }));
  expect(total).toMatchObject({ valid: 1, ip_not_allowed: 1, wrong_audience: 2, not_yet_valid: 0 });
});

test('a refused first use of a next token does not make it the current one', async () => {
  const { id, token } = await mint({ allowedIps: ['203.0.113.7'] });
  const params = { path: { keyId: id } };
  const next = expectData(await ada.client.POST('/v1/keys/{keyId}/rotate', { params })).token;
  expect(await verdict(next, { ip: '198.51.100.7' })).toEqual(notFrom('198.51.100.7'));
  const states = async () =>
    expectData(await ada.client.GET('/v1/keys/{keyId}', { params })).tokens.map(({ state }) => state);
  expect(await states()).toEqual(['current', 'next']);
  for (const one of [next, token]) expect(await verdict(one, { ip: '203.0.113.7' })).toEqual(accepted);
  expect(await states()).toEqual(['current', 'previous']);
});

test('conditions that are changed by SQL are in force, and an invalid range allows nothing', async () => {
  const { id, token } = await mint({});
  const set = (assignment: string) =>
    sql`update keys set ${sql.raw(assignment)} where id = ${id.slice(4)}`.execute(service.db);
  const now = () => verdict(token, { ip: '203.0.113.7' });
  expect(await now()).toEqual(accepted);
  await set(`allowed_ips = '{everywhere,10.0.0.1/8}'`);
  await expect.poll(now).toEqual(notFrom('203.0.113.7'));
  await set(`allowed_ips = '{everywhere,203.0.113.7}'`);
  await expect.poll(now).toEqual(accepted);
  await set(`audience = '{a:b}'`);
  await expect.poll(now).toMatchObject({ reason: 'wrong_audience' });
  await set(`not_before = '2999-01-01'`);
  await expect.poll(now).toEqual(refused('not_yet_valid'));
  for (const column of ['allowed_ips', 'audience'])
    await expect(set(`${column} = '{}'`)).rejects.toThrow(/check/);
});
