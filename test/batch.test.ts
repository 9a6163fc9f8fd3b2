import { setImmediate } from 'node:timers/promises';
import type { KyselyPlugin } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { KeyCache } from '../decide/key-cache.ts';
import { zeroUses } from '../decide/outcomes.ts';
import { createApp } from '../server/app.ts';
import type { Database } from '../server/db/schema.ts';
import { hashText, newToken } from '../server/token.ts';
import { KeyLookup } from '../server/verify/key-lookup.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

const path = '/v1/keys/verify/batch';

const mint = async (body: { scopes?: string[]; expiresIn?: '1d' } = {}, by = ada) =>
  expectData(await by.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));

const verdicts = async (
  tokens: string[],
  { by = service.operator, scopes }: { by?: SignedIn['client']; scopes?: string[] } = {},
) => expectData(await by.POST(path, { body: { tokens, ...(scopes && { scopes }) } })).verdicts;

const refusal = async (tokens: string[], by = service.operator) =>
  (await by.POST(path, { body: { tokens } })).error;

/** Sends a body as it is, with its length told beforehand or not. */
const send = (body: string, { told }: { told: boolean }) =>
  service.fetch(path, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${service.operatorToken}`,
      'Content-Type': 'application/json',
      ...(told && { 'Content-Length': String(body.length) }),
    },
    body,
  });

/** Sends a batch to a service with parts of a test's own. */
const ask = async (app: ReturnType<typeof createApp>, tokens: string[], scopes?: string[]) =>
  app.fetch(
    new Request(`http://latchkey.test${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ tokens, scopes }),
    }),
  );

const times = <Made>(count: number, make: (index: number) => Made) =>
  Array.from({ length: count }, (_, index) => make(index));

const unknown = { valid: false, reason: 'unknown' };

test('each token has its verdict, in the order of the tokens', async () => {
  const good = await mint({ scopes: ['a', 'b'] });
  const lacking = await mint({ scopes: ['b'] });
  const disabled = await mint({ scopes: ['a'] });
  const params = { path: { keyId: disabled.id } };
  expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }));
  const expired = await mint({ scopes: ['a'], expiresIn: '1d' });
  service.pass(86_400_000);

  const expected = new Map<string, object>([
    [newToken('lk_'), unknown],
    [good.token, { valid: true, key: { id: good.id, accountId: ada.accountId, scopes: ['a', 'b'] } }],
    [expired.token, { valid: false, reason: 'expired' }],
    ['no token at all', unknown],
    [disabled.token, { valid: false, reason: 'disabled' }],
    [lacking.token, { valid: false, reason: 'insufficient_scope', missingScopes: ['a'] }],
    ['', unknown],
  ]);
  const tokens = [...expected.keys()];
  for (const order of [tokens, tokens.toReversed()])
    expect(await verdicts(order, { scopes: ['a'] })).toMatchObject(order.map((token) => expected.get(token)));
});

test('a token gets the same verdict in a batch as alone', async () => {
  const { token } = await mint({ scopes: ['a'] });
  for (const scopes of [['a'], ['b']]) {
    const alone = expectData(await service.operator.POST('/v1/keys/verify', { body: { token, scopes } }));
    expect(await verdicts([token], { scopes })).toEqual([alone]);
  }
});

test('a token that is there twice has two verdicts, and is used twice', async () => {
  const key = await mint();
  const [first, second, ...rest] = await verdicts([key.token, key.token]);
  expect(first).toMatchObject({ valid: true, key: { id: key.id } });
  expect(second).toEqual(first);
  expect(rest).toEqual([]);
  expect(await usesOf(key)).toEqual({ ...zeroUses(), valid: 2 });
});

async function usesOf({ id: keyId }: { id: string }) {
  await service.context.usage.flush();
  service.pass(1);
  return expectData(await ada.client.GET('/v1/keys/{keyId}/usage', { params: { path: { keyId } } })).total;
}

test('each verdict counts as a use of its key', async () => {
  const keys = [await mint({ scopes: ['a'] }), await mint()] as const;
  const at = new Date(service.context.now()).toISOString();
  await verdicts(
    keys.map(({ token }) => token),
    { scopes: ['a'] },
  );
  const none = zeroUses();
  expect(await usesOf(keys[0])).toEqual({ ...none, valid: 1 });
  expect(await usesOf(keys[1])).toEqual({ ...none, insufficient_scope: 1 });
  const read = async ({ id: keyId }: { id: string }) =>
    expectData(await ada.client.GET('/v1/keys/{keyId}', { params: { path: { keyId } } })).lastUsedAt;
  expect(await read(keys[0])).toBe(at);
  expect(await read(keys[1])).toBeNull();
});

test('a batch has 1 to 1,000 tokens', async () => {
  const { id, token } = await mint();
  const all = await verdicts([...times(999, () => newToken('lk_')), token]);
  expect(all.slice(0, 999)).toEqual(times(999, () => unknown));
  expect(all.slice(999)).toMatchObject([{ valid: true, key: { id } }]);
  for (const [tokens, detail] of [
    [times(1_001, () => token), 'Must have at most 1000 tokens.'],
    [[], 'Must have at least one token.'],
  ] as const)
    expect(await refusal([...tokens])).toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: [{ pointer: '#/tokens', detail }],
    });
});

