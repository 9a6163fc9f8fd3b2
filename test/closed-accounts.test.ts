import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { beforeAll, expect, inject, test } from 'vitest';
import type { EventType } from '../decide/events.ts';
import { removal, sweepClosedAccount } from '../server/background/closed-accounts.ts';
import { Sweeper } from '../server/background/sweeper.ts';
import { withoutRequest } from '../server/events/recording.ts';
import {
  clientIp,
  expectData,
  password,
  type SignedIn,
  startService,
  type TestService,
} from './support/harness.ts';
import { insertManyKeys } from './support/insert-keys.ts';
import { spyOnInvalidations } from './support/invalidations.ts';

let service: TestService;
const act = withoutRequest('operator', 0);

beforeAll(async () => {
  service = await startService();
});

const mint = async ({ client }: SignedIn) =>
  expectData(await client.POST('/v1/keys', { body: { name: 'Key' } }));
const verdict = async (token: string) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
const close = async ({ client }: SignedIn) =>
  expect((await client.DELETE('/v1/account')).response.status).toBe(204);

/** Inserts so many keys by hand. */
const addKeys = ({ accountId }: SignedIn, count: number) =>
  insertManyKeys(
    service.db,
    count,
    (numbers) => sql`
      select lpad(to_hex(n), 24, '0'), ${accountId.slice(4)}::text, 'Key', sha512(n::text::bytea)
      from ${numbers} as n`,
  );

/** Sweeps until nothing is left to do. @returns how many steps that took */
async function sweep(): Promise<number> {
  service.pass(5_000);
  for (let steps = 0; ; steps += 1)
    if (!(await sweepClosedAccount(service.db, service.context.now()))) return steps;
}

/** How many rows there are of an account, by table. */
async function rowsOf({ accountId }: SignedIn): Promise<Record<string, number>> {
  const { rows } = await sql<Record<string, number>>`
    select (select count(*) from accounts where id = account) as accounts,
      (select count(*) from keys where account_id = account) as keys,
      (select count(*) from usage where account_id = account) as usage,
      (select count(*) from sessions where account_id = account) as sessions,
      (select count(*) from refresh_tokens join sessions on sessions.id = session_id where account_id = account) as tokens
    from (select ${accountId.slice(4)}::text as account) as wanted`.execute(service.db);
  return rows[0] ?? {};
}

const eventsOf = ({ accountId }: SignedIn, type: EventType) =>
  service.db
    .selectFrom('events')
    .select(['at', 'actor', 'request_id', 'key_id'])
    .where('account_id', '=', accountId.slice(4))
    .where('type', '=', type)
    .execute();

test('an account that is deleted is gone at once, for everybody, before anything of it is swept', async () => {
  const ada = await service.signIn();
  const { id, token } = await mint(ada);
  expect(await verdict(token)).toMatchObject({ valid: true });
  await close(ada);

  expect(await verdict(token)).toEqual({ valid: false, reason: 'unknown' });
  expect((await service.as(token).GET('/v1/keys/current')).response.status).toBe(401);
  expect((await service.as(ada.accessToken).GET('/v1/account')).response.status).toBe(401);
  const { refreshToken, email, accountId } = ada;
  const refreshed = await service.as().POST('/v1/sessions/refresh', { body: { refreshToken } });
  expect(refreshed.response.status).toBe(401);
  expect((await service.as().POST('/v1/sessions', { body: { email, password } })).response.status).toBe(401);

  const query = { accountId };
  const params = { path: { keyId: id }, query };
  for (const { response } of [
    await service.operator.GET('/v1/account', { params: { query } }),
    await service.operator.DELETE('/v1/account', { params: { query } }),
    await service.operator.POST('/v1/keys', { params: { query }, body: { name: 'Key' } }),
    await service.operator.GET('/v1/keys', { params: { query } }),
    await service.operator.GET('/v1/keys/{keyId}', { params }),
    await service.operator.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' } }),
    await service.operator.DELETE('/v1/keys/{keyId}', { params }),
  ])
    expect(response.status).toBe(404);
  const found = await service.operator.GET('/v1/accounts', { params: { query: { email } } });
  expect(expectData(found).data).toEqual([]);
});

