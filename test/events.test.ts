import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { paths } from '../clients/typescript/schema.gen.ts';
import { sweepEvents } from '../server/background/old-events.ts';
import { type EventFilter, newestFirst, reachOf } from '../server/events/lists.ts';
import { operatorAccountId } from '../server/id.ts';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

type Query = NonNullable<paths['/v1/events']['get']['parameters']['query']>;

/** What a caller, the operator unless another is named, gets of the newest events. */
const list = async (query: Query = {}, client = service.operator) =>
  expectData(await client.GET('/v1/events', { params: { query } })).data;

const typesOf = (events: { type: string }[]) => events.map(({ type }) => type);

/** Mints a key for Ada as the operator, with these headers. */
const mint = (headers: Record<string, string> = {}) =>
  service.operator.POST('/v1/keys', {
    params: { query: { accountId: ada.accountId } },
    body: { name: 'Key' },
    headers,
  });

test('an event says what was done, when, by whom, from where, and in which request', async () => {
  const headers = { 'User-Agent': 'admin-pages/1.2', 'X-Request-Id': 'req-1' };
  const { data, response } = await mint(headers);
  expect(response.headers.get('x-request-id')).toBe('req-1');
  expect(await list({ keyId: data?.id ?? '' })).toEqual([
    {
      id: expect.stringMatching(/^evt_[0-9a-f]{24}$/),
      type: 'key.minted',
      at: new Date(service.context.now()).toISOString(),
      actor: 'operator',
      onBehalfOf: null,
      requestId: 'req-1',
      ip: clientIp,
      userAgent: 'admin-pages/1.2',
      accountId: ada.accountId,
      keyId: data?.id,
      data: { name: 'Key', scopes: [], expiresAt: null },
    },
  ]);
});

test('every change of a key is an event, newest first, that says what changed', async () => {
  const key = expectData(await bob.client.POST('/v1/keys', { body: { name: 'Key' } }));
  const params = { path: { keyId: key.id } };
  await bob.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New', expiresAt: null } });
  await bob.client.DELETE('/v1/keys/{keyId}', { params });
  const events = await list({ keyId: key.id }, bob.client);
  expect(typesOf(events)).toEqual(['key.revoked', 'key.changed', 'key.minted']);
  expect(events[1]?.data).toEqual({ name: 'New', expiresAt: null });
  for (const { actor } of events) expect(actor).toMatch(/^session_[0-9a-f]{24}$/);
});

test('the operator says on whose behalf it acts', async () => {
  const named = expectData(await mint({ 'Latchkey-Actor': 'support@example.com' }));
  expect(await list({ keyId: named.id })).toMatchObject([
    { actor: 'operator', onBehalfOf: 'support@example.com' },
  ]);
});

test('an account sees what the operator did to it, and on whose behalf, but not from where', async () => {
  const mintFor = async (accountId: string, scopes: string[]) => {
    const params = { query: { accountId } };
    const headers = { 'User-Agent': 'admin-pages/1.2', 'Latchkey-Actor': 'support@example.com' };
    const body = { name: 'Key', scopes };
    return expectData(await service.operator.POST('/v1/keys', { params, body, headers }));
  };
  const key = await mintFor(ada.accountId, ['keys:audit']);
  const own = await mintFor(`acc_${operatorAccountId}`, ['leaks:report']);
  const headers = { 'User-Agent': 'scanner/1' };
  await service.as(own.token).POST('/v1/leaks', { body: { token: key.token }, headers });

  const seen = [
    { type: 'key.leaked', actor: own.id, onBehalfOf: null, ip: clientIp, userAgent: 'scanner/1' },
    {
      ...{ type: 'key.minted', actor: 'operator', onBehalfOf: 'support@example.com' },
      ...{ ip: clientIp, userAgent: 'admin-pages/1.2' },
    },
  ];
  const hidden = seen.map((event) => ({ ...event, ip: null, userAgent: null }));
  const query = { keyId: key.id };
  expect(await list(query)).toMatchObject(seen);
  for (const client of [ada.client, service.as(key.token)])
    expect(await list(query, client)).toMatchObject(hidden);
  await service.as(own.token).DELETE('/v1/keys/current');
  expect(await list(query, ada.client)).toMatchObject(hidden);
  expect(await list(query)).toMatchObject(seen);
});

