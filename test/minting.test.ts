import { sql } from 'kysely';
import { beforeAll, expect, inject, test } from 'vitest';
import { onlyMaxKeys } from '../decide/policy.ts';
import { createExternalAccount } from '../server/accounts/accounts.ts';
import { AccountDisabled, AccountNotFound, BeyondPolicy, KeyLimitReached } from '../server/errors.ts';
import { withoutRequest } from '../server/events/recording.ts';
import { KeyInserts } from '../server/keys/inserts.ts';
import type { Key } from '../server/keys/keys.ts';
import { newQuota } from '../server/keys/limit-rows.ts';
import { mintKey } from '../server/keys/minting.ts';
import { hashText, newToken } from '../server/token.ts';
import { connectByHand } from './support/by-hand.ts';
import { startService, type TestService } from './support/harness.ts';

const limit = 5;
let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const act = () => withoutRequest('operator', service.context.now());

let accounts = 0;
/** New accounts, by their ids. */
const newAccounts = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      accounts += 1;
      return (await createExternalAccount(service.db, { externalId: `user_${accounts}` }, act())).account.id;
    }),
  );

const usual = { name: 'Key', scopes: ['files:read'], metadata: {}, expiresAt: null, within: undefined };
/** Mints a key in an account, with other facts than the usual ones, and by another act. */
const mint = (
  accountId: string,
  facts: Partial<Parameters<typeof mintKey>[1]> = {},
  by = act(),
  keyInserts = service.context.keyInserts,
) =>
  mintKey(
    { ...service.context, keyInserts, defaultPolicy: onlyMaxKeys(limit) },
    { ...usual, accountId, token: newToken('lk_'), ...facts },
    by,
  );

