import { sql } from 'kysely';
import type postgres from 'postgres';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { CallOptions, Event, EventPage, operations } from '../clients/typescript/client.ts';
import { eventsInOrder } from '../server/events/following.ts';
import type { EventFilter } from '../server/events/lists.ts';
import { connectByHand } from './support/by-hand.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

type Query = NonNullable<operations['listEvents']['parameters']['query']>;

const page = async (query: Query = {}, client = service.operator) =>
  expectData(await client.GET('/v1/events', { params: { query: { order: 'asc', ...query } } }));

/** Somebody who reads events from a place on, and again from where that ended, however much later. */
class Follower {
  readonly seen: Event[] = [];
  readonly #query: Query;
  #cursor: Query;

  constructor(query: Query, begin: Query = {}) {
    this.#query = { order: 'asc', limit: 3, ...query };
    this.#cursor = begin;
  }

  /** Reads what is new. @returns the last page */
  async read(client = service.operator, options: CallOptions = {}): Promise<EventPage | undefined> {
    let last: EventPage | undefined;
    for await (const page of client.events.list({ ...this.#query, ...this.#cursor }, options).pages()) {
      this.seen.push(...page.data);
      this.#cursor = { cursor: page.followCursor ?? '' };
      last = page;
    }
    return last;
  }

  get types(): string[] {
    return this.seen.map(({ type }) => type);
  }
}

const mint = async (name = 'Key') =>
  expectData(await ada.client.POST('/v1/keys', { body: { name, scopes: ['keys:read'] } }));

/** The events of an account, as they are stored, in the order in which they were written. */
async function written(accountId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select 'evt_' || lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || lpad(to_hex(number), 12, '0') as id
    from events where account_id = ${accountId.slice(4)} order by number`.execute(service.db);
  return rows.map(({ id }) => id);
}

test('in ascending order, events come as they were written, whatever their time, and the list ends', async () => {
  const cleo = await service.signIn();
  const { accountId } = cleo;
  service.pass(60_000);
  await cleo.client.POST('/v1/keys', { body: { name: 'Later' } });
  service.pass(-60_000);
  await cleo.client.POST('/v1/keys', { body: { name: 'Written last' } });
  const follower = new Follower({ accountId });
  const last = await follower.read();
  expect(follower.seen.map(({ id }) => id)).toEqual(await written(accountId));
  expect(follower.seen.map(({ data }) => data.name).slice(2)).toEqual(['Later', 'Written last']);
  expect(last).toMatchObject({ nextCursor: null, followCursor: expect.any(String) });

  const listed = [];
  for await (const event of service.operator.events.list({ order: 'asc', accountId, limit: 2 }))
    listed.push(event);
  expect(listed).toEqual(follower.seen);
});

test('a stored cursor goes on where it ended: with nothing, then with what is new', async () => {
  const follower = new Follower({ accountId: ada.accountId });
  await follower.read();
  const before = follower.seen.length;
  expect(await follower.read()).toMatchObject({ data: [], nextCursor: null });
  const key = await mint();
  await follower.read();
  expect(follower.seen.slice(before)).toMatchObject([{ type: 'key.minted', keyId: key.id }]);
});

test('a page that is full has the cursor of its last event, and the newest first have none to follow', async () => {
  const first = await page({ limit: 1 });
  expect(first.nextCursor).toBe(first.followCursor);
  expect((await page({ limit: 1, cursor: first.followCursor ?? '' })).data).not.toEqual(first.data);
  expect(await page({ order: 'desc' })).toMatchObject({ followCursor: null });
});

test('`from` is where to begin: from now on there is nothing, until something happens', async () => {
  service.pass(120_000);
  const from = new Date(service.context.now()).toISOString();
  const follower = new Follower({}, { from });
  expect(await follower.read()).toMatchObject({ data: [], nextCursor: null });
  const key = await mint();
  await follower.read();
  expect(follower.seen).toMatchObject([{ keyId: key.id }]);
  expect((await page({ from })).data).toEqual(follower.seen);
});

test('an account follows its own events alone, and does not see from where the operator acts', async () => {
  const cleo = await service.signIn();
  const follower = new Follower({});
  await follower.read(cleo.client);
  await mint();
  const params = { query: { accountId: cleo.accountId } };
  await service.operator.POST('/v1/keys', { params, body: { name: 'Key' } });
  await follower.read(cleo.client);
  expect(follower.types).toEqual(['account.created', 'session.started', 'key.minted']);
  expect(follower.seen.at(-1)).toMatchObject({ actor: 'operator', ip: null });
});

test('a cursor is for the list of one account and one order', async () => {
  const { followCursor } = await page({}, ada.client);
  const { nextCursor } = await page({ order: 'desc', limit: 1 }, ada.client);
  const refused: [Query, typeof ada.client][] = [
    [{ order: 'asc', cursor: followCursor ?? '' }, service.operator],
    [{ order: 'desc', cursor: followCursor ?? '' }, ada.client],
    [{ order: 'asc', cursor: nextCursor ?? '' }, ada.client],
  ];
  for (const [query, client] of refused)
    expect((await client.GET('/v1/events', { params: { query } })).error).toMatchObject({
      status: 422,
      errors: [{ parameter: 'cursor' }],
    });
  const type = 'key.revoked';
  expect(await page({ cursor: followCursor ?? '', type }, ada.client)).toMatchObject({ data: [] });
});

describe.runIf(inject('database') === 'postgres')('beside transactions that commit in another order', () => {
  let admin: postgres.Sql;

  beforeAll(async () => {
    admin = await connectByHand(service, 4);
  });

  const insert = (connection: postgres.ISql, accountId: string) => connection`
    insert into events (at, type, actor, account_id)
    values (${new Date(service.context.now())}, 'session.ended', 'anyone', ${accountId.slice(4)})`;

  /** From now on. @returns resolves when the service waits for a transaction */
  async function waits() {
    const [begun] = await admin`select clock_timestamp() as at`;
    const waiting = () => admin`
      select from pg_stat_activity where datname = current_database() and application_name = 'latchkey'
        and query like '%virtualtransaction = any%' and query_start > ${begun?.at}`;
    return () => expect.poll(async () => (await waiting()).length, { interval: 5 }).toBeGreaterThan(0);
  }

  test('an event that is committed after a later one is seen, and before it', async () => {
    const cleo = await service.signIn();
    const { accountId } = cleo;
    const follower = new Follower({ accountId });
    await follower.read();
    await admin.begin(async (transaction) => {
      await insert(transaction, accountId);
      await cleo.client.POST('/v1/keys', { body: { name: 'Key' } });
      const early = follower.read(service.operator, { retries: 0 });
      await expect(early).rejects.toMatchObject({ code: 'events_pending' });
      expect(await page({ order: 'desc', accountId })).toMatchObject({
        data: [{ type: 'key.minted' }, {}, {}],
      });
    });
    await follower.read();
    expect(follower.types).toEqual(['account.created', 'session.started', 'session.ended', 'key.minted']);
  });

  test('a list waits for a transaction that ends soon, and not for one that began later', async () => {
    const { accountId } = await service.signIn();
    const follower = new Follower({ accountId });
    await follower.read();
    const { promise: end, resolve } = Promise.withResolvers<void>();
    let later: Promise<unknown> | undefined;
    let reading: Promise<unknown> | undefined;
    await admin.begin(async (transaction) => {
      await insert(transaction, accountId);
      const isWaiting = await waits();
      reading = follower.read();
      await isWaiting();
      const { promise: isOpen, resolve: open } = Promise.withResolvers<void>();
      later = admin.begin(async (another) => {
        await insert(another, accountId);
        open();
        await end;
      });
      await isOpen;
    });
    await reading;
    resolve();
    await later;
    await follower.read();
    expect(follower.seen.map(({ id }) => id)).toEqual(await written(accountId));
  });

  test('a transaction that is prepared while it is waited for is waited for until it is committed', async () => {
    const { accountId, client } = await service.signIn();
    const follower = new Follower({ accountId });
    await follower.read();
    const connection = await admin.reserve();
    await connection`begin`;
    await insert(connection, accountId);
    await client.POST('/v1/keys', { body: { name: 'Key' } });
    const isWaiting = await waits();
    const refused = expect(follower.read(service.operator, { retries: 0 })).rejects.toMatchObject({
      code: 'events_pending',
    });
    await isWaiting();
    await connection`prepare transaction 'by hand'`;
    connection.release();
    await refused.finally(() => admin`commit prepared 'by hand'`);
    await follower.read();
    expect(follower.types).toEqual(['account.created', 'session.started', 'session.ended', 'key.minted']);
  });

  test('an event that is rolled back holds nobody up, and its number stays unused', async () => {
    const { accountId } = await service.signIn();
    const follower = new Follower({ accountId });
    await admin
      .begin(async (transaction) => {
        await insert(transaction, accountId);
        throw new Error('rolled back');
      })
      .catch(() => {});
    await insert(admin, accountId);
    await follower.read();
    expect(follower.types).toEqual(['account.created', 'session.started', 'session.ended']);
  });

  test('a follower sees each event once, in its order, while many are written and committed as it happens', async () => {
    const { accountId, client } = await service.signIn();
    const followers = [new Follower({ accountId }), new Follower({ accountId, type: 'session.ended' })];
    let isWriting = true;
    const follow = async (follower: Follower) => {
      while (isWriting) await follower.read();
      await follower.read();
    };
    const write = async () => {
      for (let n = 0; n < 25; n += 1)
        await admin.begin(async (transaction) => {
          await insert(transaction, accountId);
          await client.GET('/v1/keys');
          await insert(transaction, accountId);
        });
    };
    const mint = async () => {
      for (let n = 0; n < 25; n += 1) await client.POST('/v1/keys', { body: { name: 'Key' } });
    };
    const following = Promise.all(followers.map(follow));
    await Promise.all([write(), write(), write(), mint(), mint()]).finally(() => {
      isWriting = false;
    });
    await following;
    const [all, some] = followers;
    expect(all?.seen.map(({ id }) => id)).toEqual(await written(accountId));
    expect(some?.seen).toEqual(all?.seen.filter(({ type }) => type === 'session.ended'));
    expect(some?.seen).toHaveLength(150);
  });
});

describe('with many events', () => {
  beforeAll(async () => {
    await sql`
      insert into events (at, type, actor, account_id, key_id)
      select timestamptz '2025-01-01Z' + n * interval '20 minutes', (array['key.minted', 'key.changed', 'key.revoked'])[n % 3 + 1],
        'actor ' || n % 50, 'account ' || n % 200, 'key ' || n % 20
      from generate_series(1, 20000) as n`.execute(service.db);
    await sql`analyze events`.execute(service.db);
  });

  test('a page with a filter reads a part of them, and may have none while more follow', async () => {
    const key = await mint();
    const query: Query = { type: 'key.leaked', from: '2025-01-01T00:00:00Z' };
    expect(await page(query)).toMatchObject({ data: [], nextCursor: expect.any(String) });
    await service.operator.POST('/v1/leaks', { body: { token: key.token } });
    const listed = [];
    for await (const event of service.operator.events.list({ ...query, order: 'asc' })) listed.push(event);
    expect(listed).toMatchObject([{ keyId: key.id }]);
  });

  test('`from` begins at once where few events have happened since', async () => {
    service.pass(1_000);
    const from = new Date(service.context.now()).toISOString();
    const key = await mint();
    const query: Query = { type: 'key.minted', from };
    expect(await page(query)).toMatchObject({ data: [{ keyId: key.id }], nextCursor: null });
    expect(await page(query, ada.client)).toMatchObject({ data: [{ keyId: key.id }], nextCursor: null });
  });

  test.each<[string, EventFilter, string]>([
    ['all', {}, 'number_key'],
    ['an account', { accountId: 'account 7' }, 'account_id_number_idx'],
    ['a type', { type: 'key.revoked' }, 'number_key'],
    ['a key', { keyId: 'key 7' }, 'number_key'],
    ['a time', { from: new Date('2025-03-01') }, 'number_key'],
    ['an account and a type', { accountId: 'account 7', type: 'key.revoked' }, 'account_id_number_idx'],
  ])('a page of %s reads an index by the number', async (_, filter, index) => {
    const rows = await eventsInOrder(service.db, filter, { after: 5_000, upTo: 10_000 }, 21).explain();
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(new RegExp(`Index Scan (?:using|on) events_${index}`));
    expect(plan).toMatch(/Index Cond: .*number/);
  });
});
