import { createRoute, z } from '@hono/zod-openapi';
import { Email, Password } from './accounts.ts';
import { unprefixed } from './ids.ts';
import { instant } from './instant.ts';
import { pageOf, pageQuery } from './page.ts';
import { overloadedPasswords, refusals } from './problem.ts';
import { bySession } from './security.ts';
import { bounded } from './text.ts';

const tags = ['Sessions'];

const Session = z
  .object({
    accessToken: z.string().openapi({
      description:
        'A JWT (RFC 9068; EdDSA with Ed25519) to send as `Authorization: Bearer`. Verify it with the keys of `/.well-known/jwks.json`, which sign other tokens as well: the header’s `typ` must be `at+jwt`, `iss` and `aud` the public URL. `sub` is the account.',
      example: 'eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…',
    }),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().openapi({ description: 'Seconds until the access token expires.', example: 900 }),
    refreshToken: z.string().openapi({
      description:
        'Valid for one refresh, which can be repeated for 30 seconds. Keep it as secret as a password.',
      example: 'lkr_8MZrAqkP2vYw0sTnBxLdEoHjCgUfVi3K1aRmQpXy',
    }),
    refreshExpiresAt: instant.openapi({
      description:
        'When the session ends, if it is not refreshed: 30 days after its last refresh, and at most 90 days after it began.',
    }),
  })
  .openapi('Session');

const SessionId = z
  .string()
  .regex(/^session_[0-9a-f]{24}$/, 'Must be a session id: `session_` and 24 hexadecimal digits.')
  .openapi({
    description: 'The session’s id, as which it is the `actor` of events.',
    example: 'session_6921a5c9b281af121fcda4cd',
  });

const AccountSession = z
  .object({
    id: SessionId,
    current: z.boolean().openapi({ description: 'Whether it is the session that makes the call.' }),
    createdAt: instant.openapi({ description: 'When the account signed in.' }),
    lastUsedAt: instant.openapi({
      description:
        'When the session was last refreshed, or began. Its last call is at most 15 minutes later.',
    }),
    expiresAt: instant.openapi({ description: 'When the session ends, if it is not refreshed.' }),
    ip: z.string().nullable().openapi({
      description:
        'The address that the account signed in from. Null if it is unknown, or the event of that is deleted.',
    }),
    userAgent: z.string().nullable().openapi({
      description: 'The user agent that the account signed in with, likewise.',
    }),
  })
  .openapi('AccountSession', {
    example: {
      id: 'session_6921a5c9b281af121fcda4cd',
      current: true,
      createdAt: '2026-01-31T12:00:00.000Z',
      lastUsedAt: '2026-02-02T09:15:00.000Z',
      expiresAt: '2026-03-04T09:15:00.000Z',
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0',
    },
  });

const JsonWebKey = z
  .object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string().openapi({ description: 'The public key, base64url.' }),
    kid: z.string(),
    alg: z.literal('EdDSA'),
    use: z.literal('sig'),
  })
  .openapi('JsonWebKey');

const created = (description: string) => ({
  description,
  content: { 'application/json': { schema: Session } },
});

export const sessions = {
  create: createRoute({
    operationId: 'createSession',
    method: 'post',
    path: '/v1/sessions',
    tags,
    summary: 'Sign in',
    description:
      'Starts a session with an email and a password. A wrong password and an unknown email get the same response, in the same time. A suspended account can sign in, to see and revoke its keys.',
    security: [],
    request: {
      body: {
        required: true,
        content: {
          'application/json': {
            schema: z.strictObject({ email: Email, password: Password }).openapi('SignIn'),
          },
        },
      },
    },
    responses: {
      201: created('Signed in.'),
      ...refusals(400, 401, 413, 415, 422, 429),
      503: overloadedPasswords,
    },
  }),

  refresh: createRoute({
    operationId: 'refreshSession',
    method: 'post',
    path: '/v1/sessions/refresh',
    tags,
    summary: 'Refresh a session',
    description:
      'Exchanges a refresh token for a new access token and a new refresh token. Each refresh token works once. 90 days after it began, a session ends however often it is refreshed: sign in again. If its response is lost, repeat the request: for 30 seconds, and until the new refresh token is used, it returns the same new refresh token. Any other second use means that the token was stolen, and ends the session with all of its tokens (RFC 9700, section 4.14.2).',
    security: [],
    request: {
      body: {
        required: true,
        content: {
          'application/json': {
            schema: z
              .strictObject({
                refreshToken: bounded(256),
              })
              .openapi('Refresh'),
            example: { refreshToken: 'lkr_8MZrAqkP2vYw0sTnBxLdEoHjCgUfVi3K1aRmQpXy' },
          },
        },
      },
    },
    responses: { 200: created('The new tokens.'), ...refusals(400, 401, 413, 415, 422, 503) },
  }),

  end: createRoute({
    operationId: 'endSession',
    method: 'delete',
    path: '/v1/sessions/current',
    tags,
    summary: 'Sign out',
    description: 'Ends the session: its access token and its refresh token stop working at once.',
    security: [bySession],
    responses: { 204: { description: 'Signed out.' }, ...refusals(401, 403, 422, 503) },
  }),

  list: createRoute({
    operationId: 'listAccountSessions',
    method: 'get',
    path: '/v1/account/sessions',
    tags,
    summary: 'List the sessions of the account',
    description: 'Where the account is signed in: its sessions that have not ended, newest first.',
    security: [bySession],
    request: { query: z.strictObject(pageQuery) },
    responses: {
      200: {
        description: 'One page of sessions.',
        content: { 'application/json': { schema: pageOf(AccountSession).openapi('AccountSessionPage') } },
      },
      ...refusals(401, 403, 422, 503),
    },
  }),

  endOne: createRoute({
    operationId: 'endAccountSession',
    method: 'delete',
    path: '/v1/account/sessions/{sessionId}',
    tags,
    summary: 'End a session of the account',
    description:
      'Signs the account out where it does not want to be signed in, as on a device that is lost: the access token and the refresh token of that session stop working at once. `PUT /v1/account/password` ends all other sessions.',
    security: [bySession],
    request: {
      params: z.object({
        sessionId: SessionId.transform(unprefixed).openapi({
          param: { name: 'sessionId', in: 'path', required: true },
        }),
      }),
    },
    responses: {
      204: { description: 'The session has ended.' },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),

  jwks: createRoute({
    operationId: 'getJwks',
    method: 'get',
    path: '/.well-known/jwks.json',
    tags,
    summary: 'Get the public signing keys',
    description: 'The public keys of this deployment as a JWK Set (RFC 7517), to verify its JWTs offline.',
    security: [],
    responses: {
      200: {
        description: 'The JWK Set. Cache it for five minutes.',
        headers: { ETag: { required: true, schema: { type: 'string' as const } } },
        content: {
          'application/json': { schema: z.object({ keys: z.array(JsonWebKey) }).openapi('JwkSet') },
        },
      },
      304: { description: 'Unchanged: `If-None-Match` names the current version.' },
    },
  }),
};