/** How many transactions have stored these keys. */
async function transactionsOf(keys: Key[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct xmin::text) from keys where id = any(${keys.map(({ id }) => id)}::text[])`.execute(
    service.db,
  );
  return rows[0]?.count ?? 0;
}

/** How many keys are counted on each of these accounts, and how many there are. */
async function countsOf(ids: string[]): Promise<{ counted: number; keys: number }[]> {
  const { rows } = await sql<{ counted: number; keys: number }>`
    select key_count as counted, (select count(*) from keys where account_id = accounts.id) as keys
    from accounts where id = any(${ids}::text[])
    order by array_position(${ids}::text[], id)`.execute(service.db);
  return rows;
}

test('keys of different accounts that are minted in one turn are stored in one transaction, each as it was given', async () => {
  const [a = '', b = '', c = ''] = await newAccounts(3);
  const at = new Date(service.context.now());
  const full = {
    name: 'Ключ "1", {a}',
    scopes: ['a b', '{}', 'null'],
    roles: [{ id: 'r1', name: 'viewer', scopes: ['x'] }],
    metadata: { plan: 'pro' },
    expiresAt: new Date(at.getTime() + 1_000),
    notBefore: new Date(at.getTime() + 500),
    allowedIps: ['192.0.2.0/24'],
    audience: ['https://a.example', 'https://b.example'],
    limits: [{ name: 'requests', limit: 10, windowSeconds: 60 }],
    quota: newQuota({ remaining: 7 }, at),
    token: newToken('lk_'),
  };
  const keys = await Promise.all([mint(a), mint(b, full), mint(c)]);
  expect(await transactionsOf(keys)).toBe(1);
  const stored = await service.db
    .selectFrom('keys')
    .innerJoin('tokens', 'tokens.key_id', 'keys.id')
    .selectAll('keys')
    .select([sql<string>`encode(hash, 'hex')`.as('hash'), 'tokens.start', 'tokens.activated_at'])
    .where('keys.id', '=', keys[1].id)
    .execute();
  expect(stored).toEqual([
    expect.objectContaining({
      number: keys[1].number,
      account_id: b,
      name: full.name,
      scopes: full.scopes,
      roles: ['r1'],
      metadata: full.metadata,
      expires_at: full.expiresAt,
      not_before: full.notBefore,
      allowed_ips: full.allowedIps,
      audience: full.audience,
      created_by: 'operator',
      on_behalf_of: null,
      created_at: at,
      updated_at: at,
      hash: hashText(full.token),
      start: full.token.slice(0, 7),
      activated_at: at,
    }),
  ]);
  const limits = await service.db
    .selectFrom('limits')
    .select(['key_id', 'name', 'ungranted'])
    .where('account_id', 'in', [a, b, c])
    .orderBy('ungranted')
    .execute();
  expect(limits).toEqual([
    { key_id: keys[1].id, name: 'quota', ungranted: 7 },
    { key_id: keys[1].id, name: 'requests', ungranted: 10 },
  ]);
  expect(await countsOf([a, b, c])).toEqual(Array(3).fill({ counted: 1, keys: 1 }));
});

test('each key of one turn has an event of its own, of its own act', async () => {
  const ids = await newAccounts(3);
  const acts = ids.map((id, n) => ({
    actor: `session_${id}`,
    onBehalfOf: `user_${n}`,
    requestId: `req-${n}`,
    ip: `192.0.2.${n}`,
    userAgent: n === 0 ? null : `agent/${n}`,
    now: service.context.now() + n,
  }));
  const keys = await Promise.all(ids.map((id, n) => mint(id, { name: `Key ${n}` }, acts[n])));
  for (const [n, key] of keys.entries()) {
    const { now, actor, onBehalfOf, requestId, ip, userAgent } = acts[n] ?? act();
    const events = await service.db.selectFrom('events').selectAll().where('key_id', '=', key.id).execute();
    expect(events).toEqual([
      {
        number: expect.any(Number),
        at: new Date(now),
        type: 'key.minted',
        actor,
        on_behalf_of: onBehalfOf,
        request_id: requestId,
        ip,
        user_agent: userAgent,
        account_id: ids[n],
        key_id: key.id,
        data: { name: `Key ${n}`, scopes: ['files:read'], expiresAt: null },
      },
    ]);
    expect(key).toMatchObject({ createdBy: actor, onBehalfOf, createdAt: new Date(now) });
  }
});

test('the bound is exact for accounts whose keys are minted in the same turns, by several replicas', async () => {
  const ids = await newAccounts(40);
  // Another handle of the database gathers mints of its own, as another replica does.
  const replicas = [service.context.keyInserts, new KeyInserts(service.db)];
  const mints = Array.from({ length: limit }, () =>
    replicas.flatMap((inserts) => [...ids, ...ids.toReversed()].map((id) => mint(id, {}, act(), inserts))),
  ).flat();
  const outcomes = await Promise.allSettled(mints);
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(refused).toHaveLength(mints.length - limit * ids.length);
  for (const error of refused) expect(error).toBeInstanceOf(KeyLimitReached);
  expect(await countsOf(ids)).toEqual(ids.map(() => ({ counted: limit, keys: limit })));
});

test('a key that cannot be minted is refused for its own reason, and the others of its turn are minted', async () => {
  const [a = '', b = '', closed = '', off = '', full = '', strict = '', wide = ''] = await newAccounts(7);
  await sql`update accounts set closed_at = now(), closed_by = '{}' where id = ${closed}`.execute(service.db);
  await sql`update accounts set disabled_at = now() where id = ${off}`.execute(service.db);
  await sql`update accounts set key_count = ${limit} where id = ${full}`.execute(service.db);
  await sql`update accounts set policy = '{"allowedScopes": []}' where id = ${strict}`.execute(service.db);
  await sql`update accounts set policy = '{"maxKeys": 9}', key_count = 8 where id = ${wide}`.execute(
    service.db,
  );
  const outcomes = await Promise.allSettled([a, closed, off, full, strict, wide, b].map((id) => mint(id)));
  const refusals = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? outcome.reason.constructor : null,
  );
  expect(refusals).toEqual([
    null,
    AccountNotFound,
    AccountDisabled,
    KeyLimitReached,
    BeyondPolicy,
    null,
    null,
  ]);
  const keys = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(keys.map(({ accountId }) => accountId)).toEqual([a, wide, b]);
  expect(await countsOf([closed, off, strict])).toEqual(Array(3).fill({ counted: 0, keys: 0 }));
});

test('a key that the database refuses fails alone, and the others of its turn are minted once', async () => {
  const ids = await newAccounts(3);
  const outcomes = await Promise.allSettled(ids.map((id, n) => mint(id, { name: n === 1 ? '\0' : 'Key' })));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await countsOf(ids)).toEqual([1, 0, 1].map((keys) => ({ counted: keys, keys })));
});

test.runIf(inject('database') === 'postgres')(
  'an account that another transaction has locked does not hold up the others of its turn',
  async () => {
    const [locked = '', a = '', b = ''] = await newAccounts(3);
    const admin = await connectByHand(service);
    let waiting: Promise<Key> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`update accounts set key_count = key_count where id = ${locked}`;
      const others = Promise.all([mint(a), mint(b)]);
      waiting = mint(locked);
      await others;
    });
    await waiting;
    expect(await countsOf([locked, a, b])).toEqual(Array(3).fill({ counted: 1, keys: 1 }));
  },
);
