import { beforeAll, describe, expect, test } from 'vitest';
import type { paths } from '../clients/typescript/schema.gen.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** What verifications spend of limits and quotas, through the typed client. The windows are on the database's clock. */

type NewKey = paths['/v1/keys']['post']['requestBody']['content']['application/json'];
type Asked = Omit<paths['/v1/keys/verify']['post']['requestBody']['content']['application/json'], 'token'>;

let service: TestService;
let ada: SignedIn;
beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

/** So long that no test sees the end of it, save one that runs across the end of a month by 31 days. */
const month = 2_678_400;
const limit = (name: string, units: number, windowSeconds = month) => ({ name, limit: units, windowSeconds });

async function mint(given: Partial<NewKey> = {}, accountId = ada.accountId) {
  const created = await service.operator.POST('/v1/keys', {
    params: { query: { accountId } },
    body: { name: 'Key', scopes: ['a'], ...given },
  });
  return expectData(created);
}
const asked = (token: string, wanted: Asked = {}) =>
  service.operator.POST('/v1/keys/verify', { body: { token, ...wanted } });
const verdict = async (token: string, wanted?: Asked) => expectData(await asked(token, wanted));
const path = (keyId: string) => ({ params: { path: { keyId }, query: { accountId: ada.accountId } } });

test('a verification takes a unit of each limit of its key, and says what is left', async () => {
  const { token } = await mint({
    limits: [limit('daily', 100), limit('burst', 2, 86_400)],
    quota: { remaining: 10 },
  });
  expect(await verdict(token)).toMatchObject({
    valid: true,
    limits: [
      { name: 'burst', limit: 2, windowSeconds: 86_400, remaining: 1, resetAt: expect.any(String) },
      { name: 'daily', limit: 100, windowSeconds: month, remaining: 99 },
      { name: 'quota', limit: null, windowSeconds: null, remaining: 9, resetAt: null },
    ],
  });
});

test('a verdict tells a limit of the key from one of its account, also where both have one name', async () => {
  const account = await service.signIn();
  const { accountId } = account;
  const params = { path: { accountId } };
  const body = { limits: [limit('burst', 5)] };
  expectData(await service.operator.PATCH('/v1/accounts/{accountId}', { params, body }));
  const { token } = await mint({ limits: [limit('burst', 10)], quota: { remaining: 9 } }, accountId);
  const shown = async (named: number) =>
    (await verdict(token, { costs: { burst: named } })).limits?.map(
      ({ name, sharedByAccount, limit, remaining }) => ({ name, sharedByAccount, limit, remaining }),
    );
  // `costs` means both of them.
  expect(await shown(2)).toEqual(
    expect.arrayContaining([
      { name: 'burst', sharedByAccount: false, limit: 10, remaining: 8 },
      { name: 'burst', sharedByAccount: true, limit: 5, remaining: 3 },
      { name: 'quota', sharedByAccount: false, limit: null, remaining: 8 },
    ]),
  );
  expect(await shown(4)).toContainEqual({ name: 'burst', sharedByAccount: true, limit: 5, remaining: 3 });
});

test('a key without limits has no limits in its verdict, and no header of them', async () => {
  const { response, data } = await asked((await mint()).token);
  expect(data).not.toHaveProperty('limits');
  expect(response.headers.get('RateLimit')).toBeNull();
});

test('a verification beyond a limit is refused, with the limit and when to retry', async () => {
  const { id, token } = await mint({ limits: [limit('burst', 2, 3_600), limit('daily', 5)] });
  await verdict(token, { cost: 2 });
  const refused = await verdict(token);
  expect(refused).toEqual({
    valid: false,
    reason: 'rate_limited',
    key: { id, accountId: ada.accountId, name: 'Key' },
    limits: [
      { ...limit('burst', 2, 3_600), sharedByAccount: false, remaining: 0, resetAt: expect.any(String) },
      { ...limit('daily', 5), sharedByAccount: false, remaining: 3, resetAt: expect.any(String) },
    ],
    exceeded: ['burst'],
    retryAfter: expect.any(Number),
  });
  const { retryAfter = 0, limits: [burst] = [] } = refused as {
    retryAfter?: number;
    limits?: { resetAt: string }[];
  };
  const untilReset = (Date.parse(burst?.resetAt ?? '') - Date.now()) / 1000;
  expect(Math.abs(retryAfter - untilReset)).toBeLessThan(2);
});

test('costs are set for limits by their names; unknown names are ignored', async () => {
  const { token } = await mint({ limits: [limit('requests', 10), limit('tokens', 1_000)] });
  expect(await verdict(token, { costs: { tokens: 400, pages: 7 } })).toMatchObject({
    limits: [{ remaining: 9 }, { remaining: 600 }],
  });
  expect(await verdict(token, { cost: 0, costs: { tokens: 601 } })).toMatchObject({
    reason: 'rate_limited',
    exceeded: ['tokens'],
    limits: [{ remaining: 9 }, { remaining: 600 }],
  });
});

