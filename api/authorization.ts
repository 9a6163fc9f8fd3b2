import { createRoute, z } from '@hono/zod-openapi';
import { keyReasons } from '../decide/outcomes.ts';
import { Problem, refusals } from './problem.ts';
import { limitHeaders } from './remaining-limits.ts';
import { scopeQuery } from './scope-query.ts';
import { apiKeyHeader, byGateway, gatewayHeader } from './security.ts';

/** The header that tells the true status of a refusal to a gateway that asked for 403 alone. */
export const statusHeader = 'Latchkey-Status';

/** What is required of a key, as the query and the first segment of the path say it. */
export const Demands = z.strictObject({
  scope: scopeQuery.optional().openapi({
    description:
      'The scopes that the key must cover: one, or a query such as `orders:read AND (invoices:read OR invoices:write)`.',
    param: { name: 'scope', in: 'query', required: false },
    example: 'orders:read',
  }),
  cost: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'Must be a whole number from 1 to 999999999.')
    .transform(Number)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: 999_999_999,
      description:
        'How many units the request takes of each limit and quota of the key and its account. Default: 1.',
      param: { name: 'cost', in: 'query', required: false },
    }),
  deny: z
    .literal('403')
    .optional()
    .openapi({
      description:
        'Every refusal is then 403, with its true status in `Latchkey-Status`: for nginx, which takes any status but 401 and 403 for an error.',
      param: { name: 'deny', in: 'query', required: false },
    }),
});

const scopeHeader = 'Latchkey-Require-Scope';
const costHeader = 'Latchkey-Require-Cost';

/** The same as a gateway says it in headers, for one that cannot change the URL. */
export const DemandHeaders = z
  .object({ [scopeHeader]: Demands.shape.scope, [costHeader]: Demands.shape.cost })
  .transform(({ [scopeHeader]: scope, [costHeader]: cost }) => ({ scope, cost }));

export const demandHeaderNames = { scope: scopeHeader, cost: costHeader };

const refusedCodes = [
  ...keyReasons.filter(
    (reason) =>
      reason !== 'revoked' && reason !== 'rotated' && reason !== 'account_disabled' && reason !== 'disabled',
  ),
  'unauthenticated',
  'invalid_request',
  'invalid_token',
] as const;

const RefusedRequest = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.enum(refusedCodes).openapi({
      description:
        'The stable name of the problem: the reason of the verdict, or `invalid_token` for a key that is unknown, revoked, disabled by itself or with its account, or replaced.',
    }),
    detail: z.string(),
    requestId: z.string(),
    missingScopes: z.array(z.string()).optional(),
  })
  .openapi('RefusedRequest', {
    description: 'A problem (RFC 9457) for the client of the gateway: the same that the guards answer.',
  });

const text = (description: string, example: string) => ({
  description,
  required: true,
  schema: { type: 'string' as const },
  example,
});

/** Who makes the request. Each is sent with every success, and never empty, so that none of the client's own survives. */
const identityHeaders = {
  'Latchkey-Key': text('The id of the key.', 'key_6921a5d4b281af121fcda4cf'),
  'Latchkey-Account': text('The id of its account.', 'acc_6921a5c0b281af121fcda4ce'),
  'Latchkey-External-Id': text(
    'Your own id of the account, percent-encoded (RFC 3986); `-` if it has none.',
    'user_8812',
  ),
  'Latchkey-Scopes': text(
    'Its scopes, separated by spaces; `-` if it has none. Where all of them would make the headers too large, only those that were required.',
    'orders:read orders:write',
  ),
  'Latchkey-Name': text('Its name, percent-encoded; of a very long one, the beginning.', 'Mobile%20app'),
  'Latchkey-Identity': text(
    'A JWT that says the same in the words of an introspection (`sub`, `client_id`, `username`, `scope`), where the gateway named an `identity-audience`; `-` otherwise. A backend that checks it need not trust the headers.',
    '-',
  ),
};

const statusTold = {
  [statusHeader]: {
    description: 'With `deny=403`: the status that this would have without it.',
    schema: { type: 'integer' as const },
  },
};

const refused = (
  status: 401 | 403 | 429,
  description: string,
  code: (typeof refusedCodes)[number],
  detail: string,
) => ({
  description,
  headers: {
    ...(status === 429
      ? limitHeaders
      : {
          'WWW-Authenticate': {
            description: 'The challenge of RFC 6750, section 3.',
            required: status === 401,
            schema: { type: 'string' as const },
          },
        }),
    ...(status === 403 && statusTold),
  },
  content: {
    'application/problem+json': {
      // With `deny=403`, also what is wrong with the demands of the gateway.
      schema: status === 403 ? z.union([RefusedRequest, Problem]) : RefusedRequest,
      example: {
        type: 'about:blank',
        title: { 401: 'Unauthorized', 403: 'Forbidden', 429: 'Too Many Requests' }[status],
        status,
        code,
        detail,
        requestId: '0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10',
        ...(status === 403 && { missingScopes: ['orders:read'] }),
      },
    },
  },
});

export const authorization = {
  authorize: createRoute({
    operationId: 'authorizeRequest',
    method: 'get',
    path: '/v1/authorize',
    tags: ['Gateways'],
    summary: 'Authorize a request',
    description: `For a gateway that asks whether a request may pass: nginx \`auth_request\`, Caddy \`forward_auth\`, Traefik ForwardAuth, Envoy \`ext_authz\`, HAProxy. The repository of Latchkey has a configuration for each, in docs/GATEWAYS.md.

It answers every method, here and at every path below. It reads no body.

- The gateway names itself in \`${gatewayHeader}\`, by the operator token or by a key with \`keys:verify\` in the operator’s account. Behind the token it can name, as in a media type, what a client must not choose: \`Bearer <token>; ip-header=X-Real-IP; audience="https://api.example.com"; identity-audience="https://orders.internal"\`.
  - \`ip-header\`: the header whose last value is the address of the client. Without it, a key with \`allowedIps\` is refused.
  - \`audience\`: the URI of your service. Without it, a key with an \`audience\` is refused.
  - \`identity-audience\`: who is to accept \`Latchkey-Identity\`.
- The client’s key is in \`Authorization\` or in \`${apiKeyHeader}\`. Two different keys are refused.
- What is required stands in the query, in \`${scopeHeader}\` and \`${costHeader}\`, and in the first segment of a path below this one: \`/v1/authorize/scope=orders:read&cost=2/…\`, or \`/v1/authorize/-/…\` if that is nothing. All of it counts, and the highest \`cost\`, so that whatever a client sends along only makes it stricter. If this service runs on Bun, nothing can be required in the path: Bun resolves the dots of its client’s path first, and \`/../-/\` would undo it.

A request that passes is a verification of the key, and a use of it.`,
    security: byGateway,
    request: { query: Demands },
    responses: {
      200: {
        description: 'The request may pass. The body is empty.',
        headers: { ...identityHeaders, ...limitHeaders },
      },
      ...refusals(422, 503),
      401: refused(
        401,
        'The client sent no key, or one that is not good; or the gateway did not name itself.',
        'invalid_token',
        'The key is not valid.',
      ),
      403: refused(
        403,
        'The key lacks a scope; with `deny=403`, any refusal.',
        'insufficient_scope',
        'The key lacks a scope.',
      ),
      429: refused(
        429,
        'The key has reached a limit, or a quota is used up.',
        'rate_limited',
        'The key has reached a limit.',
      ),
    },
  }),
};