test('a value in a batch that is no token is refused, with its place', async () => {
  const response = await send('{"tokens":["a",1,"b",null]}', { told: true });
  expect(response.status).toBe(422);
  expect((await response.json()).errors).toMatchObject([
    { pointer: '#/tokens/1' },
    { pointer: '#/tokens/3' },
  ]);
});

test('a batch is looked up with one query', async () => {
  let queries = 0;
  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const db = service.db.withPlugin(counting) as Database;
  const lookup = new KeyLookup(db, () => {});
  const keys = new KeyCache({
    find: (hash) => lookup.find(hash),
    isFresh: () => true,
    bytes: 2 ** 20,
  });
  const app = createApp({ ...service.context, db, keys });
  const { id, token } = await mint();
  const tokens = [...times(998, () => newToken('lk_')), token, token];
  const { verdicts: first } = await (await ask(app, tokens)).json();
  expect(first.at(-1)).toMatchObject({ valid: true, key: { id } });
  expect(queries).toBe(1);
  // What was found, and what was not, is remembered.
  expect(await (await ask(app, tokens)).json()).toEqual({ verdicts: first });
  expect(queries).toBe(1);
});

test('a batch that fails leaves nothing behind that could end the process', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  let asked = 0;
  const find = () => {
    asked += 1;
    if (asked === 1) return Promise.reject(new Error('down'));
    throw new Error('failed at once');
  };
  const app = createApp({ ...service.context, keys: { find, refresh: find, holds: () => false } });
  const response = await ask(
    app,
    times(2, () => newToken('lk_')),
  );
  await setImmediate();
  process.off('unhandledRejection', note);
  expect([response.status, asked]).toEqual([500, 2]);
  expect(unhandled).toEqual([]);
});

test('a token is verified once in a batch, and a scope is not searched for', async () => {
  const scopes = times(100, (index) => `scope:${index}`);
  const { token } = await mint({ scopes });
  const stored = await service.context.keys.find(hashText(token));
  let finds = 0;
  let checks = 0;
  class Counting extends Set<string> {
    override has(scope: string) {
      checks += 1;
      return super.has(scope);
    }
  }
  const key = stored && !stored.gone ? { ...stored, scopes: new Counting(stored.scopes) } : undefined;
  const find = () => {
    finds += 1;
    return key;
  };
  const app = createApp({
    ...service.context,
    keys: { find, refresh: async () => find(), holds: () => false },
  });
  const response = await ask(
    app,
    times(1_000, () => token),
    scopes.toReversed(),
  );
  const { verdicts } = await response.json();
  expect(verdicts.map(({ valid }: { valid: boolean }) => valid)).toEqual(times(1_000, () => true));
  expect([finds, checks]).toEqual([1, 100]);
});

test('a batch has room for 1,000 long tokens, and no more than 512 KiB', async () => {
  const { id, token } = await mint();
  const long = `eyJ${'a'.repeat(200)}.${'b'.repeat(200)}.${'c'.repeat(90)}`;
  const tokens = [...times(999, (index) => `${long}${index}`), token];
  const body = JSON.stringify({ tokens });
  const full = (bytes: number) => body.padEnd(bytes, ' ');
  expect(body.length).toBeGreaterThan(7 * 65_536);
  for (const told of [true, false]) {
    for (const accepted of [body, full(524_288)]) {
      const response = await send(accepted, { told });
      expect(response.status).toBe(200);
      const answer: { verdicts: unknown[] } = await response.json();
      expect(answer.verdicts).toHaveLength(1_000);
      expect(answer.verdicts.at(-1)).toMatchObject({ valid: true, key: { id } });
    }
    const refused = await send(full(524_289), { told });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: 'body_too_large' });
  }
});

test('a caller without keys:verify verifies no batch', async () => {
  const key = await mint({ scopes: ['keys:read', 'keys:write'] });
  for (const [by, expected] of [
    [service.as(key.token), { status: 403, code: 'insufficient_scope' }],
    [service.as(), { status: 401, code: 'unauthenticated' }],
    [service.as(newToken('lk_')), { status: 401, code: 'invalid_token' }],
  ] as const)
    expect(await refusal([key.token], by)).toMatchObject(expected);
  // A refused call is no use, and there was no verdict on the token.
  expect(await usesOf(key)).toMatchObject({ valid: 0, insufficient_scope: 0 });
});

test('callers of an account see its own keys as valid, and no others', async () => {
  const mine = await mint();
  const foreign = await mint({}, bob);
  const verifier = await mint({ scopes: ['keys:verify'] });
  for (const by of [ada.client, service.as(verifier.token)])
    expect(await verdicts([foreign.token, mine.token, foreign.token], { by })).toMatchObject([
      unknown,
      { valid: true, key: { id: mine.id } },
      unknown,
    ]);
  expect(await verdicts([foreign.token, mine.token])).toMatchObject([
    { valid: true, key: { id: foreign.id, accountId: bob.accountId } },
    { valid: true, key: { id: mine.id, accountId: ada.accountId } },
  ]);
  expect(await usesOf(mine)).toMatchObject({ valid: 3 });
});
