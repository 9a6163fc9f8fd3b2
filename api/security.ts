import type { OwnScope } from '../decide/scopes.ts';

/**
 * Who may call an operation. Each is one alternative in a route's `security` list; the server lets in exactly
 * the callers that the list names, so the document and the behaviour cannot differ.
 */

/** A signed-in account, by its access token. */
export const bySession = { accessToken: [] };

/** An API key that carries all of these scopes; with none named, any key that is valid. */
export const byKey = (...scopes: OwnScope[]) => ({ apiKey: scopes });

/** An API key in the operator's own account that carries all of these scopes. A key of any other account is refused. */
export const byOperatorKey = (...scopes: OwnScope[]) => ({ operatorKey: scopes });

/** The product's own back end, by the operator token. */
export const byOperator = { operatorToken: [] };

/** Nobody in particular: no credential is needed. */
export const byAnyone = {};

/** The security schemes of OpenAPI that these names refer to. All are bearer tokens (RFC 6750). */
export const securitySchemes = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'The `accessToken` of a session, from `POST /v1/sessions`. It lives 15 minutes; refresh it with `POST /v1/sessions/refresh`.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of an API key. Where scopes are listed, the key must carry all of them.',
  },
  operatorKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'The token of an API key in the operator’s own account. Where scopes are listed, the key must carry all of them.',
  },
  operatorToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'The operator token of this deployment: for the product’s own back end only.',
  },
} as const;
