import { beforeAll, expect, test } from 'vitest';
import { createGuard } from '../clients/typescript/guard/guard.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { openVerifier } from './support/open-verifier.ts';

/** What the operator says of an account, for its services: verdicts have it, and the account does not see it. */

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

type Patch = Record<string, string | number | boolean | null>;

const attempt = ({ accountId }: Pick<SignedIn, 'accountId'>, metadata: Patch) =>
  service.operator.PATCH('/v1/accounts/{accountId}', { params: { path: { accountId } }, body: { metadata } });
const say = async (account: SignedIn, metadata: Patch) => expectData(await attempt(account, metadata));
const mint = async ({ client }: SignedIn, facts: object = {}) =>
  expectData(await client.POST('/v1/keys', { body: { name: 'Key', ...facts } }));
const keyOf = (verdict: { valid: boolean; key?: object }) => {
  expect(verdict.valid).toBe(true);
  return verdict.key;
};
const introspect = async (token: string, by: string) => {
  const init = {
    method: 'POST',
    body: new URLSearchParams({ token }),
    headers: { Authorization: `Bearer ${by}` },
  };
  return (await service.fetch('/oauth2/introspect', init)).json();
};

test('a patch is merged, and null removes an entry', async () => {
  const ada = await service.signIn();
  const given = { plan: 'free', seats: 3, beta: true };
  expect((await say(ada, given)).metadata).toEqual(given);
  const changed = await say(ada, { plan: 'pro', beta: null });
  expect(changed.metadata).toEqual({ plan: 'pro', seats: 3 });
  const params = { path: { accountId: ada.accountId } };
  expect(expectData(await service.operator.GET('/v1/accounts/{accountId}', { params }))).toEqual(changed);
  expect((await say(ada, { plan: null, seats: null })).metadata).toEqual({});
});

test('they have the bounds of metadata of keys, also after a patch', async () => {
  const ada = await service.signIn();
  const tooMuch = { code: 'invalid_input', errors: [{ pointer: '#/metadata' }] };
  const entries = (from: number, to: number, value: string | number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, place) => [`entry${from + place}`, value]));
  await say(ada, entries(0, 50, 1));
  expect((await attempt(ada, { more: 1 })).error).toMatchObject(tooMuch);
  await say(ada, { more: 1, entry0: null });
  expect((await attempt(ada, entries(1, 11, 'x'.repeat(400)))).error).toMatchObject(tooMuch);
});

test('every verdict of the operator has them: of HTTP, a batch, a guard, a verifier and an introspection', async () => {
  const ada = await service.signIn();
  const accountMetadata = { plan: 'pro', shard: 7 };
  await say(ada, accountMetadata);
  const { token } = await mint(ada, { metadata: { plan: 'as the owner says' } });
  const expected = { accountMetadata, metadata: { plan: 'as the owner says' } };

  const verified = async (body: object = {}) =>
    keyOf(expectData(await service.operator.POST('/v1/keys/verify', { body: { token, ...body } })));
  expect(await verified()).toMatchObject(expected);
  expect(await verified({ explain: true })).toMatchObject(expected);
  const { verdicts } = expectData(
    await service.operator.POST('/v1/keys/verify/batch', { body: { tokens: [token] } }),
  );
  expect(verdicts.map(keyOf)).toMatchObject([expected]);

  const verifier = await openVerifier({ baseUrl: await service.listen(), token: service.operatorToken });
  await verifier.verify(token);
  expect(verifier.verify(token)).toMatchObject({ key: expected });
  const guard = createGuard({ verify: verifier });
  expect(await guard.check({ authorization: `Bearer ${token}` })).toMatchObject({ key: expected });
  expect(await introspect(token, service.operatorToken)).toMatchObject({ account_metadata: accountMetadata });
});

test('the account does not see them: in itself, in its events, or when it verifies its own keys', async () => {
  const ada = await service.signIn();
  await say(ada, { risk: 'high' });
  const { token } = await mint(ada, { scopes: ['keys:verify'] });
  // Before and after: what is cached for one must not be given to the other.
  for (const client of [service.operator, ada.client, service.as(token), service.operator]) {
    const accountMetadata = client === service.operator ? { risk: 'high' } : {};
    for (const explain of [false, true]) {
      const verdict = expectData(await client.POST('/v1/keys/verify', { body: { token, explain } }));
      expect(keyOf(verdict)).toMatchObject({ accountMetadata });
    }
    const { verdicts } = expectData(
      await client.POST('/v1/keys/verify/batch', { body: { tokens: [token] } }),
    );
    expect(verdicts.map(keyOf)).toMatchObject([{ accountMetadata }]);
  }
  for (const by of [ada.accessToken, token])
    expect(await introspect(token, by)).toMatchObject({ active: true, account_metadata: {} });
  expect(expectData(await ada.client.GET('/v1/account')).metadata).toEqual({});

  const ofChange = { type: 'account.changed' as const, accountId: ada.accountId };
  for (const order of ['asc', 'desc'] as const) {
    const params = { query: { ...ofChange, order } };
    const seen = expectData(await ada.client.GET('/v1/events', { params }));
    expect(seen.data).toMatchObject([{ data: {} }]);
    expect(JSON.stringify(seen)).not.toContain('risk');
    const all = expectData(await service.operator.GET('/v1/events', { params }));
    expect(all.data).toMatchObject([{ data: { metadata: { risk: 'high' } } }]);
  }
});

test('when a change is answered, every verdict has it, also that of a verifier', async () => {
  const ada = await service.signIn();
  const { token } = await mint(ada);
  const verifier = await openVerifier({ baseUrl: await service.listen(), token: service.operatorToken });
  for (const plan of ['free', 'pro', null]) {
    await say(ada, { plan });
    const accountMetadata = plan === null ? {} : { plan };
    expect(keyOf(await verifier.verify(token))).toMatchObject({ accountMetadata });
    const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
    expect(keyOf(verdict)).toMatchObject({ accountMetadata });
    expect(verifier.verify(token)).toEqual(verdict);
  }
});
