import { createRoute, z } from '@hono/zod-openapi';
import { isGrantable, scopeForm } from '../decide/scopes.ts';
import { exchangedType } from '../decide/token-form.ts';
import { Audience } from './conditions.ts';
import { credentials, error, exchangeGrant, form, missing, parameter, refusals } from './oauth.ts';
import { byAnyone, byClient, byKey, byOperator, bySession } from './security.ts';

export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';

/** A parameter that has one of a few values. */
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values, description: string) =>
  parameter()
    .pipe(z.enum(values))
    .openapi({ enum: [...values], description });

const keyTokenType = (whose: string) =>
  oneOf(
    [accessTokenType, 'urn:latchkey:params:oauth:token-type:api-key'],
    `What \`${whose}\` is: the token of a key, under either name.`,
  );

/** The form of a scope, as a part of that of a list. */
const scope = scopeForm.source.slice(1, -1);

/** URIs, each as a parameter of its own. */
const targets = (description: string) =>
  z
    .union([
      Audience,
      z
        .array(Audience)
        .max(20, 'Must be sent at most 20 times.')
        .openapi({ description: 'Sent several times.' }),
    ])
    .optional()
    .openapi({ description });

const TokenExchange = z
  .object({
    grant_type: oneOf([exchangeGrant], 'The exchange of a token is the only grant.'),
    subject_token: parameter().openapi({ description: 'The token of the key.' }),
    subject_token_type: keyTokenType('subject_token'),
    actor_token: parameter().optional().openapi({
      description:
        'The token of the key that will act for the other one, such as that of an agent. The new token names it in `act`.',
    }),
    actor_token_type: keyTokenType('actor_token').optional(),
    requested_token_type: oneOf([accessTokenType, jwtType], 'The new token is both.').optional(),
    scope: parameter()
      .refine(
        (scopes) => scopes.split(' ').every(isGrantable),
        'Must be scopes that a key can have, with one space between them.',
      )
      .optional()
      .openapi({
        pattern: `^${scope}(?: ${scope})*$`,
        description:
          'What the new token may do, separated by spaces: scopes that the key covers, written as those of keys are. All that the key has, if absent.',
        example: 'files:read',
      }),
    audience: targets(
      'The services that may accept the new token, by URI. It can be sent several times. If the key has an `audience`, they must be in it, and are those in it if absent. This service, `PUBLIC_URL`, cannot be among them.',
    ),
    resource: targets('The same as `audience`, by its name in RFC 8707. If both are sent, both count.'),
    expires_in: parameter()
      .regex(
        /^(?:[1-9]\d{0,2}|[12]\d{3}|3[0-5]\d{2}|3600)$/,
        'Must be a whole number of seconds from 1 to 3600.',
      )
      .transform(Number)
      .default(300)
      .openapi({
        type: 'integer',
        minimum: 1,
        maximum: 3600,
        default: 300,
        description:
          'How long the new token lives, in seconds; shorter, if the key or its token ends before. RFC 8693 has no parameter for it.',
      }),
    ...credentials,
  })
  .superRefine(({ actor_token, actor_token_type }, context) => {
    if ((actor_token === undefined) === (actor_token_type === undefined)) return;
    const message = actor_token === undefined ? 'Can only be sent with actor_token.' : missing;
    context.addIssue({ code: 'custom', path: ['actor_token_type'], message });
  })
  .openapi('TokenExchange');

const ExchangedToken = z
  .object({
    access_token: z.string().openapi({
      description: `The new token: a JWT of the type \`${exchangedType}\`, signed by a key in \`/.well-known/jwks.json\`.`,
    }),
    issued_token_type: z.enum([accessTokenType, jwtType]).openapi({
      description: 'As requested; the first if nothing was.',
    }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().min(0).openapi({ description: 'In seconds.', example: 300 }),
    scope: z.string().optional().openapi({
      description: 'The scopes of the new token, separated by spaces; missing where there are none.',
      example: 'files:read',
    }),
  })
  .openapi('ExchangedToken');

export const tokenExchange = {
  exchange: createRoute({
    operationId: 'exchangeToken',
    method: 'post',
    path: '/oauth2/token',
    tags: ['Tokens'],
    summary: 'Exchange a key for a short-lived token',
    description: [
      'Exchanges the token of a key for a JWT that lives for minutes, with fewer scopes, for certain services, or for another key that acts for this one (RFC 8693). `POST /v1/keys/verify`, gateways and introspection accept it as they accept the key.',
      'It dies with the token that it was exchanged for: when the key is revoked or disabled, its account is disabled, the key expires, or that token is rotated away, it is refused everywhere when the change is answered. The conditions of the key apply to it, and so do its present scopes: what the key loses, the JWT loses. Its uses count as uses of the key, and are taken from its limits. A service that checks the signature itself, and asks nobody, accepts it until it expires.',
      'The new token can neither be exchanged again nor call this API. Exchanging is a use of the key that takes nothing of its limits. An exchange that the operator makes, or a key of its own account, is recorded without an address and a user agent. No client authentication is needed, since who has the token may use it; a credential that is sent must be good.',
    ].join('\n\n'),
    security: [bySession, byKey(), byOperator, byClient(), byAnyone],
    request: {
      body: form(TokenExchange, {
        grant_type: exchangeGrant,
        subject_token: 'lk_8MZrAqkP2vYw0sTnBxLdEoHjCgUfVi3K1aRmQp',
        subject_token_type: accessTokenType,
        scope: 'files:read',
        audience: 'https://files.example.com',
      }),
    },
    responses: {
      200: {
        description: 'The new token.',
        content: {
          'application/json': {
            schema: ExchangedToken,
            example: {
              access_token:
                'eyJhbGciOiJFZERTQSIsInR5cCI6ImxhdGNoa2V5LWV4Y2hhbmdlZCtqd3QiLCJraWQiOiI2OTIxYTVjMCJ9.eyJzdWIiOiJhY2NfNjkyMWE1YzBiMjgxYWYxMjFmY2RhNGNlIn0.c2lnbmF0dXJl',
              issued_token_type: accessTokenType,
              token_type: 'Bearer',
              expires_in: 300,
              scope: 'files:read',
            },
          },
        },
      },
      ...refusals,
      400: error(
        'The request, or one of its tokens, is not good: `invalid_request`, whatever is wrong with a token (RFC 8693, section 2.2.2). `invalid_scope`: the key lacks a scope. `invalid_target`: the key is not for a service, or that is this one, or no URI. `unsupported_grant_type`: this is the endpoint of another grant.',
        'invalid_scope',
        "scope: The key lacks 'files:write'.",
      ),
      401: error(
        'A credential was sent, though none is needed, and is not good.',
        'invalid_client',
        'The client id is not that of the secret.',
        'WWW-Authenticate',
      ),
    },
  }),
};
