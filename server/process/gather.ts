import { clearTimeout, setTimeout } from 'node:timers';

/**
 * How a worker that is asked for something all workers have, such as metrics, gets the others' share: it asks the
 * supervisor, which asks every worker, itself included. What is told must be JSON.
 */

/** What one worker told, under its number; a process that has no supervisor has none. */
export interface Share<Told> {
  worker?: number;
  told: Told;
}

/** Makes, of what tells this process's own share, what asks for the shares of all. */
export type Gather = <Told>(tell: () => Promise<Told>) => () => Promise<Share<Told>[]>;

/** That of a process without a supervisor: its own share is all. */
export const gatherAlone: Gather = (tell) => async () => [{ told: await tell() }];

/** A question to the process at the other end of a channel. */
export interface Question {
  question: number;
}
/** What it answers. */
export interface Reply {
  reply: number;
  told: unknown;
}

export const isQuestion = (message: unknown): message is Question => has(message, 'question');
export const isReply = (message: unknown): message is Reply => has(message, 'reply');
const has = (message: unknown, name: string) =>
  typeof message === 'object' && message !== null && name in message;

/** Questions that were sent over a channel and wait for their replies. */
export class Questions {
  #asked = 0;
  readonly #waiting = new Map<number, (told: unknown) => void>();

  /**
   * Sends a question. @returns what was told; undefined where nobody answered within so many milliseconds
   */
  ask(send: (question: Question) => unknown, patience: number): Promise<unknown> {
    const question = ++this.#asked;
    return new Promise((resolve) => {
      const settle = (told: unknown) => {
        clearTimeout(timer);
        this.#waiting.delete(question);
        resolve(told);
      };
      const timer = setTimeout(settle, patience, undefined);
      this.#waiting.set(question, settle);
      send({ question });
    });
  }

  /** Takes a reply. */
  hear({ reply, told }: Reply): void {
    this.#waiting.get(reply)?.(told);
  }
}
