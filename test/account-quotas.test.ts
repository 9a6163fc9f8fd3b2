import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { AccountPatch, ExternalAccount, Verification } from '../clients/typescript/schema.gen.ts';
import { sweepClosedAccount } from '../server/background/closed-accounts.ts';
import { operatorAccountId } from '../server/id.ts';
import { nextRefill } from '../server/keys/quota.ts';
import { expectData } from './support/harness.ts';
import { burst, day, later, type NewKey, service } from './support/limits.ts';

/** When a quota that is refilled each month, from now on, is refilled first. */
const inAMonth = () => {
  const now = new Date(service.context.now());
  return nextRefill({ every: 'month', from: now }, now).toISOString();
};

let users = 0;
const open = async (facts: Omit<ExternalAccount, 'externalId'> = {}, header = {}) => {
  users += 1;
  const body = { externalId: `quota_${users}`, ...facts };
  return expectData(await service.operator.POST('/v1/accounts', { params: { header }, body }));
};
const change = (accountId: string, body: AccountPatch) =>
  service.operator.PATCH('/v1/account', { params: { query: { accountId } }, body });
const read = async (accountId: string) =>
  expectData(await service.operator.GET('/v1/accounts/{accountId}', { params: { path: { accountId } } }));
const add = (accountId: string, units: number, key?: string, client = service.operator) =>
  client.POST('/v1/account/quota', {
    params: { query: { accountId }, header: key === undefined ? {} : { 'Idempotency-Key': key } },
    body: { add: units },
  });
const mint = async (accountId: string, body: NewKey = {}) => {
  const params = { query: { accountId } };
  return expectData(await service.operator.POST('/v1/keys', { params, body: { name: 'Key', ...body } }));
};
const verify = async (token: string, asked: Omit<Verification, 'token'> = {}) =>
  expectData(await service.operator.POST('/v1/keys/verify', { body: { token, ...asked } }));
const eventsOf = async (accountId: string) => {
  const params = { query: { accountId, order: 'asc' as const } };
  return expectData(await service.operator.GET('/v1/events', { params })).data.map(({ type, data }) => ({
    type,
    data,
  }));
};
const rowsOf = async (accountId: string) => {
  const { rows } = await sql`
    select generation from limits where account_id = ${accountId.slice(4)} and key_id is null`.execute(
    service.db,
  );
  return rows;
};

const refill = { amount: 100, every: 'month' as const };
const state = (sharedByAccount: boolean, remaining: number) => ({
  ...{ name: 'quota', sharedByAccount, limit: null, windowSeconds: null, remaining, resetAt: null },
});

