import {
  exchangeGrant,
  exchangeMethods,
  introspectionMethods,
  oauth,
  revocationMethods,
  wellKnown,
} from '../../../api/oauth.ts';
import { sessions } from '../../../api/sessions.ts';
import { tokenExchange } from '../../../api/token-exchange.ts';
import { maybeAsync } from '../../../decide/maybe-async.ts';
import { endOf } from '../../../decide/verdict.ts';
import type { VerifiedKey } from '../../../decide/verified-key.ts';
import { endSessionOf, isRefreshToken } from '../../accounts/sessions.ts';
import { claimsToBeAccessToken, isOperatorToken } from '../../auth/authenticate.ts';
import { type Caller, isOfOperator, selfOf } from '../../auth/callers.ts';
import { check } from '../../auth/check.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { unknownClient } from '../../http/peer.ts';
import { cacheable } from '../../http/reply.ts';
import { revokeToken } from '../../keys/token-revocation.ts';
import { findClient } from './credential.ts';
import { OAuthRefusal } from './error.ts';

const secondsOf = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** The response to the introspection of an active token (RFC 7662, section 2.2). */
function active(
  { publicUrl, introspectionMaxAge }: ServiceContext,
  caller: Caller,
  key: VerifiedKey,
  now: number,
) {
  const { id, accountId, externalId, accountMetadata, name, metadata, scopes, audience } = key;
  const { notBefore, exchanged } = key;
  const end = endOf(key);
  return {
    active: true as const,
    ...(scopes.size > 0 && { scope: [...scopes].join(' ') }),
    client_id: `key_${id}`,
    token_type: 'Bearer' as const,
    exp: secondsOf(Math.min(end, now + introspectionMaxAge * 1000)),
    ...(exchanged && { iat: secondsOf(exchanged.issuedAt.getTime()) }),
    ...(notBefore && { nbf: secondsOf(notBefore.getTime()) }),
    sub: `acc_${accountId}`,
    ...(externalId !== null && { username: externalId }),
    ...(audience && { aud: [...audience] }),
    ...(exchanged?.actor && { act: { sub: `key_${exchanged.actor}` } }),
    iss: publicUrl,
    key_name: name,
    key_metadata: { ...metadata },
    account_metadata: isOfOperator(caller) ? { ...accountMetadata } : {},
    ...(Number.isFinite(end) && { key_exp: secondsOf(end) }),
  };
}

/** What a token is that cannot be revoked here, for people. Undefined: it may be that of a key. */
function otherToken(context: ServiceContext, token: string): string | undefined {
  if (isOperatorToken(context, token)) return 'Is an operator token: change OPERATOR_TOKEN.';
  if (claimsToBeAccessToken(token))
    return 'Is an access token: revoke the refresh token of its session, or call DELETE /v1/sessions/current.';
  if (context.signer.exchanged.claims(token))
    return 'Is an exchanged token: revoke the token that it was exchanged for, or wait until it expires.';
  return undefined;
}

/** The metadata of this deployment for OAuth clients (RFC 8414). */
const metadataOf = ({ publicUrl }: ServiceContext) => ({
  issuer: publicUrl,
  jwks_uri: `${publicUrl}${sessions.jwks.path}`,
  token_endpoint: `${publicUrl}${tokenExchange.exchange.path}`,
  token_endpoint_auth_methods_supported: [...exchangeMethods],
  grant_types_supported: [exchangeGrant] as [typeof exchangeGrant],
  introspection_endpoint: `${publicUrl}${oauth.introspect.path}`,
  introspection_endpoint_auth_methods_supported: [...introspectionMethods],
  revocation_endpoint: `${publicUrl}${oauth.revoke.path}`,
  revocation_endpoint_auth_methods_supported: [...revocationMethods],
  service_documentation: `${publicUrl}/docs`,
});

/** The paths of the metadata. The path of the public URL comes after the well-known one (RFC 8414, section 3.1). */
const metadataPaths = ({ publicUrl }: ServiceContext) =>
  new Set([wellKnown, wellKnown + new URL(publicUrl).pathname.replace(/\/$/, '')]);

export function oauthOperations(context: ServiceContext): Operation[] {
  const metadata = cacheable(metadataOf(context));
  return [
    operation(
      oauth.introspect,
      ({ caller, form }) => {
        // A resource server is told the audience and judges it; where the token was presented, it cannot say.
        const asked = {
          purpose: 'verify' as const,
          reach: selfOf(caller),
          audience: null,
          client: unknownClient,
        };
        return maybeAsync(check(context, form.token, asked), (verdict) =>
          verdict.valid ? active(context, caller, verdict.key, verdict.at) : { active: false as const },
        );
      },
      { findCredential: findClient },
    ),

    operation(
      oauth.revoke,
      async ({ act, form: { token } }) => {
        if (await revokeToken(context, token, act)) return;
        if (isRefreshToken(token)) return endSessionOf(context.db, token, act);
        const other = otherToken(context, token);
        if (other) throw new OAuthRefusal('unsupported_token_type', 'token', other);
      },
      { findCredential: findClient },
    ),

    ...Array.from(metadataPaths(context), (path) => operation({ ...oauth.metadata, path }, () => metadata)),
  ];
}
