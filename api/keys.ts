import { createRoute, z } from '@hono/zod-openapi';
import { keyStatuses, tokenStates } from '../decide/verdict.ts';
import { AccountId, accountQuery, unprefixed } from './accounts.ts';
import { actHeaders, Creator } from './actor.ts';
import { conditions, conditionsPatch, newConditions } from './conditions.ts';
import { idempotencyHeader, invalidOrReused, replayedHeader } from './idempotency.ts';
import { givenInstant, instant } from './instant.ts';
import { givenLimits, Limits, limitsExample, limitsPatched, NewQuota, Quota, QuotaPatch } from './limits.ts';
import { Metadata, MetadataPatch } from './metadata.ts';
import { orNull } from './or-null.ts';
import { filterParam, pageOf, pageQuery } from './page.ts';
import { forbiddenOrBeyondPolicy, mayNotCreate, refusal, refusals } from './problem.ts';
import { RoleNames } from './roles.ts';
import { Scopes } from './scopes.ts';
import { byKey, byOperator, bySession } from './security.ts';
import { text } from './text.ts';

const tags = ['Keys'];

export const KeyId = z
  .string()
  .regex(/^key_[0-9a-f]{24}$/, 'Must be a key id: `key_` and 24 hexadecimal digits.')
  .openapi({ description: 'The key’s id.', example: 'key_6921a5d4b281af121fcda4cf' });

const Name = text(1, 255).openapi({ description: 'What the key is for.', example: 'Mobile app' });

const Lifetime = z.enum(['1d', '7d', '30d', '90d', '1y', 'never']).openapi('Lifetime', {
  description: 'Lifetime of the key, from now. A day has 24 hours, `1y` 365 days. Default: `never`.',
});

/** What no Zod type says: one way to set the expiry, not two. */
const newKey = {
  dependentSchemas: { expiresIn: { not: { required: ['expiresAt'] } } },
  example: {
    name: 'Mobile app',
    scopes: ['files:read'],
    metadata: { environment: 'production' },
    expiresIn: '90d',
  },
};

export const NewKey = z
  .strictObject({
    name: Name,
    scopes: Scopes.optional(),
    roles: RoleNames.optional(),
    metadata: Metadata.optional(),
    expiresIn: Lifetime.optional(),
    expiresAt: givenInstant.optional().openapi({
      description: 'Expiry time, in the future. Use it instead of `expiresIn`.',
    }),
    ...newConditions,
    limits: givenLimits('key').optional(),
    quota: NewQuota.optional(),
  })
  .openapi('NewKey', newKey);

const NewImport = z
  .strictObject({
    ...NewKey.shape,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256: 64 hexadecimal digits, in lower case.')
      .openapi({
        description: 'The SHA-256 of the token, in hexadecimal digits.',
        example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      }),
    start: z
      .string()
      .regex(/^[\w.~+/-]{1,12}$/, 'Must be the first 1 to 12 characters of a token.')
      .openapi({
        description: 'The first characters of the token, 12 at most, by which people recognize it.',
        example: 'sk_live_4f',
      }),
  })
  .openapi('NewImport', {
    ...newKey,
    example: {
      name: 'Mobile app',
      scopes: ['files:read'],
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      start: 'sk_live_4f',
    },
  });

const KeyPatch = z
  .strictObject({
    name: Name.optional(),
    scopes: Scopes.optional(),
    roles: RoleNames.optional(),
    metadata: MetadataPatch.optional(),
    expiresAt: givenInstant
      .nullable()
      .optional()
      .openapi({ type: ['string', 'null'], description: 'Expiry time, in the future. Null: never.' }),
    disabled: z
      .boolean('Must be true or false.')
      .optional()
      .openapi({ description: 'True: every token of the key is refused, until it is false again.' }),
    ...conditionsPatch,
    limits: givenLimits('key', limitsPatched).optional(),
    quota: QuotaPatch.optional(),
  })
  .openapi('KeyPatch', { example: { name: 'Mobile app (old)', disabled: true } });

