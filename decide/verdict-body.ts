import { missingScopes, type ScopeQuery } from './scope-query.ts';
import type { Presented } from './verdict.ts';
import type { Verdict, VerifiedKey } from './verified-key.ts';

/** The body of a verdict: the `Verdict` of the contract, without its limits and checks. */

/** Of a token that is accepted, as the operator and its verifiers see it. */
export const verifiedBody = (key: VerifiedKey) => ({
  id: `key_${key.id}`,
  accountId: `acc_${key.accountId}`,
  externalId: key.externalId,
  accountMetadata: { ...key.accountMetadata },
  name: key.name,
  scopes: [...key.scopes],
  metadata: { ...key.metadata },
  expiresAt: key.expiresAt?.toISOString() ?? null,
  ...(key.exchanged?.actor && { actor: `key_${key.exchanged.actor}` }),
});

export type Refused = Extract<Verdict, { valid: false }>;

/** Of a token that is refused. */
export const refusedBody = (verdict: Refused, presented: Presented) => ({
  valid: false as const,
  reason: verdict.reason,
  ...(verdict.key && {
    key: { id: `key_${verdict.key.id}`, accountId: `acc_${verdict.key.accountId}`, name: verdict.key.name },
  }),
  ...lacking(verdict, presented),
});

/** The scopes that were asked for and that the key does not cover, where that is the reason. */
export const lackedScopes = (
  { reason, key }: Refused,
  scopes: ScopeQuery | undefined,
): string[] | undefined =>
  reason === 'insufficient_scope' && scopes && !key.gone ? missingScopes(key.scopes, scopes) : undefined;

/** What the key or the verification lacks, where the reason alone does not say it. */
function lacking(
  verdict: Refused,
  { scopes, audience, client }: Presented,
): { missingScopes?: string[]; detail?: string } {
  const lacked = lackedScopes(verdict, scopes);
  if (lacked) return { missingScopes: lacked };
  const { reason } = verdict;
  if (reason === 'ip_not_allowed') return { detail: addressDetail(client().ip) };
  if (reason === 'wrong_audience') return { detail: audienceDetail(audience) };
  return {};
}

const addressDetail = (ip: string | null) =>
  ip === null
    ? 'The key can only be used from certain addresses: verify it with the `ip` that the token was presented from, an IPv4 or IPv6 address.'
    : `The key cannot be used from ${ip}.`;

const audienceDetail = (audience: Presented['audience']) =>
  audience == null
    ? 'The key is only for certain services: verify it with the URI of yours as `audience`.'
    : `The key is not for ${audience}.`;

/** The scopes that a verification asks for, in three ways, each of which counts. */
interface WantedScopes {
  scopes?: readonly string[] | undefined;
  anyScopes?: readonly string[] | undefined;
  scopeQuery?: ScopeQuery | undefined;
}

/** All that a key has to cover, as one query; undefined where that is nothing. */
export function wantedScopes({ scopes = [], anyScopes, scopeQuery }: WantedScopes): ScopeQuery | undefined {
  const all: readonly ScopeQuery[] = anyScopes === undefined ? scopes : [...scopes, { any: anyScopes }];
  if (scopeQuery) return { all: [...all, scopeQuery] };
  return all.length > 0 ? { all } : undefined;
}
