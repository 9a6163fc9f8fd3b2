import { setImmediate } from 'node:timers';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../db/schema.ts';

/**
 * What a replica gives and asks of one limit. The row is changed only while it has the generation that is named, and
 * what is given back counts only in the window that it was granted in.
 */
export interface Ask {
  id: number;
  generation: number;
  /** When the window of what is held ends, as `Answer` told it; infinity, or null where nothing is held. */
  resetsAt: number | null;
  /** So many of the units that were held are spent. */
  spent: number;
  /** So many come back unspent. */
  back: number;
  /** Fewer units than this are of no use: then none are granted. */
  atLeast: number;
  /** So many are spent as soon as they are granted, by who waits for them. */
  need: number;
  /** So many in all are welcome, if there are enough for others as well. */
  want: number;
}

/** What a limit has after an exchange. */
export interface Answer {
  id: number;
  granted: number;
  /** Not granted to any replica. */
  ungranted: number;
  /** When the window ends, as Unix time in milliseconds by the database's clock; infinity: never. */
  resetsAt: number;
  /** How long that is from then on, in milliseconds. */
  timeLeft: number;
  /** Whether it was too little, while other replicas have units: they are asked to give them back. */
  isRecalling: boolean;
}

/** How long a block lasts, in milliseconds from when it was asked for. */
export const blockLifetime = 1_000;

/** At most so many limits go into one statement. */
const batchSize = 1_000;

/**
 * Changes the rows of limits by what a replica asks: takes back, and grants (migrations/0004_limits.ts).
 * @param together grants all that is asked, or, where one limit has not enough or is not there, nothing
 * @param now the instant, for tests; absent: the clock of the database
 */
export const exchangeStatement = (
  asks: readonly Ask[],
  { together = false, now }: { together?: boolean; now?: Date } = {},
): RawBuilder<Answer> =>
  sql`select * from exchange_limits(${JSON.stringify(asks)}::text::json, ${together}::boolean, ${now ?? null}::timestamptz)`;

/** When an exchange was sent, by `performance.now()` and by `Date.now()`. */
export interface Sent {
  monotonic: number;
  wall: number;
}

/** What came of an ask: undefined where the limit has another generation, or is gone. */
export interface Exchanged {
  answer: Answer | undefined;
  sent: Sent;
}

interface Exchanges {
  answers: ReadonlyMap<number, Answer>;
  sent: Sent;
}

/** Exchanges with the database. All asks of one turn of the event loop go into one statement. */
export class Exchange {
  readonly #db: Database;
  #asks: (() => Ask)[] = [];
  #answers: Promise<Exchanges> | undefined;
  #count = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** How many statements were sent since the process started. */
  get count(): number {
    return this.#count;
  }

  /**
   * @param ask called when the statement is made, so that it can say what was wanted until then. One limit must not be
   * asked for twice in a turn
   * @throws DatabaseUnavailable: what was given back is lost then
   */
  async ask(id: number, ask: () => Ask): Promise<Exchanged> {
    if (this.#asks.length === batchSize) this.#answers = undefined;
    this.#answers ??= this.#gather();
    this.#asks.push(ask);
    const { answers, sent } = await this.#answers;
    return { answer: answers.get(id), sent };
  }

  /** Asks for several limits in a statement of its own: all is granted, or nothing. */
  async askTogether(asks: readonly Ask[]): Promise<ReadonlyMap<number, Answer>> {
    return (await this.#send(asks, true)).answers;
  }

  #gather(): Promise<Exchanges> {
    const asks: (() => Ask)[] = [];
    this.#asks = asks;
    return new Promise<Exchanges>((resolve, reject) =>
      setImmediate(() => {
        if (this.#asks === asks) this.#answers = undefined;
        this.#send(
          asks.map((ask) => ask()),
          false,
        ).then(resolve, reject);
      }),
    );
  }

  async #send(asks: readonly Ask[], together: boolean): Promise<Exchanges> {
    this.#count += 1;
    const sent = { monotonic: performance.now(), wall: Date.now() };
    const { rows } = await exchangeStatement(asks, { together }).execute(this.#db);
    return { answers: new Map(rows.map((row) => [row.id, row])), sent };
  }
}
