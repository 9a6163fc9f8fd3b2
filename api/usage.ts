import { createRoute, z } from '@hono/zod-openapi';
import { type Outcome, zeroUses } from '../decide/outcomes.ts';
import { AccountId, accountQuery, ExternalId } from './ids.ts';
import { instant, rangeBound } from './instant.ts';
import { KeyId, keyPath } from './key-body.ts';
import { filterParam, pageOf, pageQuery } from './page.ts';
import { overloadedReports, refusals } from './problem.ts';
import { byOperator, byOperatorKey, keyReaders } from './security.ts';

const tags = ['Usage'];

/** Maximum number of buckets in one response. */
export const maxBuckets = 1_000;

const BucketSize = z
  .enum(['hour', 'day'])
  .openapi('BucketSize', { description: 'The size of a bucket: an hour, or a day in UTC.' });

const range = {
  from: rangeBound(
    'from',
    'Start of the range, RFC 3339 (write a `+` as `%2B`), rounded down to a whole bucket. Default: 24 hours before `to`; with `bucket=day`, 30 days.',
  ),
  to: rangeBound(
    'to',
    'End of the range, exclusive, rounded up to a whole bucket. Default: now, so the current bucket is included.',
  ),
};

const usageQuery = {
  ...accountQuery,
  ...range,
  bucket: BucketSize.default('hour').openapi({ param: { name: 'bucket', in: 'query', required: false } }),
};

const count = (description: string) => z.int().nonnegative().openapi({ description });
const counts: Record<Outcome, ReturnType<typeof count>> = {
  valid: count('Uses that were accepted.'),
  revoked: count('Uses of the key after it was revoked.'),
  rotated: count('Uses of a previous token after its end.'),
  expired: count('Uses of the expired key.'),
  account_disabled: count('Uses while the account was disabled.'),
  disabled: count('Uses of the disabled key.'),
  not_yet_valid: count('Uses before `notBefore`.'),
  insufficient_scope: count('Uses that lacked a required scope.'),
  ip_not_allowed: count('Uses from an address outside `allowedIps`, or from an unknown one.'),
  wrong_audience: count('Uses by a verifier outside `audience`.'),
  rate_limited: count('Uses beyond a limit.'),
  quota_exceeded: count('Uses beyond the quota.'),
};

const UsageReport = z
  .object({
    from: instant.openapi({ description: 'Start of the first bucket.' }),
    to: instant.openapi({ description: 'End of the last bucket.' }),
    bucket: BucketSize,
    total: z.object(counts).openapi('UsageCounts', { description: 'The sum over all buckets.' }),
    data: z
      .array(
        z
          .object({ start: instant.openapi({ description: 'Start of the bucket.' }), ...counts })
          .openapi('UsageBucket'),
      )
      .openapi({ description: 'The buckets with at least one use, oldest first.' }),
  })
  .openapi('UsageReport');

const example = {
  from: '2026-01-31T00:00:00.000Z',
  to: '2026-02-01T00:00:00.000Z',
  bucket: 'hour',
  total: { ...zeroUses(), valid: 1840, disabled: 3, insufficient_scope: 12 },
  data: [
    { start: '2026-01-31T09:00:00.000Z', ...zeroUses(), valid: 1204, insufficient_scope: 12 },
    { start: '2026-01-31T12:00:00.000Z', ...zeroUses(), valid: 636, disabled: 3 },
  ],
};

const KeyUsage = z
  .object({
    accountId: AccountId,
    externalId: ExternalId.nullable().openapi({
      description: 'Your own id for the account. Null: it has none, or it was deleted.',
    }),
    keyId: KeyId,
    start: instant.openapi({ description: 'Start of the day, or of the range.' }),
    ...counts,
  })
  .openapi('KeyUsage', { description: 'The counts of one key, in the whole range or on one day.' });

const keyUsageExample = {
  accountId: 'acc_6921a5c0b281af121fcda4ce',
  externalId: 'user_8812',
  keyId: 'key_6921a5d4b281af121fcda4cf',
  start: '2026-01-31T00:00:00.000Z',
  ...zeroUses(),
  valid: 1840,
  insufficient_scope: 12,
};

const report = {
  description: 'The counts.',
  content: { 'application/json': { schema: UsageReport, example } },
};

const whatCounts = `A use is one verification of a token of the key, or of a JWT that it was exchanged for: by \`POST /v1/keys/verify\` or \`/v1/keys/verify/batch\`, by a gateway at \`/v1/authorize\`, by introspection, by a verifier, in a token exchange, or as the credential of a call to this API. A token with the verdict \`unknown\` counts for no key. A use is counted after about a second. Counts are kept for 90 days; a range that begins earlier is refused. One response spans at most ${maxBuckets} buckets.`;

export const usage = {
  ofKey: createRoute({
    operationId: 'getKeyUsage',
    method: 'get',
    path: '/v1/keys/{keyId}/usage',
    tags,
    summary: 'Get the usage of a key',
    description: `Counts the uses of one key in a range of time, by verdict. ${whatCounts} The counts of a key that was revoked can be read for as long as they are kept; a key that was revoked and never presented is unknown, 404. Those of a deleted account are deleted with it.`,
    security: keyReaders,
    request: { params: keyPath, query: z.strictObject(usageQuery) },
    responses: { 200: report, ...refusals(401, 403, 404, 422, 503) },
  }),

  ofAccount: createRoute({
    operationId: 'getUsage',
    method: 'get',
    path: '/v1/usage',
    tags,
    summary: 'Get the usage of all keys',
    description: `Counts the uses of all keys of the account in a range of time, by verdict, including keys that were revoked since. ${whatCounts} Reports on one account are made one after the other.`,
    security: keyReaders,
    request: { query: z.strictObject(usageQuery) },
    responses: { 200: report, ...refusals(401, 403, 404, 422), 503: overloadedReports },
  }),

  byKey: createRoute({
    operationId: 'listUsageByKey',
    method: 'get',
    path: '/v1/usage/keys',
    tags,
    summary: 'List the usage of each key',
    description: `Counts the uses of every key of every account in a range of time, by verdict: for invoices, exports and dashboards. Keys without a use in the range are left out, and keys that were revoked since are not. The list is sorted by key id, then by day. ${whatCounts} A use counts as one, whatever its \`cost\`. Those of a deleted account are deleted with it. A page reads at most 2,000 keys, so it may have fewer items than \`limit\`, or none, while more follow: go on until \`nextCursor\` is null, with the same query. A cursor needs both \`from\` and \`to\`, so that all pages count the same range.`,
    security: [byOperator, byOperatorKey('operator:read')],
    request: {
      query: z.strictObject({
        ...range,
        bucket: z
          .enum(['day'])
          .optional()
          .openapi({
            description:
              'One item for each key and day in UTC. Without it, one for each key, and the range is rounded to hours.',
            param: filterParam('bucket', 'day'),
          }),
        ...pageQuery,
      }),
    },
    responses: {
      200: {
        description: 'One page of counts.',
        content: {
          'application/json': {
            schema: pageOf(KeyUsage).openapi('KeyUsagePage'),
            example: { data: [keyUsageExample], nextCursor: null },
          },
        },
      },
      ...refusals(401, 403, 422),
      503: overloadedReports,
    },
  }),
};
