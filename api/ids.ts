import { z } from '@hono/zod-openapi';
import { foreignId } from './text.ts';

/** An account's id, without a description: for where it says which account is meant. */
export const accountId = z
  .string()
  .regex(/^acc_[0-9a-f]{24}$/, 'Must be an account id: `acc_` and 24 hexadecimal digits.');

export const AccountId = accountId.openapi({
  description: 'The account’s id.',
  example: 'acc_6921a5c0b281af121fcda4ce',
});

/** An id in a request, as the server knows it: without the prefix that it is printed with. */
export const unprefixed = (id: string) => id.slice(id.indexOf('_') + 1);

export const ExternalId = foreignId(255).openapi({
  description: 'Your own id for this account.',
  example: 'user_8812',
});

/**
 * How the operator names the account to act on. Other callers can leave it out, or name their own. It has no example,
 * since the docs would send one with every request that is tried there.
 */
export const accountQuery = {
  accountId: accountId
    .transform(unprefixed)
    .optional()
    .openapi({
      description:
        'The account to act on. Required with the operator token, and for a key that acts for the operator, save where it rotates itself. Other callers act on their own account.',
      param: { name: 'accountId', in: 'query' },
    }),
  externalId: foreignId(255)
    .optional()
    .openapi({
      description: 'The account to act on, by its `externalId`. Use it instead of `accountId`.',
      param: { name: 'externalId', in: 'query' },
    }),
};
