import type { OwnScope } from '../decide/scopes.ts';

/** The header in which a gateway names itself. No client can send it, since it holds a secret of the operator. */
export const gatewayHeader = 'Latchkey-Authorization';

/** The header that may hold the key of a client instead of `Authorization`. */
export const apiKeyHeader = 'X-API-Key';

/**
 * The callers of an operation. Each is one alternative in a route's `security` list. The server lets in exactly the
 * callers that the list names, so the document and the behaviour cannot differ.
 */

/** A signed-in account, by its access token. */
export const bySession = { accessToken: [] };

/** An API key with all of these scopes. Without any named: every valid key. */
export const byKey = (...scopes: OwnScope[]) => ({ apiKey: scopes });

/** An API key in the operator's own account with all of these scopes. Keys of other accounts are refused. */
export const byOperatorKey = (...scopes: OwnScope[]) => ({ operatorKey: scopes });

/** The product's own back end, by the operator token. */
export const byOperator = { operatorToken: [] };

/**
 * Whoever reads the keys of an account: its owner, a key of it, and the operator. `operator:read` comes first, since it
 * reads the operator's own account too.
 */
export const keyReaders = [
  bySession,
  byKey('keys:read'),
  byOperator,
  byOperatorKey('operator:read'),
  byOperatorKey('operator:keys'),
];

/** Whoever reads accounts, as the operator. */
export const accountReaders = [
  byOperator,
  byOperatorKey('operator:read'),
  byOperatorKey('operator:accounts'),
];

/** Whoever creates, changes and ends keys. */
export const keyWriters = [bySession, byKey('keys:write'), byOperator, byOperatorKey('operator:keys')];

/**
 * An API key with all of these scopes, or the operator, as a client of OAuth. This says how they may authenticate as
 * well; that they may, `byKey` and `byOperator` beside it say.
 */
export const byClient = (...scopes: OwnScope[]) => ({ client: scopes });

/**
 * A gateway, with the key of its client: each in a header of its own. The gateway itself is the operator, or an API key
 * in the operator's own account with `keys:verify`.
 */
export const byGateway = [
  { gateway: [], presentedKey: [] },
  { gateway: [], presentedApiKey: [] },
];

/** Anyone: no credential is needed. */
export const byAnyone = {};

/**
 * The security schemes of OpenAPI that these names refer to. All are bearer tokens (RFC 6750), but for `client` and those
 * of gateways.
 */
export const securitySchemes = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'The `accessToken` of a session, from `POST /v1/sessions`. It is valid for 15 minutes. `POST /v1/sessions/refresh` returns the next one.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of an API key. If scopes are listed, the key must have all of them.',
  },
  operatorKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'The token of an API key in the operator’s own account, for a part of what the operator may do. The key must have all of the scopes that are listed.',
  },
  operatorToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'The operator token of this deployment, for the product’s own back end only.',
  },
  client: {
    type: 'http',
    scheme: 'basic',
    description:
      'An API key or the operator token as a client of OAuth. The user name is the `client_id`: the id of the key (`key_…`), or `operator`. The password is the `client_secret`: the token of the key, or the operator token. Both can be sent in the form instead.',
  },
  gateway: {
    type: 'apiKey',
    in: 'header',
    name: gatewayHeader,
    description:
      'Who the gateway is: `Bearer` and the operator token, or the token of an API key in the operator’s own account with `keys:verify`.',
  },
  presentedKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'The API key of the client whose request the gateway holds.',
  },
  presentedApiKey: {
    type: 'apiKey',
    in: 'header',
    name: apiKeyHeader,
    description: 'The same, where the client sent it in this header.',
  },
} as const;
