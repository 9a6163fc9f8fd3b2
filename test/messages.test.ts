import { expect, test, vi } from 'vitest';
import { encode, type Message, parse } from '../server/replication/messages.ts';
import { SoleReplica } from '../server/replication/sole-replica.ts';

const messages: [string, Message][] = [
  [`changed ${'ab'.repeat(64)}`, { kind: 'changed', hash: 'ab'.repeat(64) }],
  ['changed_all', { kind: 'changed_all' }],
  [`account_changed ${'0'.repeat(24)}`, { kind: 'account_changed', accountId: '0'.repeat(24) }],
  ['roles_changed', { kind: 'roles_changed' }],
  ['limit_changed 12', { kind: 'limit_changed', id: 12 }],
  ['limit_recalled 12', { kind: 'limit_recalled', id: 12 }],
  ['limit_replenished 12', { kind: 'limit_replenished', id: 12 }],
  [encode.barrier('a1', 7), { kind: 'barrier', replica: 'a1', barrier: 7 }],
  ['confirmed 7 a1', { kind: 'confirmed', barrier: 7, replica: 'a1' }],
  ['beat 3 4711', { kind: 'beat', beat: 3, pid: 4711 }],
  [encode.call(), { kind: 'call' }],
];

test.each(messages)('%s is read', (text, message) => {
  expect(parse(text)).toEqual(message);
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
