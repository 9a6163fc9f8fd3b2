import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** A deployment can have several prefixes of tokens, such as one for production and one for tests. */

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService({ tokenPrefixes: ['acme_live_', 'acme_test_'] });
  ada = await service.signIn();
});

const mint = async (prefix?: string) =>
  expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key', ...(prefix && { prefix }) } }));
const rotate = async ({ id }: { id: string }, immediate = false) => {
  const { client } = ada;
  const body = immediate ? { immediate: true } : {};
  const { token } = expectData(
    await client.POST('/v1/keys/{keyId}/rotate', { params: { path: { keyId: id } }, body }),
  );
  return token;
};
const isValid = async (token: string) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token } })).valid;

test('a token has the prefix that was asked for, or the first one', async () => {
  for (const [asked, given] of [
    [undefined, 'acme_live_'],
    ['acme_live_', 'acme_live_'],
    ['acme_test_', 'acme_test_'],
  ] as const) {
    const { token, start } = await mint(asked);
    expect(token).toMatch(new RegExp(`^${given}[0-9A-Za-z]{38}$`));
    expect(start).toBe(token.slice(0, given.length + 4));
    expect(await isValid(token)).toBe(true);
  }
});

test('a prefix that the deployment does not have is refused, and those that it has are named', async () => {
  const { error } = await ada.client.POST('/v1/keys', { body: { name: 'Key', prefix: 'other_' } });
  expect(error).toMatchObject({
    status: 422,
    errors: [{ pointer: '#/prefix', detail: 'Must be one of acme_live_, acme_test_.' }],
  });
});

test('the keys of a prefix can be listed', async () => {
  const grace = await service.signIn();
  for (const prefix of ['acme_live_', 'acme_test_', 'acme_test_'])
    await grace.client.POST('/v1/keys', { body: { name: prefix, prefix } });
  const query = { search: 'acme_test_' };
  const { data } = expectData(await grace.client.GET('/v1/keys', { params: { query } }));
  expect(data.map(({ start }) => start.slice(0, 10))).toEqual(['acme_test_', 'acme_test_']);
});

test('a rotated key keeps its prefix', async () => {
  const key = await mint('acme_test_');
  expect(await rotate(key)).toMatch(/^acme_test_/);
  const token = await rotate(key, true);
  expect(token).toMatch(/^acme_test_/);
  expect(await isValid(token)).toBe(true);
});

test('a key whose prefix the deployment has no more is rotated to the first one, and accepted until then', async () => {
  const key = await mint('acme_test_');
  const tokenPrefixes = ['new_', 'acme_live_'] as const;
  const later = createApp({ ...service.context, tokenPrefixes });
  const call = (path: string, body: object, token: string) =>
    later.fetch(
      new Request(`http://latchkey.test${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  const verdict = await call('/v1/keys/verify', { token: key.token }, service.operatorToken);
  expect(await verdict.json()).toMatchObject({ valid: true });
  const rotated = await call(`/v1/keys/${key.id}/rotate`, {}, ada.accessToken);
  expect((await rotated.json()).token).toMatch(/^new_/);
});

test('an imported key is rotated to a token with its own prefix, if the deployment has that', async () => {
  for (const [old, prefix] of [
    ['acme_test_4fQ-8d2kd93kd', 'acme_test_'],
    ['acme_test_a_8d2kd93kd02k', 'acme_test_'],
    ['sk_live_4fQ8d2kd93kd02k', 'acme_live_'],
    ['4fQ8d2kd93kd02kk3k2k2k2', 'acme_live_'],
  ] as const) {
    const sha256 = createHash('sha256').update(old).digest('hex');
    const params = { query: { accountId: ada.accountId } };
    const body = { name: 'Old key', sha256, start: old.slice(0, 12) };
    const key = expectData(await service.operator.POST('/v1/keys/import', { params, body }));
    expect(await rotate(key)).toMatch(new RegExp(`^${prefix}`));
  }
});

test('the journal contract mints with the first prefix', async () => {
  const response = await service.fetch('/api/settings/api?name=Key', {
    method: 'POST',
    headers: { Authorization: `Bearer ${ada.accessToken}` },
  });
  expect((await response.json()).data[0].attributes.token).toMatch(/^acme_live_/);
});
