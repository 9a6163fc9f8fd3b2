import { plainIp, plainUserAgent } from '../../decide/client.ts';
import { hourLength } from '../../decide/durations.ts';
import type { WireUses } from '../../decide/frames.ts';
import { zeroUses } from '../../decide/outcomes.ts';
import { hourOf, type TokenUses } from '../../decide/uses.ts';
import type { ServiceContext } from '../context.ts';

/** How long ago an hour of uses can have begun, in milliseconds: a verifier may have been cut off for a while. */
const oldest = 24 * hourLength;

/**
 * Records the uses that a verifier tells. It names tokens by their hashes, so their keys are looked up. An impossible hour
 * is replaced by the current one, and the last use is moved into it. Addresses and user agents are stored in the same form
 * as those of other clients.
 * @throws DatabaseUnavailable
 */
export async function recordUses(
  { keys, usage, now }: Pick<ServiceContext, 'keys' | 'usage' | 'now'>,
  claimedHour: number,
  uses: readonly WireUses[],
): Promise<void> {
  const at = now();
  const thisHour = hourOf(at);
  const isPossible = claimedHour % hourLength === 0 && claimedHour <= thisHour && claimedHour > at - oldest;
  const hour = isPossible ? claimedHour : thisHour;
  const inHour = (time: number) => Math.min(Math.max(time, hour), hour + hourLength - 1, at);
  const found = await Promise.all(uses.map(async (token) => ({ token, key: await keys.find(token.hash) })));
  const known = found.flatMap(({ token, key }): TokenUses[] =>
    key
      ? [
          {
            hash: token.hash,
            keyId: key.id,
            accountId: key.accountId,
            ip: token.ip === null ? null : plainIp(token.ip),
            userAgent: plainUserAgent(token.userAgent),
            lastUsedAt: token.lastUsedAt === null ? Number.NEGATIVE_INFINITY : inHour(token.lastUsedAt),
            ...zeroUses(),
            ...token.counts,
          },
        ]
      : [],
  );
  usage.add({ hour, uses: known });
}
