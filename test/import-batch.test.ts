import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, inject, test } from 'vitest';
import { onlyMaxKeys } from '../decide/policy.ts';
import { createApp } from '../server/app.ts';
import { sweepClosedAccount } from '../server/background/closed-accounts.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { KeyInserts } from '../server/keys/inserts.ts';
import { importedHash } from '../server/token.ts';
import { connectByHand, untilWaiting } from './support/by-hand.ts';
import { startService, type TestService } from './support/harness.ts';

/** Many keys that another system made are imported in one call. */

let service: TestService;

beforeAll(async () => {
  service = await startService({ defaultPolicy: onlyMaxKeys(100) });
});

const times = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));
const newForeign = () => `sk_live_${randomBytes(18).toString('base64url')}.4+/`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

type Batch = Parameters<TestService['operator']['keys']['importBatch']>[0]['keys'];
type Facts = Partial<Batch[number]>;

/** A key of a batch, with other facts than the usual ones. */
const item = (facts: Facts, token = newForeign()): Batch[number] => ({
  name: 'Old key',
  sha256: sha256(token),
  start: token.slice(0, 10),
  ...facts,
});

const importBatch = async (keys: Batch) => (await service.operator.keys.importBatch({ keys })).outcomes;
/** `imported`, or the code of the refusal, of each key. */
const codesOf = (outcomes: Awaited<ReturnType<typeof importBatch>>) =>
  outcomes.map((outcome) => (outcome.imported ? 'imported' : outcome.code));
const keysOf = (outcomes: Awaited<ReturnType<typeof importBatch>>) =>
  outcomes.flatMap((outcome) => (outcome.imported ? [outcome.key] : []));

let users = 0;
/** A new account. */
async function newUser() {
  users += 1;
  const externalId = `user_${users}`;
  const { id: accountId } = await service.operator.accounts.create({ externalId });
  return { externalId, accountId };
}

/** `valid`, or the reason why not. */
async function verdictOn(token: string): Promise<string> {
  const verdict = await service.operator.verify(token);
  return verdict.valid ? 'valid' : verdict.reason;
}

/** How many keys are counted on an account, and how many it has. */
async function countsOf({ accountId }: { accountId: string }) {
  const { rows } = await sql<{ counted: number; keys: number }>`
    select key_count as counted, (select count(*)::integer from keys where account_id = accounts.id) as keys
    from accounts where id = ${accountId.slice(4)}`.execute(service.db);
  return rows[0];
}

test('keys of several accounts are imported as they are given, and accepted once the call is answered', async () => {
  const [ada, bob] = [await newUser(), await newUser()];
  const tokens = times(4, newForeign);
  for (const token of tokens) expect(await verdictOn(token)).toBe('unknown');
  const limits = [{ name: 'burst', limit: 10, windowSeconds: 60 }];
  const outcomes = await importBatch([
    item({ externalId: ada.externalId, scopes: ['files:read'], metadata: { plan: 'pro' } }, tokens[0]),
    item({ accountId: bob.accountId, name: 'Second', limits, quota: { remaining: 5 } }, tokens[1]),
    item({ ...ada, name: 'Third', expiresAt: '2027-01-31T12:00:00.000Z' }, tokens[2]),
    item({ ...ada, name: 'Fourth', disabled: true, createdAt: '2022-05-03T09:00:00.000Z' }, tokens[3]),
  ]);
  const usual = { status: 'active', start: tokens[0]?.slice(0, 10), scopes: [], expiresAt: null };
  expect(keysOf(outcomes)).toMatchObject([
    { ...usual, accountId: ada.accountId, scopes: ['files:read'], metadata: { plan: 'pro' } },
    { ...usual, accountId: bob.accountId, start: tokens[1]?.slice(0, 10), limits, quota: { remaining: 5 } },
    {
      ...{ ...usual, accountId: ada.accountId, name: 'Third' },
      ...{ start: tokens[2]?.slice(0, 10), expiresAt: '2027-01-31T12:00:00.000Z' },
    },
    { name: 'Fourth', status: 'disabled', createdAt: '2022-05-03T09:00:00.000Z' },
  ]);
  for (const key of keysOf(outcomes)) {
    const { accountId } = key;
    expect(await service.operator.keys.get(key.id, { accountId })).toEqual(key);
    const { data } = await service.operator.events.list({ keyId: key.id });
    expect(data).toMatchObject([{ type: 'key.imported', actor: 'operator', accountId }]);
  }
  expect(await Promise.all(tokens.map(verdictOn))).toEqual(['valid', 'valid', 'valid', 'disabled']);
  expect([await countsOf(ada), await countsOf(bob)]).toEqual([
    { counted: 3, keys: 3 },
    { counted: 1, keys: 1 },
  ]);
});