test('an account sees from where its own sessions and keys did something, also when they are gone', async () => {
  const minted = await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:write'] } });
  const { id: actor, token } = expectData(minted);
  expectData(await service.as(token).POST('/v1/keys', { body: { name: 'Second' } }));
  const whence = { ip: clientIp, userAgent: null };
  expect(await list({ actor }, ada.client)).toMatchObject([{ type: 'key.minted', ...whence }]);
  await service.as(token).DELETE('/v1/keys/current');
  expect(await list({ actor }, ada.client)).toMatchObject([
    { type: 'key.revoked', ...whence },
    { type: 'key.minted', ...whence },
  ]);
  expect(await list({ keyId: actor, type: 'key.minted' }, ada.client)).toMatchObject([whence]);
});

test('events, which say from where people signed in, take a scope of their own', async () => {
  const body = { name: 'Key', scopes: ['keys:read', 'keys:write', 'keys:verify', 'keys:rotate'] };
  const { token } = expectData(await ada.client.POST('/v1/keys', { body }));
  const { error, response } = await service.as(token).GET('/v1/events');
  expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
  expect(response.headers.get('www-authenticate')).toContain('scope="keys:audit"');
});

test('the operator’s own account sees everything that is done in it', async () => {
  const params = { query: { accountId: `acc_${operatorAccountId}` } };
  const body = { name: 'Key', scopes: ['keys:audit'] };
  const { id, token } = expectData(await service.operator.POST('/v1/keys', { params, body }));
  expect(await list({ keyId: id }, service.as(token))).toMatchObject([{ actor: 'operator', ip: clientIp }]);
});

test('a key names the actor that minted it, and on whose behalf, for as long as it lives', async () => {
  const named = expectData(await mint({ 'Latchkey-Actor': 'support@example.com' }));
  const createdBy = { actor: 'operator', onBehalfOf: 'support@example.com' };
  expect(named.createdBy).toEqual(createdBy);
  const params = { path: { keyId: named.id } };
  const changed = await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' } });
  expect(expectData(changed).createdBy).toEqual(createdBy);
  const minter = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:write'] } }),
  );
  expect(minter.createdBy).toEqual({
    actor: expect.stringMatching(/^session_[0-9a-f]{24}$/),
    onBehalfOf: null,
  });
  const minted = expectData(await service.as(minter.token).POST('/v1/keys', { body: { name: 'Key' } }));
  expect(minted.createdBy).toEqual({ actor: minter.id, onBehalfOf: null });
});

test.each([
  ['', '1 to 255'],
  ['x'.repeat(256), '1 to 255'],
  ['Zoë', 'ASCII'],
])('a Latchkey-Actor that cannot be one is refused, and nothing is done: %s', async (sent, detail) => {
  const before = await list();
  const { error } = await mint({ 'Latchkey-Actor': sent });
  expect(error).toMatchObject({
    status: 422,
    errors: [{ header: 'Latchkey-Actor', detail: expect.stringContaining(detail) }],
  });
  expect(await list()).toEqual(before);
});

test('nobody but the operator acts on behalf of others', async () => {
  const headers = { 'Latchkey-Actor': 'support@example.com' };
  const own = expectData(
    await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:write'] } }),
  );
  const params = { path: { keyId: own.id } };
  for (const client of [ada.client, service.as(own.token)]) {
    const { error } = await client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' }, headers });
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: [{ header: 'Latchkey-Actor' }],
    });
  }
  expect(typesOf(await list({ keyId: own.id }))).toEqual(['key.minted']);
});

