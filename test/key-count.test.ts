import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { beforeAll, expect, inject, test } from 'vitest';
import { onlyMaxKeys } from '../decide/policy.ts';
import { sweepClosedAccount } from '../server/background/closed-accounts.ts';
import { KeyLimitReached } from '../server/errors.ts';
import { withoutRequest } from '../server/events/recording.ts';
import { mintKey } from '../server/keys/minting.ts';
import { newToken } from '../server/token.ts';
import { UsageRecorder } from '../server/usage/recorder.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { insertKeys } from './support/insert-keys.ts';
import { verifiedKey } from './support/verified-key.ts';

const limit = 5;
let service: TestService;

beforeAll(async () => {
  service = await startService({ defaultPolicy: onlyMaxKeys(limit) });
});

const mint = ({ client }: SignedIn) => client.POST('/v1/keys', { body: { name: 'Key' } });
const revoke = ({ client }: SignedIn, keyId: string) =>
  client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId } } });

const fill = async (account: SignedIn) => {
  const keys = [];
  while (keys.length < limit) keys.push(expectData(await mint(account)));
  return keys;
};

/** What is counted on an account, and how many keys it has. */
const counted = async ({ accountId }: Pick<SignedIn, 'accountId'>) => {
  const { rows } = await sql<{ counted: number; keys: number }>`
    select key_count as counted, (select count(*) from keys where account_id = accounts.id) as keys
    from accounts where id = ${accountId.slice(4)}`.execute(service.db);
  return rows[0];
};

/** An INSERT by hand of keys with these names. */
const insert = ({ accountId }: SignedIn, ...names: string[]) =>
  insertKeys(
    service.db,
    sql`
      select ${accountId}::text || name, ${accountId.slice(4)}::text, name, sha512((${accountId}::text || name)::bytea)
      from unnest(${names}::text[]) as name`,
  );

test('an account has at most MAX_KEYS_PER_ACCOUNT keys, however many are minted at once', async () => {
  const [ada, bob] = [await service.signIn(), await service.signIn()];
  const answers = await Promise.all(Array.from({ length: 3 * limit }, () => mint(ada)));
  const refused = answers.filter(({ response }) => response.status !== 201);
  expect(refused).toHaveLength(2 * limit);
  for (const { error } of refused)
    expect(error).toMatchObject({
      status: 409,
      code: 'key_limit_reached',
      detail: `The account has ${limit} keys, and may have no more: delete one that is not needed first.`,
    });
  expect(await counted(ada)).toEqual({ counted: limit, keys: limit });
  expectData(await mint(bob));
});

test('a key that was deleted makes room for another, and one that is disabled or expired does not', async () => {
  const ada = await service.signIn();
  const [first, second] = await fill(ada);
  const params = { path: { keyId: second?.id ?? '' } };
  expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }));
  expect((await mint(ada)).response.status).toBe(409);
  await revoke(ada, first?.id ?? '');
  expectData(await mint(ada));
  expect((await mint(ada)).response.status).toBe(409);
});

test('each contract says in its own words that an account may have no more keys', async () => {
  const { accountId, accessToken, client } = await service.signIn();
  await fill({ accountId, client } as SignedIn);
  const headers = { Authorization: `Bearer ${accessToken}` };
  const create = async (path: string) => {
    const response = await service.fetch(path, { method: 'POST', headers });
    return { status: response.status, body: await response.json() };
  };
  expect(await create('/api/settings/api?name=Key')).toEqual({
    status: 409,
    body: { message: 'The account has 5 API keys, and may have no more.', status: 409 },
  });
  expect(await create('/apikey')).toEqual({
    status: 409,
    body: { code: 'KEY_LIMIT_REACHED', message: 'You have 5 APIKeys, and may have no more.' },
  });
});

test('a lower bound deletes no key, and allows no new one', async () => {
  const ada = await service.signIn();
  const keys = await fill(ada);
  const key = { accountId: ada.accountId.slice(4), name: 'Key', scopes: [], metadata: {}, expiresAt: null };
  const act = withoutRequest('operator', service.context.now());
  const minting = { ...service.context, defaultPolicy: onlyMaxKeys(2) };
  await expect(mintKey(minting, { ...key, token: newToken('lk_'), within: undefined }, act)).rejects.toThrow(
    KeyLimitReached,
  );
  const page = expectData(await ada.client.GET('/v1/keys'));
  expect(page.data.map(({ id }) => id)).toEqual(keys.map(({ id }) => id).toReversed());
});

