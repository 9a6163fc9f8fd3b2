import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { withoutRequest } from '../server/events/recording.ts';
import { newId } from '../server/id.ts';
import { revokeKeys } from '../server/keys/bulk-revocation.ts';
import { type KeyFilter, meets } from '../server/keys/key-filter.ts';
import { hashToken, newToken } from '../server/token.ts';
import { connectByHand, untilWaiting } from './support/by-hand.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { insertManyKeys } from './support/insert-keys.ts';

/** Many keys are revoked by what they have in common. */

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

const hour = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const now = () => service.context.now();

type Metadata = Record<string, string | number | boolean>;
const mint = async (whose: SignedIn, metadata: Metadata = {}) =>
  expectData(await whose.client.POST('/v1/keys', { body: { name: 'Key', metadata } }));

interface Filter {
  accountId?: string;
  externalId?: string;
  role?: string;
  metadata?: Metadata;
  createdBefore?: string;
  unusedSince?: string;
  notRotatedSince?: string;
}
type Bounds = { dryRun?: boolean; expectedCount?: number };
const tryRevoke = (filter: Filter, bounds: Bounds = {}, client = service.operator) =>
  client.POST('/v1/keys/revoke', { body: { filter, ...bounds } });
const revoke = async (filter: Filter, bounds?: Bounds) => expectData(await tryRevoke(filter, bounds));

const verdictOn = async (token: string) => {
  const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  return verdict.valid ? 'valid' : verdict.reason;
};
const verdictsOn = (...keys: { token: string }[]) => Promise.all(keys.map(({ token }) => verdictOn(token)));

test('the keys of an account are revoked, and those of others are not', async () => {
  const [first, second, other] = [await mint(ada), await mint(ada), await mint(bob)];
  expect(await revoke({ accountId: ada.accountId })).toEqual({ matched: 2, revoked: 2, complete: true });
  expect(await verdictsOn(first, second, other)).toEqual(['revoked', 'revoked', 'valid']);
  expect(await revoke({ accountId: ada.accountId })).toEqual({ matched: 0, revoked: 0, complete: true });
});

