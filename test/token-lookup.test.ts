import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { sweepTombstones } from '../server/background/tombstones.ts';
import { newToken } from '../server/token.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** Whose key a token is. */

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

const hour = 3_600_000;
const mint = (scopes: string[] = []) => ada.client.keys.create({ name: 'Key', scopes });
const lookUp = async (token: string, client = service.operator, query = {}) =>
  client.POST('/v1/keys/lookup', { params: { query }, body: { token } });
const found = async (...asked: Parameters<typeof lookUp>) => expectData(await lookUp(...asked));
/** The code of the refusal. */
const refusal = async (...asked: Parameters<typeof lookUp>) => (await lookUp(...asked)).error?.code;
/** `current`, `next` or `previous`, or why it is gone. */
const stateOf = async (token: string) => {
  const answer = await found(token);
  return answer.gone ? answer.reason : answer.state;
};

test('the operator is told the key of a token, as the key is shown elsewhere', async () => {
  const { token, ...key } = await mint();
  expect(await service.operator.keys.lookup({ token })).toEqual({ gone: false, state: 'current', key });
});

test('each token of a key is told apart, while a rotation goes on and after it', async () => {
  const { id, token: old } = await mint();
  const { token: next } = await ada.client.keys.rotate(id, { overlapSeconds: 3600 });
  expect([await stateOf(old), await stateOf(next)]).toEqual(['current', 'next']);
  await service.operator.verify(next);
  expect([await stateOf(old), await stateOf(next)]).toEqual(['previous', 'current']);
  service.pass(hour);
  expect([await stateOf(old), await stateOf(next)]).toEqual(['rotated', 'current']);
  expect(await found(old)).toEqual({
    gone: true,
    reason: 'rotated',
    key: { id, accountId: ada.accountId, name: 'Key' },
  });
});

test('of a token that is gone it is told which key had it, for as long as that is remembered', async () => {
  const { id, token } = await mint();
  await ada.client.keys.delete(id);
  const key = { id, accountId: ada.accountId, name: 'Key' };
  expect(await found(token)).toEqual({ gone: true, reason: 'revoked', key });
  const replaced = await mint();
  await ada.client.keys.rotate(replaced.id, { immediate: true });
  expect(await stateOf(replaced.token)).toBe('rotated');
  while (await sweepTombstones(service.db, Date.now() + 24 * hour, 1));
  expect(await refusal(token)).toBe('token_not_found');
});

test('a look-up is no use of the key, spends nothing, activates nothing, and leaves no event', async () => {
  const { id, token } = await mint();
  const { accountId } = ada;
  const limits = [{ name: 'burst', limit: 1, windowSeconds: 3600 }];
  await service.operator.keys.update(id, { limits, quota: { remaining: 1 } }, { query: { accountId } });
  const { token: next } = await ada.client.keys.rotate(id);
  const everything = async () => {
    await service.context.usage.flush();
    const { rows } = await sql`
      select to_jsonb(keys) || jsonb_build_object('tokens', (select jsonb_agg(to_jsonb(tokens) order by hash) from tokens where key_id = keys.id),
        'limits', (select jsonb_agg(to_jsonb(limits) order by name) from limits where key_id = keys.id),
        'uses', (select count(*) from usage where key_id = keys.id),
        'events', (select count(*) from events where account_id = keys.account_id)) as key
      from keys where id = ${id.slice(4)}`.execute(service.db);
    return rows;
  };
  const before = await everything();
  for (const one of [token, next]) await found(one);
  expect(await everything()).toEqual(before);
  expect(await service.operator.verify(token)).toMatchObject({ valid: true });
});

test('an account finds its own keys, and is answered alike for those of others and for what is no token', async () => {
  const [{ id, token }, reader, gone] = [await mint(), await mint(['keys:read']), await mint()];
  await ada.client.keys.delete(gone.id);
  for (const client of [ada.client, service.as(reader.token)]) {
    expect(await found(token, client)).toMatchObject({ gone: false, key: { id } });
    expect(await found(gone.token, client)).toMatchObject({ gone: true, key: { id: gone.id } });
  }
  const { error: unknown, response } = await lookUp(newToken('lk_'), bob.client);
  expect(response.status).toBe(404);
  for (const other of [
    token,
    gone.token,
    'nonsense',
    '',
    token.slice(1),
    service.operatorToken,
    ada.accessToken,
  ]) {
    const { error } = await lookUp(other, bob.client);
    expect({ ...error, requestId: '' }).toEqual({ ...unknown, requestId: '' });
  }
  expect(await refusal(token, service.as(gone.token))).toBe('invalid_token');
  expect(await refusal(token, service.as(token))).toBe('insufficient_scope');
});

test('the operator can ask for a key of one account alone, as for a page of that account', async () => {
  const { token } = await mint();
  await service.operator.accounts.create({ externalId: 'user_1' });
  expect(await found(token, service.operator, { accountId: ada.accountId })).toMatchObject({ gone: false });
  for (const query of [{ accountId: bob.accountId }, { externalId: 'user_1' }])
    expect(await refusal(token, service.operator, query)).toBe('token_not_found');
  expect(await refusal(token, service.operator, { externalId: 'nobody' })).toBe('account_not_found');
});

test('an exchanged token is looked up as the one that it was exchanged for, until it expires', async () => {
  const { id, token } = await mint();
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  const response = await service.fetch('/oauth2/token', { method: 'POST', body: form });
  const { access_token: exchanged } = await response.json();
  expect(await found(exchanged)).toMatchObject({ gone: false, state: 'current', key: { id } });
  expect(await refusal(`${exchanged.slice(0, -4)}AAAA`)).toBe('token_not_found');
  service.pass(hour);
  expect(await refusal(exchanged)).toBe('token_not_found');
});

test('a key of a deleted account is not found, and one of a suspended account is', async () => {
  const { id: accountId } = await service.operator.accounts.create({ externalId: 'user_2' });
  const { id, token } = await service.operator.keys.create({ name: 'Key' }, { query: { accountId } });
  await service.operator.accounts.update(accountId, { disabled: true });
  expect(await found(token)).toMatchObject({ gone: false, key: { id } });
  await service.operator.accounts.delete(accountId);
  expect(await refusal(token)).toBe('token_not_found');
});
