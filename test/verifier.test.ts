import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  createVerifier,
  type Verifier,
  type VerifierOptions,
  VerifierRefused,
} from '../clients/typescript/verifier/verifier.ts';
import type { Asked } from '../clients/typescript/verify.ts';
import { newToken } from '../server/token.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { openVerifier } from './support/open-verifier.ts';

let service: TestService;
let baseUrl: string;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  baseUrl = await service.listen();
  ada = await service.signIn();
});

const open = (
  token: VerifierOptions['token'] = service.operatorToken,
  options: Partial<VerifierOptions> = {},
) => openVerifier({ baseUrl, token, ...options });

type NewKey = Parameters<typeof ada.client.POST<'/v1/keys'>>[1]['body'];
const mint = async (facts: Partial<NewKey> = {}) =>
  expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key', ...facts } }));
const keyPath = ({ id }: { id: string }) => ({ params: { path: { keyId: id } } });
const overHttp = async (token: string, asked: Asked = {}) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token, ...asked } }));

/** The verdict that is known without asking anybody. */
function known(verifier: Verifier, token: string, asked?: Asked) {
  const verdict = verifier.verify(token, asked);
  if (verdict instanceof Promise) throw new Error('The service was asked.');
  return verdict;
}

test('the verdict of a verifier is that of the service, to the letter', async () => {
  const verifier = await open();
  const params = { path: { accountId: ada.accountId } };
  await service.operator.PATCH('/v1/accounts/{accountId}', { params, body: { metadata: { plan: 'pro' } } });
  const plain = await mint({ scopes: ['files:read', 'orders:*'], metadata: { plan: 'pro' } });
  const dated = await mint({ expiresIn: '1d' });
  const bound = await mint({ allowedIps: ['203.0.113.0/24'], audience: ['https://files.example.com'] });
  const later = await mint({ notBefore: '2026-03-01T00:00:00.000Z' });
  const disabled = await mint();
  await ada.client.PATCH('/v1/keys/{keyId}', { ...keyPath(disabled), body: { disabled: true } });
  const gone = await mint();
  await ada.client.DELETE('/v1/keys/{keyId}', keyPath(gone));
  const audience = 'https://files.example.com';
  const cases: [string, Asked?][] = [
    [plain.token],
    [plain.token, { scopes: ['files:read'], anyScopes: ['a', 'orders:write'] }],
    [plain.token, { scopes: ['files:write'] }],
    [plain.token, { scopeQuery: 'files:read AND (a OR b)' }],
    [plain.token, { cost: 3, costs: { burst: 2 } }],
    [dated.token],
    [bound.token, { ip: '203.0.113.9', audience }],
    [bound.token, { ip: '::ffff:203.0.113.9', audience }],
    [bound.token, { ip: '198.51.100.1', audience }],
    [bound.token, { ip: 'nowhere', audience }],
    [bound.token, { ip: null, audience }],
    [bound.token, { ...({ ip: 7 } as object), audience }],
    [bound.token, { ip: '203.0.113.9' }],
    [bound.token, { ip: '203.0.113.9', audience: 'https://other.example.com' }],
    [later.token],
    [disabled.token],
    [gone.token],
    ['lk_typo'],
    [''],
    [plain.token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))],
  ];
  for (const [token, asked] of cases) {
    const told = await overHttp(token, asked);
    expect(await verifier.verify(token, asked), JSON.stringify(asked)).toEqual(told);
    expect(known(verifier, token, asked), JSON.stringify(asked)).toEqual(told);
  }
});