test('events are filtered by type, actor and time, all at once', async () => {
  const cleo = await service.signIn();
  service.pass(1_000);
  const from = new Date(service.context.now()).toISOString();
  const key = expectData(
    await cleo.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:write'] } }),
  );
  expectData(await service.as(key.token).POST('/v1/keys', { body: { name: 'Second' } }));
  service.pass(1_000);
  const to = new Date(service.context.now()).toISOString();
  await service.as(key.token).DELETE('/v1/keys/current');

  const { accountId } = cleo;
  expect(typesOf(await list({ accountId }))).toEqual([
    ...['key.revoked', 'key.minted', 'key.minted', 'session.started', 'account.created'],
  ]);
  expect(typesOf(await list({ accountId, from }))).toEqual(['key.revoked', 'key.minted', 'key.minted']);
  expect(typesOf(await list({ accountId, to }))).not.toContain('key.revoked');
  expect(await list({ accountId, from, to, actor: key.id })).toHaveLength(1);
  expect(await list({ actor: key.id, type: 'key.revoked' })).toMatchObject([{ keyId: key.id, at: to }]);
  expect(await list({ accountId, actor: 'operator' })).toEqual([]);
  const { error } = await service.operator.GET('/v1/events', { params: { query: { from: to, to } } });
  expect(error).toMatchObject({ status: 422, errors: [{ parameter: 'from' }] });
});

test('a page continues where the one before ended, even within one instant, and if more events are added', async () => {
  const cleo = await service.signIn();
  for (let n = 0; n < 5; n++) await cleo.client.POST('/v1/keys', { body: { name: `Key ${n}` } });
  const whole = await list({}, cleo.client);
  expect(new Set(whole.map(({ at }) => at)).size).toBe(1);
  const pages: typeof whole = [];
  const query: Query = { limit: 3 };
  do {
    const page = await cleo.client.GET('/v1/events', { params: { query } });
    const { data, nextCursor } = expectData(page);
    await cleo.client.POST('/v1/keys', { body: { name: 'Meanwhile' } });
    pages.push(...data);
    query.cursor = nextCursor ?? '';
  } while (query.cursor);
  expect(pages).toEqual(whole);
  expect(whole.map(({ id }) => id)).toEqual(
    whole
      .map(({ id }) => id)
      .sort()
      .reverse(),
  );
});

test('a cursor is for the list of its own account', async () => {
  const query = { limit: 1 };
  const { nextCursor } = expectData(await ada.client.GET('/v1/events', { params: { query } }));
  const params = { query: { cursor: nextCursor ?? '' } };
  expect((await ada.client.GET('/v1/events', { params })).response.status).toBe(200);
  for (const client of [bob.client, service.operator])
    expect((await client.GET('/v1/events', { params })).error).toMatchObject({
      status: 422,
      errors: [{ parameter: 'cursor' }],
    });
});

test('an account sees its own events alone, and the operator those of all, also of a deleted one', async () => {
  const cleo = await service.signIn();
  const reader = expectData(
    await cleo.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:audit'] } }),
  );
  for (const client of [cleo.client, service.as(reader.token)]) {
    const own = await list({ limit: 100 }, client);
    expect(typesOf(own)).toEqual(['key.minted', 'session.started', 'account.created']);
    for (const { accountId } of own) expect(accountId).toBe(cleo.accountId);
  }
  const adasKey = expectData(await mint());
  expect(await list({ keyId: adasKey.id }, cleo.client)).toEqual([]);

  await cleo.client.DELETE('/v1/account');
  const [newest] = await list();
  expect(newest).toMatchObject({ type: 'account.deleted', accountId: cleo.accountId });
  expect(typesOf(await list({ accountId: cleo.accountId }))).toContain('key.minted');
});