const start = z.string().openapi({
  description: 'The first characters of the token, to recognize it by. The token itself is not stored.',
  example: 'lk_3fYq',
});

const lastUsed = {
  lastUsedAt: instant.nullable().openapi({ description: 'Time of the last accepted verification or call.' }),
  lastUsedIp: z.string().nullable().openapi({
    description: 'IP address of that use. Null if unknown.',
  }),
  lastUsedUserAgent: z
    .string()
    .nullable()
    .openapi({ description: 'User agent of that use. Null if unknown.' }),
};

const TokenState = z.enum(tokenStates).openapi('TokenState', {
  description:
    '`current`: the token of the key. `next`: the new token of a rotation, never used so far; its first use makes it the current one. `previous`: the token before the current one, accepted until `endsAt`.',
});

const KeyToken = z
  .object({
    state: TokenState,
    start,
    createdAt: instant.openapi({ description: 'When the token was made.' }),
    activatedAt: instant.nullable().openapi({
      description: 'When it became the current token. Null for the next token.',
    }),
    endsAt: instant.nullable().openapi({
      description: 'When the previous token ends: it is refused from then on. Null for the others.',
    }),
    overlapSeconds: z.int().nullable().openapi({
      description:
        'For the next token: how many seconds the current token lives once this one is used. Null for the others.',
    }),
    ...lastUsed,
  })
  .openapi('KeyToken');

const KeyStatus = z.enum(keyStatuses).openapi('KeyStatus', {
  description:
    'Status of the key now. If several apply, the first of `disabled`, `expired`, `not_yet_valid`. It says nothing of the account: while that is suspended, each of its keys is refused.',
});

export const Key = z
  .object({
    id: KeyId,
    accountId: AccountId,
    name: z.string().openapi({ description: 'What the key is for.' }),
    start,
    scopes: z
      .array(z.string())
      .openapi({ description: 'The scopes of the key itself, without those of its roles.' }),
    roles: z.array(z.string()).openapi({ description: 'The names of the key’s roles.' }),
    metadata: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .openapi({ description: 'Your own facts about the key.' }),
    status: KeyStatus,
    expiresAt: instant
      .nullable()
      .openapi({ description: 'Expiry time: the key is refused from then on. Null: never.' }),
    disabledAt: instant.nullable().openapi({ description: 'When the key was disabled. Null: it is not.' }),
    ...conditions,
    limits: Limits,
    quota: orNull(Quota, 'Null: the key has no quota.'),
    ...lastUsed,
    tokens: z.array(KeyToken).openapi({
      description: 'The current token, and during a rotation the next or the previous one.',
    }),
    createdBy: Creator,
    createdAt: instant.openapi({ description: 'When the key was created.' }),
    updatedAt: instant.openapi({ description: 'When the key was last changed.' }),
  })
  .openapi('Key');

const lastUse = {
  lastUsedAt: '2026-01-31T12:30:00.000Z',
  lastUsedIp: '203.0.113.7',
  lastUsedUserAgent: 'files-cli/2.4',
};
const neverUsed = { lastUsedAt: null, lastUsedIp: null, lastUsedUserAgent: null };

const tokenExample = {
  state: 'current',
  start: 'lk_3fYq',
  createdAt: '2026-01-31T12:00:00.000Z',
  activatedAt: '2026-01-31T12:00:00.000Z',
  endsAt: null,
  overlapSeconds: null,
};

export const keyExample = {
  id: 'key_6921a5d4b281af121fcda4cf',
  accountId: 'acc_6921a5c0b281af121fcda4ce',
  name: 'Mobile app',
  start: 'lk_3fYq',
  scopes: ['files:read'],
  roles: [],
  metadata: { environment: 'production' },
  status: 'active',
  expiresAt: '2026-05-01T12:00:00.000Z',
  disabledAt: null,
  notBefore: null,
  allowedIps: ['203.0.113.0/24'],
  audience: null,
  limits: limitsExample,
  quota: null,
  ...lastUse,
  tokens: [{ ...tokenExample, ...lastUse }],
  createdBy: { actor: 'operator', onBehalfOf: 'support@example.com' },
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};