test('each key that cannot be imported is refused for its own reason, and the others are imported', async () => {
  const [ada, off, strict, bob] = [await newUser(), await newUser(), await newUser(), await newUser()];
  await service.operator.accounts.update(off.accountId, { disabled: true });
  await service.operator.accounts.update(strict.accountId, { policy: { allowedScopes: ['files:*'] } });
  const twice = newForeign();
  const outcomes = await importBatch([
    item(ada, twice),
    item({ externalId: 'nobody' }),
    item({ accountId: ada.accountId, externalId: bob.externalId }),
    item({}),
    item(off),
    item({ ...strict, scopes: ['files:read', 'orders:read'] }),
    item({ ...ada, roles: ['no-such-role'] }),
    item({ ...ada, expiresAt: '2020-01-31T12:00:00.000Z' }),
    item({ ...ada, start: 'eyJhbGciOi' }),
    item({ ...ada, createdAt: '2030-01-31T12:00:00.000Z' }),
    { ...item(ada), name: '', sha256: 'AB', plan: 'pro' } as Batch[number],
    null as never,
    item({ ...ada, expiresIn: '1d', expiresAt: '2027-01-31T12:00:00.000Z' }),
    item(ada, twice),
    item({ ...strict, scopes: ['files:read'] }),
  ]);
  const [first] = keysOf(outcomes);
  expect(outcomes).toMatchObject([
    { imported: true },
    { code: 'account_not_found' },
    { code: 'account_not_found' },
    { code: 'invalid_input', errors: [{ pointer: '#/keys/3' }] },
    { code: 'account_disabled' },
    { code: 'beyond_policy', errors: [{ pointer: '#/keys/5/scopes' }] },
    { code: 'invalid_input', errors: [{ pointer: '#/keys/6/roles/0' }] },
    { code: 'invalid_input', errors: [{ pointer: '#/keys/7/expiresAt' }] },
    { code: 'invalid_input', errors: [{ pointer: '#/keys/8/start' }] },
    { code: 'invalid_input', errors: [{ pointer: '#/keys/9/createdAt' }] },
    {
      code: 'invalid_input',
      errors: ['name', 'sha256', 'plan'].map((name) => ({ pointer: `#/keys/10/${name}` })),
    },
    { code: 'invalid_input', errors: [{ pointer: '#/keys/11' }] },
    { code: 'invalid_input', errors: [{ pointer: '#/keys/12/expiresAt' }] },
    { code: 'token_exists', keyId: first?.id },
    { imported: true },
  ]);
  expect([await countsOf(ada), await countsOf(off), await countsOf(strict)]).toEqual(
    [1, 0, 1].map((keys) => ({ counted: keys, keys })),
  );
});

test('a batch that is sent again imports nothing, names the keys that are there, and revives none', async () => {
  const ada = await newUser();
  const tokens = times(3, newForeign);
  const batch = tokens.map((token) => item(ada, token));
  const keys = keysOf(await importBatch(batch));
  await service.operator.keys.delete(keys[0]?.id ?? '', { accountId: ada.accountId });
  const again = await importBatch([...batch, item(ada)]);
  expect(codesOf(again)).toEqual(['token_exists', 'token_exists', 'token_exists', 'imported']);
  expect(again.flatMap((outcome) => (outcome.imported ? [] : [outcome.keyId]))).toEqual(
    keys.map(({ id }) => id),
  );
  expect(codesOf(await importBatch([item(ada, tokens[0])]))).toEqual(['token_exists']);
  expect(await verdictOn(tokens[0] ?? '')).toBe('revoked');
  expect(await countsOf(ada)).toEqual({ counted: 3, keys: 3 });
});

test('a migration that is run again revives no key of an account that was deleted, and imports the others', async () => {
  const [gone, kept] = [await newUser(), await newUser()];
  const batch = [item({ externalId: gone.externalId }), item({ externalId: kept.externalId })];
  const [, keptKey] = keysOf(await importBatch(batch));
  await service.operator.accounts.delete(gone.accountId);
  service.pass(5_000);
  while (await sweepClosedAccount(service.db, service.context.now()));
  const { id: accountId } = await service.operator.accounts.create({ externalId: gone.externalId });
  const again = await importBatch([...batch, item({ externalId: gone.externalId })]);
  expect(codesOf(again)).toEqual(['token_exists', 'token_exists', 'imported']);
  expect(again.map((outcome) => (outcome.imported ? undefined : outcome.keyId))).toEqual([
    ...[undefined, keptKey?.id, undefined],
  ]);
  expect(await countsOf({ accountId })).toEqual({ counted: 1, keys: 1 });
});

test('what exists already is told after a barrier: the batch before may have had no answer', async () => {
  const batch = [item(await newUser())];
  await importBatch(batch);
  let barriers = 0;
  const settled = async () => {
    barriers += 1;
  };
  expect(await post(createApp({ ...service.context, settled }), batch)).toMatchObject({
    outcomes: [{ code: 'token_exists' }],
  });
  expect(barriers).toBe(1);
});

