import { createRoute, z } from '@hono/zod-openapi';
import type { Outcome } from '../decide/verdict.ts';
import { accountQuery } from './accounts.ts';
import { keyPath } from './keys.ts';
import { refusals } from './problem.ts';
import { byKey, byOperator, bySession } from './security.ts';
import { instant, instantText } from './text.ts';

const tags = ['Usage'];

/** The most buckets that one answer may span. */
export const maxBuckets = 1_000;

/** Where a range of time may lie: whatever its bounds are rounded to can still be shown. */
const years = '^(?:19[7-9]\\d|2\\d{3})-';

const bound = (name: string, description: string) =>
  instantText
    .regex(new RegExp(years), 'Must be in the years 1970 to 2999.')
    .transform((value) => new Date(value))
    .optional()
    .openapi({
      type: 'string',
      format: 'date-time',
      pattern: `${years}\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$`,
      description,
      // An example would soon lie beyond what is kept.
      param: { name, in: 'query', required: false },
    });

const usageQuery = {
  ...accountQuery,
  from: bound(
    'from',
    'The beginning, RFC 3339 (write a `+` as `%2B`), rounded down to a whole bucket. Default: 24 hours before `to`; with `bucket=day`, 30 days.',
  ),
  to: bound(
    'to',
    'The end, which no longer counts, rounded up to a whole bucket. Default: now, and so to the end of the bucket that is on.',
  ),
  bucket: z
    .enum(['hour', 'day'])
    .default('hour')
    .openapi({
      description: 'What uses are counted by: hours, or days of UTC.',
      param: { name: 'bucket', in: 'query', required: false },
    }),
};

const count = (description: string) => z.int().nonnegative().openapi({ description });
const counts: Record<Outcome, ReturnType<typeof count>> = {
  valid: count('How often the token was good.'),
  expired: count('How often it had expired.'),
  disabled: count('How often it was disabled.'),
  insufficient_scope: count('How often it lacked a scope that was asked for.'),
};

const UsageReport = z
  .object({
    from: instant.openapi({ description: 'The beginning of the first bucket.' }),
    to: instant.openapi({ description: 'The end of the last bucket.' }),
    bucket: z.enum(['hour', 'day']),
    total: z.object(counts).openapi('UsageCounts', { description: 'All of them together.' }),
    data: z
      .array(
        z
          .object({ start: instant.openapi({ description: 'The beginning of the bucket.' }), ...counts })
          .openapi('UsageBucket'),
      )
      .openapi({ description: 'The buckets with any use, the oldest first.' }),
  })
  .openapi('UsageReport');

const example = {
  from: '2026-01-31T00:00:00.000Z',
  to: '2026-02-01T00:00:00.000Z',
  bucket: 'hour',
  total: { valid: 1840, expired: 0, disabled: 3, insufficient_scope: 12 },
  data: [
    { start: '2026-01-31T09:00:00.000Z', valid: 1204, expired: 0, disabled: 0, insufficient_scope: 12 },
    { start: '2026-01-31T12:00:00.000Z', valid: 636, expired: 0, disabled: 3, insufficient_scope: 0 },
  ],
};

const report = {
  description: 'The counts.',
  content: { 'application/json': { schema: UsageReport, example } },
};

const whatCounts = `A use is a token of the key that was presented, to \`POST /v1/keys/verify\` or to this API itself; one that was answered \`unknown\` is nobody’s. Counts are there about a second after the use, and are kept for 90 days: a range that begins before is refused. One answer spans at most ${maxBuckets} buckets.`;

export const usage = {
  ofKey: createRoute({
    operationId: 'getKeyUsage',
    method: 'get',
    path: '/v1/keys/{keyId}/usage',
    tags,
    summary: 'Get the usage of a key',
    description: `How often a key was presented in a range of time, and what was said of it. ${whatCounts}`,
    security: [bySession, byKey('keys:read'), byOperator],
    request: { params: keyPath, query: z.strictObject(usageQuery) },
    responses: { 200: report, ...refusals(401, 403, 404, 422, 503) },
  }),

  ofAccount: createRoute({
    operationId: 'getUsage',
    method: 'get',
    path: '/v1/usage',
    tags,
    summary: 'Get the usage of all keys',
    description: `How often the account’s keys were presented in a range of time, those included that are revoked by now, and what was said of them. ${whatCounts}`,
    security: [bySession, byKey('keys:read'), byOperator],
    request: { query: z.strictObject(usageQuery) },
    responses: { 200: report, ...refusals(401, 403, 404, 422, 503) },
  }),
};