test('an account that is named in the query, where it would bound nothing, is refused', async () => {
  const { token } = await mint(bob, { batch: 7 });
  const { status } = await service.fetch(`/v1/keys/revoke?accountId=${ada.accountId}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ filter: { metadata: { batch: 7 } } }),
  });
  expect(status).toBe(422);
  expect(await verdictOn(token)).toBe('valid');
});

test('an account can be named by its externalId', async () => {
  const created = await service.operator.POST('/v1/accounts', { body: { externalId: 'user_1' } });
  const { id: accountId } = expectData(created);
  const minted = await service.operator.POST('/v1/keys', {
    params: { query: { accountId } },
    body: { name: 'Key' },
  });
  expect((await tryRevoke({ externalId: 'user_2' })).error).toMatchObject({ code: 'account_not_found' });
  expect(await revoke({ externalId: 'user_1' })).toEqual({ matched: 1, revoked: 1, complete: true });
  expect(await verdictOn(expectData(minted).token)).toBe('revoked');
});

test('the keys with a role are revoked, by the name that it has now', async () => {
  const body = { name: 'editor', description: '', scopes: ['files:write'] };
  const { id: roleId } = expectData(await service.operator.POST('/v1/roles', { body }));
  const mintWith = async (whose: SignedIn, roles: string[]) =>
    expectData(
      await service.operator.POST('/v1/keys', {
        params: { query: { accountId: whose.accountId } },
        body: { name: 'Key', roles },
      }),
    );
  const keys = [await mintWith(ada, ['editor']), await mintWith(bob, ['editor']), await mintWith(bob, [])];
  const misspelt = { status: 422, errors: [{ pointer: '#/filter/role' }] };
  expect((await tryRevoke({ role: 'edito' })).error).toMatchObject(misspelt);
  expect(await revoke({ role: 'editor', accountId: ada.accountId })).toMatchObject({ revoked: 1 });
  await service.operator.PATCH('/v1/roles/{roleId}', {
    params: { path: { roleId } },
    body: { name: 'author' },
  });
  expect((await tryRevoke({ role: 'editor' })).error).toMatchObject(misspelt);
  expect(await revoke({ role: 'author' })).toMatchObject({ matched: 1, revoked: 1 });
  expect(await verdictsOn(...keys)).toEqual(['revoked', 'revoked', 'valid']);
});

test('metadata are compared entry by entry, with their types', async () => {
  const all = await Promise.all([
    mint(ada, { environment: 'staging', seats: 3 }),
    mint(bob, { environment: 'staging' }),
    mint(ada, { environment: 'staging', seats: '3' }),
    mint(ada, { environment: 'production', seats: 3 }),
  ]);
  expect(await revoke({ metadata: { environment: 'staging', seats: 3 } })).toMatchObject({ revoked: 1 });
  expect(await verdictsOn(...all)).toEqual(['revoked', 'valid', 'valid', 'valid']);
  expect(await revoke({ metadata: { environment: 'staging' } })).toMatchObject({ revoked: 2 });
  expect(await verdictsOn(...all)).toEqual(['revoked', 'revoked', 'revoked', 'valid']);
});

test('keys are revoked that are older than an instant, and not used since another', async () => {
  const { accountId } = ada;
  await revoke({ accountId });
  const [unused, used, rotated] = [await mint(ada), await mint(ada), await mint(ada)];
  service.pass(hour);
  const since = iso(now());
  expect(await verdictOn(used.token)).toBe('valid');
  await service.context.usage.flush();
  await ada.client.POST('/v1/keys/{keyId}/rotate', {
    params: { path: { keyId: rotated.id } },
    body: { immediate: true },
  });
  const younger = await mint(ada);
  expect(await revoke({ accountId, unusedSince: since })).toMatchObject({ matched: 1, revoked: 1 });
  expect(await verdictsOn(unused, used, younger)).toEqual(['revoked', 'valid', 'valid']);
  expect(await revoke({ accountId, createdBefore: since })).toMatchObject({ matched: 2, revoked: 2 });
  expect(await verdictsOn(used, younger)).toEqual(['revoked', 'valid']);
});

test('every condition has to be met', async () => {
  const metadata = { purpose: 'all' };
  await mint(ada, metadata);
  expect(await revoke({ accountId: bob.accountId, metadata })).toMatchObject({ matched: 0 });
  expect(await revoke({ metadata, createdBefore: iso(now()) })).toMatchObject({ matched: 0 });
  expect(await revoke({ accountId: ada.accountId, metadata })).toMatchObject({ revoked: 1 });
});

test('a dry run counts the keys, and does nothing', async () => {
  const metadata = { purpose: 'dry' };
  const keys = [await mint(ada, metadata), await mint(bob, metadata)];
  expect(await revoke({ metadata }, { dryRun: true })).toEqual({ matched: 2, revoked: 0, complete: false });
  expect(await verdictsOn(...keys)).toEqual(['valid', 'valid']);
});

test('if the count is not the expected one, nothing is revoked, and the count is returned', async () => {
  const metadata = { purpose: 'expected' };
  const keys = [await mint(ada, metadata), await mint(bob, metadata)];
  for (const dryRun of [true, false]) {
    const { error } = await tryRevoke({ metadata }, { expectedCount: 3, dryRun });
    expect(error).toMatchObject({ status: 409, code: 'count_differs', matched: 2 });
  }
  expect(await verdictsOn(...keys)).toEqual(['valid', 'valid']);
  expect(await revoke({ metadata }, { expectedCount: 2 })).toMatchObject({ revoked: 2 });
  // Whoever repeats a call whose answer was lost learns that nothing is left.
  const { error } = await tryRevoke({ metadata }, { expectedCount: 2 });
  expect(error).toMatchObject({ code: 'count_differs', matched: 0 });
});

test.runIf(inject('database') === 'postgres')(
  'a key that is rotated while it is waited for keeps its new token',
  async () => {
    const metadata = { purpose: 'rotated meanwhile' };
    const key = await mint(ada, metadata);
    const admin = await connectByHand(service);
    const next = newToken('lk_');
    const revoking = await admin.begin(async (transaction) => {
      await transaction`update keys set name = name where id = ${key.id.slice(4)}`;
      const asked = revoke({ metadata, notRotatedSince: iso(now() + hour) });
      await untilWaiting(admin);
      await transaction`
        insert into tokens (hash, key_id, start, created_at)
        select ${hashToken(next)}, id, 'lk_', now() from keys where id = ${key.id.slice(4)}`;
      await transaction`
        update keys set next_hash = ${hashToken(next)}, next_overlap = 3600 where id = ${key.id.slice(4)}`;
      return { asked };
    });
    expect(await revoking.asked).toMatchObject({ revoked: 0 });
    expect(await verdictOn(next)).toBe('valid');
  },
);

test('each revoked key is an event, in the name of the operator', async () => {
  const metadata = { purpose: 'events' };
  const keys = [await mint(ada, metadata), await mint(bob, metadata)];
  await service.operator.POST('/v1/keys/revoke', {
    body: { filter: { metadata } },
    headers: { 'Latchkey-Actor': 'support@example.com' },
  });
  for (const { id: keyId } of keys) {
    const query = { keyId, type: 'key.revoked' as const };
    const { data } = expectData(await service.operator.GET('/v1/events', { params: { query } }));
    expect(data).toMatchObject([
      { actor: 'operator', onBehalfOf: 'support@example.com', data: { reason: 'bulk' } },
    ]);
  }
});

test('the keys of the operator’s own account are revoked only by its name', async () => {
  const { id: accountId } = expectData(await service.operator.GET('/v1/account'));
  const metadata = { purpose: 'verify' };
  const body = { name: 'API servers', metadata };
  const own = expectData(await service.operator.POST('/v1/keys', { params: { query: { accountId } }, body }));
  expect(await revoke({ metadata })).toMatchObject({ matched: 0 });
  expect(await verdictOn(own.token)).toBe('valid');
  expect(await revoke({ metadata, accountId })).toMatchObject({ revoked: 1 });
  expect(await verdictOn(own.token)).toBe('revoked');
});

test.each<[object, string]>([
  [{ filter: {} }, '#/filter'],
  [{ filter: { metadata: {} } }, '#/filter/metadata'],
  [{ filter: { metadata: null } }, '#/filter/metadata'],
  [{ filter: { accountID: 'acc_1' } }, '#/filter/accountID'],
  [{ filter: { unusedSince: 'yesterday' } }, '#/filter/unusedSince'],
  [{ filter: { unusedSince: '0000-01-01T00:00:00Z' } }, '#/filter/unusedSince'],
  [{ filter: { externalId: 'user_1' }, dryrun: true }, '#/dryrun'],
  [{ filter: { externalId: 'user_1' }, expectedCount: -1 }, '#/expectedCount'],
])('a filter that could match what was not meant is refused: %j', async (body, pointer) => {
  const response = await service.fetch('/v1/keys/revoke', {
    method: 'POST',
    headers: { Authorization: `Bearer ${service.operatorToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(422);
  expect((await response.json()).errors).toContainEqual(expect.objectContaining({ pointer }));
});

/** Stores so many keys in the accounts, without minting each; gives one of their tokens. */
async function store(count: number, name: string, ...accounts: SignedIn[]): Promise<string> {
  const ids = accounts.map(({ accountId }) => accountId.slice(4));
  const prefix = newId(now()).slice(0, 16);
  const token = `lk_${name}`;
  await insertManyKeys(
    service.db,
    count,
    (
      numbers,
    ) => sql`select ${prefix}::text || lpad(to_hex(n), 8, '0'), (${ids}::text[])[n % ${ids.length}::integer + 1], ${name}::text,
      case n when 1 then ${hashToken(token)}::bytea else sha512((${name}::text || n)::bytea) end
      from ${numbers} as n`,
  );
  await sql`update keys set metadata = jsonb_build_object('name', name) where name = ${name}`.execute(
    service.db,
  );
  return token;
}

const act = () => withoutRequest('operator', now());
const run = (filter: KeyFilter, settled = service.context.settled) =>
  revokeKeys({ db: service.db, settled }, filter, {}, act());

test('many keys are revoked in parts, and what is left by the next call, each with one barrier', async () => {
  await store(10_500, 'many', ada, bob);
  const metadata = { name: 'many' };
  const settled = vi.fn(service.context.settled);
  expect(await run({ metadata }, settled)).toEqual({ matched: 10_500, revoked: 10_000, complete: false });
  expect(settled).toHaveBeenCalledTimes(1);
  expect(await run({ metadata }, settled)).toEqual({ matched: 500, revoked: 500, complete: true });
  expect(settled).toHaveBeenCalledTimes(2);
  const { rows } = await sql<{ events: number; tombstones: number; tokens: number }>`
    select (select count(*)::integer from events where data->>'reason' = 'bulk' and at = ${new Date(now())}) as events,
      (select count(*)::integer from tombstones where name = 'many') as tombstones,
      (select count(*)::integer from keys where name = 'many') as tokens`.execute(service.db);
  expect(rows).toEqual([{ events: expect.any(Number), tombstones: 10_500, tokens: 0 }]);
  expect(rows[0]?.events).toBeGreaterThanOrEqual(10_500);
});

test('keys are found among any number of others', async () => {
  const whose = (await service.signIn()).accountId.slice(4);
  await sql`
    insert into keys (id, number, account_id, name, current_hash, scopes, metadata, created_at, updated_at)
    overriding system value
    select 'far' || number, number, ${whose}, 'Far', sha512(number::text::bytea), '{}', '{}', now(), now()
    from unnest(array[250000, 250001, 1000000]) as number`.execute(service.db);
  const filter = { accountId: `acc_${whose}` };
  expect(await revoke(filter, { dryRun: true })).toMatchObject({ matched: 3 });
  expect(await revoke(filter)).toEqual({ matched: 3, revoked: 3, complete: true });
});

test('two calls at once revoke each key once, and both say what they did', async () => {
  await store(3_000, 'twice', ada, bob);
  const metadata = { name: 'twice' };
  const [first, second] = await Promise.all([run({ metadata }), run({ metadata })]);
  expect(first.revoked + second.revoked).toBe(3_000);
  expect([first.complete, second.complete]).toContain(true);
  const { rows } = await sql<{ count: number; keys: number }>`
    select count(*)::integer as count, count(distinct key_id)::integer as keys from events
    join tombstones using (key_id) where name = 'twice'`.execute(service.db);
  expect(rows).toEqual([{ count: 3_000, keys: 3_000 }]);
});

test('keys are minted in other accounts while many are revoked', async () => {
  await store(5_000, 'meanwhile', ada);
  let over = false;
  const revoking = run({ metadata: { name: 'meanwhile' } }).finally(() => {
    over = true;
  });
  let minted = 0;
  for (; !over; minted += 1) {
    // As a request does, which comes over the network.
    await nextTurn();
    await mint(bob);
  }
  expect(await revoking).toMatchObject({ revoked: 5_000, complete: true });
  expect(minted).toBeGreaterThan(5);
});

test('keys of deleted accounts are left out, for which no other accounts are read, however many there are', async () => {
  const carl = await service.signIn();
  const filter = { metadata: { purpose: 'deleted' } };
  await mint(carl, filter.metadata);
  expect(await revoke(filter, { dryRun: true })).toMatchObject({ matched: 1 });
  expect((await carl.client.DELETE('/v1/account')).response.status).toBe(204);
  expect(await revoke(filter, { dryRun: true })).toMatchObject({ matched: 0 });

  await sql`
    insert into accounts (id, created_at) select 'd' || lpad(to_hex(n), 23, '0'), now() from generate_series(1, 5000) as n`.execute(
    service.db,
  );
  await insertManyKeys(
    service.db,
    5_000,
    (numbers) => sql`
      select 'd' || lpad(to_hex(n), 23, '0'), 'd' || lpad(to_hex(n), 23, '0'), 'Key', sha512(convert_to('deleted ' || n, 'UTF8'))
      from ${numbers} as n`,
  );
  for (const table of ['accounts', 'keys']) await sql`analyze ${sql.table(table)}`.execute(service.db);
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain select count(*) from keys where ${meets({ createdBefore: new Date() })}`.execute(service.db);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('accounts_closed_at_idx');
  expect(plan).not.toMatch(/Seq Scan on accounts|accounts_pkey/);
});
