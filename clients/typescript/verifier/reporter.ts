import type { Client } from '../../../decide/client.ts';
import { type FromVerifier, maxTold } from '../../../decide/frames.ts';
import { count, type HourUses, hourLength, hourOf, type TokenUses, Uses } from '../../../decide/uses.ts';
import { type Outcome, outcomes } from '../../../decide/verdict.ts';
import type { Tombstone } from '../../../decide/verified-key.ts';
import type { KnownKey } from './known-key.ts';

/** For so many tokens uses are kept while they cannot be told. */
const capacity = 100_000;

/** So much of an hour in which uses are gathered until they are told. */
interface Period {
  from: number;
  until: number;
}
const noTime: Period = { from: 0, until: 0 };

/** Where uses are told. */
interface Told {
  send(message: FromVerifier): void;
}

/**
 * Uses of tokens, gathered here and told once a second. Those that were told and not acknowledged when a connection ended
 * are told again on the next one, and may count twice.
 */
export class Reporter {
  #gathered = new Uses(capacity);
  /** What is told, part by part: the first of them waits to be acknowledged. */
  #parts: HourUses[] = [];
  #number = 0;
  #sentTo: Told | undefined;
  #emptied = () => {};
  #period = noTime;

  record(found: KnownKey | Tombstone, outcome: Outcome, at: number, client: () => Client): void {
    if (found.gone) {
      this.#gathered.add(found, outcome, at, client, 1);
      return;
    }
    if (at < this.#period.from || at >= this.#period.until)
      this.#period = { from: hourOf(at), until: hourOf(at) + hourLength };
    if (found.period !== this.#period) {
      found.uses = this.#gathered.usesOf(found, at);
      found.period = this.#period;
    }
    if (found.uses) count(found.uses, outcome, at, client, 1);
  }

  /** Tells what was gathered, where it is not being told already. */
  tell(connection: Told): void {
    if (this.#parts.length === 0 && this.#gathered.size > 0) {
      this.#parts = this.#gathered.parts(maxTold);
      this.#gathered = new Uses(capacity);
      this.#period = noTime;
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
    while (this.#parts.length > 0 || this.#gathered.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied = resolve;
      this.tell(connection);
      await promise;
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
