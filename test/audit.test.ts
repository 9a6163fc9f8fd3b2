import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { newToken } from '../server/token.ts';
import { clientIp, expectData, startService, type TestService } from './support/harness.ts';

let service: TestService;
/** The lines of the log about reads of the operator and refusals, so far. */
const lines = () =>
  service.logs
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'the operator has read' || msg === 'a call was refused');

beforeAll(async () => {
  service = await startService();
});

/** The lines that a call adds. */
async function linesOf(call: () => Promise<unknown>) {
  const before = lines().length;
  await call();
  return lines().slice(before);
}

/** A key in the operator's own account. */
async function ownKey(scopes: string[]) {
  const { id: accountId } = expectData(await service.operator.GET('/v1/account'));
  const params = { query: { accountId } };
  const key = expectData(
    await service.operator.POST('/v1/keys', { params, body: { name: 'Support', scopes } }),
  );
  return { id: key.id, client: service.as(key.token) };
}

test('what the operator reads is a line of the log: who read what of which account', async () => {
  const { id: accountId } = expectData(
    await service.operator.POST('/v1/accounts', { body: { externalId: 'read' } }),
  );
  const { id: keyId } = expectData(
    await service.operator.POST('/v1/keys', { params: { query: { accountId } }, body: { name: 'Key' } }),
  );
  const support = await ownKey(['operator:read']);
  const common = { level: 30, msg: 'the operator has read', requestId: expect.any(String) };
  expect(
    await linesOf(() => service.operator.GET('/v1/keys', { params: { query: { externalId: 'read' } } })),
  ).toMatchObject([{ ...common, operation: 'listKeys', actor: 'operator', externalId: 'read' }]);
  expect(
    await linesOf(() =>
      support.client.GET('/v1/keys/{keyId}', { params: { path: { keyId }, query: { accountId } } }),
    ),
  ).toMatchObject([{ ...common, operation: 'getKey', actor: support.id, accountId, keyId }]);
  expect(
    await linesOf(() =>
      support.client.GET('/v1/accounts', { params: { query: { externalId: 'no-account' } } }),
    ),
  ).toEqual([expect.not.objectContaining({ externalId: expect.anything() })]);
});

test('a line names the account that was read, also where a filter, a token or an externalId led to it', async () => {
  const { id: accountId } = expectData(
    await service.operator.POST('/v1/accounts', { body: { externalId: 'found' } }),
  );
  const { id: keyId, token } = expectData(
    await service.operator.POST('/v1/keys', { params: { query: { accountId } }, body: { name: 'Key' } }),
  );
  const filter = { accountId };
  const reads = {
    searchKeys: () => service.operator.POST('/v1/keys/search', { body: { filter } }),
    lookupKey: () => service.operator.POST('/v1/keys/lookup', { body: { token } }),
    listAccounts: () => service.operator.GET('/v1/accounts', { params: { query: { externalId: 'found' } } }),
    createAccount: () => service.operator.POST('/v1/accounts', { body: { externalId: 'found' } }),
    revokeKeys: () => service.operator.POST('/v1/keys/revoke', { body: { filter, dryRun: true } }),
    updateAccount: () =>
      service.operator.PATCH('/v1/account', { params: { query: filter }, body: { quota: {} } }),
    updateKey: () =>
      service.operator.PATCH('/v1/keys/{keyId}', { params: { path: { keyId }, query: filter }, body: {} }),
  };
  for (const [operation, read] of Object.entries(reads))
    expect(await linesOf(read)).toMatchObject([
      { operation, accountId, ...(/(?:lookup|update)Key/.test(operation) && { keyId }) },
    ]);
});

test('what leaves an event is no line', async () => {
  const { accountId } = await service.signIn();
  const query = { accountId };
  const create = () => service.operator.POST('/v1/accounts', { body: { externalId: 'new' } });
  const mint = () => service.operator.POST('/v1/keys', { params: { query }, body: { name: 'Key' } });
  const revoke = () => service.operator.POST('/v1/keys/revoke', { body: { filter: query } });
  const act = async () =>
    [await create(), await mint(), await revoke()].map((answer) => expectData<unknown>(answer));
  expect(await linesOf(act)).toEqual([]);
});

test('who is refused with 401 or 403 is a line of the log', async () => {
  const stranger = service.as(newToken('lk_'));
  expect(await linesOf(() => stranger.GET('/v1/accounts'))).toMatchObject([
    { operation: 'listAccounts', status: 401, code: 'invalid_token', ip: clientIp },
  ]);
  const verifying = await ownKey(['keys:verify']);
  expect(await linesOf(() => verifying.client.GET('/v1/accounts'))).toMatchObject([
    { operation: 'listAccounts', status: 403, code: 'insufficient_scope', actor: verifying.id, ip: clientIp },
  ]);
  // By the operation itself, and not by its `security`.
  const settings = await ownKey(['operator:keys']);
  const { id: accountId } = expectData(await service.operator.GET('/v1/account'));
  const params = { query: { accountId } };
  const escalating = () => settings.client.POST('/v1/keys', { params, body: { name: 'Key' } });
  expect(await linesOf(escalating)).toMatchObject([
    { operation: 'createKey', status: 403, code: 'wrong_caller', actor: settings.id, ip: clientIp },
  ]);
});

test('a line stands for calls that say the same, and the next one tells how many those were', async () => {
  const { client } = await ownKey(['operator:read']);
  const read = () => client.GET('/v1/roles');
  expect(await linesOf(async () => [await read(), await read(), await read()])).toHaveLength(1);
  const other = await ownKey(['operator:read']);
  expect(await linesOf(() => other.client.GET('/v1/roles'))).toMatchObject([{ leftOut: 2 }]);
});

test('refusals of many addresses are a few lines', async () => {
  const { fetch } = createApp(service.context);
  const ask = (at: number) => {
    const headers = { Authorization: `Bearer ${newToken('lk_')}` };
    return fetch(new Request('http://latchkey.test/v1/roles', { headers }), { ip: () => `198.51.100.${at}` });
  };
  const added = await linesOf(() => Promise.all(Array.from({ length: 100 }, (_, at) => ask(at))));
  expect(added).toHaveLength(20);
});

test('verifications are no lines, nor is what owners read of their own', async () => {
  const { client } = await service.signIn();
  const { token } = expectData(
    await client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:read'] } }),
  );
  const refused = service.as(newToken('lk_'));
  expect(
    await linesOf(async () => {
      await client.GET('/v1/keys');
      await service.as(token).GET('/v1/keys');
      await service.operator.POST('/v1/keys/verify', { body: { token } });
      await refused.POST('/v1/keys/verify', { body: { token } });
      await service.fetch('/v1/authorize');
    }),
  ).toEqual([]);
});
