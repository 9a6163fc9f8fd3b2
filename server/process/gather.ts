import { clearTimeout, setTimeout } from 'node:timers';

/**
 * How a worker collects the shares of all workers, such as their metrics: it asks the supervisor, which asks every worker,
 * the asking one included. A share must be JSON.
 */

/** The share of one worker, with its number. A process without a supervisor has no number. */
export interface Share<Value> {
  worker?: number;
  value: Value;
}

/** Takes a function that gives this process's share, and returns one that collects the shares of all. */
export type Gather = <Value>(own: () => Promise<Value>) => () => Promise<Share<Value>[]>;

/** For a process without a supervisor: only its own share. */
export const gatherAlone: Gather = (own) => async () => [{ value: await own() }];

/** A question to the process at the other end of a channel. */
export interface Question {
  question: number;
}
/** The reply to a question. */
export interface ChannelReply {
  reply: number;
  value: unknown;
}

export const isQuestion = (message: unknown): message is Question => has(message, 'question');
export const isReply = (message: unknown): message is ChannelReply => has(message, 'reply');
const has = (message: unknown, name: string) =>
  typeof message === 'object' && message !== null && name in message;

/** Questions that were sent over a channel, and wait for a reply. */
export class Questions {
  #asked = 0;
  readonly #waiting = new Map<number, (value: unknown) => void>();

  /**
   * Sends a question. @returns the value of the reply; undefined without a reply within `patience` milliseconds
   */
  ask(send: (question: Question) => unknown, patience: number): Promise<unknown> {
    const question = ++this.#asked;
    return new Promise((resolve) => {
      const settle = (value: unknown) => {
        clearTimeout(timer);
        this.#waiting.delete(question);
        resolve(value);
      };
      const timer = setTimeout(settle, patience, undefined);
      this.#waiting.set(question, settle);
      send({ question });
    });
  }

  /** Takes a reply. */
  hear({ reply, value }: ChannelReply): void {
    this.#waiting.get(reply)?.(value);
  }
}