test('events of an account that never was are not found, those of a deleted one are', async () => {
  const cleo = await service.signIn();
  await cleo.client.DELETE('/v1/account');
  const read = async (query: Query) => {
    const { error, response } = await service.operator.GET('/v1/events', { params: { query } });
    return error?.code ?? response.status;
  };
  for (const order of ['asc', 'desc'] as const) {
    // None of this type, but others.
    expect(await read({ accountId: cleo.accountId, type: 'key.minted', order })).toBe(200);
    expect(await read({ accountId: ada.accountId, type: 'account.deleted', order })).toBe(200);
    expect(await read({ accountId: `acc_${'a'.repeat(24)}`, order })).toBe('account_not_found');
    expect(await read({ externalId: 'user_nobody', order })).toBe('account_not_found');
  }
});

test('events of an account that were deleted with age leave a page that is empty', async () => {
  const cleo = await service.signIn();
  await sql`delete from events where account_id = ${cleo.accountId.slice(4)}`.execute(service.db);
  expect(await list({ accountId: cleo.accountId })).toEqual([]);
});

test('if the event cannot be written, the change does not happen', async () => {
  const cleo = await service.signIn();
  const key = expectData(await cleo.client.POST('/v1/keys', { body: { name: 'Key' } }));
  const params = { path: { keyId: key.id } };
  const state = async () => [
    expectData(await cleo.client.GET('/v1/keys')).data.map(({ id, name }) => ({ id, name })),
    expectData(await cleo.client.POST('/v1/keys/verify', { body: { token: key.token } })).valid,
    await list({ accountId: cleo.accountId }),
  ];
  const before = await state();
  await sql`alter table events add constraint unwritable check (type = 'never') not valid`.execute(
    service.db,
  );
  for (const change of [
    () => cleo.client.POST('/v1/keys', { body: { name: 'Second' } }),
    () => cleo.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' } }),
    () => cleo.client.DELETE('/v1/keys/{keyId}', { params }),
    () => cleo.client.DELETE('/v1/account'),
    () => cleo.client.DELETE('/v1/sessions/current'),
    () => service.operator.POST('/v1/accounts', { body: { externalId: 'unrecorded' } }),
  ])
    await expect(change(), change.toString()).rejects.toThrow('answered 500');
  await sql`alter table events drop constraint unwritable`.execute(service.db);

  expect(await state()).toEqual(before);
  const { data } = expectData(
    await service.operator.GET('/v1/accounts', { params: { query: { externalId: 'unrecorded' } } }),
  );
  expect(data).toEqual([]);
});

test('events older than the retention are deleted in small steps, by several replicas at once', async () => {
  const { accountId } = await service.signIn();
  const day = 86_400_000;
  await sql`
    insert into events (at, type, actor, account_id)
    select ${new Date(service.context.now())}::timestamptz - n * interval '1 hour', 'session.started', 'anyone', ${accountId.slice(4)}
    from generate_series(1, 3000) as n`.execute(service.db);
  const sweep = async () => {
    let steps = 1;
    while (await sweepEvents(service.db, service.context.now(), 25 * day)) steps += 1;
    return steps;
  };
  const steps = await Promise.all([sweep(), sweep(), sweep()]);
  expect(Math.max(...steps)).toBeGreaterThan(1);
  const { count } = await service.db
    .selectFrom('events')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('account_id', '=', accountId.slice(4))
    .executeTakeFirstOrThrow();
  // Those of 25 days, and of the sign-up and the sign-in.
  expect(Number(count)).toBe(25 * 24 + 2);
});