/** Sends a batch to another app than that of the service. */
async function post(app: ReturnType<typeof createApp>, keys: Batch) {
  const response = await app.fetch(
    new Request('http://latchkey.test/v1/keys/import/batch', {
      method: 'POST',
      headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ keys }),
    }),
  );
  return response.json();
}

test('an account gets as many keys as it may have, the first ones of the batch', async () => {
  const [ada, wide] = [await newUser(), await newUser()];
  await service.operator.accounts.update(wide.accountId, { policy: { maxKeys: 3 } });
  const outcomes = await importBatch([
    ...times(90, () => item(ada)),
    ...times(5, () => item(wide)),
    ...times(20, () => item(ada)),
  ]);
  expect(codesOf(outcomes)).toEqual([
    ...times(90, () => 'imported'),
    ...times(5, (index) => (index < 3 ? 'imported' : 'key_limit_reached')),
    ...times(20, (index) => (index < 10 ? 'imported' : 'key_limit_reached')),
  ]);
  expect([await countsOf(ada), await countsOf(wide)]).toEqual([
    { counted: 100, keys: 100 },
    { counted: 3, keys: 3 },
  ]);
});

test('the bound is exact, and each token is imported once, by batches at once of several replicas', async () => {
  const accounts = await Promise.all(times(4, newUser));
  const batches = times(3, () => times(160, (index) => item(accounts[index % accounts.length] ?? {})));
  // Apps with queues of their own, as other replicas have.
  const replicas = times(2, () => createApp({ ...service.context, keyInserts: new KeyInserts(service.db) }));
  const answers = await Promise.all(
    [...batches, ...batches].map((keys, index) => {
      const app = replicas[index % replicas.length];
      return app ? post(app, keys) : undefined;
    }),
  );
  const codes = answers.flatMap(({ outcomes }) => codesOf(outcomes));
  expect(codes.filter((code) => code === 'imported')).toHaveLength(400);
  expect(new Set(codes)).toEqual(new Set(['imported', 'token_exists', 'key_limit_reached']));
  for (const account of accounts) expect(await countsOf(account)).toEqual({ counted: 100, keys: 100 });
});

test('a batch is stored in parts, with three statements for each', async () => {
  const accounts = await Promise.all(times(10, newUser));
  let statements = 0;
  const db = service.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      statements += 1;
      return result;
    },
  });
  const app = createApp({ ...service.context, db, keyInserts: new KeyInserts(db) });
  const keys = times(499, (index) => item(accounts[index % accounts.length] ?? {}));
  const { outcomes } = await post(app, [...keys, ...keys.slice(-1)]);
  expect(codesOf(outcomes)).toEqual([...times(499, () => 'imported'), 'token_exists']);
  // The token that is there twice is looked up once more.
  expect(statements).toBe(31);
  const ids = keysOf(outcomes).map(({ id }) => id.slice(4));
  const { rows } = await sql`
    select distinct xmin::text from keys where id = any(${ids}::text[])`.execute(service.db);
  expect(rows).toHaveLength(10);
});

test('a batch that failed midway is completed when it is sent again', async () => {
  const ada = await newUser();
  let parts = 0;
  class Failing extends KeyInserts {
    override importMany(...mints: Parameters<KeyInserts['importMany']>) {
      parts += 1;
      if (parts === 2) throw new DatabaseUnavailable();
      return super.importMany(...mints);
    }
  }
  const app = createApp({ ...service.context, keyInserts: new Failing(service.db) });
  const keys = times(70, () => item(ada));
  expect(await post(app, keys)).toMatchObject({ status: 503, code: 'database_unavailable' });
  const outcomes = await importBatch(keys);
  expect(codesOf(outcomes)).toEqual(times(70, (index) => (index < 50 ? 'token_exists' : 'imported')));
  expect(await countsOf(ada)).toEqual({ counted: 70, keys: 70 });
});