test('keys that are inserted and deleted by SQL are counted as well', async () => {
  const [ada, bob] = [await service.signIn(), await service.signIn()];
  const both = async () => [await counted(ada), await counted(bob)];
  const equal = (...counts: number[]) => counts.map((count) => ({ counted: count, keys: count }));
  await insert(ada, 'a', 'b', 'c', 'd', 'e', 'f', 'g');
  await insert(bob, 'a', 'b');
  expect(await both()).toEqual(equal(7, 2));
  expect((await mint(ada)).response.status).toBe(409);
  await sql`delete from keys where name in ('a', 'b', 'c')`.execute(service.db);
  expect(await both()).toEqual(equal(4, 0));
  await sql`update keys set account_id = ${bob.accountId.slice(4)} where name in ('f', 'g')`.execute(
    service.db,
  );
  expect(await both()).toEqual(equal(2, 2));
  await sql`truncate keys cascade`.execute(service.db);
  expect(await both()).toEqual(equal(0, 0));
  await fill(ada);
});

test('keys are minted, changed, used and deleted while their accounts are deleted and swept: nobody fails, and every count is right', async () => {
  // An embedded database does one thing after the other.
  if (inject('database') === 'pglite') return;
  const accounts = await Promise.all(Array.from({ length: 4 }, () => service.signIn()));
  const replicas = Array.from({ length: 2 }, () => new UsageRecorder(service.db, () => {}));
  const statuses = new Set<number>();
  let most = 0;
  const minted = new Map<SignedIn, number>();
  const full = new Set<SignedIn>();
  const alive = new Map<string, { id: string; accountId: string; account: SignedIn }>();
  const some = () => [...alive.values()].slice(-2 * limit);
  let isOver = false;
  const again = async (work: () => Promise<unknown>) => {
    while (!isOver) {
      await work();
      await setImmediate();
    }
  };
  const minter = (account: SignedIn) => async () => {
    const { data, response } = await mint(account);
    statuses.add(response.status);
    most = Math.max(most, (await counted(account))?.keys ?? 0);
    if (response.status === 409) full.add(account);
    if (!data) return;
    minted.set(account, (minted.get(account) ?? 0) + 1);
    alive.set(data.id, { id: data.id, accountId: data.accountId, account });
  };
  const revoker = async () => {
    const answers = some().map(async ({ id, account }) => {
      alive.delete(id);
      statuses.add((await revoke(account, id)).response.status);
    });
    await Promise.all(answers);
  };
  const changer = async () => {
    for (const { id, account } of some().toReversed()) {
      const params = { path: { keyId: id } };
      const changed = account.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' } });
      statuses.add((await changed).response.status);
    }
  };
  const flusher = (usage: UsageRecorder) => async () => {
    for (const { id, accountId } of some())
      usage.record(
        {
          valid: true,
          key: verifiedKey({ id: id.slice(4), accountId: accountId.slice(4) }),
          at: service.context.now(),
        },
        () => ({ ip: null, userAgent: null }),
      );
    await usage.flush();
    service.pass(1);
    await sql`select pg_sleep(0.002)`.execute(service.db);
  };
  const sweeper = async () => {
    await sweepClosedAccount(service.db, service.context.now() + 60_000);
    await sql`select pg_sleep(0.005)`.execute(service.db);
  };
  const byHand = async () => {
    await sql`delete from keys where id = (select id from keys where name = 'New' limit 1)`.execute(
      service.db,
    );
    await sql`select pg_sleep(0.005)`.execute(service.db);
  };
  const work = [
    ...accounts.flatMap((account) => [
      again(minter(account)),
      again(minter(account)),
      again(minter(account)),
    ]),
    again(revoker),
    again(changer),
    ...replicas.map((usage) => again(flusher(usage))),
    again(sweeper),
    again(sweeper),
    again(byHand),
  ];
  const closer = async () => {
    for (const account of accounts) {
      const isBusy = () => full.has(account) && (minted.get(account) ?? 0) >= 20;
      await expect.poll(isBusy, { timeout: 10_000, interval: 10 }).toBe(true);
      statuses.add((await account.client.DELETE('/v1/account')).response.status);
    }
    isOver = true;
  };
  await Promise.all([closer(), ...work]).finally(() => {
    isOver = true;
  });
  expect([...statuses].filter((status) => ![200, 201, 204, 401, 404, 409].includes(status))).toEqual([]);
  expect(most).toBe(limit);
  const { rows } = await sql<{ wrong: number }>`
    select count(*) as wrong from accounts
    where key_count <> (select count(*) from keys where account_id = accounts.id)`.execute(service.db);
  expect(rows).toEqual([{ wrong: 0 }]);
});