test('the email and the externalId of an account that was deleted can be used again at once', async () => {
  const ada = await service.signIn();
  await close(ada);
  const again = await service.as().POST('/v1/accounts', { body: { email: ada.email, password } });
  expect(expectData(again).id).not.toBe(ada.accountId);

  const body = { externalId: 'user_again' };
  const { id: accountId } = expectData(await service.operator.POST('/v1/accounts', { body }));
  await service.operator.DELETE('/v1/account', { params: { query: { accountId } } });
  expect(expectData(await service.operator.POST('/v1/accounts', { body })).id).not.toBe(accountId);
});

test('deleting an account sends one message, however many keys it has', async () => {
  const ada = await service.signIn();
  for (let count = 0; count < 5; count += 1) await mint(ada);
  const told = spyOnInvalidations(service);
  await close(ada);
  expect(told.account.mock.calls).toEqual([[ada.accountId.slice(4)]]);
  expect(told.key).not.toHaveBeenCalled();
  expect(told.all).not.toHaveBeenCalled();
});

test('an account that is opened again by hand has its keys back', async () => {
  const ada = await service.signIn();
  const { token } = await mint(ada);
  await close(ada);
  expect(await verdict(token)).toMatchObject({ reason: 'unknown' });
  await sql`update accounts set closed_at = null, closed_by = null where id = ${ada.accountId.slice(4)}`.execute(
    service.db,
  );
  await service.context.settled();
  expect(await verdict(token)).toMatchObject({ valid: true });
});

test('the sweep removes all that is left of an account, and says of each key by whom and when it was revoked', async () => {
  const [ada, bob] = [await service.signIn(), await service.signIn()];
  const [used, other] = [await mint(ada), await mint(bob)];
  const unused = await mint(ada);
  for (const { token } of [used, other]) await verdict(token);
  await service.context.usage.flush();
  const at = new Date(service.context.now());
  await close(ada);
  const before = await rowsOf(ada);
  expect(before).toEqual({ accounts: 1, keys: 2, usage: 1, sessions: 1, tokens: 1 });
  expect(await sweepClosedAccount(service.db, service.context.now())).toBe(false);
  expect(await rowsOf(ada)).toEqual(before);

  await sweep();
  expect(await rowsOf(ada)).toEqual({ accounts: 0, keys: 0, usage: 0, sessions: 0, tokens: 0 });
  expect(await rowsOf(bob)).toMatchObject({ accounts: 1, keys: 1, usage: 1, sessions: 1 });
  const [deleted] = await eventsOf(ada, 'account.deleted');
  expect(deleted).toMatchObject({ at, actor: expect.stringMatching(/^session_/) });
  const revoked = await eventsOf(ada, 'key.revoked');
  expect(revoked.map(({ key_id }) => `key_${key_id}`).sort()).toEqual([used.id, unused.id].sort());
  for (const row of revoked)
    expect(row).toMatchObject({ at, actor: deleted?.actor, request_id: deleted?.request_id });
});

test('an account with 20,000 keys is deleted as fast as any, and several replicas sweep it, each key once', async () => {
  const ada = await service.signIn();
  const count = inject('database') === 'postgres' ? 20_000 : 2_000;
  await addKeys(ada, count);
  await close(ada);
  expect((await rowsOf(ada)).keys).toBe(count);
  service.pass(5_000);
  let slowest = 0;
  const replica = async () => {
    // One that finds the account in the hands of another comes again.
    while ((await rowsOf(ada)).accounts) {
      const began = performance.now();
      await sweepClosedAccount(service.db, service.context.now());
      slowest = Math.max(slowest, performance.now() - began);
    }
  };
  await Promise.all([replica(), replica(), replica()]);
  expect(await eventsOf(ada, 'key.revoked')).toHaveLength(count);
  expect(slowest).toBeLessThan(3_000);
});

