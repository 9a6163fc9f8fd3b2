import { randomBytes } from 'node:crypto';

/**
 * A new id: 24 hexadecimal digits, the first 8 of them the Unix time in seconds, so that ids sort by time.
 * @param now Unix time in milliseconds
 */
export function newId(now: number): string {
  const seconds = Math.floor(now / 1000) % 2 ** 32;
  return seconds.toString(16).padStart(8, '0') + randomBytes(8).toString('hex');
}

/** The account of the operator itself, which the first migration creates. */
export const operatorAccountId = '0'.repeat(24);