/** The same, as it is before it was used. */
const newKeyExample = { ...keyExample, ...neverUsed, tokens: [{ ...tokenExample, ...neverUsed }] };

/** The same, once it was rotated. */
export const rotatedKeyExample = {
  ...keyExample,
  tokens: [
    { ...tokenExample, ...lastUse },
    {
      ...tokenExample,
      state: 'next',
      start: 'lk_8vQz',
      createdAt: '2026-03-01T12:00:00.000Z',
      activatedAt: null,
      overlapSeconds: 3600,
      ...neverUsed,
    },
  ],
  updatedAt: '2026-03-01T12:00:00.000Z',
};

/** Spelt out, not extended: an `allOf` in the document could not be checked for unknown properties. */
export const MintedKey = z
  .object({
    ...Key.shape,
    token: z.string().openapi({ description: 'The secret. It is returned only in this response.' }),
  })
  .openapi('MintedKey');

export const keyPath = z.object({
  keyId: KeyId.transform(unprefixed).openapi({ param: { name: 'keyId', in: 'path', required: true } }),
});
export const oneKey = (description: string) => ({
  description,
  content: { 'application/json': { schema: Key, example: keyExample } },
});

const locationHeader = {
  Location: {
    description: 'The path of the key.',
    required: true,
    schema: { type: 'string' as const, format: 'uri-reference' },
  },
};

