import { z } from '@hono/zod-openapi';
import { keyStatuses, tokenStates } from '../decide/verdict.ts';
import { Creator } from './actor.ts';
import { conditions } from './conditions.ts';
import { AccountId, unprefixed } from './ids.ts';
import { instant } from './instant.ts';
import { Limits, limitsExample, Quota } from './limits.ts';
import { locationHeader } from './location.ts';
import { ShownMetadata } from './metadata.ts';
import { orNull } from './or-null.ts';
import { pageOf } from './page.ts';
import { text } from './text.ts';

/** A key as `/v1` shows it. */

export const KeyId = z
  .string()
  .regex(/^key_[0-9a-f]{24}$/, 'Must be a key id: `key_` and 24 hexadecimal digits.')
  .openapi({ description: 'The key’s id.', example: 'key_6921a5d4b281af121fcda4cf' });

export const KeyName = text(1, 255).openapi({ description: 'What the key is for.', example: 'Mobile app' });

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

export const TokenState = z.enum(tokenStates).openapi('TokenState', {
  description:
    '`current`: the token of the key. `next`: the new token of a rotation, never used so far; its first use makes it the current one. `previous`: the token before the current one, accepted until `endsAt`.',
});

const KeyToken = z
  .object({
    state: TokenState,
    start,
    createdAt: instant.openapi({ description: 'When the token was made.' }),
    activatedAt: instant.nullable().openapi({
      description:
        'When it became the current token: of an imported token, when it was imported. Null for the next token.',
    }),
    endsAt: instant.nullable().openapi({
      description: 'When the previous token ends: it is refused from then on. Null for the others.',
    }),
    expiresAt: instant.nullable().openapi({
      description:
        'When the key expires, for this token: the `expiresAt` of the key, and for the next token the one that the key gets at its first use. Null: never.',
    }),
    overlapSeconds: z.int().nullable().openapi({
      description:
        'For the next token: how many seconds the current token lives once this one is used. Null for the others.',
    }),
    ...lastUsed,
  })
  .openapi('KeyToken');

export const KeyStatus = z.enum(keyStatuses).openapi('KeyStatus', {
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
    metadata: ShownMetadata.openapi({
      description: 'Your own facts about the key. The owner of the account can change them.',
    }),
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

export const KeyPage = pageOf(Key).openapi('KeyPage');

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
  expiresAt: '2026-05-01T12:00:00.000Z',
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
export const newKeyExample = { ...keyExample, ...neverUsed, tokens: [{ ...tokenExample, ...neverUsed }] };

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
      expiresAt: '2026-05-30T12:00:00.000Z',
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
    token: z.string().openapi({
      description:
        'The secret. It is returned only in this response, and in that to a call that is repeated with the same `Idempotency-Key`.',
    }),
  })
  .openapi('MintedKey');

export const keyPath = z.object({
  keyId: KeyId.transform(unprefixed).openapi({ param: { name: 'keyId', in: 'path', required: true } }),
});
export const oneKey = (description: string) => ({
  description,
  content: { 'application/json': { schema: Key, example: keyExample } },
});

/** The response header of a new key. */
export const keyLocation = locationHeader('The path of the key.');
