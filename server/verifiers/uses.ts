import type { WireUses } from '../../decide/frames.ts';
import { hourLength, hourOf, type TokenUses } from '../../decide/uses.ts';
import { zeroUses } from '../../decide/verdict.ts';
import type { ServiceContext } from '../context.ts';

/** How long ago an hour of uses can have begun, in milliseconds: a verifier may have been cut off for a while. */
const oldest = 24 * hourLength;

/**
 * Records what a verifier says of uses. Whose they are is looked up: a verifier names tokens by their hashes alone. Times
 * that cannot be are taken for now.
 * @throws DatabaseUnavailable
 */
export async function recordUses(
  { keys, usage, now }: Pick<ServiceContext, 'keys' | 'usage' | 'now'>,
  hour: number,
  uses: readonly WireUses[],
): Promise<void> {
  const at = now();
  const thisHour = hourOf(at);
  const isPossible = hour % hourLength === 0 && hour <= thisHour && hour > at - oldest;
  const found = await Promise.all(uses.map(async (token) => ({ token, key: await keys.find(token.hash) })));
  const known = found.flatMap(({ token, key }): TokenUses[] =>
    key
      ? [
          {
            ...{ hash: token.hash, keyId: key.id, accountId: key.accountId },
            ...{ ip: token.ip, userAgent: token.userAgent },
            lastUsedAt: Math.min(token.lastUsedAt ?? Number.NEGATIVE_INFINITY, at),
            ...zeroUses(),
            ...token.counts,
          },
        ]
      : [],
  );
  usage.add({ hour: isPossible ? hour : thisHour, uses: known });
}