test('what changes between the look-up and the insert is not missed', async () => {
  const [ada, off, strict] = [await newUser(), await newUser(), await newUser()];
  const codesAfter = async (meanwhile: () => Promise<unknown>, keys: Batch) => {
    class Late extends KeyInserts {
      override async importMany(...mints: Parameters<KeyInserts['importMany']>) {
        await meanwhile();
        return super.importMany(...mints);
      }
    }
    const app = createApp({ ...service.context, keyInserts: new Late(service.db) });
    return codesOf((await post(app, keys)).outcomes);
  };
  const changeAccounts = async () => {
    await service.operator.accounts.update(off.accountId, { disabled: true });
    await service.operator.accounts.update(strict.accountId, { policy: { expiryRequired: true } });
  };
  expect(await codesAfter(changeAccounts, [item(ada), item(off), item(strict)])).toEqual([
    'imported',
    'account_disabled',
    'beyond_policy',
  ]);
  const token = newForeign();
  const importToken = () => importBatch([item(ada, token)]);
  expect(await codesAfter(importToken, [item(ada), item(ada, token), item(await newUser())])).toEqual([
    'imported',
    'token_exists',
    'imported',
  ]);
  const gone = newForeign();
  const importAndRevoke = async () => {
    const [key] = keysOf(await importBatch([item(ada, gone)]));
    await service.operator.keys.delete(key?.id ?? '', { accountId: ada.accountId });
  };
  expect(await codesAfter(importAndRevoke, [item(ada), item(ada, gone)])).toEqual([
    'imported',
    'token_exists',
  ]);
  expect(await verdictOn(gone)).toBe('revoked');
  expect(await countsOf(ada)).toEqual({ counted: 4, keys: 4 });
});

test.runIf(inject('database') === 'postgres')(
  'an account that another transaction has locked, or whose policy is changing, gets its keys when that is over',
  async () => {
    const [locked, ada] = [await newUser(), await newUser()];
    const admin = await connectByHand(service);
    let outcomes: ReturnType<typeof importBatch> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`update accounts set policy = '{"maxKeys": 2}' where id = ${locked.accountId.slice(4)}`;
      outcomes = importBatch([...times(3, () => item(locked)), item(ada)]);
      await expect.poll(() => countsOf(ada)).toEqual({ counted: 1, keys: 1 });
    });
    expect(codesOf((await outcomes) ?? [])).toEqual([
      'imported',
      'imported',
      'key_limit_reached',
      'imported',
    ]);
    expect(await countsOf(locked)).toEqual({ counted: 2, keys: 2 });
  },
);

test.runIf(inject('database') === 'postgres')(
  'imports of the same tokens at once take them in one order, so that none is refused for a deadlock',
  async () => {
    const [ada, admin] = [await newUser(), await connectByHand(service)];
    const hashOf = (token: string) => importedHash(sha256(token));
    const tokens = times(2, newForeign).sort((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1));
    let outcomes: ReturnType<typeof importBatch> | undefined;
    await admin.begin(async (transaction) => {
      const take = (token = '') =>
        transaction`insert into imported_tokens values (decode(${hashOf(token)}, 'hex'))`;
      await take(tokens[0]);
      outcomes = importBatch(tokens.toReversed().map((token) => item(ada, token)));
      await untilWaiting(admin);
      await take(tokens[1]);
    });
    expect(codesOf((await outcomes) ?? [])).toEqual(['token_exists', 'token_exists']);
    expect(await countsOf(ada)).toEqual({ counted: 0, keys: 0 });
  },
);

test('a list of no keys or of too many is refused as a whole', async () => {
  const ada = await newUser();
  const send = (keys: Batch) => service.operator.POST('/v1/keys/import/batch', { body: { keys } });
  for (const keys of [[], times(501, () => item(ada))])
    expect((await send(keys)).error).toMatchObject({ status: 422, errors: [{ pointer: '#/keys' }] });
  expect(await countsOf(ada)).toEqual({ counted: 0, keys: 0 });
});

test('a batch may have 512 KiB, and no more', async () => {
  const body = JSON.stringify({
    keys: times(500, () => item({ externalId: 'nobody', name: 'x'.repeat(255) })),
  });
  const send = (bytes: number) =>
    service.fetch('/v1/keys/import/batch', {
      method: 'POST',
      headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
      body: body.padEnd(bytes, ' '),
    });
  expect([(await send(524_288)).status, (await send(524_289)).status]).toEqual([200, 413]);
});

test('one batch is imported at a time, and at most 20 wait', async () => {
  const ada = await newUser();
  const gate = Promise.withResolvers<void>();
  const app = createApp({ ...service.context, settled: () => gate.promise });
  const first = post(app, [item(ada)]);
  await expect.poll(() => countsOf(ada)).toEqual({ counted: 1, keys: 1 });
  const others = times(20, () => post(app, [item(ada)]));
  expect(await post(app, [item(ada)])).toMatchObject({ status: 503, code: 'overloaded' });
  expect(await countsOf(ada)).toEqual({ counted: 1, keys: 1 });
  gate.resolve();
  for (const { outcomes } of await Promise.all([first, ...others]))
    expect(codesOf(outcomes)).toEqual(['imported']);
});

test('only the operator imports a batch', async () => {
  const { client } = await service.signIn();
  const { token } = await client.keys.create({ name: 'Key', scopes: ['keys:write'] });
  for (const by of [client, service.as(token)])
    expect((await by.POST('/v1/keys/import/batch', { body: { keys: [item({})] } })).error).toMatchObject({
      status: 403,
      code: 'wrong_caller',
    });
});
