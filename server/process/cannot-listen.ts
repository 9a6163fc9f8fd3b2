import { CannotStart } from '../errors.ts';
import type { Config } from './config.ts';

/** A runtime's error on listening, as one line that says what is wrong. */
export function cannotListen(error: unknown, { HOST, PORT }: Pick<Config, 'HOST' | 'PORT'>): CannotStart {
  const { code, name, message } = error as NodeJS.ErrnoException;
  // Deno has no code.
  const isTaken = code === 'EADDRINUSE' || name === 'AddrInUse';
  const reason = isTaken ? 'another process listens there. Stop it, or set another PORT' : message;
  return new CannotStart(`Cannot listen on port ${PORT} of ${HOST}: ${reason}.`);
}
