import type { Invalidation } from '../../decide/frames.ts';

/**
 * What is told over NOTIFY: on the channel `latchkey` to every replica, on `latchkey_<id>` to one. This is the one
 * place that writes and reads it, save for what the database itself writes: `changed`, `changed_all`, `account_changed`
 * and `roles_changed` in migrations/0002_changes.ts, and those of limits in migrations/0004_limits.ts.
 */
export type Message =
  | Invalidation
  /** A limit has changed or is gone: nothing that was granted of it before is to be spent. */
  | { kind: 'limit_changed'; id: number }
  /** A limit has nothing left to grant, while replicas hold units of it: they are to give these back. */
  | { kind: 'limit_recalled'; id: number }
  /** Units of a limit that was recalled came back, or were added: there may be some to grant. */
  | { kind: 'limit_replenished'; id: number }
  /** A replica asks all others to confirm that they have come so far. */
  | { kind: 'barrier'; replica: string; barrier: number }
  /** To the one that asks: a replica has come to its barrier. */
  | { kind: 'confirmed'; barrier: number; replica: string }
  /** To its sender: its heartbeat, and the process of the connection that it was sent on. */
  | { kind: 'beat'; beat: number; pid: number }
  /** To its sender, from another connection: whether its listener hears. */
  | { kind: 'call' };

type Kind = Message['kind'];

/** A message that subscribers have to be told of. */
export type Change = Exclude<Message, { kind: 'barrier' | 'confirmed' | 'beat' | 'call' }>;

/** Writes the messages that this process sends. */
export const encode = {
  barrier: (replica: string, barrier: number) => `barrier ${replica} ${barrier}`,
  call: () => 'call',
};

/** The same in SQL, from SQL expressions, for messages with values that only the database has. */
export const encodeInSql = {
  beat: (beat: string, pid: string) => `'beat ' || ${beat} || ' ' || ${pid}`,
  confirmed: (barrier: string, replica: string) => `'confirmed ' || ${barrier} || ' ' || ${replica}`,
  limitReplenished: (id: string) => `'limit_replenished ' || ${id}`,
};

const read: { [K in Kind]: (first: string, second: string) => Extract<Message, { kind: K }> } = {
  changed: (hash) => ({ kind: 'changed', hash }),
  changed_all: () => ({ kind: 'changed_all' }),
  account_changed: (accountId) => ({ kind: 'account_changed', accountId }),
  roles_changed: () => ({ kind: 'roles_changed' }),
  limit_changed: (id) => ({ kind: 'limit_changed', id: Number(id) }),
  limit_recalled: (id) => ({ kind: 'limit_recalled', id: Number(id) }),
  limit_replenished: (id) => ({ kind: 'limit_replenished', id: Number(id) }),
  barrier: (replica, barrier) => ({ kind: 'barrier', replica, barrier: Number(barrier) }),
  confirmed: (barrier, replica) => ({ kind: 'confirmed', barrier: Number(barrier), replica }),
  beat: (beat, pid) => ({ kind: 'beat', beat: Number(beat), pid: Number(pid) }),
  call: () => ({ kind: 'call' }),
};

const isKind = (word: string): word is Kind => Object.hasOwn(read, word);

/** Parses a message. Undefined: it is of no known kind, as a later release may send. */
export function parse(text: string): Message | undefined {
  const [kind = '', first = '', second = ''] = text.split(' ');
  return isKind(kind) ? read[kind](first, second) : undefined;
}
