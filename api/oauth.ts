import { createRoute, z } from '@hono/zod-openapi';
import { AccountId } from './ids.ts';
import { KeyId } from './key-body.ts';
import { ShownMetadata } from './metadata.ts';
import { byAnyone, byClient, byKey, byOperator, bySession } from './security.ts';

/** What stands before the path of the public URL in the address of the metadata (RFC 8414, section 3.1). */
export const wellKnown = '/.well-known/oauth-authorization-server';

/** The errors of this contract: those of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 6750, RFC 7009 and RFC 8707. */
export const oauthErrors = [
  'insufficient_scope',
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'server_error',
  'temporarily_unavailable',
  'unsupported_grant_type',
  'unsupported_token_type',
] as const;

export const OAuthError = z
  .object({
    error: z.enum(oauthErrors).openapi({ description: 'The stable name of the error. Branch on this.' }),
    error_description: z
      .string()
      .regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
      .openapi({ description: 'What went wrong, for people. The wording can change.' }),
  })
  .openapi('OAuthError');

export const error = (
  description: string,
  error: (typeof oauthErrors)[number],
  error_description: string,
  header?: string,
) => ({
  description,
  content: { 'application/json': { schema: OAuthError, example: { error, error_description } } },
  ...(header && { headers: { [header]: { required: true, schema: { type: 'string' as const } } } }),
});

export const refusals = {
  400: error(
    'A parameter is missing, is sent twice, or has no good value; or the caller authenticates in two ways.',
    'invalid_request',
    'token: Is missing.',
  ),
  401: error(
    'The caller does not authenticate, or its credential is not, or no longer, good.',
    'invalid_client',
    'The client id is not that of the secret.',
    'WWW-Authenticate',
  ),
  413: error('The body is larger than 64 KiB.', 'invalid_request', 'The body may have at most 65536 bytes.'),
  415: error(
    'The body is not a form.',
    'invalid_request',
    'The body must have one of these content types, in UTF-8: application/x-www-form-urlencoded.',
    'Accept',
  ),
  503: error(
    'The database did not answer: try again after `Retry-After`.',
    'temporarily_unavailable',
    'The database cannot be reached: try again in a second.',
    'Retry-After',
  ),
};

/** What every operation answers if the service itself fails. */
export const serverError = error('A fault of the service.', 'server_error', 'This should not have happened.');

/** What is wrong with a parameter that is not there once (RFC 6749, section 3.2), whatever its value would have to be. */
export const missing = 'Is missing.';
export const repeated = 'Must be sent once.';

/** A parameter of a form. */
export const parameter = () => z.string({ error: ({ input }) => (input === undefined ? missing : repeated) });

/** What a client may authenticate with in the body: read with the caller, and here described. */
export const credentials = {
  client_id: parameter().optional().openapi({
    description: 'The id of the calling key, or `operator`, unless it is in the `Authorization` header.',
  }),
  client_secret: parameter().optional().openapi({
    description:
      'The token of the calling key, or the operator token, unless it is in the `Authorization` header.',
  }),
};

/** The parameters that have a value: one without counts as omitted (RFC 6749, section 3.2). */
const withValues = (form: unknown) =>
  Object.fromEntries(Object.entries(Object(form)).filter(([, value]) => value !== ''));

export const form = <Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>) => ({
  required: true as const,
  content: {
    'application/x-www-form-urlencoded': { schema: z.preprocess(withValues, schema), example },
  },
});

const exampleToken = 'lk_8MZrAqkP2vYw0sTnBxLdEoHjCgUfVi3K1aRmQp';

const tokenForm = (description: string) =>
  z.object({
    token: parameter().openapi({ description }),
    token_type_hint: parameter()
      .optional()
      .openapi({ description: 'Ignored: there is one type of token.', example: 'access_token' }),
    ...credentials,
  });

/** Unix time in seconds. */
const numericDate = (description: string) => z.int().openapi({ description, example: 1769860860 });

