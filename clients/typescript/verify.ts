import type { Verdict, Verification, VerifiedKey } from './schema.gen.ts';

/** What is asked of a token: what it must be good for, who presented it, and what it costs. */
export type Asked = Omit<Verification, 'token' | 'explain'>;

/**
 * Verifies tokens: the client, which asks the service over HTTP each time, or the verifier, which mostly answers from
 * memory.
 */
export interface Verifies {
  /**
   * Resolves to, or returns, the verdict. An invalid token is a verdict; it rejects or throws only where nothing is
   * known about the token.
   */
  verify(token: string, asked?: Asked): Verdict | Promise<Verdict>;
}

/** Whether something is a verdict. What a wrong server answers is none: it says nothing about a token. */
export function isVerdict(given: unknown): given is Verdict {
  const { valid, key, reason } = Object(given);
  return valid === true ? isKey(key) : valid === false && typeof reason === 'string';
}

/** Whether something is the key of a verdict. In JavaScript a hook may return anything, such as a promise. */
export const isKey = (given: unknown): given is VerifiedKey => typeof Object(given).id === 'string';
