import { oauth } from '../../../api/oauth.ts';
import { maybeAsync } from '../../../decide/maybe-async.ts';
import type { VerifiedKey } from '../../../decide/verified-key.ts';
import { selfOf } from '../../callers.ts';
import { check } from '../../check.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { findClient } from './credential.ts';

/** Where the token was presented, a resource server cannot say. */
const unknownClient = () => ({ ip: null, userAgent: null });

const secondsOf = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** What a resource server is told of a token that is active, in the words of RFC 7662, section 2.2. */
function active(
  { publicUrl, introspectionMaxAge }: ServiceContext,
  { id, accountId, externalId, name, metadata, scopes, audience, expiresAt, endsAt, notBefore }: VerifiedKey,
  now: number,
) {
  const end = Math.min(
    expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    endsAt?.getTime() ?? Number.POSITIVE_INFINITY,
  );
  return {
    active: true as const,
    ...(scopes.size > 0 && { scope: [...scopes].join(' ') }),
    client_id: `key_${id}`,
    token_type: 'Bearer' as const,
    exp: secondsOf(Math.min(end, now + introspectionMaxAge * 1000)),
    ...(notBefore && { nbf: secondsOf(notBefore.getTime()) }),
    sub: `acc_${accountId}`,
    ...(externalId !== null && { username: externalId }),
    ...(audience && { aud: [...audience] }),
    iss: publicUrl,
    key_name: name,
    key_metadata: { ...metadata },
    ...(Number.isFinite(end) && { key_exp: secondsOf(end) }),
  };
}

export function oauthOperations(context: ServiceContext): Operation[] {
  return [
    operation(
      oauth.introspect,
      ({ caller, form }) => {
        // Whoever asks is told the audience, and judges it.
        const asked = {
          purpose: 'verify' as const,
          reach: selfOf(caller),
          audience: null,
          client: unknownClient,
        };
        return maybeAsync(check(context, form.token, asked), (verdict) =>
          verdict.valid ? active(context, verdict.key, verdict.at) : { active: false as const },
        );
      },
      { findToken: findClient },
    ),
  ];
}