test('a cost of 0 takes nothing', async () => {
  const { token } = await mint({ limits: [limit('burst', 1)] });
  const asking = { valid: true, limits: [{ remaining: 1 }] };
  expect(await verdict(token, { cost: 0 })).toMatchObject(asking);
  expect(await verdict(token, { cost: 0 })).toMatchObject(asking);
  await verdict(token);
  expect(await verdict(token, { cost: 0 })).toMatchObject({ valid: true, limits: [{ remaining: 0 }] });
});

test('a cost beyond the whole limit is refused without a time to retry', async () => {
  const { token } = await mint({ limits: [limit('burst', 5)] });
  const { response, data } = await asked(token, { cost: 6 });
  expect(data).toMatchObject({ reason: 'rate_limited', limits: [{ remaining: 5 }], exceeded: ['burst'] });
  expect(data).not.toHaveProperty('retryAfter');
  expect(response.headers.get('Retry-After')).toBeNull();
});

test('a quota that is used up is quota_exceeded, until the operator adds some', async () => {
  const { id, token } = await mint({ quota: { remaining: 2 } });
  await verdict(token, { cost: 2 });
  const refused = await verdict(token);
  expect(refused).toMatchObject({
    reason: 'quota_exceeded',
    exceeded: ['quota'],
    limits: [{ remaining: 0 }],
  });
  expect(refused).not.toHaveProperty('retryAfter');
  expectData(await service.operator.POST('/v1/keys/{keyId}/quota', { ...path(id), body: { add: 1 } }));
  expect(await verdict(token)).toMatchObject({ valid: true, limits: [{ remaining: 0 }] });
});

test('a cost beyond what a quota is refilled to is refused without a time to retry', async () => {
  const { token } = await mint({ quota: { remaining: 5, refill: { amount: 5, every: 'day' } } });
  await verdict(token, { cost: 2 });
  expect(await verdict(token, { cost: 5 })).toMatchObject({ retryAfter: expect.any(Number) });
  const { response, data } = await asked(token, { cost: 6 });
  expect(data).toMatchObject({ reason: 'quota_exceeded', limits: [{ remaining: 3 }] });
  expect(data).not.toHaveProperty('retryAfter');
  expect(response.headers.get('Retry-After')).toBeNull();
});

test('a token that is refused for another reason takes nothing', async () => {
  const { token } = await mint({ limits: [limit('burst', 1)] });
  expect(await verdict(token, { scopes: ['b'] })).toMatchObject({ reason: 'insufficient_scope' });
  expect(await verdict(token)).toMatchObject({ valid: true });
});

test('calls that a key makes itself take nothing', async () => {
  const { token } = await mint({ limits: [limit('burst', 1)] });
  for (let call = 0; call < 3; call += 1) expectData(await service.as(token).GET('/v1/keys/current'));
  expect(await verdict(token)).toMatchObject({ valid: true });
});

test('the keys of an account share its limits, through whatever contract they were made', async () => {
  const { id: accountId } = expectData(
    await service.operator.POST('/v1/accounts', { body: { externalId: 'shared' } }),
  );
  const [one, other] = [await mint({ limits: [limit('burst', 9)] }, accountId), await mint({}, accountId)];
  expect(await verdict(one.token)).toMatchObject({ limits: [{ name: 'burst' }] });
  const shared = await service.operator.PATCH('/v1/accounts/{accountId}', {
    params: { path: { accountId } },
    body: { limits: [limit('all', 2)] },
  });
  expectData(shared);
  expect(await verdict(one.token)).toMatchObject({
    limits: [
      { name: 'all', remaining: 1 },
      { name: 'burst', remaining: 7 },
    ],
  });
  expect(await verdict(other.token)).toMatchObject({ limits: [{ name: 'all', remaining: 0 }] });
  expect(await verdict(one.token)).toMatchObject({ reason: 'rate_limited', exceeded: ['all'] });
});

test('a changed limit holds for the next verification', async () => {
  const { id, token } = await mint({ limits: [limit('burst', 1_000)] });
  await verdict(token, { cost: 3 });
  const change = async (units: number) =>
    expectData(
      await service.operator.PATCH('/v1/keys/{keyId}', {
        ...path(id),
        body: { limits: [limit('burst', units)] },
      }),
    );
  await change(2);
  expect(await verdict(token)).toMatchObject({
    reason: 'rate_limited',
    limits: [{ limit: 2, remaining: 0 }],
  });
  await change(4);
  expect(await verdict(token)).toMatchObject({ valid: true, limits: [{ limit: 4, remaining: 0 }] });
  expectData(await service.operator.PATCH('/v1/keys/{keyId}', { ...path(id), body: { limits: [] } }));
  expect(await verdict(token)).not.toHaveProperty('limits');
});

