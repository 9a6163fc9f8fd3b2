/** What holds in memory what is in the database. */
export interface Memory {
  /** The key of this hash, in hexadecimal digits, has changed, come or gone. */
  invalidate(hash: string): void;
  /** The account of this id is deleted, and so are its keys. */
  invalidateAccount(id: string): void;
  /** Anything may have changed. */
  invalidateAll(): void;
}

/** Takes a reading of the database's clock: see `Clock.read`. */
export type ReadClock = (theirs: number, sent: number, received: number) => void;

/** What tells whether memory may be trusted, and sees to it that nobody trusts theirs too long. */
export interface Freshness {
  /** Has this memory told of every change from now on. */
  tell(memory: Memory): void;
  /** Whether memory knows of every change that was answered for. If not, the database is to be asked. */
  isFresh(): boolean;
  /** Waits until no process answers without the changes that are committed by now. Never fails. */
  settled(): Promise<void>;
  /** Milliseconds since the heartbeat was sent that last came back, or since the start; absent where there are none. */
  beatAge?(): number;
  /** Unix time in milliseconds by the database's clock, which all processes share. */
  now(): number;
  /** Has `now` follow the time that an answer of the database told. */
  readClock: ReadClock;
  close(): Promise<void>;
}

/** What a memory is told of changes by: `changed <hash>`, `closed <account id>`, or `changed *` for more than can be named. */
export function invalidateChanged(memory: Memory | undefined, message: string): void {
  const [kind, what = ''] = message.split(' ');
  if (kind === 'closed') memory?.invalidateAccount(what);
  if (kind !== 'changed') return;
  if (what === '*') memory?.invalidateAll();
  else memory?.invalidate(what);
}

/** That of a process which has its database to itself, and hears of each change before whoever makes it. */
export class SoleReplica implements Freshness {
  #memory: Memory | undefined;

  /** Takes a notification of the database. */
  hear(message: string): void {
    invalidateChanged(this.#memory, message);
  }
  tell(memory: Memory): void {
    this.#memory = memory;
  }
  isFresh(): boolean {
    return true;
  }
  async settled(): Promise<void> {}
  now(): number {
    return Date.now();
  }
  /** Its clock is ours. */
  readClock(): void {}
  async close(): Promise<void> {}
}
