import { createRoute, z } from '@hono/zod-openapi';
import { isStorable } from '../decide/text.ts';
import { actHeaders } from './actor.ts';
import { invalidOrReused, plainIdempotencyHeader, replayedHeader } from './idempotency.ts';
import { AccountId, accountId, accountQuery, ExternalId, unprefixed } from './ids.ts';
import { instant } from './instant.ts';
import {
  givenLimits,
  Limits,
  limitsPatched,
  NewQuota,
  Quota,
  QuotaAddition,
  quotaPatched,
} from './limits.ts';
import { locationHeader } from './location.ts';
import { AccountMetadata, AccountMetadataPatch, ShownMetadata } from './metadata.ts';
import { orNull } from './or-null.ts';
import { filterParam, pageOf, pageQuery } from './page.ts';
import { givenPolicy, Policy, policyExample, policyPatched } from './policy.ts';
import { overloadedPasswords, refusal, refusals } from './problem.ts';
import { accountReaders, byAnyone, byOperator, byOperatorKey, bySession } from './security.ts';
import { bounded } from './text.ts';

const tags = ['Accounts'];

/** What `format: email` means: a dot-atom at a host name. Zod's own pattern refuses addresses that are in use. */
const emailPattern =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

export const Email = z
  .string('Must be a string.')
  .trim()
  .max(254, 'Must have at most 254 characters.')
  // Lower case comes last: the lower case of some characters beyond ASCII is in ASCII.
  .pipe(z.email({ pattern: emailPattern, error: 'Must be an email address.' }).toLowerCase())
  .openapi({ format: 'email', maxLength: 254, example: 'ada@example.com' });

/**
 * A password to be set: 8 to 128 characters, no rule on their kind (NIST SP 800-63B, 3.1.1.2). No password here has an
 * example: whoever sent it as it stands would make an account that everybody can sign in to.
 */
const NewPassword = z
  .string('Must be a string.')
  .refine(isStorable, { error: 'Must be well-formed Unicode text without NUL characters.', abort: true })
  .refine((value) => [...value].length >= 8 && [...value].length <= 128, 'Must have 8 to 128 characters.')
  .openapi({
    description: '8 to 128 characters of any kind.',
    minLength: 8,
    maxLength: 128,
    pattern: '^[^\\x00]*$',
    format: 'password',
  });

/** A password to be checked: bounded, but not judged. */
export const Password = bounded(1024).openapi({ format: 'password' });

const Account = z
  .object({
    id: AccountId,
    email: z.string().nullable().openapi({ description: 'Null: the account has no password.' }),
    externalId: z
      .string()
      .nullable()
      .openapi({ description: 'Your own id for the account. Null: it has none.' }),
    disabledAt: instant.nullable().openapi({
      description:
        'When the operator suspended the account: every key of it is refused, and none can be created. Null: it is not suspended.',
    }),
    metadata: ShownMetadata.openapi({
      description:
        'Your own facts about the account. Only the operator sees them: the account itself gets `{}`.',
    }),
    policy: orNull(Policy, 'Null: the account has no rules of its own.'),
    limits: Limits,
    quota: orNull(Quota, 'Null: the account has no quota.'),
    keyCount: z.int().openapi({ description: 'How many keys the account has, whatever their status.' }),
    createdAt: instant.openapi({ description: 'When the account was created.' }),
  })
  .openapi('Account', {
    example: {
      id: 'acc_6921a5c0b281af121fcda4ce',
      email: 'ada@example.com',
      externalId: null,
      disabledAt: null,
      metadata: {},
      policy: null,
      limits: [],
      quota: null,
      keyCount: 0,
      createdAt: '2026-01-31T12:00:00.000Z',
    },
  });