test('an account whose sweep fails holds up no other one, and is tried again when none is left', async () => {
  await sweep();
  const [ada, bob] = [await service.signIn(), await service.signIn()];
  for (const one of [ada, bob]) await mint(one);
  await close(ada);
  service.pass(1);
  await close(bob);
  const closedBy = (act: string) =>
    sql`update accounts set closed_by = ${act}::text::jsonb where id = ${ada.accountId.slice(4)}`.execute(
      service.db,
    );
  // Without an actor no event can be recorded.
  await closedBy('{}');
  service.pass(5_000);
  const failed = new Set<string>();
  const step = () => sweepClosedAccount(service.db, service.context.now(), failed);
  await expect(step()).rejects.toThrow();
  while ((await rowsOf(bob)).accounts) await step();
  await expect(step()).rejects.toThrow();
  await closedBy(JSON.stringify(act));
  while (await step());
  expect((await rowsOf(ada)).accounts).toBe(0);
});

test('a step of a sweep deletes 250 sessions and 250 of their tokens at most, however many an account has', async () => {
  const ada = await service.signIn();
  await sql`
    with inserted as (
      insert into sessions (id, account_id, password_version, created_at, last_used_at, expires_at)
      select lpad(to_hex(n), 24, '0'), ${ada.accountId.slice(4)}, 1, now(), now(), now() from generate_series(1, 600) as n
      returning id)
    insert into refresh_tokens (hash, session_id)
    select sha512(convert_to(id || n, 'UTF8')), id from inserted, generate_series(1, 2) as n
    where inserted.id < lpad(to_hex(300), 24, '0')`.execute(service.db);
  await close(ada);
  service.pass(5_000);
  let left = await rowsOf(ada);
  expect(left).toMatchObject({ sessions: 601, tokens: 599 });
  while (left.accounts) {
    expect(await sweepClosedAccount(service.db, service.context.now())).toBe(true);
    const now = await rowsOf(ada);
    for (const table of ['sessions', 'tokens'])
      expect((left[table] ?? 0) - (now[table] ?? 0), table).toBeLessThanOrEqual(250);
    left = now;
  }
  expect(left).toMatchObject({ sessions: 0, tokens: 0 });
});

test('a sweeper goes on while there is more, tries again what failed, and stops when it is closed', async () => {
  const steps = [true, true, new Error('down'), false];
  const errors: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let taken = 0;
  const step = async () => {
    const next = steps[taken++];
    if (next instanceof Error) throw next;
    if (taken === steps.length) resolve();
    return next ?? false;
  };
  const sweeper = new Sweeper(step, (error) => errors.push(error), { idle: 10 });
  await done;
  await sweeper.close();
  expect(errors).toEqual([steps[2]]);
});

test('a sweeper tells a failure once, and again when it is another one or has been gone', async () => {
  const steps = ['down', 'down', 'denied', 'denied', undefined, 'denied', 'denied'];
  const errors: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const step = async () => {
    if (steps.length === 1) resolve();
    const message = steps.shift();
    if (message) throw new Error(message);
    return false;
  };
  const sweeper = new Sweeper(step, (error) => errors.push(error), { idle: 1 });
  await done;
  await sweeper.close();
  expect(errors).toEqual([new Error('down'), new Error('denied'), new Error('denied')]);
});

test('a sweeper knows when a step last succeeded, and tells a failure that lasts again and again', async () => {
  const errors: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let succeededAt = 0;
  const steps = [
    async () => false,
    async () => {
      succeededAt = sweeper.succeededAt;
      throw new Error('down');
    },
    async () => {
      if (errors.length === 3) resolve();
      throw new Error('down');
    },
  ];
  const step = () => ((steps.length > 1 && steps.shift()) || steps[0] || expect.fail())();
  const sweeper = new Sweeper(step, (error) => errors.push(error), { idle: 1, repeat: 0 });
  const began = sweeper.succeededAt;
  await done;
  await sweeper.close();
  expect(succeededAt).toBeGreaterThanOrEqual(began);
  expect(sweeper.succeededAt).toBe(succeededAt);
});

