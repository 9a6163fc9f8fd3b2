import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { expectData } from './support/harness.ts';
import { ada, burst, hourly, type Limit, limitAccount, type Row, service, states } from './support/limits.ts';

describe('the limits of an account', () => {
  test('are set by the operator, and shown with the account and with each of its keys', async () => {
    const account = await service.signIn();
    expect(await limitAccount(account, [hourly, burst])).toMatchObject({ limits: [burst, hourly] });
    expect(expectData(await account.client.GET('/v1/account'))).toMatchObject({ limits: [burst, hourly] });
    const key = expectData(await account.client.POST('/v1/keys', { body: { name: 'Key' } }));
    expect(key.limits).toEqual([]);
    const resetsAt = (await states(key.id, account)).map((state) => state.resetAt);
    expect(await states(key.id, account)).toEqual([
      { ...burst, sharedByAccount: true, ungranted: 10, held: 0, resetAt: resetsAt[0] },
      { ...hourly, sharedByAccount: true, ungranted: 1_000, held: 0, resetAt: resetsAt[1] },
    ]);
    expect(await limitAccount(account, [])).toMatchObject({ limits: [] });
    expect(await states(key.id, account)).toEqual([]);
    const { data } = expectData(await account.client.GET('/v1/events'));
    expect(data.filter(({ type }) => type === 'account.changed').map((event) => event.data)).toEqual([
      { limits: [] },
      { limits: [hourly, burst] },
    ]);
  });

  test('are changed as those of a key are, also together with other fields', async () => {
    const account = await service.signIn();
    await limitAccount(account, [burst, hourly]);
    const id = account.accountId.slice(4);
    const rows = async () => {
      const found = await sql<Row>`
        select id, name, generation, ungranted from limits where account_id = ${id} order by name`.execute(
        service.db,
      );
      return found.rows;
    };
    const [before] = await rows();
    const changed = expectData(
      await service.operator.PATCH('/v1/accounts/{accountId}', {
        params: { path: { accountId: account.accountId } },
        body: { policy: { maxKeys: 5 }, limits: [burst, { ...hourly, limit: 900 }] },
      }),
    );
    expect(changed).toMatchObject({ policy: { maxKeys: 5 }, limits: [burst, { ...hourly, limit: 900 }] });
    expect(await rows()).toEqual([
      before,
      { id: expect.anything(), name: 'hourly', generation: 1, ungranted: 900 },
    ]);
  });

  test.each<[Limit[], string]>([
    [[{ ...burst, name: 'quota' }], '#/limits/0/name'],
    [[burst, burst], '#/limits/1/name'],
  ])('cannot be %j', async (limits, pointer) => {
    const params = { path: { accountId: ada.accountId } };
    const { error } = await service.operator.PATCH('/v1/accounts/{accountId}', { params, body: { limits } });
    expect(error).toMatchObject({ status: 422, errors: [{ pointer }] });
  });
});
