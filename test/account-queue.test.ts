import { expect, inject, test } from 'vitest';
import type { Latchkey } from '../clients/typescript/client.ts';
import { AccountQueue } from '../server/account-queue.ts';
import { Overloaded } from '../server/errors.ts';
import { connectByHand, untilWaiting } from './support/by-hand.ts';
import { expectData, startService } from './support/harness.ts';

/** Reports and lists with filters, for which the database reads many rows. */

const { signal } = new AbortController();

test('an account has one report made at a time, and a process two', async () => {
  const reports = new AccountQueue('reports wait to be made', 5);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const report = (account: string) => () => {
    begun.push(account);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const made = ['a', 'a', 'b', 'c'].map((account) => reports.run(account, signal, report(account)));
  await expect.poll(() => begun).toEqual(['a', 'b']);
  ends[0]?.();
  await made[0];
  await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
  ends[1]?.();
  await made[2];
  await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'a']);
  for (const end of ends) end();
  await Promise.all(made);
});

test('a report that fails leaves the queue', async () => {
  const reports = new AccountQueue('reports wait to be made', 5);
  const failing = () => reports.run('a', signal, () => Promise.reject(new Error('The database failed.')));
  for (let time = 0; time < 10; time += 1) await expect(failing()).rejects.toThrow('The database failed.');
  const throwing = () => {
    throw new Error('It did not even begin.');
  };
  await expect(reports.run('a', signal, throwing)).rejects.toThrow('It did not even begin.');
  expect(await reports.run('a', signal, async () => 1)).toBe(1);
});

test('a client that hangs up leaves the queue', async () => {
  const reports = new AccountQueue('reports wait to be made', 5);
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const first = reports.run('a', signal, () => over);
  const client = new AbortController();
  const second = reports.run('a', client.signal, async () => 'made');
  client.abort();
  await expect(second).rejects.toThrow(Overloaded);
  end();
  await first;
});

test('an account that asks for many reports at once is told to wait, and no other is', async () => {
  const service = await startService();
  const [ada, bob] = [await service.signIn(), await service.signIn()];
  const ask = async ({ accountId }: { accountId: string }) => {
    const { response, error } = await service.operator.GET('/v1/usage', { params: { query: { accountId } } });
    return error ? [error.code, response.headers.get('retry-after')] : [response.status];
  };
  const answers = Promise.all(Array.from({ length: 50 }, () => ask(ada)));
  expect(await ask(bob)).toEqual([200]);
  const told = await answers;
  expect(told).toContainEqual([200]);
  expect(told).toContainEqual(['overloaded', '1']);
  expect(await ask(ada)).toEqual([200]);
});

const lists = {
  searches: (client: Latchkey, accountId?: string) =>
    client.GET('/v1/keys', { params: { query: { ...(accountId && { accountId }), search: 'a' } } }),
  'pages of events in their order': (client: Latchkey, accountId?: string) =>
    client.GET('/v1/events', {
      params: { query: { ...(accountId && { accountId }), type: 'key.minted', order: 'asc' } },
    }),
};

test.each(Object.entries(lists))(
  'an account that asks for many %s at once is told to wait, and nobody else is',
  async (_, list) => {
    const service = await startService();
    const [ada, bob] = [await service.signIn(), await service.signIn()];
    const body = { name: 'Key', scopes: ['keys:read', 'keys:audit'] };
    const { token } = expectData(await ada.client.POST('/v1/keys', { body }));
    const key = service.as(token);
    const ask = async (...[client, accountId]: Parameters<typeof list>) => {
      const { response, error } = await list(client, accountId);
      return error ? [error.code, response.headers.get('retry-after')] : [response.status];
    };
    const answers = Promise.all(Array.from({ length: 50 }, () => ask(key)));
    expect(await ask(bob.client)).toEqual([200]);
    expect(await ask(service.operator, ada.accountId)).toEqual([200]);
    const told = await answers;
    expect(told).toContainEqual([200]);
    expect(told).toContainEqual(['overloaded', '1']);
    expect(await ask(key)).toEqual([200]);
  },
);

test.runIf(inject('database') === 'postgres')(
  'while lists with filters are slow, there are connections for everybody else',
  async () => {
    const service = await startService();
    const accounts = await Promise.all(Array.from({ length: 6 }, () => service.signIn()));
    const admin = await connectByHand(service);
    const lists = await admin.begin(async (transaction) => {
      await transaction`lock table keys, events in access exclusive mode`;
      const asking = accounts.flatMap(({ accountId }) => [
        service.operator.GET('/v1/keys', { params: { query: { accountId, search: 'a' } } }),
        service.operator.GET('/v1/keys', { params: { query: { accountId, status: 'active' } } }),
        service.operator.GET('/v1/events', { params: { query: { accountId, type: 'key.minted' } } }),
        service.operator.POST('/v1/keys/search', { body: { filter: { accountId } } }),
      ]);
      await untilWaiting(admin);
      const began = performance.now();
      for (let time = 0; time < 20; time += 1) expectData(await service.operator.GET('/v1/roles'));
      expect(performance.now() - began).toBeLessThan(2_000);
      return { asking };
    });
    for (const { response } of await Promise.all(lists.asking)) expect(response.status).toBe(200);
  },
);