test('what the service refuses to be asked, a verifier refuses as well, whatever it has cached', async () => {
  const verifier = await open();
  const { token } = await mint();
  await verifier.verify(token);
  const attempt = async (token: unknown, asked?: object) => verifier.verify(token as string, asked);
  const wrong: object[] = [
    { scopes: null },
    { scopes: 'a' },
    { scopes: [''] },
    { scopes: ['a b'] },
    { scopes: ['a', 'a'] },
    { scopes: ['*'] },
    { scopes: ['x'.repeat(65)] },
    { scopes: Array.from({ length: 101 }, (_, index) => `a${index}`) },
    { anyScopes: null },
    { anyScopes: [] },
    { scopeQuery: null },
    { scopeQuery: 'a AND' },
    { scope: ['a'] },
    { scopes: ['a'], scope: ['b'] },
    { Scopes: ['a'], ip: '203.0.113.9' },
    { cost: -1 },
    { cost: 0.5 },
    { cost: '5' },
    { cost: null },
    { cost: 1_000_000_001 },
    { costs: null },
    { costs: [] },
    { costs: { tokens: -1 } },
    { costs: { tokens: '1' } },
    { costs: { 'no name': 1 } },
    { costs: Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`a${index}`, 1])) },
    { audience: '' },
    { audience: 'files' },
    { audience: ['https://files.example.com'] },
    { audience: 'https://files.example.com#part' },
    { explain: 'yes' },
  ];
  for (const asked of wrong) {
    const { response } = await service.operator.POST('/v1/keys/verify', {
      body: { token, ...asked } as never,
    });
    expect(response.status, JSON.stringify(asked)).toBe(422);
    for (const any of [token, 'lk_typo'])
      await expect(attempt(any, asked), JSON.stringify(asked)).rejects.toMatchObject({ status: 422 });
  }
  // A list that was good a moment ago may have been changed.
  const scopes = ['a'];
  expect(verifier.verify(token, { scopes })).toMatchObject({ reason: 'insufficient_scope' });
  scopes.push('a');
  await expect(attempt(token, { scopes })).rejects.toThrow();
  await expect(attempt(undefined)).rejects.toThrow('Must be a string.');
  const asked = { cost: 2, costs: {}, audience: 'https://a.example', ip: '203.0.113.9', userAgent: 'x' };
  expect(verifier.verify(token, asked)).toMatchObject({ valid: true });
  expect(verifier.verify(token, { scopes: undefined, cost: undefined } as object)).toMatchObject({
    valid: true,
  });
});

test('when a change of a key is answered, it is in force in every verifier', async () => {
  const [one, two] = [await open(), await open()];
  const both = async (token: string, verdict: object, asked?: Asked) => {
    for (const verifier of [one, two]) expect(await verifier.verify(token, asked)).toMatchObject(verdict);
  };
  const key = await mint({ scopes: ['a'] });
  await both(key.token, { valid: true }, { scopes: ['a'] });
  await ada.client.PATCH('/v1/keys/{keyId}', { ...keyPath(key), body: { scopes: ['b'] } });
  await both(key.token, { reason: 'insufficient_scope' }, { scopes: ['a'] });
  await ada.client.PATCH('/v1/keys/{keyId}', { ...keyPath(key), body: { disabled: true } });
  await both(key.token, { reason: 'disabled' });
  await ada.client.DELETE('/v1/keys/{keyId}', keyPath(key));
  await both(key.token, { reason: 'revoked' });
});

test('when a role is changed, or an account suspended, let back or deleted, that is in force in every verifier', async () => {
  const verifier = await open();
  const role = expectData(
    await service.operator.POST('/v1/roles', { body: { name: 'reader', scopes: ['a'] } }),
  );
  const key = await mint({ roles: ['reader'] });
  expect(await verifier.verify(key.token, { scopes: ['a'] })).toMatchObject({ valid: true });
  const params = { path: { roleId: role.id } };
  await service.operator.PATCH('/v1/roles/{roleId}', { params, body: { scopes: [] } });
  expect(await verifier.verify(key.token, { scopes: ['a'] })).toMatchObject({ reason: 'insufficient_scope' });

  const eve = await service.signIn();
  const hers = expectData(await eve.client.POST('/v1/keys', { body: { name: 'Key' } }));
  expect(await verifier.verify(hers.token)).toMatchObject({ valid: true });
  const account = { params: { path: { accountId: eve.accountId } } };
  const suspend = (disabled: boolean) =>
    service.operator.PATCH('/v1/accounts/{accountId}', { ...account, body: { disabled } });
  await suspend(true);
  const suspended = await verifier.verify(hers.token);
  expect(suspended).toMatchObject({ reason: 'account_disabled' });
  expect(known(verifier, hers.token)).toEqual(suspended);
  expect(suspended).toEqual(await overHttp(hers.token));
  await suspend(false);
  expect(await verifier.verify(hers.token)).toMatchObject({ valid: true });
  await service.operator.DELETE('/v1/accounts/{accountId}', account);
  expect(await verifier.verify(hers.token)).toMatchObject({ reason: 'unknown' });
});