export const keys = {
  create: createRoute({
    operationId: 'createKey',
    method: 'post',
    path: '/v1/keys',
    tags,
    summary: 'Create a key',
    description:
      'Creates a key and returns its token, which cannot be retrieved later. A key cannot grant scopes it lacks. Only the operator sets `limits` and a `quota`. The policy of the account can bound the scopes, the lifetime and the number of keys. Unless it or the deployment says otherwise, an account has at most 1,000 keys, expired and disabled ones included. In a suspended account no key is created.',
    security: [bySession, byKey('keys:write'), byOperator],
    request: {
      headers: actHeaders.extend(idempotencyHeader),
      query: z.strictObject(accountQuery),
      body: { required: true, content: { 'application/json': { schema: NewKey } } },
    },
    responses: {
      201: {
        description: 'The key, with its token.',
        headers: { ...locationHeader, ...replayedHeader },
        content: {
          'application/json': {
            schema: MintedKey,
            example: { ...newKeyExample, token: 'lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f' },
          },
        },
      },
      ...refusals(400, 401, 404, 413, 415, 503),
      403: mayNotCreate,
      422: invalidOrReused,
      409: refusal(409, {
        code: 'key_limit_reached',
        detail: 'The account has 1000 keys, and may have no more: delete one that is not needed first.',
        description:
          'The account has reached its limit of keys (`key_limit_reached`), or the first call with this `Idempotency-Key` created a key whose token cannot be returned again (`already_done`, and `keyId` names the key).',
      }),
    },
  }),

  import: createRoute({
    operationId: 'importKey',
    method: 'post',
    path: '/v1/keys/import',
    tags,
    summary: 'Import a key',
    description:
      'Stores a key that another system made, by the SHA-256 of its token. Once this returns, every replica accepts the token. A rotation gives the key a token of Latchkey. The token may have 16 to 512 characters, those of a bearer token (RFC 6750): letters, digits and `-._~+/`, with up to two `=` at its end. A JWT cannot be imported, nor a token with the form of Latchkey’s: a prefix of lower-case letters, digits and `_` that ends in `_`, then 38 letters and digits.',
    security: [byOperator],
    request: {
      headers: actHeaders,
      query: z.strictObject(accountQuery),
      body: { required: true, content: { 'application/json': { schema: NewImport } } },
    },
    responses: {
      201: {
        description: 'The key.',
        headers: locationHeader,
        content: {
          'application/json': {
            schema: Key,
            example: {
              ...newKeyExample,
              start: 'sk_live_4f',
              tokens: [{ ...tokenExample, ...neverUsed, start: 'sk_live_4f' }],
            },
          },
        },
      },
      ...refusals(400, 401, 404, 413, 415, 422, 503),
      403: forbiddenOrBeyondPolicy,
      409: refusal(409, {
        code: 'token_exists',
        detail: 'A key has this token already, or had it and was revoked.',
        description:
          'A key has this token, or had it lately and was revoked or rotated (`token_exists`): an import can be run again. Or the account has reached its limit of keys (`key_limit_reached`).',
      }),
    },
  }),

  list: createRoute({
    operationId: 'listKeys',
    method: 'get',
    path: '/v1/keys',
    tags,
    summary: 'List keys',
    description:
      'The account’s keys, newest first. With `status` or `search`, a page of an account with thousands of keys may have fewer than `limit`, or none, while more follow: go on until `nextCursor` is null.',
    security: [bySession, byKey('keys:read'), byOperator],
    request: {
      query: z.strictObject({
        ...accountQuery,
        ...pageQuery,
        status: KeyStatus.optional().openapi({
          param: { ...filterParam('status', 'active'), description: 'Only keys of this status.' },
        }),
        search: text(1, 255)
          .optional()
          .openapi({
            description:
              'Only keys whose name contains this, ignoring case, or whose `start` begins with it.',
            param: { name: 'search', in: 'query' },
          }),
      }),
    },
    responses: {
      200: {
        description: 'One page of keys.',
        content: {
          'application/json': {
            schema: pageOf(Key).openapi('KeyPage'),
            example: { data: [keyExample], nextCursor: null },
          },
        },
      },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),

  get: createRoute({
    operationId: 'getKey',
    method: 'get',
    path: '/v1/keys/{keyId}',
    tags,
    summary: 'Get a key',
    security: [bySession, byKey('keys:read'), byOperator],
    description: 'One key, without its token.',
    request: { params: keyPath, query: z.strictObject(accountQuery) },
    responses: { 200: oneKey('The key.'), ...refusals(401, 403, 404, 422, 503) },
  }),

  update: createRoute({
    operationId: 'updateKey',
    method: 'patch',
    path: '/v1/keys/{keyId}',
    tags,
    summary: 'Change a key',
    description:
      'A JSON merge patch (RFC 7396): what is left out stays as it is. A key cannot grant scopes it lacks, or edit keys that have them. The policy of the account judges the scopes that are new to the key, and an expiry that is later than before.',
    security: [bySession, byKey('keys:write'), byOperator],
    request: {
      headers: actHeaders,
      params: keyPath,
      query: z.strictObject(accountQuery),
      body: {
        required: true,
        content: {
          'application/json': { schema: KeyPatch },
          'application/merge-patch+json': { schema: KeyPatch },
        },
      },
    },
    responses: {
      200: oneKey('The key as it is now.'),
      ...refusals(400, 401, 404, 413, 415, 422, 503),
      403: forbiddenOrBeyondPolicy,
    },
  }),

  delete: createRoute({
    operationId: 'deleteKey',
    method: 'delete',
    path: '/v1/keys/{keyId}',
    tags,
    summary: 'Revoke a key',
    description: 'Deletes the key permanently. Once this returns, every replica refuses its tokens.',
    security: [bySession, byKey('keys:write'), byOperator],
    request: { headers: actHeaders, params: keyPath, query: z.strictObject(accountQuery) },
    responses: { 204: { description: 'The key is gone.' }, ...refusals(401, 403, 404, 422, 503) },
  }),
};
