import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { outlast } from '../replication/freshness.ts';

/** A barrier that was sent, and the holders that have not acknowledged it yet. */
interface Wait<Holder> {
  barrier: number;
  sentAt: number;
  missing: Set<Holder>;
  over: () => void;
}

/**
 * The holders of trust, and the barriers that wait for them: until each holder has acknowledged or given up its lease, or
 * the lease has ended. No barrier waits for trust that was given after it.
 */
export class Leases<Holder extends object> {
  /** When the trust of each holder has ended for certain, by `performance.now()`. */
  readonly #ends = new Map<Holder, number>();
  /** In the order of the barriers. */
  readonly #waits = new Set<Wait<Holder>>();
  readonly #onExpired: (holder: Holder) => void;
  #count = 0;

  /** @param onExpired called with a holder whose lease ended before it acknowledged a barrier */
  constructor(onExpired: (holder: Holder) => void) {
    this.#onExpired = onExpired;
  }

  /** Notes that a holder is given trust now. @param trust in milliseconds */
  grant(holder: Holder, trust: number): void {
    const end = performance.now() + outlast(trust);
    this.#ends.set(holder, Math.max(end, this.#ends.get(holder) ?? 0));
  }

  /** A holder no longer answers from memory. */
  giveUp(holder: Holder): void {
    this.#ends.delete(holder);
    for (const wait of this.#waits) strike(wait, holder);
  }

  /**
   * Begins to wait for all holders whose leases have not ended.
   * @returns the number of the barrier that they have to acknowledge, and a promise for the end of the wait. Undefined: there
   * is nobody to wait for
   */
  begin(): { barrier: number; settled: Promise<void> } | undefined {
    const now = performance.now();
    let latest = 0;
    for (const [holder, end] of this.#ends)
      if (end <= now) this.#ends.delete(holder);
      else latest = Math.max(latest, end);
    if (this.#ends.size === 0) return undefined;
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    this.#count += 1;
    const wait = {
      barrier: this.#count,
      sentAt: now,
      missing: new Set(this.#ends.keys()),
      over: () => {
        clearTimeout(timer);
        this.#waits.delete(wait);
        resolve();
      },
    };
    // One millisecond more, since a timer may run that early.
    const timer = setTimeout(
      () => {
        resolve();
        // If this process itself was blocked, acknowledgements have arrived that are read only after its timers ran.
        setImmediate(() => {
          wait.over();
          for (const holder of wait.missing) this.#onExpired(holder);
        });
      },
      latest - now + 1,
    );
    this.#waits.add(wait);
    return { barrier: wait.barrier, settled };
  }

  /** A holder has every change before this barrier, and before all earlier ones. */
  acknowledge(holder: Holder, barrier: number): void {
    for (const wait of this.#waits) if (wait.barrier <= barrier) strike(wait, holder);
  }

  /** For how many milliseconds a holder has left a barrier unacknowledged; 0: it has acknowledged all. */
  overdue(holder: Holder): number {
    for (const { missing, sentAt } of this.#waits) if (missing.has(holder)) return performance.now() - sentAt;
    return 0;
  }
}

function strike<Holder>({ missing, over }: Wait<Holder>, holder: Holder): void {
  if (missing.delete(holder) && missing.size === 0) over();
}
