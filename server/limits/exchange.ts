import { setImmediate } from 'node:timers';
import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../decide/instant.ts';
import { isLockTimeout } from '../db/errors.ts';
import type { Database } from '../db/schema.ts';
import type { Clocks } from './clocks.ts';

/**
 * What a replica gives and asks of one limit. The row is changed only while it has the generation that is named, and
 * what is given back counts only in the window that it was granted in.
 */
export interface Ask {
  id: number;
  generation: number;
  /** When the window of what is held ends, as in `Answer`; null: never. */
  resetsAt: number | null;
  /** How many units that count as held are spent. Negative: how many that count as spent are not. */
  spent: number;
  /** How many are given back unspent. */
  back: number;
  /** The smallest useful number of units: if there are fewer, none are granted. */
  atLeast: number;
  /** How many are spent as soon as they are granted, by waiting requests. */
  need: number;
  /** How many are wanted in all, if enough are left for other replicas. */
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
  /** Milliseconds until then. */
  timeLeft: number;
  /** Whether there was too little while other replicas hold units. They are asked to give them back. */
  isRecalling: boolean;
}

/** The end of a window in an ask: JSON has no infinity. */
export const inAsk = (resetsAt: number): number | null =>
  resetsAt === Number.POSITIVE_INFINITY ? null : resetsAt;

/** How many of the granted units the row counts as spent: those that are waited for, if all of them are granted. */
export const countedAsSpent = ({ granted }: Answer, need: number): number => (granted >= need ? need : 0);

/** The end of a window in an ask of which nothing is held: no window ends then. */
export const noWindow = -1;

/** An ask that gives and wants nothing. */
export const noAsk: Ask = {
  id: 0,
  generation: 0,
  resetsAt: noWindow,
  spent: 0,
  back: 0,
  atLeast: 0,
  need: 0,
  want: 0,
};

/** Gives back units that are in no block. @param asSpent how many of them the row counts as spent */
export const givingBack = (
  { id, generation }: Pick<Ask, 'id' | 'generation'>,
  { units, asSpent, resetsAt }: { units: number; asSpent: number; resetsAt: number },
): Ask => ({ ...noAsk, id, generation, resetsAt: inAsk(resetsAt), spent: -asSpent, back: units });

/** How long a block lasts, in milliseconds from when it was asked for. */
export const blockLifetime = 1_000;

/** Maximum number of limits in one statement. */
const batchSize = 1_000;

/**
 * Changes the rows of limits as a replica asks: takes units back, and grants some (migrations/0004_limits.ts).
 * @param together grants all that is asked, or nothing if a limit has too little or does not exist
 * @param now the instant, for tests; absent: by the clock of the database
 */
export const exchangeStatement = (
  asks: readonly Ask[],
  { together = false, now }: { together?: boolean; now?: Date | undefined } = {},
): RawBuilder<Answer> =>
  sql`select * from exchange_limits(${JSON.stringify(asks)}::text::json, ${together}::boolean, ${now ?? null}::timestamptz)`;

/** The outcome of an ask. `answer`: undefined if the limit has another generation, or is gone. */
interface AskAnswer {
  answer: Answer | undefined;
  sent: Instant;
}

/** What one statement answered, by the limit. */
interface StatementAnswers {
  answers: ReadonlyMap<number, Answer>;
  sent: Instant;
}

/** Asks that wait for a statement. */
interface Gathering {
  asks: Map<number, () => Ask>;
  exchanges: Promise<StatementAnswers>;
  /** Has the statement be made at the end of this turn of the event loop. */
  hurry: () => void;
}

/**
 * How long an ask ahead of the demand waits for others, in milliseconds. A statement costs more than all else here: with a
 * thousand busy keys, there would be one in nearly every turn of the event loop.
 */
const gatherTime = 10;

/**
 * Exchanges with the database. All asks of one turn of the event loop go into one statement, and with them those ahead of
 * the demand.
 */
export class Exchange {
  readonly #db: Database;
  readonly #clocks: Clocks;
  #gathering: Gathering | undefined;
  /** Limits of statements that waited in vain. Each asks alone until it is answered: others are not to wait for its row. */
  readonly #alone = new Set<number>();
  #count = 0;

  constructor(db: Database, clocks: Clocks) {
    this.#db = db;
    this.#clocks = clocks;
  }

  /** How many statements were sent since the process started. */
  get count(): number {
    return this.#count;
  }

  /**
   * @param ask called when the statement is made, so that it includes what was wanted until then
   * @param isAhead whether nobody waits for it yet
   * @throws DatabaseUnavailable and then what was given back may be lost
   */
  async ask(id: number, ask: () => Ask, { isAhead = false } = {}): Promise<AskAnswer> {
    const { asks, exchanges, hurry } = this.#gatheringFor(id);
    asks.set(id, ask);
    if (!isAhead) hurry();
    const { answers, sent } = await exchanges;
    this.#alone.delete(id);
    return { answer: answers.get(id), sent };
  }

  /** Has asks that wait for others wait no longer. */
  hurry(): void {
    this.#gathering?.hurry();
  }

  /** Asks for several limits in a statement of its own: all is granted, or nothing. */
  async askTogether(asks: readonly Ask[]): Promise<ReadonlyMap<number, Answer>> {
    return (await this.#send(asks, { together: true })).answers;
  }

  #gatheringFor(id: number): Gathering {
    if (this.#alone.has(id)) return this.#gather();
    if (this.#gathering?.asks.size === batchSize || this.#gathering?.asks.has(id)) {
      this.hurry();
      this.#gathering = undefined;
    }
    this.#gathering ??= this.#gather();
    return this.#gathering;
  }

  #gather(): Gathering {
    const asks: Gathering['asks'] = new Map();
    const { promise: isDue, resolve } = Promise.withResolvers<void>();
    this.#clocks.after(gatherTime, resolve);
    const exchanges = isDue.then(async () => {
      if (this.#gathering?.asks === asks) this.#gathering = undefined;
      try {
        return await this.#send(Array.from(asks.values(), (ask) => ask()));
      } catch (error) {
        if (isLockTimeout(error)) for (const id of asks.keys()) this.#alone.add(id);
        throw error;
      }
    });
    let isHurrying = false;
    const hurry = () => {
      if (!isHurrying) setImmediate(resolve);
      isHurrying = true;
    };
    return { asks, exchanges, hurry };
  }

  async #send(asks: readonly Ask[], { together = false } = {}): Promise<StatementAnswers> {
    this.#count += 1;
    const sent = this.#clocks.now();
    const now = this.#clocks.database?.();
    const { rows } = await exchangeStatement(asks, { together, now }).execute(this.#db);
    return { answers: new Map(rows.map((row) => [row.id, row])), sent };
  }
}