test('a sweeper that rests is closed at once', async () => {
  const { promise: began, resolve } = Promise.withResolvers<void>();
  const sweeper = new Sweeper(
    async () => {
      resolve();
      return false;
    },
    () => {},
  );
  await began;
  const closing = performance.now();
  await sweeper.close();
  expect(performance.now() - closing).toBeLessThan(1_000);
});

test('a sweeper can wait before its first step, and is closed at once meanwhile', async () => {
  const { promise: began, resolve } = Promise.withResolvers<void>();
  const steps: string[] = [];
  const sweeperOf = (name: string, first: number) =>
    new Sweeper(
      async () => {
        steps.push(name);
        resolve();
        return false;
      },
      () => {},
      { first },
    );
  const late = sweeperOf('late', 60_000);
  const early = sweeperOf('early', 0);
  await began;
  const closing = performance.now();
  await Promise.all([late.close(), early.close()]);
  expect(performance.now() - closing).toBeLessThan(1_000);
  expect(steps).toEqual(['early']);
});

test('a step of a sweep finds what it removes in indexes, in their order, however much is left', async () => {
  const [ada, bob] = [await service.signIn(), await service.signIn()];
  const account = sql`(array[${ada.accountId.slice(4)}, ${bob.accountId.slice(4)}])[n % 2 + 1]`;
  const hash = sql`sha512(convert_to('sweep ' || n, 'UTF8'))`;
  await insertManyKeys(
    service.db,
    4_000,
    (numbers) => sql`select md5(n::text)::char(24), ${account}, 'Key', ${hash} from ${numbers} as n`,
  );
  await sql`
    insert into usage select ${account}, md5(n::text), '2026-01-01', 'valid', 1 from generate_series(1, 4000) as n`.execute(
    service.db,
  );
  await sql`
    insert into tombstones (hash, key_id, account_id, name, reason, at)
    select ${hash}, md5(n::text), ${account}, 'Key', 'revoked', now() from generate_series(1, 4000) as n`.execute(
    service.db,
  );
  await sql`
    insert into sessions (id, account_id, password_version, created_at, last_used_at, expires_at)
    select md5('sweep ' || n), ${account}, 1, now(), now(), now() from generate_series(1, 4000) as n`.execute(
    service.db,
  );
  for (const table of ['keys', 'usage', 'tombstones', 'sessions'])
    await sql`analyze ${sql.table(table)}`.execute(service.db);
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain ${removal(ada.accountId.slice(4), act)}`.execute(service.db);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan using keys_account_id_number_idx on keys');
  expect(plan).not.toMatch(/(Sort Key:|Seq Scan on) (keys|usage|tombstones|sessions)|keys_number_key/);
});

test('the SQL of SECURITY.md erases what the events of a deleted account say of a person, and nothing of others', async () => {
  const [ada, eve] = [await service.signIn(), await service.signIn()];
  for (const one of [ada, eve]) await mint(one);
  await close(ada);
  await sweep();
  const page = await readFile(new URL('../SECURITY.md', import.meta.url), 'utf8');
  const [, erasure = ''] = /```sql\n(.*?)```/s.exec(page) ?? [];
  await sql.raw(erasure.replace(/'[0-9a-f]{24}'/, `'${ada.accountId.slice(4)}'`)).execute(service.db);
  const told = async ({ accountId }: SignedIn) =>
    expectData(await service.operator.GET('/v1/events', { params: { query: { accountId } } })).data;
  expect((await told(ada)).map(({ type }) => type)).toContain('key.revoked');
  for (const event of await told(ada))
    expect(event).toMatchObject({ ip: null, userAgent: null, onBehalfOf: null, data: {} });
  expect((await told(eve)).map(({ ip }) => ip)).toContain(clientIp);
});
