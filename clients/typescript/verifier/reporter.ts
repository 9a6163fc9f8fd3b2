import { hourLength } from '../../../decide/durations.ts';
import { type FromVerifier, maxFrameBytes, maxTold, type WireUses } from '../../../decide/frames.ts';
import type { Outcome } from '../../../decide/outcomes.ts';
import { hourOf } from '../../../decide/uses.ts';
import type { KeyReason } from '../../../decide/verdict.ts';
import type { Asked } from '../verify.ts';
import { clientOf } from './client-of.ts';
import { type KnownKey, unused } from './known-key.ts';

/** For how many tokens uses are kept if they cannot be told. */
const capacity = 200_000;

/**
 * The uses of a token, as a message has them, take at most so many bytes. JSON may escape each character of a user agent as
 * six; the rest has less than 600.
 */
const bytesOf = ({ userAgent }: WireUses) => 600 + 6 * (userAgent?.length ?? 0);

/** Where uses are sent. */
interface UseSink {
  send(message: FromVerifier): void;
}

/**
 * Uses of tokens, gathered here and told once a second. Uses that are not acknowledged when a connection ends are told again
 * on the next one, and may count twice.
 */
export class Reporter {
  /** Uses of the hour that begins at `#hour`, by the hashes of the tokens. */
  readonly #gathered = new Map<string, WireUses>();
  /** Keys that hold further uses of this hour. */
  readonly #used: KnownKey[] = [];
  #hour = 0;
  /** Of how many tokens there are uses in `#gathered` and `#parts`. */
  #tokens = 0;
  /** Each is a message to tell, one after the other. The first one waits to be acknowledged. */
  readonly #parts: { hour: number; uses: WireUses[] }[] = [];
  #number = 0;
  #sentTo: UseSink | undefined;
  #emptied = () => {};

  /** Records a valid use, as most are. It is only noted in the key, since this runs for each verification. */
  accepted(key: KnownKey, at: number, asked: Asked): void {
    this.#enterHour(at);
    if (key.uses === 0) this.#used.push(key);
    key.uses += 1;
    if (at <= key.usedAt) return;
    key.usedAt = at;
    key.usedWith = asked;
  }

  /** @param hash that of the token */
  refused(hash: string, reason: KeyReason, at: number): void {
    this.#enterHour(at);
    this.#count(hash, reason, 1);
  }

  /** Tells what was gathered, unless uses are being told already. */
  tell(connection: UseSink): void {
    if (this.#parts.length === 0) this.#finish();
    if (connection !== this.#sentTo) this.#send(connection);
  }

  /** The uses of this number are counted. */
  acknowledged(number: number): void {
    const connection = this.#sentTo;
    if (number !== this.#number || !connection) return;
    this.#tokens -= this.#parts.shift()?.uses.length ?? 0;
    this.#sentTo = undefined;
    if (this.#parts.length > 0) this.#send(connection);
    else this.#emptied();
  }

  /** Tells everything, and resolves when it is acknowledged. */
  async flush(connection: UseSink): Promise<void> {
    while (this.#parts.length > 0 || this.#used.length > 0 || this.#gathered.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied = resolve;
      this.tell(connection);
      await promise;
    }
  }

  /** Uses are gathered for one hour at a time. */
  #enterHour(at: number): void {
    const isSame = at >= this.#hour && at < this.#hour + hourLength;
    if (isSame && this.#used.length < capacity) return;
    this.#finish();
    this.#hour = hourOf(at);
  }

  /** Makes parts of what was gathered. */
  #finish(): void {
    for (const key of this.#used.splice(0)) {
      const uses = this.#count(key.hash, 'valid', key.uses);
      if (uses && key.usedAt > (uses.lastUsedAt ?? 0))
        Object.assign(uses, { lastUsedAt: key.usedAt, ...clientOf(key.usedWith) });
      Object.assign(key, unused);
    }
    let part: WireUses[] | undefined;
    let bytes = 0;
    for (const uses of this.#gathered.values()) {
      bytes += bytesOf(uses);
      if (!part || part.length === maxTold || bytes > maxFrameBytes) {
        part = [];
        bytes = bytesOf(uses);
        this.#parts.push({ hour: this.#hour, uses: part });
      }
      part.push(uses);
    }
    this.#gathered.clear();
  }

  /** Counts uses of a token. Undefined: there is no room for another token. */
  #count(hash: string, outcome: Outcome, times: number): WireUses | undefined {
    let uses = this.#gathered.get(hash);
    if (!uses) {
      if (this.#tokens === capacity) return undefined;
      this.#tokens += 1;
      uses = { hash, lastUsedAt: null, ip: null, userAgent: null, counts: {} };
      this.#gathered.set(hash, uses);
    }
    uses.counts[outcome] = (uses.counts[outcome] ?? 0) + times;
    return uses;
  }

  #send(connection: UseSink): void {
    const [part] = this.#parts;
    if (!part) return;
    this.#sentTo = connection;
    this.#number += 1;
    connection.send({ kind: 'uses', number: this.#number, ...part });
  }
}
