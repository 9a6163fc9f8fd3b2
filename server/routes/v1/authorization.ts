import { authorization, statusHeader } from '../../../api/authorization.ts';
import { apiKeyHeader } from '../../../api/security.ts';
import { credentialOf } from '../../../decide/credential.ts';
import { isPromise } from '../../../decide/maybe-async.ts';
import { type RefusalReason, refusalOf } from '../../../decide/refusals.ts';
import type { ScopeQuery } from '../../../decide/scope-query.ts';
import { lackedScopes } from '../../../decide/verdict-body.ts';
import { check } from '../../auth/check.ts';
import type { ServiceContext } from '../../context.ts';
import { answersFailures } from '../../http/failures.ts';
import type { Incoming } from '../../http/incoming.ts';
import { clientOf } from '../../http/peer.ts';
import { Reply, Text } from '../../http/reply.ts';
import { respond } from '../../http/respond.ts';
import type { Serve } from '../../http/serve.ts';
import { operatorAccountId } from '../../id.ts';
import { DemandReader, takesOnly403 } from './demands.ts';
import { gatewayOf } from './gateway.ts';
import { IdentityHeaders } from './identity-headers.ts';
import { problem } from './problem.ts';
import { LimitTexts } from './remaining-limits.ts';

/**
 * Serves `/v1/authorize` and every path below it, for every method. The headers and the URL of a request decide; its body
 * is for the backend.
 */
export function authorizes(context: ServiceContext): Serve {
  const answerFailure = answersFailures(context, problem);
  const demands = new DemandReader();
  const limits = new LimitTexts();
  const identity = new IdentityHeaders(context);
  const counted = context.responseCounts.counter(authorization.authorize.operationId);

  const decide = async (incoming: Incoming): Promise<Response> => {
    const named = gatewayOf(context, incoming);
    const gateway = isPromise(named) ? await named : named;
    const demand = demands.read(incoming);
    const required = demand.scopes.filter((scope) => typeof scope === 'string');
    const refuse = (reason: RefusalReason, missing: readonly string[], headers?: Record<string, string>) => {
      const refusal = refusalOf(reason, { realm: 'api', scopes: required, missingScopes: missing });
      // 401 instead of 400, which gateways take for an error.
      const status = reason === 'malformed' ? 401 : refusal.status;
      const body = JSON.stringify({ ...refusal.problem, status, requestId: incoming.requestId });
      const text = new Text(body, 'application/problem+json');
      return respond(new Reply(text, { ...refusal.headers, ...headers }), status, incoming);
    };

    const credential = credentialOf(
      incoming.header('authorization') ?? '',
      incoming.header(apiKeyHeader.toLowerCase()) ?? '',
    );
    if ('reason' in credential) return refuse(credential.reason, []);
    const costs = { cost: demand.cost };
    const scopes: ScopeQuery | undefined = demand.scopes.length > 0 ? { all: demand.scopes } : undefined;
    const checked = check(context, credential.token, {
      purpose: 'verify',
      reach: operatorAccountId,
      audience: gateway.audience,
      // The address of the connection is the gateway's, so it is not used.
      client: () => clientOf(incoming.header, undefined, { clientIpHeader: gateway.ipHeader }),
      scopes,
      costs,
    });
    const verdict = isPromise(checked) ? await checked : checked;
    const limitHeaders = limits.headers(verdict, costs);
    if (!verdict.valid) return refuse(verdict.reason, lackedScopes(verdict, scopes) ?? [], limitHeaders);
    const identified = identity.of(verdict.key, required, gateway.identityAudience);
    const identityHeaders = isPromise(identified) ? await identified : identified;
    const headers = { ...identityHeaders, ...limitHeaders, 'Content-Length': '0' };
    return respond(new Reply(undefined, headers), 200, incoming);
  };

  return async (incoming) => {
    const answer = counted(await decide(incoming).catch((error) => answerFailure(error, incoming)));
    // On Node, reading anything but the status of a response costs as much as everything else here.
    const { status } = answer;
    if (status === 200) return answer;
    const { headers } = answer;
    const isDenied = status < 500 && takesOnly403(incoming);
    if (isDenied) headers.set(statusHeader, String(status));
    const body = incoming.request.method === 'HEAD' ? null : answer.body;
    return new Response(body, { status: isDenied ? 403 : status, headers });
  };
}
