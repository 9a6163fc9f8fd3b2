import { createRoute, z } from '@hono/zod-openapi';
import { actHeaders } from './actor.ts';
import { AccountId, ExternalId, unprefixed } from './ids.ts';
import { importExample, importedKeyExample, NewImport } from './imports.ts';
import { Key, KeyId } from './key-body.ts';
import { oneExpiry, oneExpiryDocumented } from './minting.ts';
import { longBodyTooLarge, ProblemCode, refusals, refusedInQueue, Violation } from './problem.ts';
import { byOperator } from './security.ts';

/** How many keys one call imports. */
const maxKeys = 500;

export const BatchedImport = z
  .strictObject({
    accountId: AccountId.transform(unprefixed)
      .optional()
      .openapi({ description: 'The account of the key. Required without `externalId`.' }),
    externalId: ExternalId.optional().openapi({ description: 'The account of the key, by your own id.' }),
    ...NewImport.shape,
  })
  .refine(...oneExpiry)
  .openapi('BatchedImport', {
    ...oneExpiryDocumented,
    example: { externalId: 'user_8812', ...importExample },
  });

const batchOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    keys: z
      .array(item, 'Must be a list of keys.')
      .min(1, 'Must have at least one key.')
      .max(maxKeys, `Must have at most ${maxKeys} keys.`),
  });

const ImportBatch = batchOf(BatchedImport).openapi('ImportBatch', {
  example: { keys: [{ externalId: 'user_8812', ...importExample }] },
});

/** The batch as it is read: each of its keys is parsed by itself, so that one that is invalid does not keep the others out. */
export const UnparsedBatch = batchOf(z.unknown());

const ImportOutcome = z
  .union([
    z.object({ imported: z.literal(true), key: Key }).openapi('Imported'),
    z
      .object({
        imported: z.literal(false),
        code: ProblemCode,
        detail: z.string().openapi({ description: 'Why the key is not imported, for people.' }),
        keyId: KeyId.optional().openapi({
          description:
            'With `token_exists`: the key that has the token, or had it. Absent if nothing else of that key is left.',
        }),
        errors: z.array(Violation).optional().openapi({
          description: 'With `invalid_input` and `beyond_policy`: each value that is refused, and its place.',
        }),
      })
      .openapi('NotImported'),
  ])
  .openapi('ImportOutcome');

const refused = {
  exists: {
    imported: false,
    code: 'token_exists',
    detail: 'This token was imported before.',
    keyId: 'key_6921a5d4b281af121fcda4cf',
  },
  noAccount: { imported: false, code: 'account_not_found', detail: 'This account does not exist.' },
} as const;

export const importBatch = {
  import: createRoute({
    operationId: 'importKeyBatch',
    method: 'post',
    path: '/v1/keys/import/batch',
    tags: ['Keys'],
    summary: 'Import many keys',
    description: `Imports up to ${maxKeys} keys that another system made, of any accounts, as \`POST /v1/keys/import\` imports one. The body has at most 512 KiB and, like every other, 5,000 values: 10 for each of ${maxKeys} keys. An outcome for each, in the order of the keys:

- \`imported\` is true, and \`key\` is the key. Each is stored as a whole, with its limits and its event, or not at all.
- \`imported\` is false, and \`code\` says why: \`token_exists\`, \`account_not_found\`, \`account_disabled\`, \`beyond_policy\`, \`key_limit_reached\`, or \`invalid_input\`: a value does not match the schema, a role does not exist, an expiry is past or a creation in the future, the token is a JWT, or no account is named.

Other keys of the batch are imported all the same. Only a body that has no list of 1 to ${maxKeys} keys, or has another field, is refused as a whole, with 422: then nothing is imported. After a 503, or if the connection breaks before the response, some of the keys may be imported.

So a call can be repeated, and a migration can be run again: what was imported before has the code \`token_exists\`, and is left as it is. What is gone since is not revived, however long ago its key was revoked or rotated, or its account deleted. \`keyId\` names the key that has the token, or had it: for \`TOMBSTONE_DAYS\` after the token is gone, unless the account is deleted. Once this returns, every replica accepts the tokens of all keys that it imported, and of those that exist.

The batches of a replica are imported one at a time. So a second call at once makes a migration no faster.`,
    security: [byOperator],
    request: {
      headers: actHeaders,
      body: { required: true, content: { 'application/json': { schema: ImportBatch } } },
    },
    responses: {
      200: {
        description: 'The outcomes.',
        content: {
          'application/json': {
            schema: z.object({ outcomes: z.array(ImportOutcome) }).openapi('ImportOutcomes'),
            example: {
              outcomes: [{ imported: true, key: importedKeyExample }, refused.exists, refused.noAccount],
            },
          },
        },
      },
      ...refusals(400, 401, 403, 415, 422),
      413: longBodyTooLarge,
      503: refusedInQueue('batches wait to be imported', '; some keys may be imported: repeat the call'),
    },
  }),
};