const Active = z
  .object({
    active: z.literal(true),
    scope: z.string().optional().openapi({
      description:
        'The scopes of the key and of its roles, separated by spaces; missing where there are none. A wildcard stands as it was granted: who compares the texts of scopes does not know that `files:*` covers `files:read`.',
      example: 'files:read files:write',
    }),
    client_id: KeyId.openapi({ description: 'The key.' }),
    token_type: z.literal('Bearer'),
    exp: numericDate(
      'Until when this answer is good: the end of the token, or `INTROSPECTION_MAX_AGE` (60 seconds) from now if that is sooner. No cache may keep it longer.',
    ),
    iat: numericDate('When the token was issued, if it is an exchanged one.').optional(),
    nbf: numericDate('From when on the key is accepted, if it has a `notBefore`.').optional(),
    sub: AccountId.openapi({ description: 'The account that holds the key.' }),
    username: z.string().optional().openapi({
      description: 'The product’s own id of the account, if it has one.',
      example: 'user_8812',
    }),
    aud: z
      .array(z.string())
      .optional()
      .openapi({
        description:
          'The services that may accept the token, by URI, if the key or the exchanged token has an audience. A service that is not among them must refuse the token.',
        example: ['https://api.example.com'],
      }),
    act: z
      .object({ sub: KeyId })
      .optional()
      .openapi({ description: 'With an exchanged token: the key that acts for this one, if one was named.' }),
    iss: z.string().openapi({ description: 'This service.', example: 'http://127.0.0.1:8787' }),
    key_name: z.string().openapi({ description: 'The name of the key.', example: 'Mobile app' }),
    key_metadata: ShownMetadata.openapi({
      description: 'The metadata of the key, which the owner of the account can change.',
      example: { environment: 'staging' },
    }),
    account_metadata: ShownMetadata.openapi({
      description:
        'The metadata of the account, which only the operator can change. Empty for callers outside the operator’s own account.',
      example: { plan: 'pro' },
    }),
    key_exp: numericDate(
      'When the token really ends: the expiry of the key, or the end of a token that was rotated. Missing where it never does.',
    ).optional(),
  })
  .openapi('ActiveToken');

const url = (path: string) => z.string().openapi({ format: 'uri', example: `http://127.0.0.1:8787${path}` });

/** How a caller can authenticate: OAuth's names for the methods, and `Bearer` for a token. */
const clientMethods = ['client_secret_basic', 'client_secret_post'] as const;
export const introspectionMethods = [...clientMethods, 'Bearer'] as const;
export const revocationMethods = [...clientMethods, 'none'] as const;
export const exchangeMethods = ['none', ...clientMethods] as const;

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

const Metadata = z
  .object({
    issuer: url(''),
    jwks_uri: url('/.well-known/jwks.json'),
    token_endpoint: url('/oauth2/token'),
    token_endpoint_auth_methods_supported: z
      .array(z.enum(exchangeMethods))
      .openapi({ example: [...exchangeMethods] }),
    grant_types_supported: z.array(z.literal(exchangeGrant)),
    introspection_endpoint: url('/oauth2/introspect'),
    introspection_endpoint_auth_methods_supported: z
      .array(z.enum(introspectionMethods))
      .openapi({ example: [...introspectionMethods] }),
    revocation_endpoint: url('/oauth2/revoke'),
    revocation_endpoint_auth_methods_supported: z
      .array(z.enum(revocationMethods))
      .openapi({ example: [...revocationMethods] }),
    service_documentation: url('/docs'),
  })
  .openapi('AuthorizationServerMetadata');

const Inactive = z.object({ active: z.literal(false) }).openapi('InactiveToken');

const activeExample = {
  active: true,
  scope: 'files:read files:write',
  client_id: 'key_6921a5d4b281af121fcda4cf',
  token_type: 'Bearer',
  exp: 1769860860,
  sub: 'acc_6921a5c0b281af121fcda4ce',
  username: 'user_8812',
  iss: 'http://127.0.0.1:8787',
  key_name: 'Mobile app',
  key_metadata: { environment: 'staging' },
  account_metadata: { plan: 'pro' },
  key_exp: 1777636800,
};

