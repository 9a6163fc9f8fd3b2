import type { Client } from '../../../decide/client.ts';
import { type FromVerifier, maxTold } from '../../../decide/frames.ts';
import { type HourUses, hourLength, hourOf, type TokenUses, Uses } from '../../../decide/uses.ts';
import { type KeyReason, type Outcome, outcomes } from '../../../decide/verdict.ts';
import type { Found } from '../../../decide/verified-key.ts';
import type { Asked } from '../verify.ts';
import { clientOf } from './client-of.ts';
import { type KnownKey, unused } from './known-key.ts';

/** For how many tokens uses are kept if they cannot be told. */
const capacity = 100_000;

/** Where uses are told. */
interface Told {
  send(message: FromVerifier): void;
}

/**
 * Uses of tokens, gathered here and told once a second. Uses that are not acknowledged when a connection ends are told again
 * on the next one, and may count twice.
 */
export class Reporter {
  #gathered = new Uses(capacity);
  /** Keys that hold uses of the hour that begins at `#hour`, not gathered yet. */
  #used: KnownKey[] = [];
  #hour = 0;
  /** The parts that are being told. The first one waits to be acknowledged. */
  #parts: HourUses[] = [];
  #number = 0;
  #sentTo: Told | undefined;
  #emptied = () => {};

  /** Records a valid use, as most are. It is only noted in the key, since this runs for each verification. */
  accepted(key: KnownKey, at: number, asked: Asked): void {
    if (at < this.#hour || at >= this.#hour + hourLength || this.#used.length === capacity) {
      this.#gather();
      this.#hour = hourOf(at);
    }
    if (key.uses === 0) this.#used.push(key);
    key.uses += 1;
    if (at <= key.usedAt) return;
    key.usedAt = at;
    key.usedWith = asked;
  }

  refused(found: Found, reason: KeyReason, at: number, client: () => Client): void {
    this.#gathered.add(found, reason, at, client, 1);
  }

  /** Tells what was gathered, unless uses are being told already. */
  tell(connection: Told): void {
    if (this.#parts.length === 0 && this.#hasMore) {
      this.#gather();
      this.#parts = this.#gathered.parts(maxTold);
      this.#gathered = new Uses(capacity);
    }
    if (connection !== this.#sentTo) this.#send(connection);
  }

  /** The uses of this number are counted. */
  acknowledged(number: number): void {
    const connection = this.#sentTo;
    if (number !== this.#number || !connection) return;
    this.#parts.shift();
    this.#sentTo = undefined;
    if (this.#parts.length > 0) this.#send(connection);
    else this.#emptied();
  }

  /** Tells everything, and resolves when it is acknowledged. */
  async flush(connection: Told): Promise<void> {
    while (this.#parts.length > 0 || this.#hasMore) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied = resolve;
      this.tell(connection);
      await promise;
    }
  }

  get #hasMore(): boolean {
    return this.#used.length > 0 || this.#gathered.size > 0;
  }

  #gather(): void {
    for (const key of this.#used.splice(0)) {
      const { uses, usedAt, usedWith } = key;
      this.#gathered.add(key, 'valid', usedAt, () => clientOf(usedWith), uses);
      Object.assign(key, unused);
    }
  }

  #send(connection: Told): void {
    const [part] = this.#parts;
    if (!part) return;
    this.#sentTo = connection;
    this.#number += 1;
    const { hour, uses } = part;
    connection.send({ kind: 'uses', number: this.#number, hour, uses: uses.map(wired) });
  }
}

function wired({ hash, lastUsedAt, ip, userAgent, ...uses }: TokenUses) {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const outcome of outcomes) if (uses[outcome] > 0) counts[outcome] = uses[outcome];
  return { hash, lastUsedAt: Number.isFinite(lastUsedAt) ? lastUsedAt : null, ip, userAgent, counts };
}
