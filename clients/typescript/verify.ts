import type { Verdict, Verification } from './schema.gen.ts';

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