export const oauth = {
  introspect: createRoute({
    operationId: 'introspectToken',
    method: 'post',
    path: '/oauth2/introspect',
    tags: ['Tokens'],
    summary: 'Introspect a token',
    description: [
      'Says whether a token is active, and whose it is (RFC 7662). A key with `keys:verify` introspects the tokens of its own account, and one of the operator’s account those of all accounts, like the operator.',
      'A token that is unknown, revoked or expired, or of a key that is disabled, by itself or with its account, not yet valid or not yours to see, is answered `{"active":false}`, and nothing more: `POST /v1/keys/verify` tells the reason. So is a token of a key with `allowedIps`, since a resource server cannot say where the token was presented from.',
      'Introspecting counts as a use of the key, but takes nothing of its limits and its quota: answers are cached, so they could not be exact. A key that has used up its quota is active.',
    ].join('\n\n'),
    security: [byClient('keys:verify'), byKey('keys:verify'), byOperator, bySession],
    request: {
      body: form(tokenForm('The token that was presented to you, whatever it is.').openapi('Introspection'), {
        token: exampleToken,
      }),
    },
    responses: {
      200: {
        description: 'The token is active, or not.',
        content: {
          'application/json': {
            schema: z.union([Active, Inactive]).openapi('Introspected'),
            examples: {
              active: { summary: 'Active', value: activeExample },
              inactive: { summary: 'Not active', value: { active: false } },
            },
          },
        },
      },
      ...refusals,
      403: error(
        'The calling key lacks the scope `keys:verify`.',
        'insufficient_scope',
        "This needs the scope 'keys:verify'.",
        'WWW-Authenticate',
      ),
    },
  }),

  revoke: createRoute({
    operationId: 'revokeToken',
    method: 'post',
    path: '/oauth2/revoke',
    tags: ['Tokens'],
    summary: 'Revoke a token',
    description: [
      'Ends a token of a key, or the session of a refresh token (RFC 7009). It returns once no replica and no verifier accepts the token. The response is the same if the token is unknown, or has ended before.',
      'The `current` token of a key is the key: revoking it revokes the key with all of its tokens. Revoking a `next` or a `previous` token, during a rotation, ends that token alone, as cancelling or finishing the rotation does.',
      'Whoever has the token may revoke it, whatever conditions the key has, so no credential is needed. Send one, and the event names who did it instead of the key or the refresh token. A credential that is not good is refused, and nothing is done.',
    ].join('\n\n'),
    security: [byClient(), byKey(), byOperator, bySession, byAnyone],
    request: {
      body: form(tokenForm('The token to revoke.').openapi('Revocation'), { token: exampleToken }),
    },
    responses: {
      200: { description: 'No replica accepts the token any more.' },
      ...refusals,
      400: error(
        'A parameter is missing, is sent twice, or has no good value; or the caller authenticates in two ways. `unsupported_token_type`: it is an access token, which ends with its session, or an operator token, which the configuration of the deployment does, or an exchanged token, which ends with the token that it was exchanged for.',
        'unsupported_token_type',
        'token: Is an access token: revoke the refresh token of its session, or call DELETE /v1/sessions/current.',
      ),
      503: error(
        'The database did not answer, and the token may still be accepted: try again after `Retry-After`.',
        'temporarily_unavailable',
        'The database cannot be reached: try again in a second.',
        'Retry-After',
      ),
    },
  }),

  metadata: createRoute({
    operationId: 'getAuthorizationServerMetadata',
    method: 'get',
    path: wellKnown,
    tags: ['Discovery'],
    summary: 'Get the metadata',
    description: [
      'What OAuth clients have to know of this deployment (RFC 8414). The `issuer` is the public URL. If that has a path, the path also follows the well-known one here, where section 3.1 has it: `/.well-known/oauth-authorization-server/keys` for `https://example.com/keys`. A proxy in front has to pass that on.',
      'It has nothing that this service does not do. There is no `authorization_endpoint`, so no response type is supported. RFC 8414 requires `response_types_supported`, and forbids it to be empty: it is missing, as in the metadata of other services without that endpoint. `scopes_supported` is missing, since the scopes are the words of your product.',
    ].join('\n\n'),
    security: [],
    responses: {
      200: {
        description: 'The metadata. Cache it for five minutes.',
        headers: { ETag: { required: true, schema: { type: 'string' as const } } },
        content: { 'application/json': { schema: Metadata } },
      },
      304: { description: 'Unchanged: `If-None-Match` names the current version.' },
    },
  }),
};
