import { sql } from 'kysely';
import type postgres from 'postgres';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { connectByHand, untilWaiting } from './support/by-hand.ts';
import { expectData, password } from './support/harness.ts';
import { ada, burst, change, get, hourly, mint, service } from './support/limits.ts';

const passwords = { currentPassword: password, newPassword: 'staple horse correct' };

describe.runIf(inject('database') === 'postgres')('locks', () => {
  let admin: postgres.Sql;

  beforeAll(async () => {
    admin = await connectByHand(service, 3);
  });

  test.each<[string, (keyId: string) => Promise<{ response: Response }>]>([
    ['changes limits', (keyId) => change(keyId, { limits: [] })],
    ['deletes a key', (keyId) => ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId } } })],
    [
      'deletes many keys',
      () => service.operator.POST('/v1/keys/revoke', { body: { filter: { accountId: ada.accountId } } }),
    ],
  ])('of limits are taken in the order of their ids by whoever %s, as by exchanges', async (_, call) => {
    // In no other order: by name, which has an index, or by key.
    const [first, second] = [await mint({ limits: [hourly] }), await mint({ limits: [hourly] })];
    await change(second.id, { limits: [hourly, { ...burst, name: 'z' }] });
    await change(first.id, { limits: [hourly, burst] });
    const { rows } = await sql<{ id: number }>`
      select id from limits where key_id in (${first.id.slice(4)}, ${second.id.slice(4)}) order by id`.execute(
      service.db,
    );
    const [lowest = 0, ...others] = rows.map(({ id }) => id);
    let answer: Promise<{ response: Response }> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`select from limits where id = ${lowest} for update`;
      answer = call(first.id);
      await untilWaiting(admin);
      await transaction`select from limits where id = any(${others}) for update nowait`;
    });
    expect((await answer)?.response.ok).toBe(true);
  });

  test('of a limit by hand hold up the exchanges of other limits once, and only its own after that', async () => {
    const [locked, other] = [await mint({ limits: [hourly] }), await mint({ limits: [hourly] })];
    const verify = ({ token }: { token: string }) =>
      service.operator.POST('/v1/keys/verify', { body: { token } });
    const both = () => [verify(locked), verify(other)] as const;
    // From here on both are in the cache, so both ask in the same statement.
    await Promise.all(both());
    const waiting = await admin.begin(async (transaction) => {
      await transaction`select from limits where key_id = ${locked.id.slice(4)} for update`;
      const [refused] = await Promise.all(both());
      expect(refused.response.status).toBe(503);
      const [waiting, answer] = both();
      expect((await answer).response.status).toBe(200);
      return { answer: waiting };
    });
    expect(expectData(await waiting.answer)).toMatchObject({ valid: true });
  });

  test('make no limit ask alone: not after a statement that took too long', async () => {
    const [one, other] = [await mint({ limits: [hourly] }), await mint({ limits: [hourly] })];
    const both = async () => {
      const body = { tokens: [one.token, other.token] };
      return (await service.operator.POST('/v1/keys/verify/batch', { body })).response.status;
    };
    await both();
    await admin.begin(async (transaction) => {
      await transaction`select from limits where key_id = ${one.id.slice(4)} for update`;
      const slow = both();
      await untilWaiting(admin);
      // What the server does with a statement that reaches its time limit.
      await admin`select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      expect(await slow).toBe(503);
    });
    const { exchanges } = service.context.limits;
    expect(await both()).toBe(200);
    expect(service.context.limits.exchanges - exchanges).toBe(1);
  });

  test('of accounts are taken in the order of their ids by whoever deletes keys of several', async () => {
    const { operator } = service;
    const metadata = { purpose: 'locks' };
    const ids: string[] = [];
    while (ids.length < 20) {
      const externalId = `user_${ids.length}`;
      const { id } = expectData(await operator.POST('/v1/accounts', { body: { externalId } }));
      const params = { query: { externalId } };
      expectData(await operator.POST('/v1/keys', { params, body: { name: 'Key', metadata } }));
      ids.push(id.slice(4));
    }
    const [lowest = '', ...others] = ids.sort();
    let answer: Promise<{ response: Response }> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`select from accounts where id = ${lowest} for no key update`;
      answer = operator.POST('/v1/keys/revoke', { body: { filter: { metadata } } });
      await untilWaiting(admin);
      await transaction`select from accounts where id = any(${others}) for no key update nowait`;
    });
    expect((await answer)?.response.ok).toBe(true);
  });

  test('of accounts are taken in the order of their ids by whoever gives one the externalId of another', async () => {
    const { operator } = service;
    const create = async (externalId: string) =>
      expectData(await operator.POST('/v1/accounts', { body: { externalId } })).id.slice(4);
    const given = { [await create('swap_1')]: 'swap_1', [await create('swap_2')]: 'swap_2' };
    const [low = '', high = ''] = Object.keys(given).sort();
    let answer: Promise<{ response: Response }> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`update accounts set external_id = 'swap_3' where id = ${low}`;
      answer = operator.PATCH('/v1/accounts/{accountId}', {
        params: { path: { accountId: `acc_${high}` } },
        body: { externalId: given[low] ?? null },
      });
      await untilWaiting(admin);
      await transaction`select from accounts where id = ${high} for update nowait`;
    });
    expect((await answer)?.response.status).toBe(200);
  });

  test('of sessions are taken before that of their account by whoever changes a password, as by reports of leaks', async () => {
    const { client, accountId } = await service.signIn();
    let answer: Promise<{ response: Response }> | undefined;
    await admin.begin(async (transaction) => {
      await transaction`select from sessions where account_id = ${accountId.slice(4)} for update`;
      answer = client.PUT('/v1/account/password', { body: passwords });
      await untilWaiting(admin);
      await transaction`select from accounts where id = ${accountId.slice(4)} for no key update nowait`;
    });
    expect((await answer)?.response.status).toBe(204);
  });

  test('of a session are waited for by a refresh, also behind a change of the password that keeps the session', async () => {
    const { client, accountId, refreshToken } = await service.signIn();
    const answers = await admin.begin(async (transaction) => {
      await transaction`select from sessions where account_id = ${accountId.slice(4)} for update`;
      const changed = client.PUT('/v1/account/password', { body: passwords });
      await untilWaiting(admin, 1);
      const refreshed = service.as().POST('/v1/sessions/refresh', { body: { refreshToken } });
      await untilWaiting(admin, 2);
      return [changed, refreshed];
    });
    const statuses = (await Promise.all(answers)).map(({ response }) => response.status);
    expect(statuses).toEqual([204, 200]);
  });

  test.each([
    ['change', 'a rotation', {}, ['current', 'next']],
    ['change', 'an immediate rotation', { immediate: true }, ['current']],
    ['rotation', 'an immediate rotation', { immediate: true }, ['current', 'next']],
  ])('of a key are waited for by a %s, which then shows the token of %s', async (step, _, body, states) => {
    const { id } = await mint({});
    const params = { path: { keyId: id } };
    const rotate = (body: { immediate?: boolean }) =>
      ada.client.POST('/v1/keys/{keyId}/rotate', { params, body });
    const [first, second] = await admin.begin(async (transaction) => {
      await transaction`select from keys where id = ${id.slice(4)} for update`;
      const first = rotate(body);
      await untilWaiting(admin, 1);
      const second =
        step === 'rotation'
          ? rotate({})
          : ada.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'Changed' } });
      await untilWaiting(admin, 2);
      return [first, second].map(async (call) => expectData(await call));
    });
    await first;
    expect(await second).toMatchObject({ tokens: states.map((state) => ({ state })) });
    expect(await second).toMatchObject(await get(id));
  });

  test('of a key are waited for by a change, which then shows the limits of another one', async () => {
    const { id } = await mint({});
    const changed = await admin.begin(async (transaction) => {
      await transaction`select from keys where id = ${id.slice(4)} for update`;
      const calls = [change(id, { limits: [hourly], quota: { remaining: 5 } })];
      await untilWaiting(admin, 1);
      calls.push(change(id, { name: 'Changed' }));
      await untilWaiting(admin, 2);
      return calls.map(async (call) => expectData(await call));
    });
    const limited = { limits: [hourly], quota: { remaining: 5 } };
    expect(await Promise.all(changed)).toMatchObject([limited, { ...limited, name: 'Changed' }]);
  });

  test('of a key are taken to write its limits, so that those of concurrent SQL are all known to verifications', async () => {
    const key = await mint({});
    const { rows } = await sql<{ account_id: string }>`
      select account_id from keys where id = ${key.id.slice(4)}`.execute(service.db);
    const account = rows[0]?.account_id ?? '';
    const insert = (connection: postgres.ISql, name: string) => connection`
      insert into limits (account_id, key_id, name, amount, window_seconds, ungranted)
      values (${account}, ${key.id.slice(4)}, ${name}, 10, 60, 10)`;
    let second: Promise<unknown> | undefined;
    await admin.begin(async (transaction) => {
      await insert(transaction, 'first');
      second = insert(admin, 'second').execute();
      await untilWaiting(admin);
    });
    await second;
    const { data } = await service.operator.POST('/v1/keys/verify', { body: { token: key.token } });
    expect(data?.limits?.map(({ name }) => name)).toEqual(['first', 'second']);
  });
});
