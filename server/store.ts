import type { Database } from './db/schema.ts';
import { AccountNotFound, KeyNotFound } from './errors.ts';

/** The database, and `settled`, which a change that verdicts depend on awaits before it returns: see `ServiceContext`. */
export type Store = { db: Database; settled: () => Promise<void> };

/**
 * Handles the error of a call that would end something: where that is gone already, another call may have ended it a moment
 * ago. The error is thrown once no replica accepts what is gone.
 */
export const onceGone =
  ({ settled }: Pick<Store, 'settled'>) =>
  async (error: unknown): Promise<never> => {
    if (error instanceof KeyNotFound || error instanceof AccountNotFound) await settled();
    throw error;
  };
