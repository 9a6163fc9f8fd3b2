import { z } from '@hono/zod-openapi';

/** A date and time of RFC 3339, with whatever offset. */
const instantText = z.iso.datetime({
  offset: true,
  error: 'Must be a date and time of RFC 3339, such as 2027-01-31T12:00:00Z.',
  abort: true,
});

const isStorableInstant = (time: number) => time >= 0 && time < Date.UTC(10_000, 0);

/** An instant as requests give it: one that a column of the database takes (migrations/instant.ts). */
export const givenInstant = instantText
  .refine(
    (value) => isStorableInstant(new Date(value).getTime()),
    'Must be in the years 1970 to 9999, in UTC.',
  )
  .transform((value) => new Date(value))
  .openapi({
    type: 'string',
    format: 'date-time',
    // RFC 3339 leaves open lower case, a space and leap seconds, and some tools take an offset without a colon.
    pattern: 'T\\d\\d:\\d\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
    example: '2027-01-31T12:00:00Z',
  });

/** An instant as answers show it: ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime().openapi({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' });

/** The years of a range: whatever its bounds are rounded to can still be shown. */
const years = '^(?:19[7-9]\\d|2\\d{3})-';

/** A query parameter that bounds a range of time. */
export const rangeBound = (name: string, description: string) =>
  instantText
    .regex(new RegExp(years), 'Must be in the years 1970 to 2999.')
    .transform((value) => new Date(value))
    .optional()
    .openapi({
      type: 'string',
      format: 'date-time',
      pattern: `${years}\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$`,
      description,
      // An example would soon lie outside what is kept.
      param: { name, in: 'query', required: false },
    });
