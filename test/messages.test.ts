import { expect, test, vi } from 'vitest';
import { SoleReplica } from '../server/replication/freshness.ts';
import { encode, type Message, parse } from '../server/replication/messages.ts';

const messages: Message[] = [
  { kind: 'changed', hash: 'ab'.repeat(64) },
  { kind: 'changed_all' },
  { kind: 'account_changed', accountId: '0'.repeat(24) },
  { kind: 'roles_changed' },
  { kind: 'limit_changed', id: 12 },
  { kind: 'limit_recalled', id: 12 },
  { kind: 'limit_replenished', id: 12 },
  { kind: 'barrier', replica: 'a1', barrier: 7 },
  { kind: 'confirmed', barrier: 7, replica: 'a1' },
  { kind: 'beat', beat: 3, pid: 4711 },
  { kind: 'call' },
];

test.each(messages)('a message of kind $kind is read as it was written', (message) => {
  expect(parse(encode(message))).toEqual(message);
});

test('a message of an unknown kind invalidates the whole cache, and is reported', () => {
  const onUnknown = vi.fn();
  const replica = new SoleReplica(onUnknown);
  const cache = {
    invalidate: vi.fn(),
    invalidateAccount: vi.fn(),
    invalidateRoles: vi.fn(),
    invalidateAll: vi.fn(),
  };
  replica.subscribe({ cache });
  for (const text of ['rotated 1', 'toString', '']) replica.hear(text);
  expect(onUnknown.mock.calls).toEqual([['rotated 1'], ['toString'], ['']]);
  expect(cache.invalidateAll).toHaveBeenCalledTimes(3);
});
