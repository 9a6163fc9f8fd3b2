import { z } from '@hono/zod-openapi';
import { AccountId, ExternalId, unprefixed } from './ids.ts';
import { givenInstant } from './instant.ts';
import { Metadata } from './metadata.ts';
import { RoleName } from './roles.ts';

/** Which keys of the deployment an operation of the operator is about. */
export const KeyFilter = z
  .strictObject({
    accountId: AccountId.transform(unprefixed)
      .optional()
      .openapi({ description: 'Only keys of this account. It must exist.' }),
    externalId: ExternalId.optional().openapi({
      description: 'Only keys of the account with this `externalId`. It must exist.',
    }),
    role: RoleName.optional().openapi({
      description: 'Only keys with this role, by its name. It must exist.',
    }),
    metadata: Metadata.refine(
      (metadata) => Object.keys(Object(metadata)).length > 0,
      'Must have at least one entry.',
    )
      .optional()
      .openapi({
        minProperties: 1,
        description: 'Only keys whose metadata has each of these entries, with the same value.',
        example: { environment: 'staging' },
      }),
    createdBefore: givenInstant.optional().openapi({
      description: 'Only keys that were created before this instant.',
    }),
    notRotatedSince: givenInstant.optional().openapi({
      description: 'Only keys that have no token that was made at or after this instant.',
    }),
    unusedSince: givenInstant.optional().openapi({
      description:
        'Only keys that were created before this instant, and not used since. A use is seen here some seconds after it.',
      example: '2026-01-31T12:00:00Z',
    }),
    expiresBefore: givenInstant.optional().openapi({
      description: 'Only keys that expire before this instant, or have expired.',
    }),
  })
  .refine((filter) => Object.keys(filter).length > 0, 'Must have at least one condition.')
  .openapi('KeyFilter', {
    minProperties: 1,
    description: 'Which keys: those that meet every condition, of which there must be at least one.',
  });
