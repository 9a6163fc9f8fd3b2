import { describe, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { sweepClosedAccount } from '../server/background/closed-accounts.ts';
import type { SignedIn } from './support/harness.ts';
import { flush, hour, iso, mint, service, verify } from './support/usage.ts';

/** The event that ends a token keeps what was known of it. */

type Minted = Awaited<ReturnType<typeof mint>>;
const agent = 'files-cli/2.4';

/** Uses a token. @returns what is known of it then */
async function use(token: string, ip: string) {
  service.pass(1_000);
  expect(await verify(token, { ip, userAgent: agent })).toMatchObject({ valid: true });
  await flush();
  return {
    start: token.slice(0, 7),
    lastUsedAt: iso(service.context.now()),
    lastUsedIp: ip,
    lastUsedUserAgent: agent,
  };
}

/** What is known of a token that was never used. */
const unused = (token: string) => ({
  start: token.slice(0, 7),
  lastUsedAt: null,
  lastUsedIp: null,
  lastUsedUserAgent: null,
});

/** Rotates a key some time later. @returns the new token */
async function rotate({ client }: SignedIn, { id }: Minted, body: { immediate?: boolean } = {}) {
  service.pass(1_000);
  return (await client.keys.rotate(id, body)).token;
}

/** What is on record of the newest event of a key. */
async function newest({ id }: Minted, client = service.operator) {
  const { data } = await client.events.list({ keyId: id, limit: 1 });
  return data.map(({ type, data }) => ({ type, data }));
}

/** Sends a request to a service that revokes leaked keys. */
const revokeLeaked = (token: string) =>
  createApp({ ...service.context, leakPolicy: 'revoke' }).fetch(
    new Request('http://latchkey.test/v1/leaks', {
      method: 'POST',
      headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    }),
  );
/** Ends a token, as whoever has it can do. */
const revokeToken = (token: string) =>
  service.fetch('/oauth2/revoke', { method: 'POST', body: new URLSearchParams({ token }) });

describe('the event of a revoked key has its name and the last use of each of its tokens', () => {
  test.each<[string, object, (key: Minted, token: string, owner: SignedIn) => Promise<unknown>]>([
    ['by its owner', {}, ({ id }, _, { client }) => client.keys.delete(id)],
    ['by whoever has its token', {}, (_, token) => revokeToken(token)],
    ['as leaked', { reason: 'leaked' }, async (_, token) => revokeLeaked(token)],
    [
      'with many others',
      { reason: 'bulk' },
      (_, _token, { accountId }) => service.operator.keys.revoke({ filter: { accountId } }),
    ],
  ])('%s', async (_, reason, end) => {
    const owner = await service.signIn();
    const key = await mint({}, owner);
    const old = await use(key.token, '203.0.113.1');
    const token = await rotate(owner, key);
    const tokens = [old, await use(token, '203.0.113.2')];
    const { tokens: shown } = await owner.client.keys.get(key.id);
    expect(shown).toMatchObject(tokens.toReversed());
    await end(key, token, owner);
    const event = { type: 'key.revoked', data: { ...reason, name: 'Key', tokens } };
    expect(await newest(key)).toEqual([event]);
    expect(await newest(key, owner.client)).toEqual([event]);
  });

  test('with its account', async () => {
    const owner = await service.signIn();
    const [key, other] = [await mint({}, owner), await mint({}, owner)];
    const used = await use(key.token, '203.0.113.1');
    await service.operator.accounts.delete(owner.accountId);
    service.pass(5_000);
    while (await sweepClosedAccount(service.db, service.context.now()));
    const eventOf = (token: object) => ({ type: 'key.revoked', data: { name: 'Key', tokens: [token] } });
    expect(await newest(key)).toEqual([eventOf(used)]);
    expect(await newest(other)).toEqual([eventOf(unused(other.token))]);
  });
});

describe('each step of a rotation has the tokens that it ends, with the last use of each:', () => {
  test('a rotation that is immediate, those that the key had', async () => {
    const owner = await service.signIn();
    const key = await mint({}, owner);
    const next = await rotate(owner, key);
    const used = await use(key.token, '203.0.113.1');
    await rotate(owner, key, { immediate: true });
    expect(await newest(key)).toEqual([
      { type: 'key.token_replaced', data: { name: 'Key', tokens: [used, unused(next)] } },
    ]);
  });

  test('a rotation, the next token that it replaces, or the previous one that had ended', async () => {
    const owner = await service.signIn();
    const key = await mint({}, owner);
    const rotated = (...tokens: object[]) => [{ type: 'key.rotated', data: { name: 'Key', tokens } }];
    const replaced = await rotate(owner, key);
    expect(await newest(key)).toEqual(rotated());
    const next = await rotate(owner, key);
    expect(await newest(key)).toEqual(rotated(unused(replaced)));
    const previous = await use(key.token, '203.0.113.1');
    await use(next, '203.0.113.2');
    service.pass(hour);
    await rotate(owner, key);
    expect(await newest(key)).toEqual(rotated(previous));
  });

  test.each<[string, (key: Minted, token: string, owner: SignedIn) => Promise<unknown>]>([
    ['by the owner', ({ id }, _, { client }) => client.keys.cancelRotation(id)],
    ['by whoever has it', (_, token) => revokeToken(token)],
  ])('the end of a next token, that one: %s', async (_, end) => {
    const owner = await service.signIn();
    const key = await mint({}, owner);
    await use(key.token, '203.0.113.1');
    const next = await rotate(owner, key);
    await end(key, next, owner);
    expect(await newest(key)).toEqual([
      { type: 'key.rotation_cancelled', data: { name: 'Key', tokens: [unused(next)] } },
    ]);
  });

  test.each<[string, (key: Minted, owner: SignedIn) => Promise<unknown>]>([
    ['by the owner', ({ id }, { client }) => client.keys.finishRotation(id)],
    ['by whoever has it', ({ token }) => revokeToken(token)],
  ])('the end of a previous token, that one: %s', async (_, end) => {
    const owner = await service.signIn();
    const key = await mint({}, owner);
    const next = await rotate(owner, key);
    await use(next, '203.0.113.2');
    const used = await use(key.token, '203.0.113.1');
    await owner.client.keys.extendRotation(key.id, { overlapSeconds: 7_200 });
    expect(await newest(key)).toEqual([{ type: 'key.rotation_extended', data: { name: 'Key', tokens: [] } }]);
    await end(key, owner);
    expect(await newest(key)).toEqual([
      { type: 'key.rotation_finished', data: { name: 'Key', tokens: [used] } },
    ]);
  });
});