describe('a list reads an index in its order, and sorts nothing:', () => {
  beforeAll(async () => {
    await sql`
      insert into events (at, type, actor, account_id, key_id)
      select timestamptz '2025-01-01Z' + n * interval '20 minutes', (array['key.minted', 'key.changed', 'key.revoked'])[n % 3 + 1],
        'actor ' || n % 50, 'account ' || n % 200, 'key ' || n % 20
      from generate_series(1, 20000) as n`.execute(service.db);
    await sql`analyze events`.execute(service.db);
  });

  test.each<[string, EventFilter, string]>([
    ['that of an account', { accountId: 'account 7' }, 'account_id'],
    ['that which an account sees', { accountId: 'account 7', hidesOperator: true }, 'account_id'],
    ['that of an account and a time', { accountId: 'account 7', to: new Date() }, 'account_id'],
    ['that of a key', { keyId: 'key 7' }, 'key_id'],
    ['that of a type', { type: 'key.revoked' }, 'type'],
    ['that of an actor', { actor: 'actor 7' }, 'actor'],
    ['that of all', {}, 'pkey'],
    ['that of a time', { from: new Date('2025-12-01'), to: new Date('2026-01-01') }, 'pkey'],
  ])('%s', async (_, filter, index) => {
    const before = { at: new Date('2025-12-31'), number: 1 };
    for (const page of [{ limit: 21 }, { limit: 21, before }]) {
      const rows = await newestFirst(service.db, filter, page).explain();
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(new RegExp(`Index Scan Backward using events_${index}`));
      expect(plan).not.toContain('Sort');
    }
  });
});

describe('filters that combine', () => {
  const actor = `session_${'a'.repeat(24)}`;
  const rare = `session_${'b'.repeat(24)}`;
  beforeAll(async () => {
    // Two instants for each number: a page can end within one.
    await sql`
      insert into events (at, type, actor, account_id)
      select timestamptz '2024-01-01Z' + n / 2 * interval '1 minute',
        case when n > 6000 or n = 3 then 'session.ended' else 'session.started' end,
        case when n <= 6000 then ${actor} when n % 2000 = 0 then ${rare} else 'anyone' end, ${'c'.repeat(24)}
      from generate_series(1, 12000) as n`.execute(service.db);
    await sql`analyze events`.execute(service.db);
  });

  /** The sizes of the pages of a list, and the ids of all events on them. */
  async function pages(query: Query) {
    const sizes: number[] = [];
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const params = { query: { ...query, ...(cursor && { cursor }) } };
      const { data, nextCursor } = expectData(await service.operator.GET('/v1/events', { params }));
      sizes.push(data.length);
      ids.push(...data.map(({ id }) => id));
      cursor = nextCursor ?? undefined;
    } while (cursor);
    return { sizes, ids };
  }

  test('read a part of the events for each page, so that it may have none while more follow', async () => {
    const { sizes, ids } = await pages({ type: 'session.ended', actor });
    expect(sizes).toEqual([0, 1]);
    expect(new Set(ids).size).toBe(1);
  });

  test('read the events of the filter that few have to the end at once', async () => {
    expect((await pages({ type: 'session.ended', actor: rare })).sizes).toEqual([3]);
  });

  test('show each event once, page by page', async () => {
    const { sizes, ids } = await pages({ type: 'session.started', actor, limit: 100 });
    expect(Math.max(...sizes)).toBe(100);
    expect(ids).toHaveLength(5_999);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
  });

  test('read one index, of the filter whose events go back the furthest, down to where the page ends', async () => {
    const filter: EventFilter = { type: 'session.ended', actor };
    const reach = await reachOf(service.db, filter, undefined);
    expect(reach).toMatchObject({ by: 'actor', downTo: { at: expect.any(Date) } });
    const rows = await newestFirst(service.db, filter, { limit: 21, reach }).explain('text', sql`analyze`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('events_actor');
    expect(plan).not.toContain('events_type');
    expect(plan).toMatch(/Scan.*events.*actual.*rows=5000/);
    expect(plan).toMatch(/Index Cond: .*ROW\(at, number\) >= /);
  });

  test('read no other index, also where the planner takes that for less work', async () => {
    const filter: EventFilter = { type: 'session.ended', actor: rare };
    const reach = { by: 'type', downTo: { at: new Date('2024-01-02'), number: 1 } } as const;
    const rows = await newestFirst(service.db, filter, { limit: 21, reach }).explain();
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('events_type');
    expect(plan).not.toContain('events_actor');
  });
});
