import { accessTokenType, tokenExchange } from '../../../api/token-exchange.ts';
import { exchangeToken } from '../../auth/token-exchange.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { unknownClient } from '../../http/peer.ts';
import { Reply } from '../../http/reply.ts';
import { operatorAccountId } from '../../id.ts';
import { findClient } from './credential.ts';

export function tokenExchangeOperations(context: ServiceContext): Operation[] {
  return [
    operation(
      tokenExchange.exchange,
      async ({ caller, form, act }) => {
        const { requested_token_type, audience, resource, scope } = form;
        const targets = [audience ?? [], resource ?? []].flat();
        const asked = {
          subjectToken: form.subject_token,
          actorToken: form.actor_token,
          scopes: scope === undefined ? undefined : new Set(scope.split(' ')),
          audience: targets.length > 0 ? [...new Set(targets)] : undefined,
          lifetime: form.expires_in,
        };
        // An account does not learn where the machines of the operator are.
        const isOperators = 'accountId' in caller && caller.accountId === operatorAccountId;
        const recordedClient = isOperators ? unknownClient : () => act;
        const clients = { client: () => act, recordedClient };
        const { token, scopes, expiresIn } = await exchangeToken(context, asked, clients);
        const answer = {
          access_token: token,
          issued_token_type: requested_token_type ?? accessTokenType,
          token_type: 'Bearer' as const,
          expires_in: expiresIn,
          ...(scopes.size > 0 && { scope: [...scopes].join(' ') }),
        };
        // RFC 6749, section 5.1, requires it beside `Cache-Control: no-store`.
        return new Reply(answer, { Pragma: 'no-cache' });
      },
      { findCredential: findClient },
    ),
  ];
}
