import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { createApp } from '../server/app.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { expectData } from './support/harness.ts';
import {
  add,
  change,
  create,
  day,
  eventsOf,
  get,
  type KeyPatch,
  later,
  mint,
  type NewKey,
  rowsOf,
  service,
  states,
  take,
} from './support/limits.ts';

type QuotaPatch = Exclude<KeyPatch['quota'], undefined>;

describe('the quota of a key', () => {
  const refill = { amount: 100, every: 'week' as const };

  test.each<[object, string]>([
    [{ remaining: -1 }, '#/quota/remaining'],
    [{ remaining: 1e12 + 1 }, '#/quota/remaining'],
    [{ remaining: 1, refill: { amount: -1, every: 'day' } }, '#/quota/refill/amount'],
    [{ remaining: 1, refill: { amount: 1, every: 'year' } }, '#/quota/refill/every'],
    [{ remaining: 1, refill: { amount: 1 } }, '#/quota/refill/every'],
    [{ refill: { amount: 1, every: 'day' } }, '#/quota/remaining'],
  ])('cannot be %j in a key that is created', async (quota, pointer) => {
    expect((await create({ quota: quota as NonNullable<NewKey['quota']> })).error).toMatchObject({
      status: 422,
      errors: [{ pointer }],
    });
  });

  test('can be nothing, and 1e12', async () => {
    for (const remaining of [0, 1e12]) {
      const refill = { amount: remaining, every: 'month' as const };
      expect(await mint({ quota: { remaining, refill } })).toMatchObject({ quota: { remaining, refill } });
    }
  });

  test('is merged: what is left out stays, and null removes it', async () => {
    const { id } = await mint({});
    const patch = async (quota: QuotaPatch) => expectData(await change(id, { quota })).quota;
    const refillsAt = later(7 * day);
    expect(await patch({ remaining: 10 })).toEqual({ remaining: 10, refill: null, refillsAt: null });
    expect(await patch({ refill })).toEqual({ remaining: 10, refill, refillsAt });
    expect(await patch({ remaining: 20 })).toEqual({ remaining: 20, refill, refillsAt });
    expect(await patch({ refill: null })).toEqual({ remaining: 20, refill: null, refillsAt: null });
    expect(await patch(null)).toBeNull();
    expect(await rowsOf(id)).toEqual({});
    expect((await eventsOf(id))[0]).toEqual({ type: 'key.changed', data: { quota: null } });
    expect(await patch(null)).toBeNull();
  });

  test('that does not exist cannot be changed without `remaining`, and nothing else of the patch is applied', async () => {
    const { id } = await mint({});
    expect((await change(id, { name: 'Other', quota: { refill } })).error).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/quota/remaining' }],
    });
    expect(await get(id)).toMatchObject({ name: 'Key', quota: null });
    const { updatedAt } = await get(id);
    service.pass(1_000);
    expect(expectData(await change(id, { quota: {} }))).toMatchObject({ updatedAt, quota: null });
  });

  test('gets a new generation if `remaining` is set or the refill changes, and not otherwise', async () => {
    const { id } = await mint({ quota: { remaining: 10, refill } });
    const patch = async (quota: QuotaPatch) => {
      await take(id, 'quota', 1);
      service.pass(1);
      await change(id, { quota });
      return (await rowsOf(id)).quota;
    };
    const from = later(7 * day);
    expect(await patch({ refill })).toMatchObject({ generation: 0, ungranted: 9, held: 1 });
    expect((await get(id)).quota).toMatchObject({ refillsAt: from });
    expect(await patch({ remaining: 10 })).toMatchObject({ generation: 1, ungranted: 10, held: 0 });
    expect((await get(id)).quota).toMatchObject({ refillsAt: from });
    expect(await patch({ refill: { ...refill, amount: 50 } })).toMatchObject({
      generation: 2,
      ungranted: 9,
      held: 0,
    });
    expect((await get(id)).quota).toMatchObject({ refillsAt: later(7 * day) });
    expect(await patch({ refill: null })).toMatchObject({ generation: 3, ungranted: 8 });
  });

  test('is shown refilled once its time has come, though nothing was used since', async () => {
    const { id } = await mint({ quota: { remaining: 1, refill } });
    service.pass(7 * day - 1);
    expect((await get(id)).quota).toEqual({ remaining: 1, refill, refillsAt: later(1) });
    service.pass(1);
    const refilled = { remaining: 100, refill, refillsAt: later(7 * day) };
    expect((await get(id)).quota).toEqual(refilled);
    expect(await states(id)).toMatchObject([
      { limit: 100, ungranted: 100, held: 0, resetAt: later(7 * day) },
    ]);
    // What is added or changed by then comes on top of that.
    expect(expectData(await add(id, 5)).quota).toEqual({ ...refilled, remaining: 105 });
    service.pass(7 * day);
    const changed = { ...refill, every: 'day' as const };
    expect(expectData(await change(id, { quota: { refill: changed } })).quota).toEqual({
      ...{ remaining: 100, refill: changed },
      refillsAt: later(day),
    });
    service.pass(day);
    expect(expectData(await change(id, { quota: { remaining: 3 } })).quota).toEqual({
      ...{ remaining: 3, refill: changed },
      refillsAt: later(day),
    });
  });

  test('gets more units, which leaves what replicas hold', async () => {
    const { id } = await mint({ quota: { remaining: 10 } });
    await take(id, 'quota', 4);
    const { updatedAt, quota } = expectData(await add(id, 1e12));
    expect(quota).toEqual({ remaining: 1e12 + 6, refill: null, refillsAt: null });
    expect(updatedAt).toBe((await get(id)).updatedAt);
    expect(await rowsOf(id)).toMatchObject({ quota: { generation: 0, held: 4 } });
    expect((await eventsOf(id))[0]).toEqual({ type: 'key.quota_added', data: { add: 1e12 } });
  });

  test('gets more units once for each Idempotency-Key', async () => {
    const { id } = await mint({ quota: { remaining: 10 } });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => add(id, 5, key)));
    for (const answer of answers) expect(expectData(answer).quota).toMatchObject({ remaining: 15 });
    const replayed = answers.filter(({ response }) => response.headers.get('idempotent-replayed') === 'true');
    expect(replayed).toHaveLength(4);
    expect((await add(id, 6, key)).error).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect(expectData(await add(id, 5, randomUUID())).quota).toMatchObject({ remaining: 20 });
    service.pass(day);
    expect((await add(id, 5, key)).error).toMatchObject({
      code: 'already_done',
      detail: expect.stringContaining(`done for the quota of ${id},`),
    });
  });

  test('is known to have units when a repeated call is answered: the first one may have had no answer', async () => {
    const { id, accountId } = await mint({ quota: { remaining: 0 } });
    const settled = vi.fn(service.context.settled).mockRejectedValueOnce(new DatabaseUnavailable());
    const app = createApp({ ...service.context, settled });
    const request = new Request(`http://latchkey.test/v1/keys/${id}/quota?accountId=${accountId}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${service.operatorToken}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': randomUUID(),
      },
      body: JSON.stringify({ add: 5 }),
    });
    expect((await app.fetch(request.clone())).status).toBe(503);
    const repeated = await app.fetch(request);
    expect([repeated.status, repeated.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(settled).toHaveBeenCalledTimes(2);
  });

  test('that does not exist gets no units, and the Idempotency-Key is not used up', async () => {
    const { id } = await mint({});
    const key = randomUUID();
    expect((await add(id, 5, key)).error).toMatchObject({ status: 409, code: 'no_quota' });
    expect((await add(id, 5)).error).toMatchObject({ status: 409, code: 'no_quota' });
    await change(id, { quota: { remaining: 1 } });
    expect(expectData(await add(id, 5, key)).quota).toMatchObject({ remaining: 6 });
    expect((await add('key_000000000000000000000000', 5)).error).toMatchObject({ code: 'key_not_found' });
  });

  test('never has more, with what replicas hold, than an integer of a header can have (RFC 9651, section 3.3.1)', async () => {
    const { id, token } = await mint({ quota: { remaining: 0 } });
    await sql`update limits set ungranted = 1e15 - 6 where key_id = ${id.slice(4)}`.execute(service.db);
    expect((await add(id, 6)).error).toMatchObject({ status: 422, errors: [{ pointer: '#/add' }] });
    await take(id, 'quota', 2);
    expect((await add(id, 6)).error).toMatchObject({ status: 422, errors: [{ pointer: '#/add' }] });
    service.pass(1_000);
    expect(expectData(await add(id, 7)).quota).toMatchObject({ remaining: 1e15 - 1 });
    const headers = { 'Latchkey-Authorization': `Bearer ${service.operatorToken}`, 'X-API-Key': token };
    const answer = await service.fetch('/v1/authorize', { headers });
    expect(answer.headers.get('ratelimit')).toMatch(/^"quota";r=\d{15}$/);
  });

  test.each([0, 1e12 + 1, 1.5])('does not get %d units', async (units) => {
    const { id } = await mint({ quota: { remaining: 0 } });
    expect((await add(id, units)).error).toMatchObject({ status: 422, errors: [{ pointer: '#/add' }] });
  });
});
