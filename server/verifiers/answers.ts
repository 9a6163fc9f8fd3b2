import { type FromReplica, toWire } from '../../decide/frames.ts';
import type { ServiceContext } from '../context.ts';
import { DatabaseUnavailable } from '../errors.ts';

/**
 * Looks up tokens for a verifier.
 * @returns a function that makes the answer. It must be sent in the same turn, since what was found can change until then
 */
export async function answerAsk(
  { keys }: Pick<ServiceContext, 'keys'>,
  hashes: readonly string[],
): Promise<() => FromReplica> {
  try {
    const all = await Promise.all(hashes.map(async (hash) => ({ hash, found: await keys.find(hash) })));
    return () => ({
      kind: 'found',
      found: all.map(({ hash, found }) => ({
        hash,
        keep: keys.holds(hash, found),
        key: found ? toWire(found) : null,
      })),
    });
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return () => ({ kind: 'unavailable' });
    throw error;
  }
}