describe('the quota of an account', () => {
  test('holds from its first key on, and is shown with the account and with each of its keys', async () => {
    const header = { 'Idempotency-Key': randomUUID() };
    const facts = { limits: [burst], quota: { remaining: 3, refill } };
    const account = await open(facts, header);
    const { id, externalId } = account;
    expect(account.quota).toEqual({ remaining: 3, refill, refillsAt: '2026-02-28T12:00:00.000Z' });
    expect(await read(id)).toEqual(account);
    expect(await eventsOf(id)).toEqual([{ type: 'account.created', data: { externalId, ...facts } }]);
    const key = await mint(id, { quota: { remaining: 9 } });
    expect(key.quota).toMatchObject({ remaining: 9 });
    const params = { path: { keyId: key.id }, query: { accountId: id } };
    const { data } = expectData(await service.operator.GET('/v1/keys/{keyId}/limits', { params }));
    expect(data.map(({ name, sharedByAccount, ungranted }) => [name, sharedByAccount, ungranted])).toEqual([
      ['quota', false, 9],
      ['burst', true, 10],
      ['quota', true, 3],
    ]);

    // A call that is repeated is answered with what the account began with.
    expectData(await change(id, { quota: null }));
    const body = { externalId: externalId ?? '', ...facts };
    const again = await service.operator.POST('/v1/accounts', { params: { header }, body });
    expect([again.response.headers.get('idempotent-replayed'), again.data]).toEqual(['true', account]);
  });

  test('is merged: what is left out stays, and null removes it', async () => {
    const account = await service.signIn();
    const id = account.accountId;
    const patch = async (quota: NonNullable<AccountPatch['quota']> | null) =>
      expectData(await change(id, { quota })).quota;
    const unfilled = { refill: null, refillsAt: null };
    expect(await patch({ remaining: 10 })).toEqual({ remaining: 10, ...unfilled });
    expect(await patch({ refill })).toEqual({ remaining: 10, refill, refillsAt: inAMonth() });
    expect(expectData(await account.client.GET('/v1/account')).quota).toMatchObject({
      remaining: 10,
      refill,
    });
    expect(await patch({ remaining: 20 })).toEqual({ remaining: 20, refill, refillsAt: inAMonth() });
    expect(await rowsOf(id)).toEqual([{ generation: 2 }]);
    expect(await patch({ refill: null })).toEqual({ remaining: 20, ...unfilled });
    expect(await patch({})).toEqual({ remaining: 20, ...unfilled });
    expect(expectData(await change(id, { limits: [burst] })).quota).toEqual({ remaining: 20, ...unfilled });
    expect(await patch(null)).toBeNull();
    const { data } = expectData(await account.client.GET('/v1/events'));
    expect(data.filter(({ type }) => type === 'account.changed').map((event) => event.data)).toEqual([
      { quota: null },
      { limits: [burst] },
      { quota: { refill: null } },
      { quota: { remaining: 20 } },
      { quota: { refill } },
      { quota: { remaining: 10 } },
    ]);
  });

  test('that does not exist cannot be changed without `remaining`, and nothing else of the patch is applied', async () => {
    const { id } = await open();
    const { error } = await change(id, { limits: [burst], policy: { maxKeys: 1 }, quota: { refill } });
    const detail = 'The account has no quota: say how many units remain.';
    expect(error).toMatchObject({ status: 422, errors: [{ pointer: '#/quota/remaining', detail }] });
    expect(await read(id)).toMatchObject({ limits: [], policy: null, quota: null });
  });

  test('is shown refilled once its time has come, though nothing was used since', async () => {
    const { id } = await open({ quota: { remaining: 1, refill: { amount: 100, every: 'week' } } });
    service.pass(7 * day - 1);
    expect((await read(id)).quota).toMatchObject({ remaining: 1, refillsAt: later(1) });
    service.pass(1);
    expect((await read(id)).quota).toMatchObject({ remaining: 100, refillsAt: later(7 * day) });
    const params = { query: { externalId: (await read(id)).externalId ?? '' } };
    const { data } = expectData(await service.operator.GET('/v1/accounts', { params }));
    expect(data).toMatchObject([{ quota: { remaining: 100 } }]);
    expect(expectData(await add(id, 5)).quota).toMatchObject({ remaining: 105, refillsAt: later(7 * day) });
  });

  test('is spent by all of its keys, together with a quota of theirs or not at all', async () => {
    const { id } = await open({ quota: { remaining: 8 } });
    const [own, none] = [await mint(id, { quota: { remaining: 4 } }), await mint(id)];
    const both = (ofKey: number, ofAccount: number) => [state(false, ofKey), state(true, ofAccount)];
    expect(await verify(own.token)).toMatchObject({ limits: both(3, 7) });
    expect(await verify(none.token)).toMatchObject({ limits: [state(true, 6)] });
    // `costs` means both of them.
    const costs = { quota: 3 };
    expect(await verify(own.token, { cost: 0, costs })).toMatchObject({ valid: true, limits: both(0, 3) });
    const exceeded = { reason: 'quota_exceeded', exceeded: ['quota'] };
    expect(await verify(own.token)).toMatchObject({ ...exceeded, limits: both(0, 3) });
    expect(await verify(none.token, { cost: 4 })).toMatchObject({ ...exceeded, limits: [state(true, 3)] });
    expect(await verify(none.token, { cost: 3 })).toMatchObject({ valid: true, limits: [state(true, 0)] });
  });

  test('that is used up has units again as soon as the operator sets it, adds some or removes it', async () => {
    const { id } = await open({ quota: { remaining: 0 } });
    const { token } = await mint(id);
    const refused = { reason: 'quota_exceeded', exceeded: ['quota'], limits: [state(true, 0)] };
    expect(await verify(token)).toMatchObject(refused);
    expectData(await change(id, { quota: { remaining: 1 } }));
    expect(await verify(token)).toMatchObject({ valid: true });
    expect(await verify(token)).toMatchObject(refused);
    expect(expectData(await add(id, 2)).quota).toMatchObject({ remaining: 2 });
    expect(await verify(token)).toMatchObject({ valid: true, limits: [state(true, 1)] });
    expectData(await change(id, { quota: { remaining: 0 } }));
    expect(await verify(token)).toMatchObject(refused);
    expectData(await change(id, { quota: null }));
    expect(await verify(token)).not.toHaveProperty('limits');
  });

  test('has a name of its own in the headers, where that of the key is beside it', async () => {
    const { id } = await open({ quota: { remaining: 1, refill: { amount: 1e6, every: 'day' } } });
    const { token } = await mint(id, { quota: { remaining: 10 } });
    const headers = { 'Latchkey-Authorization': `Bearer ${service.operatorToken}`, 'X-API-Key': token };
    const answer = await service.fetch('/v1/authorize', { headers });
    expect(answer.headers.get('RateLimit-Policy')).toBe('"account/quota";q=1000000');
    expect(answer.headers.get('RateLimit')).toMatch(/^"quota";r=9, "account\/quota";r=999999;t=\d+$/);
  });

  test('gets more units once for each Idempotency-Key', async () => {
    const { id } = await open({ quota: { remaining: 10 } });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => add(id, 5, key)));
    for (const answer of answers) expect(expectData(answer).quota).toMatchObject({ remaining: 15 });
    const replayed = answers.filter(({ response }) => response.headers.get('idempotent-replayed') === 'true');
    expect(replayed).toHaveLength(4);
    expect(await rowsOf(id)).toEqual([{ generation: 0 }]);
    expect((await add(id, 6, key)).error).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    const events = (await eventsOf(id)).filter(({ type }) => type === 'account.quota_added');
    expect(events).toEqual([{ type: 'account.quota_added', data: { add: 5 } }]);
    service.pass(day);
    expect((await add(id, 5, key)).error).toMatchObject({
      code: 'already_done',
      detail: expect.stringContaining(`done for ${id},`),
    });
  });

  test('of another account that has the externalId by now is not said to have got units', async () => {
    const externalId = 'quota_moved';
    const body = { externalId, quota: { remaining: 10 } };
    const params = { query: { externalId }, header: { 'Idempotency-Key': randomUUID() } };
    const send = () => service.operator.POST('/v1/account/quota', { params, body: { add: 5 } });
    const { id } = expectData(await service.operator.POST('/v1/accounts', { body }));
    expectData(await send());
    await service.operator.DELETE('/v1/account', { params: { query: { externalId } } });
    expectData(await service.operator.POST('/v1/accounts', { body }));
    expect((await send()).error).toMatchObject({
      code: 'already_done',
      detail: expect.stringContaining(`done for ${id},`),
    });
  });

  test('that does not exist gets no units', async () => {
    const { id } = await open();
    const key = randomUUID();
    const detail = 'The account has no quota: give it one first, with "quota": { "remaining": … }.';
    expect((await add(id, 5, key)).error).toMatchObject({ status: 409, code: 'no_quota', detail });
    // A quota of a key is another one.
    await mint(id, { quota: { remaining: 1 } });
    expect((await add(id, 5)).error).toMatchObject({ code: 'no_quota' });
    expectData(await change(id, { quota: { remaining: 1 } }));
    expect(expectData(await add(id, 5, key)).quota).toMatchObject({ remaining: 6 });
    for (const other of [`acc_${operatorAccountId}`, 'acc_000000000000000000000000'])
      expect((await add(other, 5)).error).toMatchObject({ status: 404, code: 'account_not_found' });
  });

  test('is set and added to by a key with operator:accounts, and not by one with operator:keys', async () => {
    const actor = async (scope: string) => {
      const { token } = await mint(`acc_${operatorAccountId}`, { scopes: [scope] });
      return service.as(token);
    };
    const [billing, settings] = [await actor('operator:accounts'), await actor('operator:keys')];
    const quota = { remaining: 5 };
    const body = { externalId: 'quota_billed', quota };
    expect((await settings.POST('/v1/accounts', { body })).error).toMatchObject({
      code: 'insufficient_scope',
    });
    const { id } = expectData(await billing.POST('/v1/accounts', { body }));
    const params = { query: { accountId: id } };
    expect(expectData(await billing.PATCH('/v1/account', { params, body: { quota } })).quota).toMatchObject(
      quota,
    );
    expect(expectData(await add(id, 5, undefined, billing)).quota).toMatchObject({ remaining: 10 });
    const ada = await service.signIn();
    for (const client of [settings, ada.client]) {
      expect((await client.PATCH('/v1/account', { params, body: { quota } })).response.status).toBe(403);
      expect((await add(id, 5, undefined, client)).response.status).toBe(403);
    }
  });

  test('goes with its account', async () => {
    const { id } = await open({ quota: { remaining: 5 } });
    const { token } = await mint(id);
    await service.operator.DELETE('/v1/account', { params: { query: { accountId: id } } });
    expect(await verify(token)).toMatchObject({ reason: 'unknown' });
    expect((await add(id, 5)).error).toMatchObject({ status: 404, code: 'account_not_found' });
    service.pass(5_000);
    while (await sweepClosedAccount(service.db, service.context.now()));
    expect(await rowsOf(id)).toEqual([]);
  });
});
