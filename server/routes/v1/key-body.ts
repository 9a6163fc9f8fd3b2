import { statusOf } from '../../../decide/verdict.ts';
import type { ServiceContext } from '../../context.ts';
import type { Key, Token } from '../../keys/keys.ts';
import { quotaBody } from './quota-body.ts';

/** A key as `/v1` shows it. */
export function keyBody(context: ServiceContext, key: Omit<Key, 'number'>) {
  const now = context.now();
  // A previous token that has ended is history.
  const tokens = key.tokens.filter(({ endsAt }) => !endsAt || endsAt.getTime() > now);
  return {
    id: `key_${key.id}`,
    accountId: `acc_${key.accountId}`,
    name: key.name,
    start: key.tokens[0].start,
    scopes: key.scopes,
    roles: key.roles.map((role) => role.name),
    metadata: key.metadata,
    status: statusOf(key, now),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    disabledAt: key.disabledAt?.toISOString() ?? null,
    notBefore: key.notBefore?.toISOString() ?? null,
    allowedIps: key.allowedIps,
    audience: key.audience,
    limits: key.limits,
    quota: quotaBody(key.quota, now),
    ...lastUse(context, key.tokens),
    tokens: tokens.map((token) => tokenBody(context, key, token)),
    createdBy: { actor: key.createdBy, onBehalfOf: key.onBehalfOf },
    createdAt: key.createdAt.toISOString(),
    updatedAt: key.updatedAt.toISOString(),
  };
}

const tokenBody = (context: ServiceContext, key: Pick<Key, 'expiresAt' | 'nextExpiresAt'>, token: Token) => ({
  state: token.state,
  start: token.start,
  createdAt: token.createdAt.toISOString(),
  activatedAt: token.activatedAt?.toISOString() ?? null,
  endsAt: token.endsAt?.toISOString() ?? null,
  expiresAt: (token.state === 'next' ? key.nextExpiresAt : key.expiresAt)?.toISOString() ?? null,
  overlapSeconds: token.overlapSeconds,
  ...lastUse(context, [token]),
});

/** The last use of any of these tokens. */
function lastUse({ usage }: ServiceContext, tokens: readonly Token[]) {
  const last = usage.lastUse(...tokens);
  return {
    lastUsedAt: last?.at.toISOString() ?? null,
    lastUsedIp: last?.ip ?? null,
    lastUsedUserAgent: last?.userAgent ?? null,
  };
}