test('a token of a batch takes a unit each time it is there, or none', async () => {
  const { token } = await mint({ limits: [limit('burst', 3)] });
  const batch = async (...tokens: string[]) => {
    const { verdicts } = expectData(
      await service.operator.POST('/v1/keys/verify/batch', { body: { tokens } }),
    );
    return verdicts.map(({ valid, limits }) => [valid, limits?.[0]?.remaining]);
  };
  expect(await batch(token, token)).toEqual([
    [true, 1],
    [true, 1],
  ]);
  expect(await batch(token, token)).toEqual([
    [false, 1],
    [false, 1],
  ]);
  expect(await batch(token)).toEqual([[true, 0]]);
});

test('a next token that a limit refuses is not activated', async () => {
  const { id, token } = await mint({ limits: [limit('burst', 1)] });
  await verdict(token);
  const { token: next } = expectData(
    await service.operator.POST('/v1/keys/{keyId}/rotate', { ...path(id), body: { overlapSeconds: 60 } }),
  );
  expect(await verdict(next)).toMatchObject({ reason: 'rate_limited' });
  const { tokens } = expectData(await service.operator.GET('/v1/keys/{keyId}', path(id)));
  expect(tokens.map(({ state }) => state)).toEqual(['current', 'next']);
});

test('the first use of a next token takes one unit', async () => {
  const { id, token } = await mint({ limits: [limit('burst', 5)] });
  await verdict(token);
  const { token: next } = expectData(
    await service.operator.POST('/v1/keys/{keyId}/rotate', { ...path(id), body: { overlapSeconds: 60 } }),
  );
  expect(await verdict(next)).toMatchObject({ valid: true, limits: [{ remaining: 3 }] });
});

test('refusals count as uses of their own kind, and are no last use', async () => {
  const { id, token } = await mint({ limits: [limit('burst', 1)], quota: { remaining: 9 } });
  await verdict(token);
  service.pass(1_000);
  for (let time = 0; time < 2; time += 1) await verdict(token);
  await service.context.usage.flush();
  const { total } = expectData(await service.operator.GET('/v1/keys/{keyId}/usage', path(id)));
  expect(total).toMatchObject({ valid: 1, rate_limited: 2, quota_exceeded: 0 });
});

test('an explained verdict has the outcome of the limits last', async () => {
  const { token } = await mint({ limits: [limit('burst', 1)], quota: { remaining: 9 } });
  const last = async () => ((await verdict(token, { explain: true })).checks ?? []).slice(-3);
  const passed = (check: string, passed = true) => ({ check, passed });
  expect(await last()).toEqual([passed('wrong_audience'), passed('rate_limited'), passed('quota_exceeded')]);
  expect(await last()).toEqual([
    passed('wrong_audience'),
    passed('rate_limited', false),
    passed('quota_exceeded'),
  ]);
});

describe('the headers of draft-ietf-httpapi-ratelimit-headers-11', () => {
  test('tell the limits, what is left and when it resets', async () => {
    const { token } = await mint({
      limits: [limit('burst', 100, 60), limit('long', 9)],
      quota: { remaining: 7 },
    });
    const { headers } = (await asked(token)).response;
    expect(headers.get('RateLimit-Policy')).toBe(`"burst";q=100;w=60, "long";q=9;w=${month}`);
    expect(headers.get('RateLimit')).toMatch(/^"burst";r=99;t=\d{1,2}, "long";r=8;t=\d+, "quota";r=6$/);
    expect(headers.get('Retry-After')).toBeNull();
  });

  test('tell a refused one when to retry', async () => {
    const { token } = await mint({ limits: [limit('burst', 1, 86_400)] });
    await verdict(token);
    const { response, data } = await asked(token);
    expect(response.headers.get('Retry-After')).toBe(String((data as { retryAfter?: number }).retryAfter));
    expect(response.headers.get('RateLimit')).toMatch(/^"burst";r=0;t=\d+$/);
  });
});

test.each([
  ['a negative cost', { cost: -1 }],
  ['half a unit', { cost: 0.5 }],
  ['more than 10⁹ units', { cost: 1_000_000_001 }],
  ['a name that no limit can have', { costs: { 'a b': 1 } }],
  ['a name that is none', { costs: { '': 1 } }],
  ['a name that an object cannot have', { costs: JSON.parse('{"__proto__":1}') }],
  ['a cost by name that is a text', { costs: { burst: 'many' as never } }],
  ['too many names', { costs: Object.fromEntries(Array.from({ length: 18 }, (_, n) => [`n${n}`, 1])) }],
])('%s is refused', async (_, wanted) => {
  const { response } = await asked('lk_x', wanted);
  expect(response.status).toBe(422);
});