/** An account of one of the product's own users, with metadata, a policy and keys. */
const withPolicy = {
  schema: Account,
  example: {
    id: 'acc_6921a5c0b281af121fcda4ce',
    email: null,
    externalId: 'user_8812',
    disabledAt: null,
    metadata: { plan: 'pro', region: 'eu' },
    policy: policyExample,
    limits: [{ name: 'hourly', limit: 50_000, windowSeconds: 3_600 }],
    quota: {
      remaining: 64_200,
      refill: { amount: 100_000, every: 'month' as const },
      refillsAt: '2026-03-31T12:00:00.000Z',
    },
    keyCount: 3,
    createdAt: '2026-01-31T12:00:00.000Z',
  },
};

const suspended = { ...withPolicy.example, disabledAt: '2026-03-01T12:00:00.000Z' };

/** What a change of an account returns. */
const changed = {
  schema: Account,
  examples: { policy: { value: withPolicy.example }, suspended: { value: suspended } },
};

const AccountPatch = z
  .strictObject({
    externalId: ExternalId.nullable().optional().openapi({
      description:
        'Your own id for this account; no two accounts have the same. Null removes it, if the account has an email.',
    }),
    disabled: z.boolean('Must be true or false.').optional().openapi({
      description:
        'True suspends the account: every key of it is refused with the reason `account_disabled`, until this is false again.',
    }),
    metadata: AccountMetadataPatch.optional(),
    policy: policyPatched,
    limits: givenLimits('account', limitsPatched).optional(),
    quota: quotaPatched,
  })
  .openapi('AccountPatch', { example: { policy: policyExample } });

/** The account in the path of an operation that only the operator calls. */
const namedAccount = z.object({
  accountId: accountId.transform(unprefixed).openapi({
    description: 'The account’s id. The operator’s own account is at `/v1/account`.',
    example: 'acc_6921a5c0b281af121fcda4ce',
    param: { name: 'accountId', in: 'path', required: true },
  }),
});

const SignUp = z.strictObject({ email: Email, password: NewPassword }).openapi('SignUp');
const ExternalAccount = z
  .strictObject({
    externalId: ExternalId,
    metadata: AccountMetadata.optional(),
    policy: givenPolicy,
    limits: givenLimits('account').optional(),
    quota: NewQuota.optional(),
  })
  .openapi('ExternalAccount', {
    example: { externalId: 'user_8812', metadata: { plan: 'pro', region: 'eu' } },
  });
const NewAccount = z.union([SignUp, ExternalAccount]).openapi('NewAccount');

/** The body of a change of an account, and what it returns. */
const accountPatch = {
  required: true as const,
  content: {
    'application/json': {
      schema: AccountPatch,
      examples: {
        policy: { value: { policy: policyExample } },
        plan: { value: { metadata: { plan: 'pro' } } },
        suspend: { value: { disabled: true } },
      },
    },
    'application/merge-patch+json': { schema: AccountPatch },
  },
};
const changedAccount = {
  200: { description: 'The account as it is now.', content: { 'application/json': changed } },
  ...refusals(400, 401, 403, 404, 413, 415, 422, 503),
  409: refusal(409, {
    code: 'external_id_taken',
    detail: 'Another account has this externalId.',
    description: 'Another account has this `externalId`.',
  }),
};