test('a token that was unknown verifies as soon as its key exists', async () => {
  const verifier = await open();
  const key = await mint();
  await ada.client.PATCH('/v1/keys/{keyId}', { ...keyPath(key), body: { disabled: true } });
  expect(await verifier.verify(key.token)).toMatchObject({ reason: 'disabled' });
  await ada.client.PATCH('/v1/keys/{keyId}', { ...keyPath(key), body: { disabled: false } });
  expect(await verifier.verify(key.token)).toMatchObject({ valid: true });
});

test('a key with limits is asked for each time, and spends', async () => {
  const verifier = await open();
  const { id } = expectData(await service.operator.POST('/v1/accounts', { body: { externalId: 'limited' } }));
  const key = expectData(
    await service.operator.POST('/v1/keys', {
      params: { query: { accountId: id } },
      body: { name: 'Key', limits: [{ name: 'burst', limit: 2, windowSeconds: 86_400 }] },
    }),
  );
  const verdicts = [];
  for (let time = 0; time < 3; time += 1) verdicts.push(await verifier.verify(key.token));
  expect(verdicts).toMatchObject([{ valid: true }, { valid: true }, { reason: 'rate_limited' }]);
  expect(await verifier.verify(key.token, { cost: 0 })).toMatchObject({ valid: true });
});

test('close to an expiry the service is asked, since its clock decides', async () => {
  const verifier = await open();
  const key = await mint({ expiresIn: '1d' });
  await verifier.verify(key.token);
  expect(known(verifier, key.token)).toMatchObject({ valid: true });
  service.pass(86_400_000 - 1);
  let verdict = verifier.verify(key.token);
  while (!(verdict instanceof Promise)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    verdict = verifier.verify(key.token);
  }
  expect(await verdict).toMatchObject({ valid: true });
  service.pass(1);
  expect(await verifier.verify(key.token)).toMatchObject({ reason: 'expired' });
});

test('the first use of a rotated token is written before it is answered', async () => {
  const verifier = await open();
  const key = await mint();
  expect(await verifier.verify(key.token)).toMatchObject({ valid: true });
  const next = expectData(
    await ada.client.POST('/v1/keys/{keyId}/rotate', { ...keyPath(key), body: { overlapSeconds: 0 } }),
  );
  expect(await verifier.verify(key.token)).toMatchObject({ valid: true });
  expect(await verifier.verify(next.token)).toMatchObject({ valid: true });
  expect(await verifier.verify(key.token)).toMatchObject({ reason: 'rotated' });
  await verifier.verify(next.token);
  expect(known(verifier, next.token)).toMatchObject({ valid: true });
});

test('uses of a verifier are counted, and name who presented the token last', async () => {
  const verifier = await open();
  const key = await mint({ scopes: ['a'] });
  for (let time = 0; time < 3; time += 1)
    await verifier.verify(key.token, { ip: '203.0.113.7', userAgent: 'cli/1' });
  await verifier.verify(key.token, { scopes: ['b'] });
  await verifier.close();
  await service.context.usage.flush();
  // The hour that begins now is not told yet.
  service.pass(1);
  const usage = expectData(await ada.client.GET('/v1/keys/{keyId}/usage', keyPath(key)));
  expect(usage.total).toMatchObject({ valid: 3, insufficient_scope: 1 });
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', keyPath(key)))).toMatchObject({
    lastUsedIp: '203.0.113.7',
    lastUsedUserAgent: 'cli/1',
  });
});

test('whoever closes a verifier again waits until its uses are counted', async () => {
  const verifier = await open();
  const key = await mint();
  await verifier.verify(key.token);
  void verifier.close();
  await verifier.close();
  await service.context.usage.flush();
  service.pass(1);
  const usage = expectData(await ada.client.GET('/v1/keys/{keyId}/usage', keyPath(key)));
  expect(usage.total).toMatchObject({ valid: 1 });
});

test('only the operator, and its keys that may verify, open a verifier', async () => {
  const own = async (scopes: string[]) =>
    expectData(
      await service.operator.POST('/v1/keys', {
        params: { query: operatorAccount },
        body: { name: 'Key', scopes },
      }),
    );
  const operatorAccount = { accountId: `acc_${'0'.repeat(24)}` };
  const verifying = await own(['keys:verify']);
  expect(await (await open(verifying.token)).verify((await mint()).token)).toMatchObject({ valid: true });
  for (const token of [
    (await own(['keys:read'])).token,
    (await mint({ scopes: ['keys:verify'] })).token,
    'lk_typo',
  ])
    await expect(open(token)).rejects.toThrow(VerifierRefused);
});

