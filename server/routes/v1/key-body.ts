import { statusOf } from '../../../decide/verdict.ts';
import type { ServiceContext } from '../../context.ts';
import type { Key } from '../../keys.ts';

/** A key as `/v1` shows it. */
export function keyBody({ usage, now }: ServiceContext, key: Key) {
  const lastUse = usage.lastUse(key);
  return {
    id: `key_${key.id}`,
    accountId: `acc_${key.accountId}`,
    name: key.name,
    start: key.start,
    scopes: key.scopes,
    metadata: key.metadata,
    status: statusOf(key, now()),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    disabledAt: key.disabledAt?.toISOString() ?? null,
    lastUsedAt: lastUse?.at.toISOString() ?? null,
    lastUsedIp: lastUse?.ip ?? null,
    lastUsedUserAgent: lastUse?.userAgent ?? null,
    createdAt: key.createdAt.toISOString(),
    updatedAt: key.updatedAt.toISOString(),
  };
}