export const accounts = {
  create: createRoute({
    operationId: 'createAccount',
    method: 'post',
    path: '/v1/accounts',
    tags,
    summary: 'Create an account',
    description:
      'Signs up with an email and a password: anyone if `SIGN_UP` is open, the operator token always. The operator also creates an account for one of its users with an `externalId`. Such an account has no password: the operator acts on it. Its `metadata`, `policy`, `limits` and `quota` hold from its first key on. A key with `operator:keys` alone cannot set them, and does not see the `metadata`. If an account with this `externalId` exists, it is returned as it is, whatever else the call says: change it with `PATCH`. The `Idempotency-Key` is for the operator: a sign-up, which its email makes unique, ignores it.',
    security: [byOperator, byOperatorKey('operator:accounts'), byOperatorKey('operator:keys'), byAnyone],
    request: {
      headers: actHeaders.extend(plainIdempotencyHeader),
      body: {
        required: true,
        content: { 'application/json': { schema: NewAccount } },
      },
    },
    responses: {
      201: {
        description: 'The account was created.',
        headers: {
          ...locationHeader(
            'The path of the account: `/v1/accounts/{accountId}` for the operator, `/v1/account` for whoever signed up.',
          ),
          ...replayedHeader,
        },
        content: { 'application/json': { schema: Account } },
      },
      200: {
        description: 'An account with this `externalId` exists. It was not changed.',
        headers: replayedHeader,
        content: { 'application/json': { schema: Account } },
      },
      ...refusals(400, 401, 403, 413, 415),
      409: refusal(409, {
        description:
          'An account with this email exists (`email_taken`), or the first call with this `Idempotency-Key` is too long ago, or its account deleted since (`already_done`).',
      }),
      422: invalidOrReused,
      503: overloadedPasswords,
    },
  }),

  list: createRoute({
    operationId: 'listAccounts',
    method: 'get',
    path: '/v1/accounts',
    tags,
    summary: 'List accounts',
    description:
      'The accounts of this deployment, newest first, or the one with the given `externalId` or `email`.',
    security: accountReaders,
    request: {
      query: z.strictObject({
        ...pageQuery,
        externalId: ExternalId.optional().openapi({ param: filterParam('externalId', 'user_8812') }),
        email: Email.optional().openapi({
          description: 'The email that the account signed up with.',
          param: filterParam('email', 'ada@example.com'),
        }),
      }),
    },
    responses: {
      200: {
        description: 'One page of accounts.',
        content: { 'application/json': { schema: pageOf(Account).openapi('AccountPage') } },
      },
      ...refusals(401, 403, 422, 503),
    },
  }),

  get: createRoute({
    operationId: 'getAccount',
    method: 'get',
    path: '/v1/account',
    tags,
    summary: 'Get the account',
    description:
      'The account that is signed in. The operator names an account, or gets its own: keys with `keys:verify` in that one verify every key of the deployment.',
    security: [bySession, ...accountReaders],
    request: {
      query: z.strictObject({
        ...accountQuery,
        accountId: accountQuery.accountId.openapi({
          description: 'The account to get, for the operator. Without it, each caller gets its own account.',
        }),
      }),
    },
    responses: {
      200: { description: 'The account.', content: { 'application/json': { schema: Account } } },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),

  getNamed: createRoute({
    operationId: 'getNamedAccount',
    method: 'get',
    path: '/v1/accounts/{accountId}',
    tags,
    summary: 'Get one of the accounts',
    description: 'One account of this deployment, with its policy and the number of its keys.',
    security: accountReaders,
    request: { params: namedAccount },
    responses: {
      200: { description: 'The account.', content: { 'application/json': withPolicy } },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),

  updateNamed: createRoute({
    operationId: 'updateNamedAccount',
    method: 'patch',
    path: '/v1/accounts/{accountId}',
    tags,
    summary: 'Change one of the accounts',
    description: `A JSON merge patch (RFC 7396): what is left out stays as it is, also in \`policy\`, \`metadata\` and \`quota\`. Once the call returns, no key is created or changed beyond the new policy. Existing keys beyond it stay as they are and can be changed; what a change adds to them must be allowed. New \`limits\` and \`metadata\`, and a new \`quota\`, are in force in every replica, and in every verifier. Only the operator token changes the \`externalId\`, which says whose the keys of the account are.

\`disabled\` suspends an account, and lets it back. Once the call returns, that is in force in every replica and every verifier:

- With true, every key of the account is refused with \`account_disabled\`, and so is each token that was exchanged for one. Nothing of a key is changed: with false, each of them is accepted again, unless it is disabled or has expired itself.
- No key is created in a suspended account, whoever asks: 403 \`account_disabled\`. So an account that is let back has no key that it did not have before.
- Its owner can still sign in, see and rotate keys, revoke them, and delete the account. So a token that leaks in the meantime can be replaced. Whoever deletes an account can sign up again, if \`SIGN_UP\` is open.`,
    security: [byOperator, byOperatorKey('operator:accounts')],
    request: {
      headers: actHeaders,
      params: namedAccount,
      body: accountPatch,
    },
    responses: changedAccount,
  }),

  deleteNamed: createRoute({
    operationId: 'deleteNamedAccount',
    method: 'delete',
    path: '/v1/accounts/{accountId}',
    tags,
    summary: 'Delete one of the accounts',
    description:
      'Deletes the account, its sessions and all of its keys, permanently. When the call returns, none of its tokens is accepted, and its `email` or `externalId` can be used again.',
    security: [byOperator, byOperatorKey('operator:accounts')],
    request: { headers: actHeaders, params: namedAccount },
    responses: {
      204: { description: 'The account and its keys are deleted.' },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),

  setPassword: createRoute({
    operationId: 'setPassword',
    method: 'put',
    path: '/v1/account/password',
    tags,
    summary: 'Change the password',
    description: 'Sets a new password and ends all other sessions of the account.',
    security: [bySession],
    request: {
      body: {
        required: true,
        content: {
          'application/json': {
            schema: z
              .strictObject({ currentPassword: Password, newPassword: NewPassword })
              .openapi('PasswordChange'),
          },
        },
      },
    },
    responses: {
      204: { description: 'The password was changed.' },
      ...refusals(400, 401, 403, 413, 415, 422, 429),
      503: overloadedPasswords,
    },
  }),

  update: createRoute({
    operationId: 'updateAccount',
    method: 'patch',
    path: '/v1/account',
    tags,
    summary: 'Change an account by its externalId',
    description:
      'Does what `PATCH /v1/accounts/{accountId}` does, to the account that the query names by its `externalId` or its `accountId`.',
    security: [byOperator, byOperatorKey('operator:accounts')],
    request: { headers: actHeaders, query: z.strictObject(accountQuery), body: accountPatch },
    responses: changedAccount,
  }),

  addToQuota: createRoute({
    operationId: 'addToAccountQuota',
    method: 'post',
    path: '/v1/account/quota',
    tags,
    summary: 'Add to the quota of an account',
    description:
      'Does what `POST /v1/keys/{keyId}/quota` does, to the quota that all keys of an account share. The query names the account by its `externalId` or its `accountId`.',
    security: [byOperator, byOperatorKey('operator:accounts')],
    request: {
      headers: actHeaders.extend(plainIdempotencyHeader),
      query: z.strictObject(accountQuery),
      body: { required: true, content: { 'application/json': { schema: QuotaAddition } } },
    },
    responses: {
      200: {
        description: 'The account as it is now. A repeated call returns the account as it is by then.',
        headers: replayedHeader,
        content: { 'application/json': withPolicy },
      },
      ...refusals(400, 401, 403, 404, 413, 415, 503),
      422: invalidOrReused,
      409: refusal(409, {
        code: 'no_quota',
        detail: 'The account has no quota: give it one first, with "quota": { "remaining": … }.',
        description:
          'The account has no quota (`no_quota`), or the first call with this `Idempotency-Key` is too long ago (`already_done`).',
      }),
    },
  }),

  delete: createRoute({
    operationId: 'deleteAccount',
    method: 'delete',
    path: '/v1/account',
    tags,
    summary: 'Delete the account',
    description:
      'Deletes the account, its sessions and all of its keys, permanently. When the call returns, none of its tokens is accepted, and its `email` or `externalId` can be used again. The operator names the account.',
    security: [bySession, byOperator, byOperatorKey('operator:accounts')],
    request: { headers: actHeaders, query: z.strictObject(accountQuery) },
    responses: {
      204: { description: 'The account and its keys are deleted.' },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),
};