test('an invalid address is refused, and leaves nothing that keeps the process alive', async () => {
  const timers = vi.spyOn(globalThis, 'setInterval');
  onTestFinished(() => timers.mockRestore());
  const token = service.operatorToken;
  await expect(createVerifier({ baseUrl: 'keys.example.com', token })).rejects.toThrow(
    'The baseUrl must be like https://keys.example.com',
  );
  expect(timers).not.toHaveBeenCalled();
});

test('a verifier asks for its token each time that it connects, so that the token can be rotated', async () => {
  const operatorAccount = { accountId: `acc_${'0'.repeat(24)}` };
  const own = async () =>
    expectData(
      await service.operator.POST('/v1/keys', {
        params: { query: operatorAccount },
        body: { name: 'Verifier', scopes: ['keys:verify'] },
      }),
    );
  const [first, second] = [await own(), await own()];
  const states: unknown[] = [];
  const onChange = (...state: unknown[]) => states.push(state);
  let give = async () => first.token;
  const verifier = await open(() => give(), { onChange });
  give = async () => {
    throw new Error('The vault is closed.');
  };
  const revoke = { params: { path: { keyId: first.id }, query: operatorAccount } };
  await service.operator.DELETE('/v1/keys/{keyId}', revoke);
  await expect.poll(() => states.length).toBe(2);
  const { token } = await mint();
  await expect(verifier.verify(token)).rejects.toThrow('The vault is closed.');
  give = async () => second.token;
  expect(await verifier.verify(token)).toMatchObject({ valid: true });
  await expect
    .poll(() => states, { timeout: 5_000 })
    .toEqual([
      ['trusted', undefined],
      ['blind', 'The token is no longer good.'],
      ['trusted', undefined],
    ]);
});

test('a token with a line break is named as such, and not taken for an unknown one', async () => {
  const token = `${service.operatorToken}\n`;
  const named = 'The token has a character that no token has, such as a line break.';
  await expect(createVerifier({ baseUrl, token })).rejects.toThrow(named);
  const states: unknown[] = [];
  await open(() => token, { onChange: (...state) => states.push(state) });
  expect(states).toEqual([['blind', `TypeError: ${named}`]]);
});

test('a cacheMb that is no number is refused: it would bound nothing', async () => {
  for (const cacheMb of [Number(undefined), -1])
    await expect(open(service.operatorToken, { cacheMb })).rejects.toThrow(
      'cacheMb must be a number that is not negative.',
    );
  expect((await open(service.operatorToken, { cacheMb: 0.5 })).isTrusted).toBe(true);
});

test('a verifier forgets everything when its own key is revoked', async () => {
  const own = expectData(
    await service.operator.POST('/v1/keys', {
      params: { query: { accountId: `acc_${'0'.repeat(24)}` } },
      body: { name: 'Verifier', scopes: ['keys:verify'] },
    }),
  );
  const verifier = await open(own.token);
  const key = await mint();
  await verifier.verify(key.token);
  expect(known(verifier, key.token)).toMatchObject({ valid: true });
  await service.operator.DELETE('/v1/keys/{keyId}', {
    params: { path: { keyId: own.id }, query: { accountId: `acc_${'0'.repeat(24)}` } },
  });
  await expect(verifier.verify(key.token)).rejects.toThrow();
});

test('a call over HTTP is tried four times, or as often as the options say', async () => {
  let attempts = 0;
  const fetch = async () => {
    attempts += 1;
    throw new TypeError('No network.');
  };
  const isolated = { baseUrl: `${baseUrl}/elsewhere`, fetch, deadline: 60_000 };
  for (const [retries, expected] of [
    [undefined, 4],
    [0, 1],
  ] as const) {
    const verifier = await open(service.operatorToken, { ...isolated, retries });
    await expect(verifier.verify(newToken('lk_'))).rejects.toThrow('No network.');
    expect(attempts).toBe(expected);
    expect(verifier.stats).toMatchObject({ misses: 0, overHttp: 1 });
    attempts = 0;
  }
});

test('a verifier tells what it has cached, and how often it had to ask', async () => {
  const verifier = await open();
  expect(verifier.stats).toEqual({ known: 0, unknown: 0, misses: 0, overHttp: 0 });
  const { token } = await mint();
  for (const one of [token, token, newToken('lk_')]) await verifier.verify(one);
  await expect(verifier.verify(token, { cost: -1 })).rejects.toThrow();
  expect(verifier.stats).toEqual({ known: 1, unknown: 1, misses: 2, overHttp: 1 });
});
